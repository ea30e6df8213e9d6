"""Bodies of anthropic.messages, on its own api, on Vertex and in Bedrock's invoke."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import Media, Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, ToolChoice

AT = ("messages", 0, "content", 0)
SCHEMA = {"type": "object", "properties": {}}
HI = {"role": "user", "content": "a"}


def read(**body: Any) -> Request:
    return read_body("anthropic.messages", body)


def request(*messages: Message, **members: Any) -> Request:
    return Request(messages, shape="messages", **members)


def block(role: str = "user", **members: Any) -> Request:
    return read(messages=[{"role": role, "content": [members]}])


@pytest.mark.parametrize(
    ("system", "message"),
    [
        ("a", [Message("system", ("a",))]),
        (
            [
                {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "b"},
            ],
            [Message("system", ("a", "b"))],
        ),
        (None, []),
    ],
)
def test_system(system: Any, message: list[Message]) -> None:
    assert read(system=system, messages=[HI]) == request(*message, Message("user", ("a",)))


@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({"type": "text", "text": "a"}, Message("user", ("a",)), id="a text"),
        pytest.param(
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "QUJD"},
            },
            Message("user", (Media("image", (*AT, "source", "data"), data="QUJD", media_type="image/png"),)),
            id="an image",
        ),
        pytest.param(
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
            Message("user", (Media("image", (*AT, "source", "data"), address="https://example.com/a.png"),)),
            id="the address of an image",
        ),
        pytest.param(
            {"type": "image", "source": {"type": "file", "file_id": "abc"}},
            Message("user", (Media("image", (*AT, "source", "data"), address="file-abc"),)),
            id="an image that the provider keeps",
        ),
        pytest.param(
            {
                "type": "document",
                "title": "t",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "QUJD"},
            },
            Message(
                "user",
                (
                    Media(
                        "document",
                        (*AT, "source", "data"),
                        data="QUJD",
                        media_type="application/pdf",
                        name="t",
                    ),
                ),
            ),
            id="a document",
        ),
        pytest.param(
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a"}},
            Message("user", ("a",)),
            id="a document of text is text",
        ),
        pytest.param(
            {"type": "tool_result", "tool_use_id": "c", "content": "42"},
            Message("tool", ("42",), call_id="c"),
            id="a result",
        ),
        pytest.param(
            {"type": "tool_result", "tool_use_id": "c"}, Message("tool", call_id="c"), id="an empty result"
        ),
        pytest.param(
            {
                "type": "tool_result",
                "tool_use_id": "c",
                "content": [
                    {"type": "text", "text": "42"},
                    {"type": "image", "source": {"type": "base64", "data": "QUJD"}},
                    {"type": "smell"},
                ],
            },
            Message(
                "tool",
                (
                    "42",
                    Media("image", (*AT, "content", 1, "source", "data"), data="QUJD"),
                    Unknown("blocks of type 'smell'", '{"type":"smell"}', (*AT, "content", 2)),
                ),
                call_id="c",
            ),
            id="a result of blocks",
        ),
        pytest.param(
            {"type": "tool_use", "id": "c", "name": "f", "input": {"a": "é"}},
            Message("user", calls=(ToolCall("f", '{"a":"é"}', "c"),)),
            id="a call",
        ),
        pytest.param(
            {"type": "thinking", "thinking": "hm", "signature": "x"},
            Message("user", reasoning="hm"),
            id="thoughts",
        ),
        pytest.param(
            {"type": "thinking", "thinking": "", "signature": "x"},
            Message("user", hidden_reasoning=1),
            id="thoughts without their text",
        ),
        pytest.param(
            {"type": "redacted_thinking", "data": "x"},
            Message("user", hidden_reasoning=1),
            id="sealed thoughts",
        ),
        pytest.param(
            {"type": "server_tool_use", "id": "c"},
            Message(
                "user",
                (Unknown("blocks of type 'server_tool_use'", '{"type":"server_tool_use","id":"c"}', AT),),
            ),
            id="an unknown block",
        ),
    ],
)
def test_blocks(members: Any, message: Message) -> None:
    assert block(**members) == request(message)


def test_results_come_before_what_is_said_with_them() -> None:
    """One message of results and a text is a message for each result, then one of the text."""
    content = [
        {"type": "text", "text": "a"},
        {"type": "tool_result", "tool_use_id": "c1", "content": "1"},
        {"type": "tool_result", "tool_use_id": "c2", "content": "2"},
    ]
    assert read(messages=[{"role": "user", "content": content}]) == request(
        Message("tool", ("1",), call_id="c1"), Message("tool", ("2",), call_id="c2"), Message("user", ("a",))
    )


def test_an_answer_of_everything() -> None:
    content = [
        {"type": "thinking", "thinking": "hm"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "a"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {}},
        {"type": "tool_use", "id": "c2", "name": "g", "input": None},
    ]
    assert read(messages=[{"role": "assistant", "content": content}]) == request(
        Message(
            "assistant",
            ("a",),
            calls=(ToolCall("f", "{}", "c1"), ToolCall("g", "{}", "c2")),
            reasoning="hm",
            hidden_reasoning=1,
        )
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            {"tools": [{"name": "f", "description": "d", "input_schema": SCHEMA}]},
            {"tools": (ToolDefinition("f", "d", SCHEMA),)},
            id="tools",
        ),
        pytest.param(
            {"tools": [{"type": "custom", "name": "f", "input_schema": SCHEMA}]},
            {"tools": (ToolDefinition("f", "", SCHEMA),)},
            id="tools of type custom",
        ),
        pytest.param(
            {"tools": [{"type": "bash_20250124", "name": "bash"}]},
            {
                "unknown": (
                    Unknown(
                        "tools of type 'bash_20250124'",
                        '{"type":"bash_20250124","name":"bash"}',
                        ("tools", 0),
                    ),
                )
            },
            id="a tool that the provider defines",
        ),
        pytest.param({"tool_choice": {"type": "any"}}, {"tool_choice": ToolChoice("required")}, id="any"),
        pytest.param(
            {"tool_choice": {"type": "tool", "name": "f"}},
            {"tool_choice": ToolChoice("named", ("f",))},
            id="a named tool",
        ),
        pytest.param(
            {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            {"settings": {"thinking": {"type": "enabled", "budget_tokens": 1024}}},
            id="thinking",
        ),
        pytest.param(
            {"output_format": {"type": "json_schema", "schema": SCHEMA}},
            {"schema": OutputSchema("", "", SCHEMA)},
            id="an output format",
        ),
        pytest.param(
            {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
            {"schema": OutputSchema("", "", SCHEMA)},
            id="an output configuration",
        ),
    ],
)
def test_what_stands_beside_messages(members: Any, expected: Any) -> None:
    assert read(messages=[HI], **members) == request(Message("user", ("a",)), **expected)


@pytest.mark.parametrize(
    ("body_format", "more"),
    [
        ("anthropic.count_tokens", {}),
        ("vertex.anthropic.messages", {"anthropic_version": "vertex-2023-10-16"}),
        ("bedrock.invoke", {"anthropic_version": "bedrock-2023-05-31"}),
    ],
)
def test_the_same_body_elsewhere(body_format: str, more: Any) -> None:
    assert read_body(body_format, {"messages": [HI], **more}) == request(Message("user", ("a",)))


def test_what_anthropic_fetches_is_named() -> None:
    body = {
        "messages": [{"role": "user", "content": "x"}],
        "mcp_servers": [{"type": "url", "url": "https://a.example", "name": "a"}],
        "container": {"skills": [{"type": "anthropic", "skill_id": "xlsx"}]},
    }
    found = read_body("anthropic.messages", body).unknown
    assert [piece.location for piece in found] == [("mcp_servers",), ("container", "skills")]
