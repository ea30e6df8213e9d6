"""Sides of AVIF and HEIC pictures, turned as their `irot` says (ISO/IEC 23008-12).

imagesize 2.0.1 takes `irot` for a box with a version and fails on every turned picture, and it follows the
extents of each item to find EXIF data, whose orientation the standard says to ignore; a hostile file makes
that take hours.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from tokenquote.media.headers.base64_file import HeaderError, HeaderReader
from tokenquote.media.headers.iso_boxes import Box, boxes, exactly, first

__all__ = ["heif_sides"]

_MAX_ASSOCIATION_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class _Property:
    sides: tuple[int, int] | None = None
    quarter_turns: int = 0


def heif_sides(reader: HeaderReader, file_size: int) -> tuple[int, int]:
    """Width and height of the primary picture.

    Raises:
        HeaderError: no such box, or boxes that do not fit into one another.
    """
    meta = first(reader, b"meta", 0, file_size)
    primary = _primary_item(reader, meta)
    properties = first(reader, b"iprp", meta.begin + 4, meta.end)
    container = first(reader, b"ipco", properties.begin, properties.end)
    found = [_property(reader, box) for box in boxes(reader, container.begin, container.end)]
    associations = first(reader, b"ipma", properties.begin, properties.end)
    own = [found[i - 1] for i in _indexes_of(reader, associations, primary) if 1 <= i <= len(found)]
    sides = next((one.sides for one in own if one.sides is not None), None)
    if sides is None:
        raise HeaderError("the picture's header holds no size")
    return sides[::-1] if sum(one.quarter_turns for one in own) % 2 else sides


def _primary_item(reader: HeaderReader, meta: Box) -> int:
    box = first(reader, b"pitm", meta.begin + 4, meta.end)
    reader.seek(box.begin)
    wide = exactly(reader, 4)[0] > 0
    return int.from_bytes(exactly(reader, 4 if wide else 2), "big")


def _property(reader: HeaderReader, box: Box) -> _Property:
    reader.seek(box.begin)
    if box.kind == b"ispe":
        width, height = struct.unpack(">4xII", exactly(reader, 12))
        return _Property(sides=(width, height))
    if box.kind == b"irot":
        return _Property(quarter_turns=exactly(reader, 1)[0] & 3)
    return _Property()


def _indexes_of(reader: HeaderReader, box: Box, item: int) -> list[int]:
    """The properties of an item, counted from 1."""
    if box.end - box.begin > _MAX_ASSOCIATION_BYTES:
        raise HeaderError("the picture's header is too long to read")
    reader.seek(box.begin)
    version, flags, entries = struct.unpack(">B2xBI", exactly(reader, 8))
    id_bytes, index_bytes = (4 if version else 2), (2 if flags & 1 else 1)
    for _ in range(entries):
        owner = int.from_bytes(exactly(reader, id_bytes), "big")
        indexes = exactly(reader, exactly(reader, 1)[0] * index_bytes)
        if owner == item:
            essential = 1 << (8 * index_bytes - 1)
            pieces = (indexes[i : i + index_bytes] for i in range(0, len(indexes), index_bytes))
            return [int.from_bytes(piece, "big") & ~essential for piece in pieces]
    return []
