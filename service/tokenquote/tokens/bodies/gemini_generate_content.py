"""Gemini's generateContent body, in either spelling of its names (inlineData, inline_data)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.content_parts import Block, Thought, data_or_address, messages_of, unknown
from tokenquote.tokens.bodies.json_members import as_json, either, object_of, one_or_many, text_of
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

__all__ = ["read_gemini_count_tokens", "read_gemini_generate_content"]

_RESOLUTIONS = {
    "MEDIA_RESOLUTION_LOW": "low",
    "MEDIA_RESOLUTION_MEDIUM": "medium",
    "MEDIA_RESOLUTION_HIGH": "high",
    "MEDIA_RESOLUTION_ULTRA_HIGH": "ultra_high",
}
_DOCUMENTS = frozenset({"application/pdf", "text/plain"})


def read_gemini_count_tokens(body: Mapping[str, Any]) -> Request:
    """The body of countTokens: the same, or wrapped in `generateContentRequest`."""
    inner = either(body, "generateContentRequest", "generate_content_request")
    return read_gemini_generate_content(inner if isinstance(inner, dict) else body)


def read_gemini_generate_content(body: Mapping[str, Any]) -> Request:
    """Read `systemInstruction`, `contents`, `tools` and the response schema."""
    contents = one_or_many(body.get("contents"))
    if not isinstance(contents, list) or not contents:
        raise BodyError(("contents",), "a gemini.generateContent body has a non-empty list `contents`")
    config = either(body, "generationConfig", "generation_config")
    detail = _resolution(config, ("generationConfig",))
    messages = [
        message
        for i, content in enumerate(contents)
        for message in _messages(content, ("contents", i), detail=detail)
    ]
    instruction = either(body, "systemInstruction", "system_instruction")
    if instruction is not None:
        messages = [*_system(instruction), *messages]
    tools = tools_of({"tools": one_or_many(body.get("tools"))})
    calling = either(body, "toolConfig", "tool_config")
    return Request(
        messages=tuple(messages),
        tools=tools.functions,
        schema=_schema(config),
        tool_choice=read_tool_choice(either(calling, "functionCallingConfig", "function_calling_config")),
        json_mode=either(config, "responseMimeType", "response_mime_type") == "application/json",
        settings={"thinking": thinking} if (thinking := _thinking(config)) else {},
        unknown=(*tools.unknown, *_cached(body)),
        shape="contents",
    )


def _cached(body: Mapping[str, Any]) -> Iterator[Unknown]:
    if either(body, "cachedContent", "cached_content"):
        yield Unknown("what `cachedContent` holds", "", ("cachedContent",))


def _thinking(config: Any) -> Any:
    return either(config, "thinkingConfig", "thinking_config")


def _schema(config: Any) -> OutputSchema | None:
    keys = ("responseSchema", "response_schema", "responseJsonSchema", "response_json_schema")
    schema = either(config, *keys)
    return None if schema is None else read_json_schema({"schema": schema}, ("generationConfig", keys[0]))


def _system(instruction: Any) -> list[Message]:
    if isinstance(instruction, str):
        return [Message("system", (instruction,))]
    return _messages(instruction, ("systemInstruction",), role="system")


def _messages(
    content: Any, at: Location, *, role: Role | None = None, detail: str | None = None
) -> list[Message]:
    given = one_or_many(either(content, "parts"))
    if not isinstance(given, list):
        raise BodyError(at, "a content is {role, parts: [...]}")
    speaker: Role = role or ("assistant" if content.get("role") == "model" else "user")
    read = [_part(part, detail, (*at, "parts", i)) for i, part in enumerate(given)]
    signatures = (either(part, "thoughtSignature", "thought_signature") for part in given)
    sealed = [Thought(None) for signature in signatures if isinstance(signature, str)]
    return [*messages_of(speaker, [*read, *sealed])]


def _part(part: Any, detail: str | None, at: Location) -> Block:
    part = object_of(part, at, "a part is an object")
    if isinstance(part.get("text"), str):
        return Thought(part["text"]) if part.get("thought") is True else str(part["text"])
    if isinstance(data := either(part, "inlineData", "inline_data"), dict):
        return _media(data, _resolution(part, at) or detail, (*at, "inlineData", "data"))
    if isinstance(data := either(part, "fileData", "file_data"), dict):
        return _media(data, _resolution(part, at) or detail, (*at, "fileData", "fileUri"))
    if isinstance(call := either(part, "functionCall", "function_call"), dict):
        return ToolCall(text_of(call, "name", at), as_json(call.get("args") or {}))
    if isinstance(result := either(part, "functionResponse", "function_response"), dict):
        return Message("tool", (as_json(result.get("response")),), name=text_of(result, "name", at))
    return unknown({"type": next(iter(part), None), **part}, "parts", at)


def _media(data: Mapping[str, Any], detail: str | None, at: Location) -> Part:
    media_type = str(either(data, "mimeType", "mime_type") or "")
    kind = "document" if media_type in _DOCUMENTS else media_type.split("/", 1)[0]
    if kind not in ("image", "audio", "video", "document"):
        return unknown({"type": media_type or "inlineData", **data}, "inline data", at)
    value = data.get("data") or either(data, "fileUri", "file_uri")
    return data_or_address(
        kind,  # type: ignore[arg-type]  # one of the four words, tested above
        value,
        at,
        media_type=media_type,
        detail=detail,
    )


def _resolution(members: Any, at: Location) -> str | None:
    """The media resolution of the whole body or of one part, as a picture's detail."""
    stated = either(members, "mediaResolution", "media_resolution")
    level = stated.get("level") if isinstance(stated, dict) else stated
    if level is None or level == "MEDIA_RESOLUTION_UNSPECIFIED":
        return None
    if not isinstance(level, str) or level not in _RESOLUTIONS:
        raise BodyError((*at, "mediaResolution"), f"one of {', '.join(_RESOLUTIONS)}")
    return _RESOLUTIONS[level]
