"""Cohere's chat bodies: version 2 has OpenAI's messages, version 1 a message and a history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.tokens.bodies.json_members import as_json, list_of, object_of, optional_text, text_of
from tokenquote.tokens.bodies.openai_chat import documents_of, output_schema_of, read_openai_chat
from tokenquote.tokens.bodies.schemas import tools_of
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import Location, Message, Request, Role, ToolCall

__all__ = ["read_cohere_chat"]

_ROLES: Mapping[str, Role] = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}


def read_cohere_chat(body: Mapping[str, Any]) -> Request:
    """Read either version's body."""
    if "message" not in body:
        return read_openai_chat(body)
    tools = tools_of(body)
    preamble = optional_text(body, "preamble", ())
    return Request(
        messages=(
            *((Message("system", (preamble,)),) if preamble else ()),
            *_history(body),
            *_results(list_of(body, "tool_results"), ("tool_results",)),
            Message("user", (text_of(body, "message", ()),)),
        ),
        tools=tools.functions,
        schema=output_schema_of(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        unknown=(*tools.unknown, *documents_of(body)),
    )


def _history(body: Mapping[str, Any]) -> Iterator[Message]:
    for i, entry in enumerate(list_of(body, "chat_history")):
        at = ("chat_history", i)
        entry = object_of(entry, at)
        role = _ROLES.get(str(entry.get("role")).upper(), "user")
        yield from _results(list_of(entry, "tool_results", at), (*at, "tool_results"))
        text = optional_text(entry, "message", at)
        calls = tuple(_call(one, (*at, "tool_calls")) for one in list_of(entry, "tool_calls", at))
        if text or calls:
            yield Message(role, (text,) if text else (), calls=calls)


def _results(results: Any, at: Location) -> Iterator[Message]:
    for i, result in enumerate(results):
        result = object_of(result, (*at, i))
        call = object_of(result.get("call") or {}, (*at, i, "call"))
        yield Message("tool", (as_json(result.get("outputs")),), name=optional_text(call, "name", (*at, i)))


def _call(call: Any, at: Location) -> ToolCall:
    call = object_of(call, at)
    return ToolCall(text_of(call, "name", at), as_json(call.get("parameters") or {}))
