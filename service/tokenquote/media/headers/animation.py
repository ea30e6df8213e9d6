"""Whether a GIF, WebP or PNG moves: some providers turn moving pictures down, none counts their frames."""

from __future__ import annotations

import struct

from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader

__all__ = ["is_animated"]

# The first frame of a GIF of 10 MB takes about 80,000 steps.
_MAX_STEPS = 100_000
_MAX_READ = 1 << 10


def is_animated(file: Base64File, head: bytes) -> bool:
    """Whether there is a second frame, as far as the file can be followed.

    Args:
        file: the picture.
        head: its first 64 bytes.
    """
    file.seek(0)
    reader = HeaderReader(file, max_steps=_MAX_STEPS, max_read=_MAX_READ)
    try:
        if head.startswith(b"GIF8"):
            return _gif_frames(reader, head) > 1
        if head.startswith(b"\x89PNG"):
            return _has_animation_chunk(reader)
    except (HeaderError, struct.error, IndexError):
        return False
    # WebP keeps it among the flags of its extended header.
    return head[12:16] == b"VP8X" and len(head) > 20 and bool(head[20] & 2)


def _gif_frames(reader: HeaderReader, head: bytes) -> int:
    """Frames up to the second."""
    frames = 0
    reader.seek(13 + _colour_table(head[10]))
    while frames < 2:
        introducer = reader.read(1)
        if introducer == b"\x21":  # an extension and its label
            reader.seek(1, 1)
        elif introducer == b"\x2c":
            frames += 1
            descriptor = reader.read(9)
            reader.seek(_colour_table(descriptor[8]) + 1, 1)
        else:
            break
        while length := reader.read(1)[0]:
            reader.seek(length, 1)
    return frames


def _colour_table(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _has_animation_chunk(reader: HeaderReader) -> bool:
    """An `acTL` chunk before the first data makes a PNG an APNG."""
    reader.seek(8)
    while True:
        length, kind = struct.unpack(">I4s", reader.read(8))
        if kind in (b"acTL", b"IDAT", b"IEND"):
            return bool(kind == b"acTL")
        reader.seek(length + 4, 1)
