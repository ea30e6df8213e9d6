"""Text as JSON, in the very characters that pydantic writes."""

from __future__ import annotations

from pydantic_core import to_json

__all__ = ["write_text"]


def write_text(text: str) -> str:
    """Return the text as JSON, with its quotation marks."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'  # nothing in it is escaped
    return to_json(text).decode()
