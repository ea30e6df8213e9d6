"""OpenAI's Chat Completions body, which most other providers accept as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokenquote.tokens.native.content_parts import not_offered, picture, text_of, tools_of
from tokenquote.tokens.native.errors import BodyError, Location
from tokenquote.tokens.request import Message, OutputSchema, Picture, Request, Role, ToolCall

__all__ = ["read_openai_chat"]

# `developer` is what `system` is called for reasoning models; both cost the same.
_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_SHAPES_OF_OTHERS = {
    "contents": "gemini.generateContent",
    "input": "openai.responses",
    "prompt": "openai.completions",
}


def read_openai_chat(body: Mapping[str, Any]) -> Request:
    """Read `messages`, `tools` and `response_format`; everything else in the body costs no input."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        looks_like = next((name for key, name in _SHAPES_OF_OTHERS.items() if key in body), None)
        hint = f"; this looks like {looks_like}" if looks_like else ""
        raise BodyError(("messages",), f"an openai.chat body has a non-empty list `messages`{hint}")
    if "system" in body:
        raise BodyError(
            ("system",), "openai.chat has no top-level `system`; this looks like anthropic.messages"
        )
    return Request(
        messages=tuple(_message(message, ("messages", i)) for i, message in enumerate(messages)),
        tools=(*tools_of(body), *tools_of(body, "functions")),
        schema=_schema(body),
        uncounted=tuple(_uncounted(body, messages)),
    )


def _uncounted(body: Mapping[str, Any], messages: Sequence[Any]) -> Iterator[str]:
    """What some providers bill and no rule here counts yet."""
    thinking = sum(isinstance(m, dict) and bool(m.get("reasoning_content")) for m in messages)
    if thinking:
        yield f"reasoning_content of {thinking} messages"
    if isinstance(body.get("tool_choice"), dict) or isinstance(body.get("function_call"), dict):
        yield "a named tool_choice"


def _message(message: Any, at: Location) -> Message:
    if not isinstance(message, dict):
        raise BodyError(at, "a message is an object with `role` and `content`")
    role = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BodyError((*at, "role"), f"one of {', '.join(_ROLES)}")
    parts = list(_parts(message.get("content"), (*at, "content")))
    return Message(
        role=_ROLES[role],
        texts=tuple(part for part in parts if isinstance(part, str)),
        pictures=tuple(part for part in parts if isinstance(part, Picture)),
        name=_optional_text(message, "name", at),
        calls=tuple(_calls(message, at)),
        call_id=_optional_text(message, "tool_call_id", at),
    )


def _parts(content: Any, at: Location) -> Iterator[str | Picture]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise BodyError(at, "content is a string, null or a list of parts")
    for i, part in enumerate(content):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in ("text", "refusal"):
            yield text_of(part, str(kind), (*at, i))
        elif kind == "image_url":
            image = part.get("image_url")
            image = image if isinstance(image, dict) else {"url": image}
            yield picture(image.get("url"), image.get("detail"), (*at, i, "image_url", "url"))
        else:
            raise not_offered((*at, i), f"parts of type {str(kind)[:40]!r}", "text and image_url")


def _calls(message: Mapping[str, Any], at: Location) -> Iterator[ToolCall]:
    calls = message.get("tool_calls") or []
    if isinstance(message.get("function_call"), dict):  # before tools there was one call, without an id
        calls = [{"function": message["function_call"]}]
    if not isinstance(calls, list):
        raise BodyError((*at, "tool_calls"), "tool_calls is a list")
    for i, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise BodyError(
                (*at, "tool_calls", i), "a call is {id, type: function, function: {name, arguments}}"
            )
        arguments = function.get("arguments", "")
        if not isinstance(arguments, str):
            raise BodyError((*at, "tool_calls", i, "function", "arguments"), "arguments is a string of JSON")
        yield ToolCall(function["name"], arguments, _optional_text(call, "id", (*at, "tool_calls", i)))


def _schema(body: Mapping[str, Any]) -> OutputSchema | None:
    response_format = body.get("response_format")
    if not isinstance(response_format, dict) or response_format.get("type") != "json_schema":
        return None
    wrapper = response_format.get("json_schema")
    if not isinstance(wrapper, dict) or not isinstance(wrapper.get("schema"), dict):
        raise BodyError(("response_format", "json_schema"), "json_schema is {name, schema: {...}}")
    return OutputSchema(
        str(wrapper.get("name", "")), str(wrapper.get("description") or ""), wrapper["schema"]
    )


def _optional_text(message: Mapping[str, Any], key: str, at: Location) -> str | None:
    value = message.get(key)
    if value is not None and not isinstance(value, str):
        raise BodyError((*at, key), f"{key} is a string")
    return value
