"""Read Cohere's chat bodies: version 2 has OpenAI's messages, version 1 a message and a history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tokenquote.tokens.bodies.content_parts import read_documents
from tokenquote.tokens.bodies.json_members import (
    read_list,
    read_object,
    read_optional_text,
    read_text,
    to_json,
)
from tokenquote.tokens.bodies.openai_chat import read_openai_chat, read_output_schema
from tokenquote.tokens.bodies.schemas import read_tools_member
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import JsonObject, Location, Message, Request, Role, ToolCall

__all__ = ["read_cohere_chat"]

_ROLES: Mapping[str, Role] = {"USER": "user", "CHATBOT": "assistant", "SYSTEM": "system", "TOOL": "tool"}


def read_cohere_chat(body: JsonObject) -> Request:
    """Read a body of either version.

    Raises:
        BodyError: the body has neither messages nor a message, or a member of the wrong type.
    """
    if "message" not in body:
        return _with_documents(read_openai_chat(body), body)
    if body.get("raw_prompting") is True:
        return Request(prompts=(read_text(body, "message", ()),), shape="prompts")
    tools = read_tools_member(body)
    preamble = read_optional_text(body, "preamble", ())
    request = Request(
        messages=(
            *((Message("system", (preamble,)),) if preamble else ()),
            *_read_history(body),
            *_read_results(read_list(body, "tool_results"), ("tool_results",)),
            Message("user", (read_text(body, "message", ()),)),
        ),
        tools=tools.functions,
        schema=read_output_schema(body),
        tool_choice=read_tool_choice(body.get("tool_choice")),
        unknown=(*tools.unknown, *read_documents(body)),
    )
    return _with_documents(request, body)


def _with_documents(request: Request, body: JsonObject) -> Request:
    """Return the request with its documents as texts; those of another form stay unknown."""
    known: dict[Location, str] = {}
    for i, document in enumerate(read_list(body, "documents")):
        if (text := _document_text(document)) is not None:
            known["documents", i] = text
    unknown = tuple(piece for piece in request.unknown if piece.location not in known)
    return replace(request, documents=tuple(known.values()), unknown=unknown)


def _document_text(document: object) -> str | None:
    """Return a line for each member of a document but its id; a document that is a text is one line."""
    if isinstance(document, str):
        return document
    if not isinstance(document, dict):
        return None
    data = document.get("data", document)
    if isinstance(data, str):
        return data
    if not isinstance(data, dict):
        return None
    members = {name: value for name, value in data.items() if name != "id"}
    return "\n".join(
        f"{name}: {value if isinstance(value, str) else to_json(value)}" for name, value in members.items()
    )


def _read_history(body: JsonObject) -> Iterator[Message]:
    for i, item in enumerate(read_list(body, "chat_history")):
        at = ("chat_history", i)
        entry = read_object(item, at)
        role = _ROLES.get(str(entry.get("role")).upper(), "user")
        yield from _read_results(read_list(entry, "tool_results", at), (*at, "tool_results"))
        text = read_optional_text(entry, "message", at)
        calls = tuple(_read_call(call, (*at, "tool_calls")) for call in read_list(entry, "tool_calls", at))
        if text or calls:
            yield Message(role, (text,) if text else (), calls=calls)


def _read_results(items: Iterable[object], at: Location) -> Iterator[Message]:
    for i, item in enumerate(items):
        result = read_object(item, (*at, i))
        call = read_object(result.get("call") or {}, (*at, i, "call"))
        name = read_optional_text(call, "name", (*at, i))
        yield Message("tool", (to_json(result.get("outputs")),), name=name)


def _read_call(item: object, at: Location) -> ToolCall:
    call = read_object(item, at)
    return ToolCall(read_text(call, "name", at), to_json(call.get("parameters") or {}))
