"""Bedrock's Converse body, and the one of its token counter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.content_parts import Block, Thought, data_or_address, messages_of, unknown
from tokenquote.tokens.bodies.json_members import as_json, either, list_of, object_of, settings_of, text_of
from tokenquote.tokens.bodies.schemas import read_json_schema, tools_of
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import BodyError, Location, Message, OutputSchema, Part, Request, ToolCall

__all__ = ["read_bedrock_converse"]

_KINDS = ("image", "document", "video", "audio")


def read_bedrock_converse(body: Mapping[str, Any]) -> Request:
    """Read `system`, `messages`, `toolConfig` and `outputConfig`."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "a bedrock.converse body has a non-empty list `messages`")
    config = body.get("toolConfig")
    tools = tools_of(config if isinstance(config, dict) else {})
    extra = body.get("additionalModelRequestFields")
    return Request(
        messages=(
            *_system(list_of(body, "system")),
            *(one for i, message in enumerate(messages) for one in _messages(message, ("messages", i))),
        ),
        tools=tools.functions,
        schema=_schema(body),
        tool_choice=read_tool_choice(either(config, "toolChoice")),
        settings=settings_of(extra, "thinking", "reasoning_config") if isinstance(extra, dict) else {},
        unknown=tools.unknown,
        shape="converse",
    )


def _schema(body: Mapping[str, Any]) -> OutputSchema | None:
    wanted: Any = body
    for key in ("outputConfig", "textFormat", "structure", "jsonSchema"):
        wanted = either(wanted, key)
    return None if wanted is None else read_json_schema(wanted, ("outputConfig", "textFormat"))


def _system(blocks: Any) -> Iterator[Message]:
    read = [one for i, block in enumerate(blocks) for one in _block(block, ("system", i))]
    parts = tuple(one for one in read if not isinstance(one, (Message, ToolCall, Thought)))
    if parts:
        yield Message("system", parts)


def _messages(message: Any, at: Location) -> Iterator[Message]:
    message = object_of(message, at, "a message is an object with `role` and `content`")
    role = message.get("role")
    if role not in ("user", "assistant"):
        raise BodyError((*at, "role"), "one of user, assistant")
    content = message.get("content")
    blocks = [{"text": content}] if isinstance(content, str) else list_of(message, "content", at)
    read = [one for i, block in enumerate(blocks) for one in _block(block, (*at, "content", i))]
    yield from messages_of(role, read)


def _block(block: Any, at: Location) -> Iterator[Block]:
    block = object_of(block, at)
    if "cachePoint" in block:
        return
    if isinstance(block.get("text"), str):
        yield block["text"]
    elif isinstance(block.get("toolUse"), dict):
        use = block["toolUse"]
        yield ToolCall(text_of(use, "name", at), as_json(use.get("input") or {}), str(use.get("toolUseId")))
    elif isinstance(block.get("toolResult"), dict):
        yield _result(block["toolResult"], (*at, "toolResult"))
    elif isinstance(block.get("reasoningContent"), dict):
        written = either(block["reasoningContent"], "reasoningText")
        text = either(written, "text")
        yield Thought(text if text and isinstance(text, str) else None)
    elif isinstance(block.get("guardContent"), dict):
        guarded = either(either(block["guardContent"], "text"), "text")
        yield guarded if isinstance(guarded, str) else unknown(block, "blocks", at)
    else:
        yield _media(block, at)


def _result(result: Mapping[str, Any], at: Location) -> Message:
    parts: list[Part] = []
    for i, block in enumerate(list_of(result, "content", at)):
        where = (*at, "content", i)
        block = object_of(block, where)
        if isinstance(block.get("text"), str):
            parts.append(block["text"])
        elif "json" in block:
            parts.append(as_json(block["json"]))
        else:
            parts.append(_media(block, where))
    return Message("tool", tuple(parts), call_id=str(result.get("toolUseId")))


def _media(block: Mapping[str, Any], at: Location) -> Part:
    kind = next((kind for kind in _KINDS if isinstance(block.get(kind), dict)), None)
    if kind is None:
        return unknown({"type": next(iter(block), None), **block}, "blocks", at)
    medium = block[kind]
    source = object_of(medium.get("source"), (*at, kind, "source"))
    value = source.get("bytes") or either(source.get("s3Location"), "uri")
    if kind == "document" and isinstance(source.get("text"), str):
        return str(source["text"])
    return data_or_address(
        kind,  # type: ignore[arg-type]  # one of _KINDS
        value,
        (*at, kind, "source"),
        media_type=medium.get("format"),
        name=medium.get("name"),
    )
