"""Anthropic's Messages body, on every api that takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.content_parts import (
    Block,
    Thought,
    data_or_address,
    messages_of,
    text_parts,
    unknown,
)
from tokenquote.tokens.bodies.json_members import as_json, object_of, optional_text, settings_of, text_of
from tokenquote.tokens.bodies.schemas import read_json_schema, tools_of
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
    Location,
    Message,
    OutputSchema,
    Part,
    Request,
    ToolCall,
    Unknown,
)

__all__ = ["read_anthropic_messages"]

_SETTINGS = ("context_management", "thinking")


def read_anthropic_messages(body: Mapping[str, Any]) -> Request:
    """Read `system`, `messages` and `tools`; a user message with tool results becomes one message each."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "an anthropic.messages body has a non-empty list `messages`")
    read = [one for i, message in enumerate(messages) for one in _messages(message, ("messages", i))]
    tools = tools_of(body)
    return Request(
        messages=(*_system(body.get("system")), *read),
        tools=tools.functions,
        schema=_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        settings=settings_of(body, *_SETTINGS) | _one_call_at_a_time(body.get("tool_choice")),
        unknown=(*tools.unknown, *_elsewhere(body)),
        shape="messages",
    )


def _elsewhere(body: Mapping[str, Any]) -> Iterator[Unknown]:
    """Definitions and prompts that Anthropic fetches: they are billed, and cannot be seen from here."""
    if body.get("mcp_servers"):
        yield Unknown("the tools of `mcp_servers`", "", ("mcp_servers",))
    container = body.get("container")
    if isinstance(container, dict) and container.get("skills"):
        yield Unknown("the skills of `container`", "", ("container", "skills"))


def _one_call_at_a_time(choice: Any) -> dict[str, Any]:
    """`disable_parallel_tool_use`, as OpenAI's `parallel_tool_calls`: it changes the hidden tool prompt."""
    forbidden = isinstance(choice, dict) and choice.get("disable_parallel_tool_use") is True
    return {"parallel_tool_calls": False} if forbidden else {}


def _schema(body: Mapping[str, Any]) -> OutputSchema | None:
    config = body.get("output_config")
    wanted = body.get("output_format") or (config.get("format") if isinstance(config, dict) else None)
    if not isinstance(wanted, dict) or wanted.get("type") != "json_schema":
        return None
    return read_json_schema(wanted, ("output_format",))


def _system(system: Any) -> Iterator[Message]:
    if system is not None:
        yield Message("system", tuple(text_parts(system, ("system",))))


def _messages(message: Any, at: Location) -> Iterator[Message]:
    message = object_of(message, at, "a message is an object with `role` and `content`")
    role = message.get("role")
    if role not in ("user", "assistant", "system"):
        raise BodyError((*at, "role"), "one of user, assistant, system")
    content = message.get("content")
    if isinstance(content, str):
        yield Message(role, (content,))
        return
    if not isinstance(content, list):
        raise BodyError((*at, "content"), "content is a string or a list of blocks")
    yield from messages_of(role, [_block(block, (*at, "content", i)) for i, block in enumerate(content)])


def _block(block: Any, at: Location) -> Block:
    block = object_of(block, at)
    kind = block.get("type")
    if kind == "text":
        return text_of(block, "text", at)
    if kind == "image" or kind == "document":
        return _media(block, at)
    if kind == "tool_use":
        arguments = as_json(block.get("input") or {})
        return ToolCall(text_of(block, "name", at), arguments, str(block.get("id")))
    if kind == "tool_result":
        return Message(
            "tool", tuple(_result(block.get("content"), at)), call_id=str(block.get("tool_use_id"))
        )
    if kind == "thinking":
        return Thought(optional_text(block, "thinking", at) or None)
    if kind == "redacted_thinking":
        return Thought(None)
    return unknown(block, "blocks", at)


def _result(content: Any, at: Location) -> Iterator[Part]:
    if not isinstance(content, list):
        yield from text_parts(content, (*at, "content"))
        return
    for i, part in enumerate(content):
        where = (*at, "content", i)
        part = object_of(part, where)
        if part.get("type") == "text":
            yield text_of(part, "text", where)
        elif part.get("type") in ("image", "document"):
            yield _media(part, where)
        else:
            yield unknown(part, "blocks", where)


def _media(block: Mapping[str, Any], at: Location) -> Part:
    source = object_of(block.get("source"), (*at, "source"))
    kind = block["type"]
    if kind == "document" and source.get("type") == "text":
        return text_of(source, "data", (*at, "source"))
    if kind == "document" and source.get("type") == "content":
        return unknown(block, "blocks", at)
    value = source.get("data") or source.get("url") or source.get("file_id")
    if value is not None and source.get("type") == "file":
        value = f"file-{value}"
    return data_or_address(
        kind, value, (*at, "source", "data"), media_type=source.get("media_type"), name=block.get("title")
    )
