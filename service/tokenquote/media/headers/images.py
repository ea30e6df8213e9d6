"""A picture's size from its header, orientation applied. Nothing is decoded and nothing is fetched."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

import imagesize

from tokenquote.media.headers.animation import is_animated
from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader
from tokenquote.media.headers.heif_boxes import heif_sides

__all__ = ["ImageFormat", "ImageHeader", "ImageSize", "read_image_header"]

ImageFormat = Literal["png", "jpeg", "gif", "webp", "bmp", "tiff", "avif", "heic"]

_MAX_EDGE = 1_000_000
# A photo with 20 MB of colour profile and thumbnails takes some 2,000 steps. EXIF data have at most 64 KiB.
_MAX_STEPS = 100_000
_MAX_READ = 1 << 18
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
class ImageSize:
    """Pixels as they are shown."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What the first bytes of a picture say."""

    size: ImageSize
    format: ImageFormat
    bytes: int
    """Of the whole file."""
    animated: bool = False
    labelled: ImageFormat | None = None
    """What the data URL, or somebody beside it, says it is."""


def read_image_header(data: str, media_type: str | None = None) -> ImageHeader:
    """What is known of a picture given as base64 text, with or without a `data:` prefix.

    Args:
        data: the text.
        media_type: what the picture is said to be beside the data, such as `image/png`.

    Raises:
        HeaderError: not base64, not a picture, cut off, or of an impossible size.
    """
    file = Base64File(data)
    head = file.read(_HEAD) or b""
    format_ = _format_of(head)
    if format_ is None:
        raise HeaderError("not a PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC picture")
    width, height = _sides(file, format_, head)
    if width < 0 or height < 0:
        raise HeaderError("the picture's header is cut off or holds no size")
    if not (1 <= width <= _MAX_EDGE and 1 <= height <= _MAX_EDGE):
        raise HeaderError(f"the header says {width} x {height} pixels; both must be 1 to {_MAX_EDGE}")
    label = _LABELS.get(file.label or (media_type or "").lower())
    return ImageHeader(ImageSize(width, height), format_, file.size, is_animated(file, head), label)


def _format_of(head: bytes) -> ImageFormat | None:
    """Only what providers take: what else the library reads (SVG is XML) is kept away from it."""
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


def _sides(file: Base64File, format_: ImageFormat, head: bytes) -> tuple[int, int]:
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
        raise HeaderError(f"the picture's header is cut off or damaged ({type(error).__name__})") from None
    return int(info.width), int(info.height)


def _sides_the_library_misreads(format_: ImageFormat, head: bytes) -> tuple[int, int] | None:
    """Of imagesize 2.0.1: 65,535 of a GIF becomes -1, a lossy WebP's scale pixels; OS/2's BMP is unknown."""
    if format_ == "gif" and len(head) >= 10:
        width, height = struct.unpack_from("<HH", head, 6)
    elif format_ == "webp" and head[12:16] == b"VP8 " and len(head) >= 30:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", head, 26))
    elif format_ == "bmp" and head[14:18] == b"\x0c\0\0\0" and len(head) >= 22:
        width, height = struct.unpack_from("<HH", head, 18)
    else:
        return None
    return width, height
