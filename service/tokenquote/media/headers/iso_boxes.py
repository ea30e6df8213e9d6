"""Boxes of ISO base media files (ISO/IEC 14496-12): MP4, QuickTime, AVIF, HEIC."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.media.headers.base64_file import HeaderError, HeaderReader

__all__ = ["Box", "boxes", "exactly", "first"]


@dataclass(frozen=True, slots=True)
class Box:
    """A box by where its content lies in the file."""

    kind: bytes
    begin: int
    end: int


def boxes(reader: HeaderReader, begin: int, end: int) -> Iterator[Box]:
    """The boxes that lie between two positions, one after the other.

    Raises:
        HeaderError: one that ends behind the last position, or before it begins.
    """
    while begin + 8 <= end:
        reader.seek(begin)
        size, kind = struct.unpack(">I4s", exactly(reader, 8))
        content = begin + 8
        if size == 1:
            size, content = struct.unpack(">Q", exactly(reader, 8))[0], begin + 16
        box_end = end if size == 0 else begin + size
        if not content <= box_end <= end:
            raise HeaderError("the header is cut off or damaged")
        yield Box(kind, content, box_end)
        begin = box_end


def first(reader: HeaderReader, kind: bytes, begin: int, end: int) -> Box:
    """The first box of a kind between two positions.

    Raises:
        HeaderError: there is none.
    """
    box = next((box for box in boxes(reader, begin, end) if box.kind == kind), None)
    if box is None:
        raise HeaderError(f"the header is cut off, or has no box `{kind.decode()}`")
    return box


def exactly(reader: HeaderReader, size: int) -> bytes:
    """So many bytes from where the reader stands.

    Raises:
        HeaderError: the file ends before.
    """
    content = reader.read(size)
    if len(content) < size:
        raise HeaderError("the header is cut off")
    return content
