"""Read Anthropic's Messages body, on every API that takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.tokens.bodies.content_parts import (
    Block,
    SentReasoning,
    build_messages,
    build_unknown,
    read_media,
    read_role,
    read_text_parts,
)
from tokenquote.tokens.bodies.json_members import (
    read_object,
    read_optional_text,
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
    Message,
    MessagePart,
    OutputSchema,
    Request,
    Role,
    ToolCall,
    Unknown,
)

__all__ = ["read_anthropic_messages"]

_ROLES: Mapping[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_SETTINGS = ("anthropic_beta", "context_management", "thinking")


def read_anthropic_messages(body: JsonObject) -> Request:
    """Read `system`, `messages` and `tools`; each tool result in a user message becomes a message.

    Raises:
        BodyError: the body has no messages, or a member of the wrong type.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "an anthropic.messages body has a non-empty list `messages`")
    conversation = [
        message for i, item in enumerate(messages) for message in _read_messages(item, ("messages", i))
    ]
    tools = read_tools_member(body)
    return Request(
        messages=(*_read_system(body.get("system")), *conversation),
        tools=tools.functions,
        schema=_read_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        settings=select_members(body, *_SETTINGS) | _read_parallel_calls(body.get("tool_choice")),
        unknown=(*tools.unknown, *_find_fetched(body)),
        shape="messages",
    )


def _find_fetched(body: JsonObject) -> Iterator[Unknown]:
    """Yield the definitions and prompts that Anthropic fetches: they are billed, and not in the body."""
    if body.get("mcp_servers"):
        yield Unknown("the tools of `mcp_servers`", "", ("mcp_servers",))
    container = body.get("container")
    if isinstance(container, dict) and container.get("skills"):
        yield Unknown("the skills of `container`", "", ("container", "skills"))


def _read_parallel_calls(choice: object) -> dict[str, object]:
    """Return `disable_parallel_tool_use` under OpenAI's name: it changes the hidden tool prompt."""
    forbidden = isinstance(choice, dict) and choice.get("disable_parallel_tool_use") is True
    return {"parallel_tool_calls": False} if forbidden else {}


def _read_schema(body: JsonObject) -> OutputSchema | None:
    config = body.get("output_config")
    wanted = body.get("output_format") or (config.get("format") if isinstance(config, dict) else None)
    if not isinstance(wanted, dict) or wanted.get("type") != "json_schema":
        return None
    return read_json_schema(wanted, ("output_format",))


def _read_system(system: object) -> Iterator[Message]:
    if system is not None:
        yield Message("system", tuple(read_text_parts(system, ("system",))))


def _read_messages(item: object, at: Location) -> Iterator[Message]:
    message = read_object(item, at, "a message is an object with `role` and `content`")
    role = read_role(message, _ROLES, at)
    content = message.get("content")
    if isinstance(content, str):
        yield Message(role, (content,))
        return
    if not isinstance(content, list):
        raise BodyError((*at, "content"), "content is a string or a list of blocks")
    blocks = [_read_block(block, (*at, "content", i)) for i, block in enumerate(content)]
    yield from build_messages(role, blocks)


def _read_block(item: object, at: Location) -> Block:
    block = read_object(item, at)
    kind = block.get("type")
    if kind == "text":
        return read_text(block, "text", at)
    if kind == "image" or kind == "document":
        return _read_media(block, at)
    if kind == "tool_use":
        arguments = to_json(block.get("input") or {})
        return ToolCall(read_text(block, "name", at), arguments, str(block.get("id")))
    if kind == "tool_result":
        parts = tuple(_read_result(block.get("content"), at))
        failed = block.get("is_error") is True
        return Message("tool", parts, call_id=str(block.get("tool_use_id")), failed=failed)
    if kind == "thinking":
        return SentReasoning(read_optional_text(block, "thinking", at) or None)
    if kind == "redacted_thinking":
        return SentReasoning(None)
    return build_unknown(block, "blocks", at)


def _read_result(content: object, at: Location) -> Iterator[MessagePart]:
    if not isinstance(content, list):
        yield from read_text_parts(content, (*at, "content"))
        return
    for i, item in enumerate(content):
        where = (*at, "content", i)
        part = read_object(item, where)
        if part.get("type") == "text":
            yield read_text(part, "text", where)
        elif part.get("type") in ("image", "document"):
            yield _read_media(part, where)
        else:
            yield build_unknown(part, "blocks", where)


def _read_media(block: JsonObject, at: Location) -> MessagePart:
    """Read a block of type `image` or `document`; a document may hold its text instead of a file."""
    source = read_object(block.get("source"), (*at, "source"))
    is_document = block["type"] == "document"
    if is_document and source.get("type") == "text":
        title = block.get("title")
        text = read_text(source, "data", (*at, "source"))
        return DocumentText(text, title if isinstance(title, str) else "")
    if is_document and source.get("type") == "content":
        return build_unknown(block, "blocks", at)
    value = source.get("data") or source.get("url") or source.get("file_id")
    if value is not None and source.get("type") == "file":
        value = f"file-{value}"
    return read_media(
        "document" if is_document else "image",
        value,
        (*at, "source", "data"),
        media_type=source.get("media_type"),
        name=block.get("title"),
    )
