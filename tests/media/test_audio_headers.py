"""Lengths from headers of real files; what claims more than it holds is refused."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.made_files import (
    box,
    encoded,
    flac,
    id3,
    m4a,
    mp3,
    mp3_with_index,
    ogg_opus,
    png,
    wav,
    wav_claiming,
)

from tokenquote.media.headers import HeaderError, read_audio_header


@pytest.mark.parametrize(
    ("content", "seconds", "format_"),
    [
        pytest.param(wav(2.5), 2.5, "wav", id="wav"),
        pytest.param(wav(0.25, rate=44_100), 0.25, "wav", id="wav at 44.1 kHz"),
        pytest.param(wav_claiming(0xFFFFFFFF, 32_000), 2.0, "wav", id="wav written as a stream"),
        pytest.param(wav_claiming(0, 32_000), 2.0, "wav", id="wav never finished"),
        pytest.param(wav_claiming(16_000, 16_500), 1.0, "wav", id="wav with more behind its audio"),
        pytest.param(mp3(100), 100 * 1152 / 44_100, "mp3", id="mp3"),
        pytest.param(id3(mp3(100)), 100 * 1152 / 44_100, "mp3", id="mp3 behind its tag"),
        pytest.param(mp3_with_index(50, 80), 80 * 1152 / 44_100, "mp3", id="mp3 with an index"),
        pytest.param(flac(441_000), 10.0, "flac", id="flac"),
        pytest.param(ogg_opus(4), 4.0, "ogg", id="opus"),
        pytest.param(m4a(120), 120.0, "m4a", id="m4a with its index at the end"),
    ],
)
def test_lengths_are_read_from_headers(content: bytes, seconds: float, format_: str) -> None:
    header = read_audio_header(encoded(content))
    assert header.seconds == pytest.approx(seconds, abs=0.001)
    assert (header.format, header.bytes) == (format_, len(content))


def test_an_hour_of_opus_is_followed_to_its_end() -> None:
    """180,000 packets of 20 ms."""
    assert read_audio_header(encoded(ogg_opus(3600))).seconds == pytest.approx(3600)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not a WAV", id="nothing"),
        pytest.param(png(5, 5), "not a WAV", id="an image"),
        pytest.param(wav(1)[:30], "cut off or holds no audio", id="wav cut off in its header"),
        pytest.param(wav(1)[:500], "16000 bytes of audio; 456 are there", id="wav cut off in its audio"),
        pytest.param(wav_claiming(2**30, 60), "1073741824 bytes of audio; 60 are there", id="1 GB"),
        pytest.param(wav(0), "says no length", id="wav without audio"),
        pytest.param(b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "holds no length", id="wav without a format"),
        pytest.param(flac(2**36 - 1), "which 50042 bytes cannot hold", id="18 days of flac"),
        pytest.param(flac(0), "says no length", id="flac of unknown length"),
        pytest.param(flac(1)[:10], "cut off or damaged|no length", id="flac cut off"),
        pytest.param(m4a(4_000_000), "cannot hold", id="m4a of six weeks"),
        pytest.param(m4a(5)[:50], "no length|cut off", id="m4a cut off before its index"),
        pytest.param(b"OggS" + bytes(60), "no length|cut off", id="ogg of nothing"),
        pytest.param(b"\xff\xfb" + bytes(5_000), "no length", id="mp3 of nothing"),
        pytest.param(box(b"ftyp", b"M4A ") + box(b"free", b"") * 600_000, "scattered", id="m4a of boxes"),
        pytest.param(b"\xff\xfb" + b"\xff\0\0\0" * 600_000, "scattered", id="mp3 of false starts"),
        pytest.param(b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 99_999, "scattered", id="wav of empty chunks"),
    ],
)
def test_what_is_no_audio_or_lies_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        read_audio_header(encoded(content))


def test_memory_stays_flat() -> None:
    data = encoded(wav_claiming(0xFFFFFFFF, 20_000_000))
    tracemalloc.start()
    assert read_audio_header(data).seconds == 1250
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


WHOLE = (wav(0.1), mp3(20), id3(mp3(5), 200), mp3_with_index(5, 5), flac(4410), ogg_opus(2, 5), m4a(3))


@given(st.sampled_from(WHOLE), st.data())
def test_damaged_files_are_read_or_refused(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content[: data.draw(st.integers(0, len(content)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            at = data.draw(st.integers(0, min(len(damaged), 200) - 1))
            damaged[at] = data.draw(st.integers(0, 255))
    _read_or_refuse(bytes(damaged))


@given(st.sampled_from([content[:12] for content in WHOLE]), st.binary(max_size=500))
def test_signatures_before_anything_are_read_or_refused(start: bytes, rest: bytes) -> None:
    _read_or_refuse(start + rest)


def _read_or_refuse(content: bytes) -> None:
    with suppress(HeaderError):
        assert 0 < read_audio_header(encoded(content)).seconds <= 1_000_000
