"""Providers' own request bodies, one module per family, read into the one internal Request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tokenquote.tokens.native.anthropic_messages import read_anthropic_messages
from tokenquote.tokens.native.errors import BodyError
from tokenquote.tokens.native.gemini_generate_content import read_gemini_generate_content
from tokenquote.tokens.native.openai_chat import read_openai_chat
from tokenquote.tokens.native.tool_definitions import read_tools
from tokenquote.tokens.request import Request

__all__ = ["FORMATS", "BodyError", "read_body", "read_tools"]

FORMATS: Mapping[str, Callable[[Mapping[str, Any]], Request]] = {
    "openai.chat": read_openai_chat,
    "anthropic.messages": read_anthropic_messages,
    "gemini.generateContent": read_gemini_generate_content,
}
"""Body formats by the name of their api."""


def read_body(body_format: str, body: Mapping[str, Any]) -> Request:
    """Read a request body exactly as it would be sent.

    Raises:
        BodyError: the format is not offered, or the body is not of it.
    """
    reader = FORMATS.get(body_format)
    if reader is None:
        raise BodyError(("format",), f"not yet offered; offered: {', '.join(FORMATS)}", offered=False)
    try:
        return reader(body)
    except BodyError as error:
        raise BodyError(("body", *error.location), error.detail, offered=error.offered) from None
