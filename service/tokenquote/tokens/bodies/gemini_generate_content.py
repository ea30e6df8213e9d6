"""Read Gemini's generateContent body, in either spelling of its names (inlineData, inline_data)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tokenquote.tokens.bodies.content_parts import (
    MEDIA_KINDS,
    Block,
    SentReasoning,
    build_messages,
    build_unknown,
    read_media,
)
from tokenquote.tokens.bodies.json_members import (
    find_member,
    read_object,
    read_text,
    to_json,
    wrap_lone_object,
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

__all__ = ["read_gemini_count_tokens", "read_gemini_generate_content"]

_RESOLUTIONS = {
    "MEDIA_RESOLUTION_LOW": "low",
    "MEDIA_RESOLUTION_MEDIUM": "medium",
    "MEDIA_RESOLUTION_HIGH": "high",
    "MEDIA_RESOLUTION_ULTRA_HIGH": "ultra_high",
}
_DOCUMENTS = frozenset({"application/pdf", "text/plain"})


def read_gemini_count_tokens(body: JsonObject) -> Request:
    """Read the body of countTokens: that of generateContent, or it wrapped in `generateContentRequest`.

    Raises:
        BodyError: the body has no contents, or a member of the wrong type.
    """
    inner = find_member(body, "generateContentRequest", "generate_content_request")
    return read_gemini_generate_content(inner if isinstance(inner, dict) else body)


def read_gemini_generate_content(body: JsonObject) -> Request:
    """Read `systemInstruction`, `contents`, `tools` and the response schema.

    Raises:
        BodyError: the body has no contents, or a member of the wrong type.
    """
    contents = wrap_lone_object(body.get("contents"))
    if not isinstance(contents, list) or not contents:
        raise BodyError(("contents",), "a gemini.generateContent body has a non-empty list `contents`")
    config = find_member(body, "generationConfig", "generation_config")
    detail = _read_resolution(config, ("generationConfig",))
    messages = [
        message
        for i, content in enumerate(contents)
        for message in _read_messages(content, ("contents", i), detail=detail)
    ]
    instruction = find_member(body, "systemInstruction", "system_instruction")
    if instruction is not None:
        messages = [*_read_system(instruction, config), *messages]
    tools = read_tools_member({"tools": wrap_lone_object(body.get("tools"))})
    calling = find_member(
        find_member(body, "toolConfig", "tool_config"), "functionCallingConfig", "function_calling_config"
    )
    thinking = find_member(config, "thinkingConfig", "thinking_config")
    return Request(
        messages=tuple(messages),
        tools=tools.functions,
        schema=_read_schema(config),
        tool_choice=read_tool_choice(calling),
        json_mode=find_member(config, "responseMimeType", "response_mime_type") == "application/json",
        settings={"thinking": thinking} if thinking else {},
        unknown=(*tools.unknown, *_find_cached(body)),
        shape="contents",
    )


def _find_cached(body: JsonObject) -> Iterator[Unknown]:
    """Yield the cached content that Google keeps and that goes before the contents."""
    if find_member(body, "cachedContent", "cached_content"):
        yield Unknown("what `cachedContent` holds", "", ("cachedContent",))


def _read_schema(config: object) -> OutputSchema | None:
    keys = ("responseSchema", "response_schema", "responseJsonSchema", "response_json_schema")
    schema = find_member(config, *keys)
    if schema is None:
        return None
    read = read_json_schema({"schema": schema}, ("generationConfig", keys[0]))
    return replace(read, is_json_schema=find_member(config, *keys[:2]) is None)


def _read_system(instruction: object, config: object) -> list[Message]:
    """Read the system instruction. Google's SDK gives one that is a string a role before it sends it.

    `safetySettings` inside the configuration are arguments of that SDK: no body that is sent has them there.
    """
    if isinstance(instruction, str):
        return [Message("system", (instruction,))]
    read = _read_messages(instruction, ("systemInstruction",), role="system")
    if find_member(config, "safetySettings", "safety_settings") is not None:
        return [message._replace(states_role=not i) for i, message in enumerate(read)]
    return read


def _read_messages(
    content: object, at: Location, *, role: Role | None = None, detail: str | None = None
) -> list[Message]:
    """Read one content; `role` None: the one that it states. `detail`: the resolution of the whole body."""
    parts = wrap_lone_object(find_member(content, "parts"))
    if not isinstance(parts, list):
        raise BodyError(at, "a content is {role, parts: [...]}")
    speaker: Role = role or ("assistant" if find_member(content, "role") == "model" else "user")
    blocks = [_read_part(part, detail, (*at, "parts", i)) for i, part in enumerate(parts)]
    signatures = (find_member(part, "thoughtSignature", "thought_signature") for part in parts)
    sealed = [SentReasoning(None) for signature in signatures if isinstance(signature, str)]
    messages = build_messages(speaker, [*blocks, *sealed])
    stated = isinstance(find_member(content, "role"), str)
    return [message._replace(states_role=stated and not i) for i, message in enumerate(messages)]


def _read_part(item: object, detail: str | None, at: Location) -> Block:
    part = read_object(item, at, "a part is an object")
    if isinstance(text := part.get("text"), str):
        return SentReasoning(text) if part.get("thought") is True else text
    if isinstance(data := find_member(part, "inlineData", "inline_data"), dict):
        return _read_media(data, _read_resolution(part, at) or detail, (*at, "inlineData", "data"))
    if isinstance(data := find_member(part, "fileData", "file_data"), dict):
        return _read_media(data, _read_resolution(part, at) or detail, (*at, "fileData", "fileUri"))
    if isinstance(call := find_member(part, "functionCall", "function_call"), dict):
        return ToolCall(read_text(call, "name", at), to_json(call.get("args") or {}))
    if isinstance(result := find_member(part, "functionResponse", "function_response"), dict):
        return Message("tool", (to_json(result.get("response")),), name=read_text(result, "name", at))
    return build_unknown({"type": next(iter(part), None), **part}, "parts", at)


def _read_media(data: JsonObject, detail: str | None, at: Location) -> MessagePart:
    media_type = str(find_member(data, "mimeType", "mime_type") or "")
    kind = MEDIA_KINDS.get("document" if media_type in _DOCUMENTS else media_type.split("/", 1)[0])
    if kind is None:
        return build_unknown({"type": media_type or "inlineData", **data}, "inline data", at)
    value = data.get("data") or find_member(data, "fileUri", "file_uri")
    return read_media(kind, value, at, media_type=media_type, detail=detail)


def _read_resolution(members: object, at: Location) -> str | None:
    """Return the media resolution that the whole body or a part states, in the words of an image's detail."""
    stated = find_member(members, "mediaResolution", "media_resolution")
    level = stated.get("level") if isinstance(stated, dict) else stated
    if level is None or level == "MEDIA_RESOLUTION_UNSPECIFIED":
        return None
    if not isinstance(level, str) or level not in _RESOLUTIONS:
        raise BodyError((*at, "mediaResolution"), f"one of {', '.join(_RESOLUTIONS)}")
    return _RESOLUTIONS[level]
