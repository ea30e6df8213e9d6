"""OpenAI's Chat Completions body, which most other providers accept as well, with their additions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokenquote.tokens.bodies.content_parts import data_or_address, unknown
from tokenquote.tokens.bodies.json_members import as_json, list_of, object_of, optional_text, settings_of
from tokenquote.tokens.bodies.schemas import read_json_schema, tools_of
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
    Location,
    Media,
    Message,
    OutputSchema,
    Part,
    Request,
    Role,
    ToolCall,
    Unknown,
)

__all__ = ["documents_of", "output_schema_of", "read_openai_chat"]

# `developer` is what `system` is called for reasoning models; both cost the same.
_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_SETTINGS = (
    "chat_template_kwargs",
    "enable_thinking",
    "include_reasoning",
    "options",
    "parallel_tool_calls",
    "prompt_mode",
    "reasoning",
    "reasoning_effort",
    "reasoning_format",
    "safe_prompt",
    "think",
    "thinking",
)


def read_openai_chat(body: Mapping[str, Any]) -> Request:
    """Read `messages`, tools and the output format; sampling settings cost no input."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "an openai.chat body has a non-empty list `messages`")
    tools = tools_of(body)
    functions = tools_of(body, "functions")
    return Request(
        messages=tuple(_message(message, ("messages", i)) for i, message in enumerate(messages)),
        tools=(*tools.functions, *functions.functions),
        schema=output_schema_of(body),
        tool_choice=read_tool_choice(body.get("tool_choice", body.get("function_call"))),
        json_mode=_kind_of_format(body) == "json_object" or body.get("format") == "json",
        settings=settings_of(body, *_SETTINGS),
        unknown=(*tools.unknown, *functions.unknown, *documents_of(body)),
    )


def documents_of(body: Mapping[str, Any]) -> Iterator[Unknown]:
    """Cohere's `documents`: passages that it puts before the conversation."""
    for i, document in enumerate(list_of(body, "documents")):
        yield unknown(document, "documents", ("documents", i))


def _message(message: Any, at: Location) -> Message:
    message = object_of(message, at, "a message is an object with `role` and `content`")
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BodyError((*at, "role"), f"one of {', '.join(_ROLES)}")
    thoughts, hidden = _reasoning(message, at)
    return Message(
        role=_ROLES[role],
        parts=(
            *_parts(message.get("content"), (*at, "content")),
            *_plan(message, at),
            *_pictures(message, at),
        ),
        name=optional_text(message, "name", at),
        calls=tuple(_calls(message, at)),
        call_id=optional_text(message, "tool_call_id", at),
        reasoning=thoughts or "".join(_thoughts(message.get("content"))),
        hidden_reasoning=hidden,
    )


def _reasoning(message: Mapping[str, Any], at: Location) -> tuple[str, int]:
    """Thoughts sent back under any of the names that hosts use, and how many are sealed."""
    details = [one for one in list_of(message, "reasoning_details", at) if isinstance(one, dict)]
    for key in ("reasoning_content", "reasoning"):
        if isinstance(message.get(key), str) and message[key]:
            return message[key], sum("data" in one for one in details)
    texts = [one[key] for one in details for key in ("text", "summary") if isinstance(one.get(key), str)]
    return "".join(texts), sum("data" in one for one in details)


def _plan(message: Mapping[str, Any], at: Location) -> Iterator[str]:
    """Cohere keeps what the model said before its calls beside the content."""
    if plan := optional_text(message, "tool_plan", at):
        yield plan


def _pictures(message: Mapping[str, Any], at: Location) -> Iterator[Media]:
    """Ollama's own chat keeps pictures beside the content."""
    for i, data in enumerate(list_of(message, "images", at)):
        yield data_or_address("image", data, (*at, "images", i))


def _parts(content: Any, at: Location) -> Iterator[Part]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise BodyError(at, "content is a string, null or a list of parts")
    for i, part in enumerate(content):
        if not _is_thinking(part):
            yield _part(part, (*at, i))


def _part(part: Any, at: Location) -> Part:
    if isinstance(part, str):
        return part
    part = object_of(part, at, "a part is a string or an object with `type`")
    kind = part.get("type")
    if kind in ("text", "input_text", "output_text") and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind == "refusal" and isinstance(part.get("refusal"), str):
        return str(part["refusal"])
    if isinstance(kind, str) and kind in _MEDIA:
        return _media(part, kind, at)
    return unknown(part, "parts", at)


def _is_thinking(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "thinking"


def _thoughts(content: Any) -> Iterator[str]:
    """Mistral's thinking parts: each a string, or a list of text parts."""
    for part in filter(_is_thinking, content if isinstance(content, list) else ()):
        thinking = part.get("thinking")
        if isinstance(thinking, str):
            yield thinking
        for one in thinking if isinstance(thinking, list) else ():
            if isinstance(one, dict) and isinstance(one.get("text"), str):
                yield one["text"]


# The part's member that holds it, and where in that its data may be.
_MEDIA: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "image_url": ("image", ("url",)),
    "input_image": ("image", ("url",)),
    "input_audio": ("audio", ("data", "url")),
    "audio_url": ("audio", ("url",)),
    "video_url": ("video", ("url",)),
    "input_video": ("video", ("url", "data")),
    "file": ("document", ("file_data", "file_id", "file_url")),
    "document_url": ("document", ("url",)),
}


def _media(part: Mapping[str, Any], kind: str, at: Location) -> Part:
    medium, members = _MEDIA[kind]
    held = part.get(kind, part.get("image_url") if medium == "image" else None)
    inner = held if isinstance(held, dict) else {members[0]: held}
    member = next((key for key in members if inner.get(key) is not None), None)
    if member is None and medium == "document":
        return unknown(part, "parts", at)
    return data_or_address(
        medium,  # type: ignore[arg-type]  # the table above holds the four words
        inner.get(member or ""),
        (*at, kind),
        stored=member == "file_id",
        media_type=inner.get("format"),
        detail=inner.get("detail", part.get("detail")),
        name=inner.get("filename", part.get("document_name")),
    )


def _calls(message: Mapping[str, Any], at: Location) -> Iterator[ToolCall]:
    calls: Sequence[Any] = list_of(message, "tool_calls", at)
    if isinstance(message.get("function_call"), dict):  # before tools there was one call, without an id
        calls = [{"function": message["function_call"]}]
    for i, call in enumerate(calls):
        yield _call(call, (*at, "tool_calls", i))


def _call(call: Any, at: Location) -> ToolCall:
    function = call.get("function", call.get("custom")) if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise BodyError(at, "a call is {id, type: function, function: {name, arguments}}")
    arguments = function.get("arguments", function.get("input", ""))
    if isinstance(arguments, dict):  # Ollama sends an object
        arguments = as_json(arguments)
    if arguments is None:
        arguments = ""
    if not isinstance(arguments, str):
        raise BodyError((*at, "function", "arguments"), "arguments is a string of JSON")
    return ToolCall(function["name"], arguments, optional_text(call, "id", at))


def _kind_of_format(body: Mapping[str, Any]) -> Any:
    wanted = body.get("response_format")
    return wanted.get("type") if isinstance(wanted, dict) else None


def output_schema_of(body: Mapping[str, Any]) -> OutputSchema | None:
    """The schema of `response_format`, or of Ollama's `format`."""
    if isinstance(body.get("format"), dict):  # Ollama's own chat
        return OutputSchema("", "", body["format"])
    if _kind_of_format(body) not in ("json_schema", "json_object"):
        return None
    wanted = body["response_format"]
    wrapper = wanted.get("json_schema", wanted.get("schema"))
    if wrapper is None and wanted["type"] == "json_object":
        return None
    return read_json_schema(wrapper, ("response_format", "json_schema"))
