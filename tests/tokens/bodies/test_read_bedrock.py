"""Bodies of Bedrock: Converse, its token counter, and each vendor's own body in invoke."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import Media, Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, ToolChoice

AT = ("messages", 0, "content", 0)
SCHEMA = {"type": "object", "properties": {}}
HI = {"role": "user", "content": [{"text": "a"}]}
SAID = Message("user", ("a",))
S3 = {"s3Location": {"uri": "s3://bucket/a"}}


def read(**body: Any) -> Request:
    return read_body("bedrock.converse", body)


def request(*messages: Message, **members: Any) -> Request:
    return Request(messages, shape="converse", **members)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        pytest.param({"text": "a"}, Message("user", ("a",)), id="a text"),
        pytest.param(
            {"image": {"format": "png", "source": {"bytes": "QUJD"}}},
            Message("user", (Media("image", (*AT, "image", "source"), data="QUJD", media_type="png"),)),
            id="an image",
        ),
        pytest.param(
            {"video": {"format": "mp4", "source": S3}},
            Message(
                "user",
                (Media("video", (*AT, "video", "source"), address="s3://bucket/a", media_type="mp4"),),
            ),
            id="a video by its address",
        ),
        pytest.param(
            {"document": {"format": "pdf", "name": "n", "source": {"bytes": "QUJD"}}},
            Message(
                "user",
                (
                    Media(
                        "document",
                        (*AT, "document", "source"),
                        data="QUJD",
                        media_type="pdf",
                        name="n",
                        text_only=True,
                    ),
                ),
            ),
            id="a document",
        ),
        pytest.param(
            {"document": {"format": "txt", "name": "n", "source": {"text": "a"}}},
            Message("user", ("a",)),
            id="a document of text is text",
        ),
        pytest.param(
            {"toolUse": {"toolUseId": "c", "name": "f", "input": {"a": 1}}},
            Message("user", calls=(ToolCall("f", '{"a":1}', "c"),)),
            id="a call",
        ),
        pytest.param(
            {"toolResult": {"toolUseId": "c", "content": [{"text": "42"}, {"json": {"a": 1}}]}},
            Message("tool", ("42", '{"a":1}'), call_id="c"),
            id="a result of text and JSON",
        ),
        pytest.param(
            {"toolResult": {"toolUseId": "c", "content": [{"image": {"source": {"bytes": "QUJD"}}}]}},
            Message(
                "tool",
                (Media("image", (*AT, "toolResult", "content", 0, "image", "source"), data="QUJD"),),
                call_id="c",
            ),
            id="a result that is an image",
        ),
        pytest.param(
            {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "x"}}},
            Message("user", reasoning="hm"),
            id="thoughts",
        ),
        pytest.param(
            {"reasoningContent": {"redactedContent": "x"}},
            Message("user", hidden_reasoning=1),
            id="sealed thoughts",
        ),
        pytest.param(
            {"guardContent": {"text": {"text": "a", "qualifiers": ["query"]}}}, SAID, id="a guarded text"
        ),
        pytest.param(
            {"citationsContent": {"content": []}},
            Message(
                "user",
                (
                    Unknown(
                        "blocks of type 'citationsContent'",
                        '{"type":"citationsContent","citationsContent":{"content":[]}}',
                        AT,
                    ),
                ),
            ),
            id="an unknown block",
        ),
    ],
)
def test_blocks(block: Any, message: Message) -> None:
    assert read(messages=[{"role": "user", "content": [block]}]) == request(message)


def test_a_cache_point_is_nothing() -> None:
    point = {"cachePoint": {"type": "default"}}
    tools = [{"toolSpec": {"name": "f", "inputSchema": {"json": SCHEMA}}}, point]
    body = {
        "system": [{"text": "b"}, point],
        "messages": [{"role": "user", "content": [{"text": "a"}, point]}],
        "toolConfig": {"tools": tools},
    }
    assert read(**body) == request(Message("system", ("b",)), SAID, tools=(ToolDefinition("f", "", SCHEMA),))


def test_nothing_of_system_is_dropped() -> None:
    system = [{"text": "a"}, {"guardContent": {"text": {"text": "b"}}}, {"smell": {}}]
    (first, _) = read(system=system, messages=[HI]).messages
    assert first.parts[:2] == ("a", "b")
    assert first.parts[2] == Unknown("blocks of type 'smell'", '{"type":"smell","smell":{}}', ("system", 2))


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(
            {
                "toolConfig": {
                    "tools": [
                        {"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}
                    ]
                }
            },
            {"tools": (ToolDefinition("f", "d", SCHEMA),)},
            id="tools",
        ),
        pytest.param(
            {"toolConfig": {"toolChoice": {"any": {}}}}, {"tool_choice": ToolChoice("required")}, id="any"
        ),
        pytest.param(
            {"toolConfig": {"toolChoice": {"tool": {"name": "f"}}}},
            {"tool_choice": ToolChoice("named", ("f",))},
            id="a named tool",
        ),
        pytest.param(
            {"additionalModelRequestFields": {"thinking": {"type": "enabled"}, "top_k": 5}},
            {"settings": {"thinking": {"type": "enabled"}}},
            id="thinking",
        ),
        pytest.param(
            {
                "outputConfig": {
                    "textFormat": {"structure": {"jsonSchema": {"name": "n", "schema": '{"type": "object"}'}}}
                }
            },
            {"schema": OutputSchema("n", "", {"type": "object"})},
            id="an output schema, which is text",
        ),
        pytest.param({"inferenceConfig": {"maxTokens": 5}}, {}, id="sampling"),
    ],
)
def test_what_stands_beside_messages(members: Any, expected: Any) -> None:
    assert read(messages=[HI], **members) == request(SAID, **expected)


def test_the_token_counters_body() -> None:
    assert read_body("bedrock.count_tokens", {"input": {"converse": {"messages": [HI]}}}) == request(SAID)


CHAT = Request((SAID,))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"anthropic_version": "bedrock-2023-05-31", "messages": [{"role": "user", "content": "a"}]},
            Request((SAID,), shape="messages"),
            id="Claude",
        ),
        pytest.param(
            {"schemaVersion": "messages-v1", "messages": [HI]}, Request((SAID,), shape="converse"), id="Nova"
        ),
        pytest.param({"messages": [HI]}, Request((SAID,), shape="converse"), id="Nova without more"),
        pytest.param({"messages": [{"role": "user", "content": "a"}]}, CHAT, id="OpenAI, Mistral, Jamba"),
        pytest.param(
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}]},
            CHAT,
            id="with parts",
        ),
        pytest.param({"message": "a"}, CHAT, id="Cohere"),
        pytest.param(
            {"prompt": "a", "max_gen_len": 5}, Request(prompts=("a",), shape="prompts"), id="Llama, Mistral"
        ),
        pytest.param(
            {"inputText": "a", "textGenerationConfig": {}},
            Request(prompts=("a",), shape="prompts"),
            id="Titan",
        ),
        pytest.param({"inputText": "a"}, Request(prompts=("a",), shape="prompts"), id="Titan's embeddings"),
        pytest.param(
            {"texts": ["a", "b"], "input_type": "search_query"},
            Request(prompts=("a", "b"), shape="prompts"),
            id="Cohere's embeddings",
        ),
        pytest.param(
            {"taskType": "SINGLE_EMBEDDING", "singleEmbeddingParams": {"text": {"value": "a"}}},
            Request(prompts=("a",), shape="prompts"),
            id="Nova's embeddings",
        ),
    ],
)
def test_invoke_is_the_vendors_own_body(body: Any, expected: Request) -> None:
    assert read_body("bedrock.invoke", body) == expected
