"""Gemini's Interactions body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.content_parts import data_or_address, unknown
from tokenquote.tokens.bodies.json_members import (
    as_json,
    object_of,
    one_or_many,
    optional_text,
    settings_of,
    text_of,
)
from tokenquote.tokens.bodies.schemas import tools_of
from tokenquote.tokens.request import BodyError, Location, Message, Part, Request, Role, ToolCall, Unknown

__all__ = ["read_gemini_interactions"]

_SPEAKERS: Mapping[str, Role] = {"user_input": "user", "model_output": "assistant"}


def read_gemini_interactions(body: Mapping[str, Any]) -> Request:
    """Read `system_instruction`, `input` and `tools`."""
    if "input" not in body:
        raise BodyError(("input",), "a gemini.interactions body has `input`: a string or a list")
    tools = tools_of(body)
    instruction = optional_text(body, "system_instruction", ())
    system = () if instruction is None else (Message("system", (instruction,)),)
    read = [*_turns(body["input"])]
    return Request(
        messages=(*system, *(one for one in read if isinstance(one, Message))),
        tools=tools.functions,
        settings=settings_of(body, "generation_config"),
        unknown=(
            *tools.unknown,
            *(one for one in read if isinstance(one, Unknown)),
            *_elsewhere(body),
        ),
        shape="contents",
    )


def _elsewhere(body: Mapping[str, Any]) -> Iterator[Unknown]:
    if body.get("previous_interaction_id"):
        key = "previous_interaction_id"
        yield Unknown(f"what `{key}` holds", "", (key,))


def _turns(given: Any) -> Iterator[Message | Unknown]:
    if isinstance(given, str):
        yield Message("user", (given,))
        return
    given = one_or_many(given)
    if not isinstance(given, list):
        raise BodyError(("input",), "input is a string, an object or a list")
    loose: list[Part] = []
    for i, item in enumerate(given):
        read = _item(object_of(item, ("input", i)), ("input", i))
        if isinstance(read, Message):
            yield read
        else:
            loose.append(read)
    if loose:
        yield Message("user", tuple(loose))


def _item(item: Mapping[str, Any], at: Location) -> Message | Part:
    kind = item.get("type")
    content = item.get("content")
    if str(kind) in _SPEAKERS or "role" in item:
        role: Role = _SPEAKERS.get(str(kind), "assistant" if item.get("role") == "model" else "user")
        parts = [content] if isinstance(content, str) else one_or_many(content) or []
        if not isinstance(parts, list):
            raise BodyError((*at, "content"), "content is a string, an object or a list")
        return Message(role, tuple(_part(part, (*at, "content", i)) for i, part in enumerate(parts)))
    if kind == "function_call":
        call = ToolCall(
            text_of(item, "name", at), as_json(item.get("arguments") or {}), optional_text(item, "id", at)
        )
        return Message("assistant", calls=(call,))
    if kind == "function_result":
        result = item.get("result")
        text = result if isinstance(result, str) else as_json(result)
        return Message("tool", (text,), name=optional_text(item, "name", at))
    return _part(item, at)


def _part(part: Any, at: Location) -> Part:
    if isinstance(part, str):
        return part
    part = object_of(part, at)
    kind = part.get("type")
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind in ("image", "audio", "video", "document"):
        return data_or_address(
            kind,
            part.get("data") or part.get("uri"),
            (*at, "data"),
            media_type=part.get("mime_type"),
            detail=part.get("resolution"),
        )
    return unknown(part, "parts", at)
