"""Length, size and audio track of an MP4 or QuickTime video, from its header."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.media.headers.audio import credible_seconds
from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader
from tokenquote.media.headers.iso_boxes import Box, boxes_between, first_box, read_exactly

__all__ = ["VideoHeader", "read_video_header"]

_MAX_STEPS = 100_000
_MAX_READ = 1 << 10
_MAX_EDGE = 1_000_000


@dataclass(frozen=True, slots=True)
class VideoHeader:
    """What the header of a video says."""

    seconds: float
    size: ImageSize | None
    """Pixels as they are shown, of the first track of images; None: there is none, or of an absurd size."""
    silent: bool
    """Whether it has no audio track."""
    bytes: int
    """Bytes of the whole file."""


@dataclass(frozen=True, slots=True)
class _Track:
    handler: bytes
    """The four letters `vide`, `soun`, or something else."""
    sides: tuple[int, int]


def read_video_header(data: str) -> VideoHeader:
    """Return the length and size of a video given as base64 text, with or without a `data:` prefix.

    Raises:
        HeaderError: it is not base64, no such video, cut off, or of an impossible length.
    """
    file = Base64File(data)
    reader = HeaderReader(file, max_steps=_MAX_STEPS, max_read=_MAX_READ)
    if reader.read(8)[4:] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        raise HeaderError("not an MP4 or QuickTime video; state its `seconds`")
    movie = first_box(reader, b"moov", 0, file.size)
    seconds = credible_seconds(_movie_seconds(reader, movie), file.size)
    within = boxes_between(reader, movie.begin, movie.end)
    tracks = [_read_track(reader, box) for box in within if box.kind == b"trak"]
    shown = next((track.sides for track in tracks if track.handler == b"vide"), (0, 0))
    size = ImageSize(*shown) if all(1 <= side <= _MAX_EDGE for side in shown) else None
    silent = bool(tracks) and not any(track.handler == b"soun" for track in tracks)
    return VideoHeader(seconds, size, silent, file.size)


def _movie_seconds(reader: HeaderReader, movie: Box) -> float:
    reader.seek(first_box(reader, b"mvhd", movie.begin, movie.end).begin)
    if read_exactly(reader, 4)[0] == 1:
        scale, length = struct.unpack(">16xIQ", read_exactly(reader, 28))
    else:
        scale, length = struct.unpack(">8xII", read_exactly(reader, 16))
    return float(length / scale) if scale else 0.0


def _read_track(reader: HeaderReader, track: Box) -> _Track:
    header = first_box(reader, b"tkhd", track.begin, track.end)
    media = first_box(reader, b"mdia", track.begin, track.end)
    reader.seek(first_box(reader, b"hdlr", media.begin, media.end).begin)
    handler = read_exactly(reader, 12)[8:]
    # The matrix and the sides, in 16.16 fixed point, end the box in both of its versions.
    reader.seek(max(header.begin, header.end - 44))
    a, _, _, _, d, _, _, _, _, width, height = struct.unpack(">11i", read_exactly(reader, 44))
    sides = (width >> 16, height >> 16)
    turned = a == 0 and d == 0
    return _Track(handler, sides[::-1] if turned else sides)
