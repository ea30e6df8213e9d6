"""Bodies of openai.chat, and of those apis that take the same with additions: Mistral, Ollama, DeepSeek."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import Media, Message, Request, ToolCall, ToolDefinition, Unknown, read_body
from tokenquote.tokens.request import OutputSchema, Role, ToolChoice

AT = ("messages", 0)
PART = (*AT, "content", 0)
SCHEMA = {"type": "object", "properties": {}}


def said(content: Any, role: str = "user", **members: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content, **members}]}


def part(**members: Any) -> dict[str, Any]:
    return said([members])


def media(kind: Any, *at: str | int, **members: Any) -> Message:
    return Message("user", (Media(kind, (*PART, *at), **members),))


@pytest.mark.parametrize(
    ("role", "read"),
    [
        ("system", "system"),
        ("developer", "system"),
        ("user", "user"),
        ("assistant", "assistant"),
        ("tool", "tool"),
        ("function", "tool"),
    ],
)
def test_roles(role: str, read: Role) -> None:
    assert read_body("openai.chat", said("Hello", role)) == Request((Message(read, ("Hello",)),))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param(said("Hello"), Message("user", ("Hello",)), id="a text"),
        pytest.param(said(None), Message("user"), id="null"),
        pytest.param(said(""), Message("user", ("",)), id="an empty text"),
        pytest.param(said("Hello", name="bob"), Message("user", ("Hello",), name="bob"), id="a name"),
        pytest.param(said(["a", "b"]), Message("user", ("a", "b")), id="texts as parts"),
        pytest.param(part(type="text", text="a"), Message("user", ("a",)), id="a text part"),
        pytest.param(part(type="refusal", refusal="a"), Message("user", ("a",)), id="a refusal"),
        pytest.param(
            said("a", "assistant", reasoning_content="hm"),
            Message("assistant", ("a",), reasoning="hm"),
            id="DeepSeek's thoughts",
        ),
        pytest.param(
            said("a", "assistant", reasoning="hm", reasoning_details=[{"data": "x"}, {"text": "hm"}]),
            Message("assistant", ("a",), reasoning="hm", hidden_reasoning=1),
            id="OpenRouter's thoughts, one of them sealed",
        ),
        pytest.param(
            said("a", "assistant", reasoning_details=[{"text": "h"}, {"summary": "m"}]),
            Message("assistant", ("a",), reasoning="hm"),
            id="thoughts in details alone",
        ),
        pytest.param(
            said(
                [
                    {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                    {"type": "text", "text": "a"},
                ]
            ),
            Message("user", ("a",), reasoning="hm"),
            id="Mistral's thoughts as parts",
        ),
        pytest.param(
            part(type="thinking", thinking="hm"), Message("user", reasoning="hm"), id="or as a text"
        ),
        pytest.param(
            part(type="image_url", image_url={"url": "QUJD", "detail": "low"}),
            media("image", "image_url", data="QUJD", detail="low"),
            id="an image",
        ),
        pytest.param(
            part(type="image_url", image_url="https://example.com/a.png"),
            media("image", "image_url", address="https://example.com/a.png"),
            id="the address of an image, without an object around it",
        ),
        pytest.param(
            part(type="input_audio", input_audio={"data": "QUJD", "format": "wav"}),
            media("audio", "input_audio", data="QUJD", media_type="wav"),
            id="audio",
        ),
        pytest.param(
            part(type="video_url", video_url={"url": "https://example.com/a.mp4"}),
            media("video", "video_url", address="https://example.com/a.mp4"),
            id="a video",
        ),
        pytest.param(
            part(type="file", file={"file_data": "QUJD", "filename": "a.pdf"}),
            media("document", "file", data="QUJD", name="a.pdf"),
            id="a file",
        ),
        pytest.param(
            part(type="file", file={"file_id": "file-1"}),
            media("document", "file", address="file-1"),
            id="a file that the provider keeps",
        ),
        pytest.param(
            part(type="file", file={"file_id": "assistant-1"}),
            media("document", "file", address="assistant-1"),
            id="a file that Azure keeps",
        ),
        pytest.param(
            part(type="document_url", document_url="https://example.com/a.pdf", document_name="a"),
            media("document", "document_url", address="https://example.com/a.pdf", name="a"),
            id="Mistral's document",
        ),
        pytest.param(
            part(type="smell", of="tea"),
            Message("user", (Unknown("parts of type 'smell'", '{"type":"smell","of":"tea"}', PART),)),
            id="an unknown part",
        ),
        pytest.param(
            part(of="tea"),
            Message("user", (Unknown("parts of an unknown kind", '{"of":"tea"}', PART),)),
            id="a part without its type",
        ),
        pytest.param(
            said("a", images=["QUJD"]),
            Message("user", ("a", Media("image", (*AT, "images", 0), data="QUJD"))),
            id="Ollama's images beside the content",
        ),
        pytest.param(
            said(None, "assistant", tool_calls=[{"id": "c", "function": {"name": "f", "arguments": "{}"}}]),
            Message("assistant", calls=(ToolCall("f", "{}", "c"),)),
            id="a call",
        ),
        pytest.param(
            said(None, "assistant", tool_calls=[{"function": {"name": "f", "arguments": {"a": 1}}}]),
            Message("assistant", calls=(ToolCall("f", '{"a":1}'),)),
            id="Ollama's arguments are an object",
        ),
        pytest.param(
            said(None, "assistant", tool_calls=[{"function": {"name": "f", "arguments": None}}]),
            Message("assistant", calls=(ToolCall("f", ""),)),
            id="arguments of null",
        ),
        pytest.param(
            said(None, "assistant", tool_calls=[{"id": "c", "custom": {"name": "f", "input": "a"}}]),
            Message("assistant", calls=(ToolCall("f", "a", "c"),)),
            id="a call of a custom tool",
        ),
        pytest.param(
            said(None, "assistant", function_call={"name": "f", "arguments": "{}"}),
            Message("assistant", calls=(ToolCall("f", "{}"),)),
            id="a function call of old",
        ),
        pytest.param(
            said("42", "tool", tool_call_id="c"), Message("tool", ("42",), call_id="c"), id="a result"
        ),
        pytest.param(
            said("42", "function", name="f"), Message("tool", ("42",), name="f"), id="a result of old"
        ),
    ],
)
def test_messages(body: Any, message: Message) -> None:
    assert read_body("openai.chat", body) == Request((message,))


@pytest.mark.parametrize(
    ("members", "read"),
    [
        pytest.param(
            {"tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}]},
            {"tools": (ToolDefinition("f", "", SCHEMA),)},
            id="tools",
        ),
        pytest.param(
            {"functions": [{"name": "f", "description": "d"}]},
            {"tools": (ToolDefinition("f", "d", has_schema=False),)},
            id="functions",
        ),
        pytest.param(
            {"tools": [{"type": "web_search"}]},
            {"unknown": (Unknown("tools of type 'web_search'", '{"type":"web_search"}', ("tools", 0)),)},
            id="a tool that the provider runs",
        ),
        pytest.param({"tool_choice": "none"}, {"tool_choice": ToolChoice("none")}, id="tool_choice"),
        pytest.param(
            {"function_call": {"name": "f"}}, {"tool_choice": ToolChoice("named", ("f",))}, id="function_call"
        ),
        pytest.param({"response_format": {"type": "json_object"}}, {"json_mode": True}, id="JSON mode"),
        pytest.param({"format": "json"}, {"json_mode": True}, id="Ollama's JSON mode"),
        pytest.param({"response_format": {"type": "text"}}, {}, id="text"),
        pytest.param(
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "n", "description": "d", "schema": SCHEMA},
                }
            },
            {"schema": OutputSchema("n", "d", SCHEMA)},
            id="an output schema",
        ),
        pytest.param(
            {"response_format": {"type": "json_schema", "schema": SCHEMA}},
            {"schema": OutputSchema("", "", SCHEMA)},
            id="a schema without its wrapper",
        ),
        pytest.param(
            {"response_format": {"type": "json_schema", "json_schema": {"schema_definition": SCHEMA}}},
            {"schema": OutputSchema("", "", SCHEMA)},
            id="Mistral's schema",
        ),
        pytest.param({"format": SCHEMA}, {"schema": OutputSchema("", "", SCHEMA)}, id="Ollama's schema"),
        pytest.param(
            {"thinking": {"type": "enabled"}, "temperature": 1, "think": None},
            {"settings": {"thinking": {"type": "enabled"}}},
            id="settings that are billed or rendered",
        ),
        pytest.param(
            {"documents": [{"id": "1", "data": "a"}]},
            {
                "unknown": (
                    Unknown("documents of an unknown kind", '{"id":"1","data":"a"}', ("documents", 0)),
                )
            },
            id="Cohere's documents",
        ),
    ],
)
def test_what_stands_beside_messages(members: Any, read: Any) -> None:
    assert read_body("openai.chat", {**said("a"), **members}) == Request((Message("user", ("a",)),), **read)


@pytest.mark.parametrize(
    "body_format",
    ["openai.chat", "azure.openai.chat", "mistral.chat", "groq.chat", "ollama.native_chat", "cohere.chat"],
)
def test_many_apis_have_this_body(body_format: str) -> None:
    assert read_body(body_format, said("a")) == Request((Message("user", ("a",)),))
