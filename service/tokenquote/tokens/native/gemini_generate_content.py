"""Gemini's generateContent body, in either spelling of its names (inlineData, inline_data)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tokenquote.tokens.native.content_parts import not_offered, picture, text_of, tools_of
from tokenquote.tokens.native.errors import BodyError, Location
from tokenquote.tokens.request import Message, Picture, Request, Role, ToolCall

__all__ = ["read_gemini_generate_content"]

_RESOLUTIONS = {
    "MEDIA_RESOLUTION_LOW": "low",
    "MEDIA_RESOLUTION_MEDIUM": "medium",
    "MEDIA_RESOLUTION_HIGH": "high",
    "MEDIA_RESOLUTION_ULTRA_HIGH": "ultra_high",
}
_COUNTED = "text, inlineData with a picture, functionCall and functionResponse"


def read_gemini_generate_content(body: Mapping[str, Any]) -> Request:
    """Read `systemInstruction`, `contents` and `tools`."""
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        raise BodyError(("contents",), "a gemini.generateContent body has a non-empty list `contents`")
    detail = _resolution(_either(body, "generationConfig", "generation_config"), ("generationConfig",))
    messages = [
        message
        for i, content in enumerate(contents)
        for message in _messages(content, ("contents", i), detail=detail)
    ]
    instruction = _either(body, "systemInstruction", "system_instruction")
    if instruction is not None:
        messages = [*_messages(instruction, ("systemInstruction",), role="system"), *messages]
    return Request(messages=tuple(messages), tools=tools_of(body))


def _messages(
    content: Any, at: Location, *, role: Role | None = None, detail: str | None = None
) -> list[Message]:
    if not isinstance(content, dict) or not isinstance(content.get("parts"), list):
        raise BodyError(at, "a content is {role, parts: [...]}")
    speaker: Role = role or ("assistant" if content.get("role") == "model" else "user")
    texts: list[str] = []
    pictures: list[Picture] = []
    calls: list[ToolCall] = []
    results: list[Message] = []
    for i, part in enumerate(content["parts"]):
        where = (*at, "parts", i)
        if not isinstance(part, dict):
            raise BodyError(where, "a part is an object")
        if isinstance(part.get("text"), str):
            texts.append(part["text"])
        elif isinstance(data := _either(part, "inlineData", "inline_data"), dict):
            pictures.append(_picture(data, _resolution(part, where) or detail, where))
        elif isinstance(call := _either(part, "functionCall", "function_call"), dict):
            calls.append(ToolCall(text_of(call, "name", where), _as_json(call.get("args") or {})))
        elif isinstance(result := _either(part, "functionResponse", "function_response"), dict):
            name = text_of(result, "name", where)
            results.append(Message("tool", (_as_json(result.get("response")),), name=name))
        else:
            raise not_offered(where, "this part", _COUNTED)
    spoken = [Message(speaker, tuple(texts), tuple(pictures), calls=tuple(calls))]
    return [*results, *(spoken if texts or pictures or calls else ())]


def _picture(data: Mapping[str, Any], detail: str | None, at: Location) -> Picture:
    kind = str(_either(data, "mimeType", "mime_type") or "")
    if not kind.startswith("image/"):
        raise not_offered(at, f"inline data of type {kind[:40]!r}", "pictures")
    return picture(data.get("data"), detail, (*at, "inlineData", "data"))


def _resolution(members: Any, at: Location) -> str | None:
    """The media resolution of the whole body or of one part, as a picture's detail."""
    stated = _either(members, "mediaResolution", "media_resolution") if isinstance(members, dict) else None
    level = stated.get("level") if isinstance(stated, dict) else stated
    if level is None or level == "MEDIA_RESOLUTION_UNSPECIFIED":
        return None
    if level not in _RESOLUTIONS:
        raise BodyError((*at, "mediaResolution"), f"one of {', '.join(_RESOLUTIONS)}")
    return _RESOLUTIONS[level]


def _either(members: Mapping[str, Any], camel: str, snake: str) -> Any:
    return members.get(camel, members.get(snake))


def _as_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
