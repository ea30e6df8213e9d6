"""Documents that are nothing but text: providers take them in as such."""

from __future__ import annotations

from tokenquote.media.headers.base64_file import Base64File

__all__ = ["read_text_file"]

MAX_BYTES = 5_000_000
_NEVER_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")


def read_text_file(data: str, media_type: str | None = None) -> str | None:
    """The text of a file given as base64; None if it is no UTF-8 text, or said to be something else.

    Raises:
        HeaderError: not base64.
    """
    file = Base64File(data)
    label = file.label or (media_type or "").lower()
    if label == "application/pdf" or label.startswith(("image/", "audio/", "video/")):
        return None
    content = file.readall() if file.size <= MAX_BYTES else b""
    if not content or _NEVER_IN_TEXT.intersection(content):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
