"""Anthropic's Messages body."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.native.content_parts import not_offered, picture, text_of, tools_of
from tokenquote.tokens.native.errors import BodyError, Location
from tokenquote.tokens.request import Message, Picture, Request, ToolCall

__all__ = ["read_anthropic_messages"]

_COUNTED = "text, image, tool_use and tool_result"


def read_anthropic_messages(body: Mapping[str, Any]) -> Request:
    """Read `system`, `messages` and `tools`; a user message with tool results becomes one message each."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "an anthropic.messages body has a non-empty list `messages`")
    read = [one for i, message in enumerate(messages) for one in _messages(message, ("messages", i))]
    return Request(messages=(*_system(body.get("system")), *read), tools=tools_of(body))


def _system(system: Any) -> Iterator[Message]:
    if system is None:
        return
    if isinstance(system, str):
        yield Message("system", (system,))
        return
    if not isinstance(system, list):
        raise BodyError(("system",), "system is a string or a list of text blocks")
    yield Message(
        "system",
        tuple(text_of(_object(b, ("system", i)), "text", ("system", i)) for i, b in enumerate(system)),
    )


def _messages(message: Any, at: Location) -> Iterator[Message]:
    message = _object(message, at)
    role = message.get("role")
    if role not in ("user", "assistant"):
        raise BodyError((*at, "role"), "one of user, assistant")
    content = message.get("content")
    if isinstance(content, str):
        yield Message(role, (content,))
        return
    if not isinstance(content, list):
        raise BodyError((*at, "content"), "content is a string or a list of blocks")
    parts = [_block(block, (*at, "content", i)) for i, block in enumerate(content)]
    yield from (part for part in parts if isinstance(part, Message))
    spoken = Message(
        role,
        texts=tuple(part for part in parts if isinstance(part, str)),
        pictures=tuple(part for part in parts if isinstance(part, Picture)),
        calls=tuple(part for part in parts if isinstance(part, ToolCall)),
    )
    if spoken.texts or spoken.pictures or spoken.calls:
        yield spoken


def _block(block: Any, at: Location) -> str | Picture | ToolCall | Message:
    block = _object(block, at)
    kind = block.get("type")
    if kind == "text":
        return text_of(block, "text", at)
    if kind == "image":
        return _picture(block, at)
    if kind == "tool_use":
        arguments = json.dumps(block.get("input") or {}, separators=(",", ":"), ensure_ascii=False)
        return ToolCall(text_of(block, "name", at), arguments, str(block.get("id")))
    if kind == "tool_result":
        return _result(block, at)
    raise not_offered(at, f"blocks of type {str(kind)[:40]!r}", _COUNTED)


def _result(block: Mapping[str, Any], at: Location) -> Message:
    content = block.get("content")
    texts: list[str] = [content] if isinstance(content, str) else []
    pictures: list[Picture] = []
    for i, part in enumerate(content if isinstance(content, list) else ()):
        where = (*at, "content", i)
        part = _object(part, where)
        if part.get("type") == "text":
            texts.append(text_of(part, "text", where))
        elif part.get("type") == "image":
            pictures.append(_picture(part, where))
        else:
            raise not_offered(where, f"blocks of type {str(part.get('type'))[:40]!r}", "text and image")
    return Message("tool", tuple(texts), tuple(pictures), call_id=str(block.get("tool_use_id")))


def _picture(block: Mapping[str, Any], at: Location) -> Picture:
    source = _object(block.get("source"), (*at, "source"))
    if source.get("type") != "base64":
        raise BodyError((*at, "source"), "addresses are never fetched; send the picture as base64 data")
    return picture(source.get("data"), None, (*at, "source", "data"))


def _object(value: Any, at: Location) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BodyError(at, "an object is expected")
    return value
