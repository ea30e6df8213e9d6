"""The length of audio from its header, and whether a file is large enough for what its header claims."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tinytag import TinyTag

from tokenquote.catalog.schema.media_limits import AudioFormat
from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader

__all__ = ["AudioHeader", "credible_seconds", "read_audio_header"]

# An hour of Ogg Opus is some 180,000 packets, each a step; of MP3 without an index, 1,200 frames are read.
_MAX_STEPS = 500_000
_MAX_WAVE_STEPS = 10_000
_MAX_READ = 1 << 20
_HEAD = 12
_STREAMED = frozenset({0, 0x7FFFFFFF, 0xFFFFFFFF})
"""What encoders write as the size of WAVE data when they do not know it yet."""
_BYTES_PER_SECOND = 10
"""Silence in FLAC or Opus takes more bytes a second than this: a longer claim is a lie."""
_MAX_SECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class AudioHeader:
    """What the header of an audio file says."""

    seconds: float
    format: AudioFormat
    bytes: int
    """Bytes of the whole file."""


def read_audio_header(data: str) -> AudioHeader:
    """Return the length and format of audio given as base64 text, with or without a `data:` prefix.

    Raises:
        HeaderError: it is not base64, no audio, cut off, or of an impossible length.
    """
    file = Base64File(data)
    format_ = _detect_format(file.read(_HEAD) or b"")
    if format_ is None:
        raise HeaderError("not a WAV, MP3, FLAC, Ogg, M4A or AIFF audio file")
    seconds = _wave_seconds(file) if format_ == "wav" else _tagged_seconds(file)
    return AudioHeader(seconds, format_, file.size)


def _detect_format(head: bytes) -> AudioFormat | None:
    if head[:4] == b"RIFF":
        return "wav" if head[8:12] == b"WAVE" else None
    if head[:4] == b"FORM":
        return "aiff" if head[8:12] in (b"AIFF", b"AIFC") else None
    if head[4:8] == b"ftyp":
        return "m4a"
    signatures: dict[bytes, AudioFormat] = {b"ID3": "mp3", b"fLaC": "flac", b"OggS": "ogg"}
    known = next((name for start, name in signatures.items() if head.startswith(start)), None)
    is_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return "mp3" if known is None and is_mpeg else known


def _tagged_seconds(file: Base64File) -> float:
    """Return the seconds as tinytag reads them."""
    file.seek(0)
    reader = HeaderReader(file, max_steps=_MAX_STEPS, max_read=_MAX_READ)
    try:
        seconds = TinyTag.get(file_obj=reader, tags=False).duration
    except Exception as error:  # the library raises whatever a damaged header leads it to
        how = "too scattered to read" if reader.exhausted else f"cut off or damaged ({type(error).__name__})"
        raise HeaderError(f"the header is {how}") from None
    return credible_seconds(seconds or 0.0, file.size)


def _wave_seconds(file: Base64File) -> float:
    """Return the seconds of a WAVE file; of one that was written as a stream, as much as there is.

    tinytag believes whatever size the header claims, and finds no length in compressed WAVE without `fact`.
    """
    reader = HeaderReader(file, max_steps=_MAX_WAVE_STEPS, max_read=_HEAD)
    byte_rate, begin = 0, 12
    while True:
        reader.seek(begin)
        head = reader.read(8)
        if len(head) < 8:
            raise HeaderError("the header is cut off or holds no audio")
        kind, size = struct.unpack("<4sI", head)
        if kind == b"fmt ":
            byte_rate = int.from_bytes(reader.read(12)[8:], "little")
        if kind == b"data":
            return _wave_data_seconds(size, file.size - begin - 8, byte_rate, file.size)
        begin += 8 + size + size % 2


def _wave_data_seconds(claimed: int, there: int, byte_rate: int, size: int) -> float:
    if claimed in _STREAMED:
        claimed = there
    if claimed > there:
        raise HeaderError(f"the header says {claimed} bytes of audio; {there} are there")
    if byte_rate == 0:
        raise HeaderError("the header holds no length; state `seconds`")
    return credible_seconds(claimed / byte_rate, size)


def credible_seconds(seconds: float, size: int) -> float:
    """Return the length that a header claims, of audio or of a video, if the file can hold it.

    Raises:
        HeaderError: there is none, or the bytes cannot hold it.
    """
    if not seconds > 0:
        raise HeaderError("the header says no length; state `seconds`")
    if seconds > min(size / _BYTES_PER_SECOND, _MAX_SECONDS):
        raise HeaderError(f"the header says {seconds:.0f} seconds, which {size} bytes cannot hold")
    return float(seconds)
