"""Read the body of Gemini's Interactions API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.tokens.bodies.content_parts import MEDIA_KINDS, build_unknown, read_media
from tokenquote.tokens.bodies.json_members import (
    read_object,
    read_optional_text,
    read_text,
    select_members,
    to_json,
    wrap_lone_object,
)
from tokenquote.tokens.bodies.schemas import read_tools_member
from tokenquote.tokens.request import (
    BodyError,
    JsonObject,
    Location,
    Message,
    MessagePart,
    Request,
    Role,
    ToolCall,
    Unknown,
)

__all__ = ["read_gemini_interactions"]

_ROLES: Mapping[str, Role] = {"user_input": "user", "model_output": "assistant"}


def read_gemini_interactions(body: JsonObject) -> Request:
    """Read `system_instruction`, `input` and `tools`.

    Raises:
        BodyError: the body has no `input`, or a member of the wrong type.
    """
    if "input" not in body:
        raise BodyError(("input",), "a gemini.interactions body has `input`: a string or a list")
    tools = read_tools_member(body)
    instruction = read_optional_text(body, "system_instruction", ())
    system = () if instruction is None else (Message("system", (instruction,)),)
    return Request(
        messages=(*system, *_read_input(body["input"])),
        tools=tools.functions,
        settings=select_members(body, "generation_config"),
        unknown=(*tools.unknown, *_find_stored(body)),
        shape="contents",
    )


def _find_stored(body: JsonObject) -> Iterator[Unknown]:
    """Yield the earlier interaction that Google keeps and that goes before the input."""
    if body.get("previous_interaction_id"):
        key = "previous_interaction_id"
        yield Unknown(f"what `{key}` holds", "", (key,))


def _read_input(given: object) -> Iterator[Message]:
    """Yield the messages; parts that stand outside any turn make a last message of the user."""
    if isinstance(given, str):
        yield Message("user", (given,))
        return
    items = wrap_lone_object(given)
    if not isinstance(items, list):
        raise BodyError(("input",), "input is a string, an object or a list")
    loose: list[MessagePart] = []
    for i, item in enumerate(items):
        read = _read_item(read_object(item, ("input", i)), ("input", i))
        if isinstance(read, Message):
            yield read
        else:
            loose.append(read)
    if loose:
        yield Message("user", tuple(loose))


def _read_item(item: JsonObject, at: Location) -> Message | MessagePart:
    kind = item.get("type")
    if str(kind) in _ROLES or "role" in item:
        return _read_turn(item, at)
    if kind == "function_call":
        arguments = to_json(item.get("arguments") or {})
        call = ToolCall(read_text(item, "name", at), arguments, read_optional_text(item, "id", at))
        return Message("assistant", calls=(call,))
    if kind == "function_result":
        result = item.get("result")
        text = result if isinstance(result, str) else to_json(result)
        return Message("tool", (text,), name=read_optional_text(item, "name", at))
    return _read_part(item, at)


def _read_turn(item: JsonObject, at: Location) -> Message:
    role: Role = _ROLES.get(str(item.get("type")), "assistant" if item.get("role") == "model" else "user")
    content = item.get("content")
    parts = [content] if isinstance(content, str) else wrap_lone_object(content) or []
    if not isinstance(parts, list):
        raise BodyError((*at, "content"), "content is a string, an object or a list")
    return Message(role, tuple(_read_part(part, (*at, "content", i)) for i, part in enumerate(parts)))


def _read_part(item: object, at: Location) -> MessagePart:
    if isinstance(item, str):
        return item
    part = read_object(item, at)
    kind, text = part.get("type"), part.get("text")
    if kind == "text" and isinstance(text, str):
        return text
    if isinstance(kind, str) and kind in MEDIA_KINDS:
        return read_media(
            MEDIA_KINDS[kind],
            part.get("data") or part.get("uri"),
            (*at, "data"),
            media_type=part.get("mime_type"),
            detail=part.get("resolution"),
        )
    return build_unknown(part, "parts", at)
