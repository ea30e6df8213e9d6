"""Length, size and audio track of videos; what is no video or lies is refused."""

from __future__ import annotations

import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.made_files import box, encoded, m4a, mp4, png

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.media.headers import HeaderError, VideoHeader, read_video_header


@pytest.mark.parametrize(
    ("content", "size", "silent"),
    [
        pytest.param(mp4(90, 1920, 1080), ImageSize(1920, 1080), False, id="video"),
        pytest.param(mp4(90, 1920, 1080, audio=False), ImageSize(1920, 1080), True, id="silent video"),
        pytest.param(mp4(90, 1920, 1080, turned=True), ImageSize(1080, 1920), False, id="held upright"),
        pytest.param(mp4(90, 0, 0), None, False, id="size not said"),
        pytest.param(m4a(90), None, False, id="audio"),
        pytest.param(mp4(90, 640, 480)[16:], ImageSize(640, 480), False, id="QuickTime without ftyp"),
    ],
)
def test_videos_are_read_from_their_headers(content: bytes, size: ImageSize | None, silent: bool) -> None:
    assert read_video_header(encoded(content)) == VideoHeader(90.0, size, silent, len(content))


def test_lengths_of_64_bits_are_read() -> None:
    movie = box(b"mvhd", b"\1" + bytes(19) + struct.pack(">IQ", 1000, 90_000) + bytes(80))
    content = box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", movie) + box(b"mdat", bytes(1000))
    assert read_video_header(encoded(content)).seconds == 90


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not an MP4", id="nothing"),
        pytest.param(b"\x1a\x45\xdf\xa3 a WebM file", "not an MP4 or QuickTime video; state", id="webm"),
        pytest.param(png(5, 5), "not an MP4", id="an image"),
        pytest.param(mp4(90, 640, 480)[:10_000], "cut off", id="cut off before its index"),
        pytest.param(mp4(90, 640, 480)[:-60], "cut off", id="cut off in its index"),
        pytest.param(mp4(0, 640, 480), "says no length", id="no length"),
        pytest.param(mp4(1_000_000, 640, 480), "cannot hold", id="11 days in 20 kB"),
        pytest.param(box(b"ftyp", b"isom") + box(b"free", b"") * 200_000, "scattered", id="boxes"),
    ],
)
def test_what_is_no_video_or_lies_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        read_video_header(encoded(content))


def test_memory_stays_flat() -> None:
    data = encoded(box(b"ftyp", b"isom") + box(b"mdat", bytes(20_000_000)) + mp4(90, 640, 480)[20_024:])
    tracemalloc.start()
    assert read_video_header(data).seconds == 90
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


WHOLE = mp4(3, 640, 480)[:16] + mp4(3, 640, 480)[20_024:]


@given(st.data())
def test_damaged_videos_are_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[: data.draw(st.integers(0, len(WHOLE)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(HeaderError):
        assert 0 < read_video_header(encoded(bytes(damaged))).seconds <= 1_000_000
