"""A picture's size from its header, orientation applied. Nothing is decoded and nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass

import imagesize

__all__ = ["HeaderError", "ImageSize", "size_of_image"]

# Providers take these; what else the library reads (SVG is XML) is kept away from it.
_SIGNATURES = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|BM|II\*\x00|MM\x00\*|....ftyp", re.DOTALL
)
_DATA_URL = re.compile(r"data:[^,]{0,200},")
_MAX_EDGE = 1_000_000


class HeaderError(ValueError):
    """Data that is no picture whose size can be read."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Pixels as they are shown."""

    width: int
    height: int


def size_of_image(data: str) -> ImageSize:
    """The size of a picture given as base64 text, with or without a `data:` prefix.

    Raises:
        HeaderError: not base64, not a picture, cut off, or of an impossible size.
    """
    content = _decoded(data)
    if not _SIGNATURES.match(content):
        raise HeaderError("not a PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF or HEIC picture")
    try:
        width, height = (int(side) for side in imagesize.get(io.BytesIO(content)))
    except Exception as error:  # the library raises whatever a damaged header leads it to
        raise HeaderError(f"the picture's header cannot be read ({type(error).__name__})") from None
    if width == -1 or height == -1:
        raise HeaderError("the picture's header is cut off or holds no size")
    if not (1 <= width <= _MAX_EDGE and 1 <= height <= _MAX_EDGE):
        raise HeaderError(f"the header says {width} x {height} pixels; both must be 1 to {_MAX_EDGE}")
    return ImageSize(width, height)


def _decoded(data: str) -> bytes:
    prefix = _DATA_URL.match(data)
    text = data[prefix.end() :] if prefix else data
    plain = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise HeaderError("not base64") from None
