"""OpenAI's Responses body."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from tokenquote.tokens.bodies.content_parts import data_or_address, unknown
from tokenquote.tokens.bodies.json_members import list_of, object_of, optional_text, settings_of, text_of
from tokenquote.tokens.bodies.schemas import read_json_schema, tools_of
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
    Location,
    Message,
    OutputSchema,
    Part,
    Request,
    Role,
    ToolCall,
    Unknown,
)

__all__ = ["read_openai_responses"]

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_SETTINGS = ("parallel_tool_calls", "reasoning", "truncation")
_ELSEWHERE = ("previous_response_id", "conversation", "prompt")
"""Members whose content lies on the provider's side."""


def read_openai_responses(body: Mapping[str, Any]) -> Request:
    """Read `instructions`, `input`, tools and the text format."""
    if "input" not in body and not isinstance(body.get("messages"), list):
        raise BodyError(("input",), "an openai.responses body has `input`: a string or a list of items")
    tools = tools_of(body)
    kept = body.get("store") is not False
    items = _items(body.get("input", body.get("messages")), kept)
    read = [*_instructions(body), *_made_together(items)]
    return Request(
        messages=tuple(one for one in read if isinstance(one, Message)),
        tools=tools.functions,
        schema=_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        json_mode=_text_format(body).get("type") == "json_object",
        settings=settings_of(body, *_SETTINGS),
        unknown=(
            *tools.unknown,
            *(one for one in read if isinstance(one, Unknown)),
            *(Unknown(f"what `{key}` holds", "", (key,)) for key in _ELSEWHERE if body.get(key)),
        ),
        shape="responses",
    )


def _instructions(body: Mapping[str, Any]) -> Iterator[Message]:
    instructions = optional_text(body, "instructions", ())
    if instructions is not None:
        yield Message("system", (instructions,))


def _made_together(items: Iterable[Message | Unknown]) -> Iterator[Message | Unknown]:
    """Calls that follow one another without a result were made by one answer."""
    for makes_calls, group in groupby(items, key=lambda item: isinstance(item, Message) and bool(item.calls)):
        if makes_calls:
            made = [call for item in group if isinstance(item, Message) for call in item.calls]
            yield Message("assistant", calls=tuple(made))
        else:
            yield from group


def _items(given: Any, kept: bool) -> Iterator[Message | Unknown]:
    if given is None:
        return
    if isinstance(given, str):
        yield Message("user", (given,))
        return
    if not isinstance(given, list):
        raise BodyError(("input",), "input is a string or a list of items")
    for i, item in enumerate(given):
        yield _item(object_of(item, ("input", i), "an item is an object"), ("input", i), kept)


def _item(item: Mapping[str, Any], at: Location, kept: bool) -> Message | Unknown:
    kind = item.get("type", "message")
    if kind == "message":
        return _message(item, at)
    if kind in ("function_call", "custom_tool_call"):
        arguments = item.get("arguments", item.get("input")) or ""
        if not isinstance(arguments, str):
            raise BodyError((*at, "arguments"), "arguments is a string of JSON")
        call = ToolCall(
            text_of(item, "name", at),
            arguments,
            optional_text(item, "call_id", at),
            stored=kept and bool(item.get("id")),
        )
        return Message("assistant", calls=(call,))
    if kind in ("function_call_output", "custom_tool_call_output"):
        parts = tuple(_parts(item.get("output"), (*at, "output")))
        return Message("tool", parts, call_id=optional_text(item, "call_id", at))
    if kind == "reasoning":
        return _reasoning(item, at)
    return unknown(item, "items", at)


def _message(item: Mapping[str, Any], at: Location) -> Message:
    role = item.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        raise BodyError((*at, "role"), f"one of {', '.join(_ROLES)}")
    return Message(_ROLES[role], tuple(_parts(item.get("content"), (*at, "content"))))


def _reasoning(item: Mapping[str, Any], at: Location) -> Message:
    """Thoughts are sealed; their summary is what can be read."""
    written = [*list_of(item, "summary", at), *list_of(item, "content", at)]
    texts = [one["text"] for one in written if isinstance(one, dict) and isinstance(one.get("text"), str)]
    return Message("assistant", reasoning="".join(texts), hidden_reasoning=1)


def _parts(content: Any, at: Location) -> Iterator[Part]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise BodyError(at, "content is a string or a list of parts")
    for i, part in enumerate(content):
        if isinstance(part, str):
            yield part
        else:
            yield _part(object_of(part, (*at, i), "a part is an object with `type`"), (*at, i))


def _part(part: Mapping[str, Any], at: Location) -> Part:
    kind = part.get("type")
    if isinstance(part.get("text"), str) and kind in ("input_text", "output_text", "text", "summary_text"):
        return str(part["text"])
    if kind == "refusal" and isinstance(part.get("refusal"), str):
        return str(part["refusal"])
    if kind == "input_image":
        value = part.get("image_url") or part.get("file_id")
        stored = not part.get("image_url")
        return data_or_address("image", value, (*at, "image_url"), detail=part.get("detail"), stored=stored)
    if kind == "input_file":
        value = part.get("file_data") or part.get("file_url") or part.get("file_id")
        return data_or_address(
            "document",
            value,
            at,
            detail=part.get("detail"),
            name=part.get("filename"),
            stored=not (part.get("file_data") or part.get("file_url")),
        )
    if kind == "input_audio" and isinstance(part.get("input_audio"), dict):
        audio = part["input_audio"]
        return data_or_address("audio", audio.get("data"), at, media_type=audio.get("format"))
    return unknown(part, "parts", at)


def _text_format(body: Mapping[str, Any]) -> Mapping[str, Any]:
    text = body.get("text")
    wanted = text.get("format") if isinstance(text, dict) else None
    return wanted if isinstance(wanted, dict) else {}


def _schema(body: Mapping[str, Any]) -> OutputSchema | None:
    wanted = _text_format(body)
    if wanted.get("type") != "json_schema":
        return None
    return read_json_schema(wanted, ("text", "format"))
