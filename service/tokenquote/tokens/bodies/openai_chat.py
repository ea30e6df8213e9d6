"""Read OpenAI's Chat Completions body, which most other providers accept as well, with their additions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tokenquote.tokens.bodies.content_parts import (
    build_unknown,
    read_agent,
    read_documents,
    read_media,
    read_role,
)
from tokenquote.tokens.bodies.json_members import (
    read_list,
    read_object,
    read_optional_text,
    select_members,
    to_json,
)
from tokenquote.tokens.bodies.schemas import read_json_schema, read_tools_member
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import (
    BodyError,
    JsonObject,
    Location,
    Media,
    MediaKind,
    Message,
    MessagePart,
    OutputSchema,
    Request,
    Role,
    ToolCall,
    Unknown,
)

__all__ = ["read_openai_chat", "read_output_schema"]

# `developer` is what `system` is called for reasoning models; both cost the same.
_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_PLAIN = frozenset({"role", "content"})
"""The members of most messages, which hold no more than a text."""
_SETTINGS = (
    "chat_template_kwargs",
    "enable_thinking",
    "include_reasoning",
    "options",
    "parallel_tool_calls",
    "prompt_mode",
    "provider",
    "reasoning",
    "reasoning_effort",
    "reasoning_format",
    "safe_prompt",
    "think",
    "thinking",
)


def read_openai_chat(body: JsonObject) -> Request:
    """Read `messages`, tools and the output format; sampling settings cost no input.

    Raises:
        BodyError: the body has no messages, or a member of the wrong type.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BodyError(("messages",), "an openai.chat body has a non-empty list `messages`")
    tools = read_tools_member(body)
    functions = read_tools_member(body, "functions")
    return Request(
        messages=tuple(_read_message(message, ("messages", i)) for i, message in enumerate(messages)),
        tools=(*tools.functions, *functions.functions),
        schema=read_output_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice", body.get("function_call"))),
        json_mode=_response_format(body).get("type") == "json_object" or body.get("format") == "json",
        settings=select_members(body, *_SETTINGS),
        unknown=(*tools.unknown, *functions.unknown, *read_documents(body), *read_agent(body)),
    )


def _read_message(item: object, at: Location) -> Message:
    message = read_object(item, at, "a message is an object with `role` and `content`")
    role = read_role(message, _ROLES, at)
    content = message.get("content")
    if isinstance(content, str) and message.keys() == _PLAIN:
        return Message(role, (content,))
    reasoning, sealed = _read_reasoning(message, at)
    return Message(
        role=role,
        parts=(
            *_leave_out_images(role, _read_parts(content, (*at, "content"))),
            *_read_tool_plan(message, at),
            *_leave_out_images(role, _read_images(message, at)),
        ),
        name=read_optional_text(message, "name", at),
        calls=tuple(_read_calls(message, at)),
        call_id=read_optional_text(message, "tool_call_id", at),
        reasoning=reasoning or "".join(_read_thinking(content)),
        hidden_reasoning=sealed,
    )


def _read_reasoning(message: JsonObject, at: Location) -> tuple[str, int]:
    """Return reasoning sent back under any of the names that hosts use, and how many blocks are sealed."""
    details = [detail for detail in read_list(message, "reasoning_details", at) if isinstance(detail, dict)]
    sealed = sum("data" in detail for detail in details)
    for key in ("reasoning_content", "reasoning"):
        stated = message.get(key)
        if isinstance(stated, str) and stated:
            return stated, sealed
    written = (detail.get(key) for detail in details for key in ("text", "summary"))
    return "".join(text for text in written if isinstance(text, str)), sealed


def _read_tool_plan(message: JsonObject, at: Location) -> Iterator[str]:
    """Yield what the model said before its calls, which Cohere keeps beside the content."""
    if plan := read_optional_text(message, "tool_plan", at):
        yield plan


def _read_images(message: JsonObject, at: Location) -> Iterator[MessagePart]:
    """Yield the images that Ollama's own chat and OpenRouter keep beside the content."""
    for i, data in enumerate(read_list(message, "images", at)):
        if isinstance(data, dict):  # an image that a model made, as OpenRouter gives it back
            yield _read_part({"type": "image_url", **data}, (*at, "images", i))
        else:
            yield read_media("image", data, (*at, "images", i))


def _leave_out_images(role: Role, parts: Iterable[MessagePart]) -> Iterator[MessagePart]:
    """Yield the parts; an image in an answer is named and costs nothing, for hosts leave it out."""
    for part in parts:
        if role == "assistant" and isinstance(part, Media) and part.kind == "image":
            yield Unknown("images in an answer, which hosts leave out", "", part.location)
        else:
            yield part


def _read_parts(content: object, at: Location) -> Iterator[MessagePart]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    if not isinstance(content, list):
        raise BodyError(at, "content is a string, null or a list of parts")
    for i, part in enumerate(content):
        if not (isinstance(part, dict) and part.get("type") == "thinking"):
            yield _read_part(part, (*at, i))


def _read_part(item: object, at: Location) -> MessagePart:
    if isinstance(item, str):
        return item
    part = read_object(item, at, "a part is a string or an object with `type`")
    kind, text = part.get("type"), part.get("text")
    if kind in ("text", "input_text", "output_text") and isinstance(text, str):
        return text
    if kind == "refusal" and isinstance(refusal := part.get("refusal"), str):
        return refusal
    if isinstance(kind, str) and kind in _MEDIA:
        return _read_media(part, kind, at)
    return build_unknown(part, "parts", at)


def _read_thinking(content: object) -> Iterator[str]:
    """Yield the texts of Mistral's thinking parts, each of which holds a string or a list of text parts."""
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, dict) or part.get("type") != "thinking":
            continue
        thinking = part.get("thinking")
        if isinstance(thinking, str):
            yield thinking
        for written in thinking if isinstance(thinking, list) else ():
            if isinstance(written, dict) and isinstance(written.get("text"), str):
                yield written["text"]


# The kind of medium by the part's type, which also names the member that holds it, and the members of that
# in which its data may be.
_MEDIA: Mapping[str, tuple[MediaKind, tuple[str, ...]]] = {
    "image_url": ("image", ("url",)),
    "input_image": ("image", ("url",)),
    "input_audio": ("audio", ("data", "url")),
    "audio_url": ("audio", ("url",)),
    "video_url": ("video", ("url",)),
    "input_video": ("video", ("url", "data")),
    "file": ("document", ("file_data", "file_id", "file_url")),
    "document_url": ("document", ("url",)),
}


def _read_media(part: JsonObject, part_type: str, at: Location) -> MessagePart:
    kind, members = _MEDIA[part_type]
    held = part.get(part_type, part.get("image_url") if kind == "image" else None)
    inner = held if isinstance(held, dict) else {members[0]: held}
    member = next((key for key in members if inner.get(key) is not None), None)
    if member is None and kind == "document":
        return build_unknown(part, "parts", at)
    return read_media(
        kind,
        inner.get(member or ""),
        (*at, part_type),
        stored=member == "file_id",
        media_type=inner.get("format"),
        detail=inner.get("detail", part.get("detail")),
        name=inner.get("filename", part.get("document_name")),
    )


def _read_calls(message: JsonObject, at: Location) -> Iterator[ToolCall]:
    calls: Sequence[object] = read_list(message, "tool_calls", at)
    if isinstance(message.get("function_call"), dict):  # before tools there was one call, without an id
        calls = [{"function": message["function_call"]}]
    for i, call in enumerate(calls):
        yield _read_call(call, (*at, "tool_calls", i))


def _read_call(call: object, at: Location) -> ToolCall:
    function = call.get("function", call.get("custom")) if isinstance(call, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict) or not isinstance(name, str):
        raise BodyError(at, "a call is {id, type: function, function: {name, arguments}}")
    arguments = function.get("arguments", function.get("input", ""))
    if isinstance(arguments, dict):  # Ollama sends an object
        arguments = to_json(arguments)
    if arguments is None:
        arguments = ""
    if not isinstance(arguments, str):
        raise BodyError((*at, "function", "arguments"), "arguments is a string of JSON")
    return ToolCall(name, arguments, read_optional_text(call, "id", at))


def _response_format(body: JsonObject) -> JsonObject:
    wanted = body.get("response_format")
    return wanted if isinstance(wanted, dict) else {}


def read_output_schema(body: JsonObject) -> OutputSchema | None:
    """Return the schema of `response_format`, or of Ollama's `format`; None: none is asked for.

    Raises:
        BodyError: what stands in place of the schema is none.
    """
    if isinstance(schema := body.get("format"), dict):  # Ollama's own chat
        return OutputSchema("", "", schema)
    wanted = _response_format(body)
    if wanted.get("type") not in ("json_schema", "json_object"):
        return None
    wrapper = wanted.get("json_schema", wanted.get("schema"))
    if wrapper is None and wanted["type"] == "json_object":
        return None
    return read_json_schema(wrapper, ("response_format", "json_schema"))
