"""Pieces of native bodies that several formats share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.tokens.native.errors import BodyError, Location
from tokenquote.tokens.native.tool_definitions import read_tools
from tokenquote.tokens.request import Picture, ToolDefinition

__all__ = ["not_offered", "picture", "text_of", "tools_of"]


def text_of(part: Mapping[str, Any], key: str, at: Location) -> str:
    """A string member."""
    value = part.get(key)
    if not isinstance(value, str):
        raise BodyError((*at, key), f"{key} is a string")
    return value


def picture(data: Any, detail: Any, at: Location) -> Picture:
    """A picture by its data; one behind an address has no size that we know."""
    if not isinstance(data, str):
        raise BodyError(at, "a picture is base64 data")
    if data.startswith(("http://", "https://", "gs://", "file-")):
        raise BodyError(at, "addresses are never fetched; send the picture as data, or plan it by its size")
    return Picture(data, detail if isinstance(detail, str) else None, at)


def tools_of(body: Mapping[str, Any], key: str = "tools") -> tuple[ToolDefinition, ...]:
    """The definitions under one of the body's members."""
    tools = body.get(key) or []
    if not isinstance(tools, list):
        raise BodyError((key,), f"{key} is a list of definitions")
    try:
        return read_tools(tools)
    except BodyError as error:
        raise BodyError((key, *error.location), error.detail) from None


def not_offered(at: Location, what: str, offered: str) -> BodyError:
    """A part that nobody here counts yet: better refused than left out in silence."""
    return BodyError(at, f"{what}: not yet offered; counted so far: {offered}", offered=False)
