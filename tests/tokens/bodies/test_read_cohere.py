"""Cohere's chats: version 1 has a message and a history, version 2 messages as OpenAI's."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, ToolChoice

SAID = Message("user", ("a",))
FLAT = {"city": {"type": "string", "description": "Where", "required": True}, "days": {"type": "integer"}}


@pytest.mark.parametrize(
    ("members", "before", "expected"),
    [
        pytest.param({}, [], {}, id="a message"),
        pytest.param({"preamble": "b"}, [Message("system", ("b",))], {}, id="a preamble"),
        pytest.param(
            {
                "chat_history": [
                    {"role": "USER", "message": "b"},
                    {"role": "CHATBOT", "message": "c"},
                    {"role": "SYSTEM", "message": "d"},
                ]
            },
            [Message("user", ("b",)), Message("assistant", ("c",)), Message("system", ("d",))],
            {},
            id="a history",
        ),
        pytest.param(
            {
                "chat_history": [
                    {"role": "CHATBOT", "tool_calls": [{"name": "f", "parameters": {"a": 1}}]},
                    {"role": "TOOL", "tool_results": [{"call": {"name": "f"}, "outputs": [{"b": 2}]}]},
                ]
            },
            [
                Message("assistant", calls=(ToolCall("f", '{"a":1}'),)),
                Message("tool", ('[{"b":2}]',), name="f"),
            ],
            {},
            id="calls and results of the history",
        ),
        pytest.param(
            {"tool_results": [{"call": {"name": "f"}, "outputs": []}]},
            [Message("tool", ("[]",), name="f")],
            {},
            id="results of this turn",
        ),
        pytest.param(
            {"tools": [{"name": "f", "description": "d", "parameter_definitions": FLAT}]},
            [],
            {
                "tools": (
                    ToolDefinition("f", "d", {"type": "object", "properties": FLAT, "required": ["city"]}),
                )
            },
            id="tools",
        ),
        pytest.param(
            {"response_format": {"type": "json_object", "schema": {"type": "object"}}},
            [],
            {"schema": OutputSchema("", "", {"type": "object"})},
            id="an output schema",
        ),
        pytest.param(
            {"documents": [{"id": "d", "title": "t", "text": "b"}, {"data": {"n": 1}}, {"data": "c"}, "e"]},
            [],
            {"documents": ("title: t\ntext: b", "n: 1", "c", "e")},
            id="documents: a line for each member but the id",
        ),
        pytest.param(
            {"documents": [[1]]},
            [],
            {"unknown": (Unknown("documents of an unknown kind", "[1]", ("documents", 0)),)},
            id="a document of another form",
        ),
    ],
)
def test_version_1(members: Any, before: list[Message], expected: Any) -> None:
    assert read_body("cohere.chat", {"message": "a", **members}) == Request((*before, SAID), **expected)


def test_version_2() -> None:
    body = {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "tool_plan": "hm", "tool_calls": [{"id": "c", "function": {"name": "f"}}]},
            {"role": "tool", "tool_call_id": "c", "content": [{"type": "text", "text": "42"}]},
        ],
        "tool_choice": "REQUIRED",
    }
    assert read_body("cohere.chat", body) == Request(
        (
            SAID,
            Message("assistant", ("hm",), calls=(ToolCall("f", "", "c"),)),
            Message("tool", ("42",), call_id="c"),
        ),
        tool_choice=ToolChoice("required"),
    )
