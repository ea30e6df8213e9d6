"""The size of an image from its header, orientation applied, and whether the image moves."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import imagesize

from tokenquote.catalog.image_rules import ImageSize
from tokenquote.catalog.schema.media_limits import ImageFormat
from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader
from tokenquote.media.headers.iso_boxes import heif_sides

__all__ = ["ImageHeader", "read_image_header"]

_MAX_EDGE = 1_000_000
# A photo with 20 MB of colour profile and thumbnails takes some 2,000 steps, the first frame of a GIF of
# 10 MB about 80,000. EXIF data have at most 64 KiB.
_MAX_STEPS = 100_000
_MAX_READ = 1 << 18
_MAX_ANIMATION_READ = 1 << 10
_HEAD = 64
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"})
_LABELS: dict[str, ImageFormat] = {
    "image/png": "png",
    "image/jpeg": "jpeg",
    "image/jpg": "jpeg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tiff",
    "image/avif": "avif",
    "image/heic": "heic",
    "image/heif": "heic",
}


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What the first bytes of an image say."""

    size: ImageSize
    format: ImageFormat
    bytes: int
    """Bytes of the whole file."""
    animated: bool = False
    labelled: ImageFormat | None = None
    """The format that the data URL, or a field beside it, says it is."""


def read_image_header(data: str, media_type: str | None = None) -> ImageHeader:
    """Return the format and size of an image given as base64 text, with or without a `data:` prefix.

    Args:
        data: the text.
        media_type: what the image is said to be beside the data, such as `image/png`.

    Raises:
        HeaderError: it is not base64, not an image, cut off, or of an impossible size.
    """
    file = Base64File(data)
    head = file.read(_HEAD) or b""
    format_ = _detect_format(head)
    if format_ is None:
        raise HeaderError("not a PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC image")
    width, height = _read_sides(file, format_, head)
    if width < 0 or height < 0:
        raise HeaderError("the image's header is cut off or holds no size")
    if not (1 <= width <= _MAX_EDGE and 1 <= height <= _MAX_EDGE):
        raise HeaderError(f"the header says {width} x {height} pixels; both must be 1 to {_MAX_EDGE}")
    label = _LABELS.get(file.label or (media_type or "").lower())
    return ImageHeader(ImageSize(width, height), format_, file.size, _is_animated(file, head), label)


def _detect_format(head: bytes) -> ImageFormat | None:
    """Return a format that providers take: what else the library reads (SVG is XML) is kept away from it."""
    if head[4:8] == b"ftyp":
        brands = {head[at : at + 4] for at in (8, *range(16, len(head) - 3, 4))}
        return "avif" if brands & _AVIF_BRANDS else "heic" if brands & _HEIC_BRANDS else None
    if head.startswith(b"RIFF"):
        return "webp" if head[8:12] == b"WEBP" else None
    signatures: dict[bytes, ImageFormat] = {
        b"\x89PNG\r\n\x1a\n": "png",
        b"\xff\xd8\xff": "jpeg",
        b"GIF87a": "gif",
        b"GIF89a": "gif",
        b"BM": "bmp",
        b"II*\x00": "tiff",
        b"MM\x00*": "tiff",
    }
    return next((name for start, name in signatures.items() if head.startswith(start)), None)


def _read_sides(file: Base64File, format_: ImageFormat, head: bytes) -> tuple[int, int]:
    own = _sides_the_library_misreads(format_, head)
    if own is not None:
        return own
    file.seek(0)
    reader = HeaderReader(file, max_steps=_MAX_STEPS, max_read=_MAX_READ)
    if format_ in ("avif", "heic"):
        return heif_sides(reader, file.size)
    try:
        info = imagesize.get_info(reader, dpi=False, colors=False, channels=False)
    except HeaderError:
        raise
    except Exception as error:  # the library raises whatever a damaged header leads it to
        raise HeaderError(f"the image's header is cut off or damaged ({type(error).__name__})") from None
    return int(info.width), int(info.height)


def _sides_the_library_misreads(format_: ImageFormat, head: bytes) -> tuple[int, int] | None:
    """Imagesize 2.0.1 takes 65,535 of a GIF for -1 and lossy WebP's scale for pixels; it has no OS/2 BMP."""
    if format_ == "gif" and len(head) >= 10:
        width, height = struct.unpack_from("<HH", head, 6)
    elif format_ == "webp" and head[12:16] == b"VP8 " and len(head) >= 30:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", head, 26))
    elif format_ == "bmp" and head[14:18] == b"\x0c\0\0\0" and len(head) >= 22:
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        return None
    return width, height


def _is_animated(file: Base64File, head: bytes) -> bool:
    """Whether a GIF, WebP or PNG has a second frame, as far as the file can be followed.

    Some providers turn moving images down, none counts their frames.

    Args:
        file: the image.
        head: its first 64 bytes.
    """
    file.seek(0)
    reader = HeaderReader(file, max_steps=_MAX_STEPS, max_read=_MAX_ANIMATION_READ)
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
    """Return the number of frames, up to the second."""
    frames = 0
    reader.seek(13 + _colour_table_bytes(head[10]))
    while frames < 2:
        introducer = reader.read(1)
        if introducer == b"\x21":  # an extension and its label
            reader.seek(1, 1)
        elif introducer == b"\x2c":
            frames += 1
            descriptor = reader.read(9)
            reader.seek(_colour_table_bytes(descriptor[8]) + 1, 1)
        else:
            break
        while length := reader.read(1)[0]:
            reader.seek(length, 1)
    return frames


def _colour_table_bytes(flags: int) -> int:
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _has_animation_chunk(reader: HeaderReader) -> bool:
    """Whether a PNG is an APNG: it has an `acTL` chunk before the first data."""
    reader.seek(8)
    while True:
        length, kind = struct.unpack(">I4s", reader.read(8))
        if kind in (b"acTL", b"IDAT", b"IEND"):
            return bool(kind == b"acTL")
        reader.seek(length + 4, 1)
