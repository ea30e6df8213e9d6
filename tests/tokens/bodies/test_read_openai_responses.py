"""Bodies of openai.responses, item by item."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import Media, Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, Role, ToolChoice

AT = ("input", 0)
SCHEMA = {"type": "object", "properties": {}}
CALL = {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}
CALLED = ToolCall("f", "{}", "c")


def read(**body: Any) -> Request:
    return read_body("openai.responses", body)


def request(*messages: Message, **members: Any) -> Request:
    return Request(messages, shape="responses", **members)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        pytest.param({"role": "user", "content": "a"}, Message("user", ("a",)), id="a message"),
        pytest.param({"role": "user", "content": None}, Message("user"), id="null content"),
        pytest.param({"role": "user", "content": ["a"]}, Message("user", ("a",)), id="texts as parts"),
        pytest.param(
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "a"}]},
            Message("system", ("a",)),
            id="a developer's",
        ),
        pytest.param(
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a"}]},
            Message("assistant", ("a",)),
            id="an answer",
        ),
        pytest.param(
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "a"}]},
            Message("assistant", ("a",)),
            id="a refusal",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_image", "image_url": "QUJD", "detail": "high"}]},
            Message("user", (Media("image", (*AT, "content", 0, "image_url"), data="QUJD", detail="high"),)),
            id="an image",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_image", "file_id": "file-1"}]},
            Message("user", (Media("image", (*AT, "content", 0, "image_url"), address="file-1"),)),
            id="an image that the provider keeps",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_file", "file_id": "assistant-1"}]},
            Message("user", (Media("document", (*AT, "content", 0), address="assistant-1"),)),
            id="a file that Azure keeps",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "input_file", "file_data": "QUJD", "filename": "a.pdf"}]},
            Message("user", (Media("document", (*AT, "content", 0), data="QUJD", name="a.pdf"),)),
            id="a file",
        ),
        pytest.param(
            {
                "role": "user",
                "content": [{"type": "input_audio", "input_audio": {"data": "QUJD", "format": "mp3"}}],
            },
            Message("user", (Media("audio", (*AT, "content", 0), data="QUJD", media_type="mp3"),)),
            id="audio",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "smell"}]},
            Message("user", (Unknown("parts of type 'smell'", '{"type":"smell"}', (*AT, "content", 0)),)),
            id="an unknown part",
        ),
        pytest.param(CALL, Message("assistant", calls=(CALLED,)), id="a call"),
        pytest.param(
            {**CALL, "id": "fc_1"},
            Message("assistant", calls=(ToolCall("f", "{}", "c", stored=True),)),
            id="a call that the provider keeps",
        ),
        pytest.param({**CALL, "id": ""}, Message("assistant", calls=(CALLED,)), id="an empty id"),
        pytest.param(
            {"type": "custom_tool_call", "call_id": "c", "name": "f", "input": "a"},
            Message("assistant", calls=(ToolCall("f", "a", "c"),)),
            id="a call of a custom tool",
        ),
        pytest.param(
            {"type": "function_call_output", "call_id": "c", "output": "42"},
            Message("tool", ("42",), call_id="c"),
            id="a result",
        ),
        pytest.param(
            {
                "type": "custom_tool_call_output",
                "call_id": "c",
                "output": [{"type": "input_text", "text": "42"}],
            },
            Message("tool", ("42",), call_id="c"),
            id="a result of parts",
        ),
        pytest.param(
            {
                "type": "reasoning",
                "summary": [{"type": "summary_text", "text": "hm"}],
                "encrypted_content": "x",
            },
            Message("assistant", reasoning="hm", hidden_reasoning=1),
            id="thoughts: their summary, and that they are sealed",
        ),
    ],
)
def test_items(item: Any, message: Message) -> None:
    assert read(input=[item]) == request(message)


@pytest.mark.parametrize("kind", ["web_search_call", "item_reference", "computer_call", "mcp_list_tools"])
def test_items_that_no_rule_counts(kind: str) -> None:
    (unknown,) = read(input=[{"type": kind, "id": "x"}]).everything_unknown()
    assert unknown.location == AT
    assert kind in unknown.what


def test_a_text_is_a_message_and_instructions_come_first() -> None:
    assert read(input="a", instructions="b") == request(Message("system", ("b",)), Message("user", ("a",)))


def test_calls_without_a_result_between_them_were_made_together() -> None:
    result = {"type": "function_call_output", "call_id": "c", "output": "42"}
    answered = Message("tool", ("42",), call_id="c")
    assert read(input=[CALL, CALL, result, CALL]) == request(
        Message("assistant", calls=(CALLED, CALLED)), answered, Message("assistant", calls=(CALLED,))
    )


def test_without_store_nothing_is_kept() -> None:
    (message,) = read(input=[{**CALL, "id": "fc_1"}], store=False).messages
    assert not message.calls[0].stored


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            {"tools": [{"type": "function", "name": "f", "description": "d", "parameters": SCHEMA}]},
            {"tools": (ToolDefinition("f", "d", SCHEMA),)},
            id="tools",
        ),
        pytest.param(
            {"tools": [{"type": "file_search", "vector_store_ids": []}]},
            {
                "unknown": (
                    Unknown(
                        "tools of type 'file_search'",
                        '{"type":"file_search","vector_store_ids":[]}',
                        ("tools", 0),
                    ),
                )
            },
            id="a tool that the provider runs",
        ),
        pytest.param(
            {"tool_choice": {"type": "function", "name": "f"}},
            {"tool_choice": ToolChoice("named", ("f",))},
            id="tool_choice",
        ),
        pytest.param(
            {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}}},
            {"schema": OutputSchema("n", "", SCHEMA)},
            id="an output schema",
        ),
        pytest.param({"text": {"format": {"type": "json_object"}}}, {"json_mode": True}, id="JSON mode"),
        pytest.param({"text": {"verbosity": "low"}}, {}, id="verbosity"),
        pytest.param(
            {"reasoning": {"effort": "low"}}, {"settings": {"reasoning": {"effort": "low"}}}, id="settings"
        ),
        *[
            pytest.param({key: "x"}, {"unknown": (Unknown(f"what `{key}` holds", "", (key,)),)}, id=key)
            for key in ("previous_response_id", "conversation", "prompt")
        ],
    ],
)
def test_what_stands_beside_input(members: Any, expected: Any) -> None:
    assert read(input="a", **members) == request(Message("user", ("a",)), **expected)


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_roles(role: Role) -> None:
    assert read(input=[{"role": role, "content": "a"}]) == request(Message(role, ("a",)))
