"""Boxes of ISO base media files (ISO/IEC 14496-12), which MP4, QuickTime, AVIF and HEIC are, and the sides of
an image that is kept in them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.media.headers.base64_file import HeaderError, HeaderReader

__all__ = ["Box", "boxes_between", "first_box", "heif_sides", "read_exactly"]

_MAX_ASSOCIATION_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Box:
    """A box, by the place of its content in the file."""

    kind: bytes
    begin: int
    end: int


def boxes_between(reader: HeaderReader, begin: int, end: int) -> Iterator[Box]:
    """Yield the boxes that lie between two positions, one after the other.

    Raises:
        HeaderError: a box ends behind the last position, or before it begins.
    """
    while begin + 8 <= end:
        reader.seek(begin)
        size, kind = struct.unpack(">I4s", read_exactly(reader, 8))
        content = begin + 8
        if size == 1:
            size, content = struct.unpack(">Q", read_exactly(reader, 8))[0], begin + 16
        box_end = end if size == 0 else begin + size
        if not content <= box_end <= end:
            raise HeaderError("the header is cut off or damaged")
        yield Box(kind, content, box_end)
        begin = box_end


def first_box(reader: HeaderReader, kind: bytes, begin: int, end: int) -> Box:
    """Return the first box of a kind between two positions.

    Raises:
        HeaderError: there is none.
    """
    box = next((box for box in boxes_between(reader, begin, end) if box.kind == kind), None)
    if box is None:
        raise HeaderError(f"the header is cut off, or has no box `{kind.decode()}`")
    return box


def read_exactly(reader: HeaderReader, size: int) -> bytes:
    """Read `size` bytes from where the reader stands.

    Raises:
        HeaderError: the file ends before.
    """
    content = reader.read(size)
    if len(content) < size:
        raise HeaderError("the header is cut off")
    return content


@dataclass(frozen=True, slots=True)
class _ItemProperty:
    sides: tuple[int, int] | None = None
    quarter_turns: int = 0


def heif_sides(reader: HeaderReader, file_size: int) -> tuple[int, int]:
    """Return width and height of the primary image of an AVIF or HEIC file, turned as its `irot` says.

    ISO/IEC 23008-12. imagesize 2.0.1 takes `irot` for a box with a version and fails on every turned image,
    and it follows the extents of each item to find EXIF data, whose orientation the standard says to ignore;
    a hostile file makes that take hours.

    Raises:
        HeaderError: there is no such box, or there are boxes that do not fit into one another.
    """
    meta = first_box(reader, b"meta", 0, file_size)
    primary = _primary_item(reader, meta)
    properties = first_box(reader, b"iprp", meta.begin + 4, meta.end)
    container = first_box(reader, b"ipco", properties.begin, properties.end)
    found = [_read_property(reader, box) for box in boxes_between(reader, container.begin, container.end)]
    associations = first_box(reader, b"ipma", properties.begin, properties.end)
    own = [found[i - 1] for i in _property_indexes(reader, associations, primary) if 1 <= i <= len(found)]
    sides = next((entry.sides for entry in own if entry.sides is not None), None)
    if sides is None:
        raise HeaderError("the image's header holds no size")
    return sides[::-1] if sum(entry.quarter_turns for entry in own) % 2 else sides


def _primary_item(reader: HeaderReader, meta: Box) -> int:
    box = first_box(reader, b"pitm", meta.begin + 4, meta.end)
    reader.seek(box.begin)
    wide = read_exactly(reader, 4)[0] > 0
    return int.from_bytes(read_exactly(reader, 4 if wide else 2), "big")


def _read_property(reader: HeaderReader, box: Box) -> _ItemProperty:
    reader.seek(box.begin)
    if box.kind == b"ispe":
        width, height = struct.unpack(">4xII", read_exactly(reader, 12))
        return _ItemProperty(sides=(width, height))
    if box.kind == b"irot":
        return _ItemProperty(quarter_turns=read_exactly(reader, 1)[0] & 3)
    return _ItemProperty()


def _property_indexes(reader: HeaderReader, box: Box, item: int) -> list[int]:
    """Return the properties of an item, counted from 1."""
    if box.end - box.begin > _MAX_ASSOCIATION_BYTES:
        raise HeaderError("the image's header is too long to read")
    reader.seek(box.begin)
    version, flags, entries = struct.unpack(">B2xBI", read_exactly(reader, 8))
    id_bytes, index_bytes = (4 if version else 2), (2 if flags & 1 else 1)
    for _ in range(entries):
        owner = int.from_bytes(read_exactly(reader, id_bytes), "big")
        indexes = read_exactly(reader, read_exactly(reader, 1)[0] * index_bytes)
        if owner == item:
            essential = 1 << (8 * index_bytes - 1)
            pieces = (indexes[i : i + index_bytes] for i in range(0, len(indexes), index_bytes))
            return [int.from_bytes(piece, "big") & ~essential for piece in pieces]
    return []
