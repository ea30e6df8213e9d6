"""Read Bedrock's Converse body, which its token counter takes as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tokenquote.tokens.bodies.content_parts import (
    Block,
    SentReasoning,
    build_messages,
    build_unknown,
    read_media,
    read_role,
)
from tokenquote.tokens.bodies.json_members import (
    find_member,
    read_list,
    read_object,
    read_text,
    select_members,
    to_json,
)
from tokenquote.tokens.bodies.schemas import read_json_schema, read_tools_member
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
    DocumentText,
    JsonObject,
    Location,
    MediaKind,
    Message,
    MessagePart,
    OutputSchema,
    Request,
    Role,
    ToolCall,
)

__all__ = ["read_bedrock_converse"]

_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant"}
_KINDS: tuple[MediaKind, ...] = ("image", "document", "video", "audio")


def read_bedrock_converse(body: JsonObject) -> Request:
    """Read `system`, `messages`, `toolConfig` and `outputConfig`.

    Raises:
        BodyError: the body has no messages, or a member of the wrong type.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "a bedrock.converse body has a non-empty list `messages`")
    config = body.get("toolConfig")
    tools = read_tools_member(config if isinstance(config, dict) else {})
    extra = body.get("additionalModelRequestFields")
    return Request(
        messages=(
            *_read_system(read_list(body, "system")),
            *(
                message
                for i, item in enumerate(messages)
                for message in _read_messages(item, ("messages", i))
            ),
        ),
        tools=tools.functions,
        schema=_read_schema(body),
        tool_choice=read_tool_choice(find_member(config, "toolChoice")),
        settings=select_members(extra, "anthropic_beta", "thinking", "reasoning_config")
        if isinstance(extra, dict)
        else {},
        unknown=tools.unknown,
        shape="converse",
    )


def _read_schema(body: JsonObject) -> OutputSchema | None:
    wanted: object = body
    for key in ("outputConfig", "textFormat", "structure", "jsonSchema"):
        wanted = find_member(wanted, key)
    return None if wanted is None else read_json_schema(wanted, ("outputConfig", "textFormat"))


def _read_system(items: Iterable[object]) -> Iterator[Message]:
    blocks = [block for i, item in enumerate(items) for block in _read_block(item, ("system", i))]
    parts = tuple(block for block in blocks if not isinstance(block, (Message, ToolCall, SentReasoning)))
    if parts:
        yield Message("system", parts)


def _read_messages(item: object, at: Location) -> Iterator[Message]:
    message = read_object(item, at, "a message is an object with `role` and `content`")
    role = read_role(message, _ROLES, at)
    content = message.get("content")
    items = [{"text": content}] if isinstance(content, str) else read_list(message, "content", at)
    blocks = [block for i, item in enumerate(items) for block in _read_block(item, (*at, "content", i))]
    yield from build_messages(role, blocks)


def _read_block(item: object, at: Location) -> Iterator[Block]:
    """Yield the block, unless it only marks the end of a cached prefix."""
    block = read_object(item, at)
    if "cachePoint" in block:
        return
    if isinstance(text := block.get("text"), str):
        yield text
    elif isinstance(use := block.get("toolUse"), dict):
        arguments = to_json(use.get("input") or {})
        yield ToolCall(read_text(use, "name", at), arguments, str(use.get("toolUseId")))
    elif isinstance(result := block.get("toolResult"), dict):
        yield _read_result(result, (*at, "toolResult"))
    elif isinstance(reasoning := block.get("reasoningContent"), dict):
        written = find_member(find_member(reasoning, "reasoningText"), "text")
        yield SentReasoning(written if written and isinstance(written, str) else None)
    elif isinstance(guard := block.get("guardContent"), dict):
        guarded = find_member(find_member(guard, "text"), "text")
        yield guarded if isinstance(guarded, str) else build_unknown(block, "blocks", at)
    else:
        yield _read_media(block, at)


def _read_result(result: JsonObject, at: Location) -> Message:
    parts: list[MessagePart] = []
    for i, item in enumerate(read_list(result, "content", at)):
        where = (*at, "content", i)
        block = read_object(item, where)
        if isinstance(text := block.get("text"), str):
            parts.append(text)
        elif "json" in block:
            parts.append(to_json(block["json"]))
        else:
            parts.append(_read_media(block, where))
    failed = result.get("status") == "error"
    return Message("tool", tuple(parts), call_id=str(result.get("toolUseId")), failed=failed)


def _read_media(block: JsonObject, at: Location) -> MessagePart:
    """Read a block that is a medium; a document may hold its text instead of a file."""
    found = next(((kind, held) for kind in _KINDS if isinstance(held := block.get(kind), dict)), None)
    if found is None:
        return build_unknown({"type": next(iter(block), None), **block}, "blocks", at)
    kind, medium = found
    source = read_object(medium.get("source"), (*at, kind, "source"))
    value = source.get("bytes") or find_member(source.get("s3Location"), "uri")
    if kind == "document" and isinstance(text := source.get("text"), str):
        return DocumentText(text, str(medium.get("name") or ""))
    media = read_media(
        kind,
        value,
        (*at, kind, "source"),
        media_type=medium.get("format"),
        name=medium.get("name"),
    )
    cites = find_member(medium.get("citations"), "enabled") is True
    return replace(media, text_only=kind == "document" and not cites)
