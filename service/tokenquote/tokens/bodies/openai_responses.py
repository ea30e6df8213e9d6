"""Read the body of OpenAI's Responses API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from tokenquote.tokens.bodies.content_parts import build_unknown, read_media, read_role
from tokenquote.tokens.bodies.json_members import (
    read_list,
    read_object,
    read_optional_text,
    read_text,
    select_members,
)
from tokenquote.tokens.bodies.schemas import read_json_schema, read_tools_member
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
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

__all__ = ["read_openai_responses"]

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}
_SETTINGS = ("parallel_tool_calls", "provider", "reasoning", "truncation")
# Members that name what the provider keeps: it is billed, and not in the body.
_STORED = ("previous_response_id", "conversation", "prompt")


def read_openai_responses(body: JsonObject) -> Request:
    """Read `instructions`, `input`, tools and the text format.

    Raises:
        BodyError: the body has no `input`, or a member of the wrong type.
    """
    if "input" not in body and not isinstance(body.get("messages"), list):
        raise BodyError(("input",), "an openai.responses body has `input`: a string or a list of items")
    tools = read_tools_member(_without_nested(body))
    stores = body.get("store") is not False
    items = _read_input(body.get("input", body.get("messages")), stores)
    read = [*_read_instructions(body), *_join_calls(items)]
    return Request(
        messages=tuple(item for item in read if isinstance(item, Message)),
        tools=tools.functions,
        schema=_read_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        json_mode=_text_format(body).get("type") == "json_object",
        settings=select_members(body, *_SETTINGS),
        unknown=(
            *tools.unknown,
            *(item for item in read if isinstance(item, Unknown)),
            *(Unknown(f"what `{key}` holds", "", (key,)) for key in _STORED if body.get(key)),
        ),
        shape="responses",
    )


def _without_nested(body: JsonObject) -> JsonObject:
    """Return the body with tools as this API reads them: of a tool in chat's form only the name outside.

    A tool without a name outside is left to the reader: the API refuses it.
    """
    tools = body.get("tools")
    if not isinstance(tools, list):
        return body
    return {**body, "tools": [_without_function(tool) for tool in tools]}


def _without_function(tool: object) -> object:
    if isinstance(tool, dict) and isinstance(tool.get("function"), dict) and "name" in tool:
        # It costs as much as one with an empty schema (81 of 96 recorded calls).
        return {"parameters": {}, **{key: value for key, value in tool.items() if key != "function"}}
    return tool


def _read_instructions(body: JsonObject) -> Iterator[Message]:
    # Empty instructions are no message (3 of 3 recorded calls of two repositories).
    if instructions := read_optional_text(body, "instructions", ()):
        yield Message("system", (instructions,))


def _join_calls(items: Iterable[Message | Unknown]) -> Iterator[Message | Unknown]:
    """Yield the items; calls that follow one another without a result become one answer."""
    for makes_calls, group in groupby(items, key=lambda item: isinstance(item, Message) and bool(item.calls)):
        if makes_calls:
            made = [call for item in group if isinstance(item, Message) for call in item.calls]
            yield Message("assistant", calls=tuple(made))
        else:
            yield from group


def _read_input(given: object, stores: bool) -> Iterator[Message | Unknown]:
    if given is None:
        return
    if isinstance(given, str):
        yield Message("user", (given,))
        return
    if not isinstance(given, list):
        raise BodyError(("input",), "input is a string or a list of items")
    for i, item in enumerate(given):
        read = _read_item(read_object(item, ("input", i), "an item is an object"), ("input", i), stores)
        if not _is_empty_answer(item):
            yield read


def _is_empty_answer(item: JsonObject) -> bool:
    """Return whether it is an answer with an empty list of parts, which is free (an empty text is not)."""
    return item.get("role") == "assistant" and item.get("content") == []


def _read_item(item: JsonObject, at: Location, stores: bool) -> Message | Unknown:
    kind = item.get("type", "message")
    if kind == "message":
        return Message(read_role(item, _ROLES, at), tuple(_read_parts(item.get("content"), (*at, "content"))))
    if kind in ("function_call", "custom_tool_call"):
        return _read_call(item, at, stores)
    if kind in ("function_call_output", "custom_tool_call_output"):
        parts = tuple(_read_parts(item.get("output"), (*at, "output")))
        return Message("tool", parts, call_id=read_optional_text(item, "call_id", at))
    if kind == "reasoning":
        return _read_reasoning(item, at)
    return build_unknown(item, "items", at)


def _read_call(item: JsonObject, at: Location, stores: bool) -> Message:
    arguments = item.get("arguments", item.get("input")) or ""
    if not isinstance(arguments, str):
        raise BodyError((*at, "arguments"), "arguments is a string of JSON")
    call = ToolCall(
        read_text(item, "name", at),
        arguments,
        read_optional_text(item, "call_id", at),
        stored=stores and bool(item.get("id")),
    )
    return Message("assistant", calls=(call,))


def _read_reasoning(item: JsonObject, at: Location) -> Message:
    """Read an item whose reasoning is sealed; its summary is what can be read."""
    written = [*read_list(item, "summary", at), *read_list(item, "content", at)]
    texts = [part.get("text") for part in written if isinstance(part, dict)]
    readable = "".join(text for text in texts if isinstance(text, str))
    return Message("assistant", reasoning=readable, hidden_reasoning=1)


def _read_parts(content: object, at: Location) -> Iterator[MessagePart]:
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
            yield _read_part(read_object(part, (*at, i), "a part is an object with `type`"), (*at, i))


def _read_part(part: JsonObject, at: Location) -> MessagePart:
    kind, text = part.get("type"), part.get("text")
    if isinstance(text, str) and kind in ("input_text", "output_text", "text", "summary_text"):
        return text
    if kind == "refusal" and isinstance(refusal := part.get("refusal"), str):
        return refusal
    if kind == "input_image":
        value = part.get("image_url") or part.get("file_id")
        stored = not part.get("image_url")
        return read_media("image", value, (*at, "image_url"), detail=part.get("detail"), stored=stored)
    if kind == "input_file":
        value = part.get("file_data") or part.get("file_url") or part.get("file_id")
        return read_media(
            "document",
            value,
            at,
            detail=part.get("detail"),
            name=part.get("filename"),
            stored=not (part.get("file_data") or part.get("file_url")),
        )
    if kind == "input_audio" and isinstance(audio := part.get("input_audio"), dict):
        return read_media("audio", audio.get("data"), at, media_type=audio.get("format"))
    return build_unknown(part, "parts", at)


def _text_format(body: JsonObject) -> JsonObject:
    text = body.get("text")
    wanted = text.get("format") if isinstance(text, dict) else None
    return wanted if isinstance(wanted, dict) else {}


def _read_schema(body: JsonObject) -> OutputSchema | None:
    wanted = _text_format(body)
    if wanted.get("type") != "json_schema":
        return None
    return read_json_schema(wanted, ("text", "format"))
