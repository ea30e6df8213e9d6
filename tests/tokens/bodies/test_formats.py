"""Formats by name, and bodies that were sent under another one's."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tokenquote.tokens import BodyError, looks_like, read_body
from tokenquote.tokens.bodies import FORMATS

PRIVATE = "my prompt must not be echoed"
TEXT = {"role": "user", "content": PRIVATE}

BODIES: dict[str, dict[str, Any]] = {
    "openai.chat": {"messages": [TEXT]},
    "openai.responses": {"input": PRIVATE},
    "openai.completions": {"prompt": PRIVATE},
    "anthropic.messages": {"system": PRIVATE, "messages": [TEXT]},
    "gemini.generateContent": {"contents": [{"parts": [{"text": PRIVATE}]}]},
    "bedrock.converse": {"messages": [{"role": "user", "content": [{"text": PRIVATE}]}]},
    "cohere.chat": {"message": PRIVATE, "chat_history": []},
    "cohere.embed": {"texts": [PRIVATE]},
}
# Pairs that are no mistake: one body is also of the other format.
ALSO = {
    ("openai.chat", "openai.responses"),  # Azure takes `messages` there as well
    ("openai.chat", "anthropic.messages"),
    ("openai.chat", "bedrock.converse"),
    ("openai.chat", "cohere.chat"),
    ("openai.completions", "cohere.embed"),
    ("openai.responses", "cohere.embed"),
    ("gemini.generateContent", "cohere.embed"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_looks_like_what_it_is(name: str) -> None:
    assert looks_like(BODIES[name]) == name
    assert read_body(name, BODIES[name]) is not None


@pytest.mark.parametrize(("is_of", "sent_as"), [pair for pair in permutations(BODIES, 2) if pair not in ALSO])
def test_a_body_of_another_format_says_which_it_looks_like(is_of: str, sent_as: str) -> None:
    with pytest.raises(BodyError, match=f"looks like {is_of}") as caught:
        read_body(sent_as, BODIES[is_of])
    assert PRIVATE not in caught.value.detail
    assert caught.value.location[0] == "body"


@pytest.mark.parametrize(
    ("body", "seems"),
    [
        ({"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}, "anthropic.messages"),
        ({"messages": [{"role": "user", "content": [{"toolResult": {}}]}]}, "bedrock.converse"),
        ({"messages": [TEXT], "anthropic_version": "x"}, "bedrock.invoke"),
        ({"messages": [TEXT], "toolConfig": {}}, "bedrock.converse"),
        ({"messages": [TEXT], "inferenceConfig": {}}, "bedrock.converse"),
        ({"generateContentRequest": {}}, "gemini.countTokens"),
        ({"messages": "x"}, "openai.chat"),
        ({"messages": [5, {"content": [5]}]}, "openai.chat"),
        ({}, None),
        ({"unheard_of": 1}, None),
    ],
)
def test_marks(body: Any, seems: str | None) -> None:
    assert looks_like(body) == seems


@pytest.mark.parametrize("name", ["", ".", "chat", ".chat", "openai", "openai.talk", "x" * 1000])
def test_an_unknown_format_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(BodyError, match=r"known: anthropic\.count_tokens, anthropic\.messages") as caught:
        read_body(name, {})
    assert caught.value.location == ("format",)
    assert all(known in caught.value.detail for known in FORMATS)


@pytest.mark.parametrize("shape", ["chat", "responses", "embeddings", "completions"])
def test_any_host_may_have_openais_shapes(shape: str) -> None:
    body = {"messages": [TEXT]} if shape == "chat" else {"input": "a", "prompt": "a"}
    assert read_body(f"somehost.v1.{shape}", body) == read_body(f"openai.{shape}", body)


@pytest.mark.parametrize(
    ("body_format", "body", "place", "said"),
    [
        pytest.param("openai.chat", {}, ("messages",), "non-empty list", id="nothing"),
        pytest.param("openai.chat", {"messages": []}, ("messages",), "non-empty list", id="no messages"),
        pytest.param("openai.chat", {"messages": {}}, ("messages",), "non-empty list", id="an object"),
        pytest.param("openai.chat", {"messages": ["x"]}, ("messages", 0), "is an object", id="a text"),
        pytest.param(
            "openai.chat", {"messages": [{"role": "robot"}]}, ("messages", 0, "role"), "one of", id="a role"
        ),
        pytest.param(
            "openai.chat",
            {"messages": [{"role": "user", "content": 5}]},
            ("messages", 0, "content"),
            "a string, null or a list",
            id="content that is a number",
        ),
        pytest.param(
            "openai.chat",
            {"messages": [{"role": "user", "content": [5]}]},
            ("messages", 0, "content", 0),
            "a part is",
            id="a part that is a number",
        ),
        pytest.param(
            "openai.chat",
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            ("messages", 0, "content", 0, "input_audio"),
            "an audio is base64 data",
            id="audio without data",
        ),
        pytest.param(
            "openai.chat",
            {"messages": [{"role": "assistant", "tool_calls": [{}]}]},
            ("messages", 0, "tool_calls", 0),
            "a call is",
            id="a call of nothing",
        ),
        pytest.param(
            "openai.chat", {"messages": [TEXT], "tools": "x"}, ("tools",), "is a list", id="tools as a text"
        ),
        pytest.param(
            "openai.chat", {"messages": [TEXT], "tools": [{}]}, ("tools", 0), "has a `name`", id="a tool"
        ),
        pytest.param(
            "openai.chat",
            {"messages": [TEXT], "response_format": {"type": "json_schema", "json_schema": {"schema": 5}}},
            ("response_format", "json_schema", "schema"),
            "JSON schema object",
            id="a schema that is a number",
        ),
        pytest.param("openai.responses", {"input": 5}, ("input",), "a string or a list", id="input of 5"),
        pytest.param("openai.responses", {"input": [5]}, ("input", 0), "is an object", id="an item of 5"),
        pytest.param(
            "openai.responses",
            {"input": [{"type": "function_call", "arguments": "{}"}]},
            ("input", 0, "name"),
            "name is a string",
            id="a call without a name",
        ),
        pytest.param(
            "anthropic.messages",
            {"messages": [{"role": "user", "content": 5}]},
            ("messages", 0, "content"),
            "a list of blocks",
            id="blocks of 5",
        ),
        pytest.param(
            "anthropic.messages",
            {"messages": [{"role": "user", "content": [{"type": "image"}]}]},
            ("messages", 0, "content", 0, "source"),
            "an object is expected",
            id="an image without its source",
        ),
        pytest.param(
            "gemini.generateContent", {"contents": [{}]}, ("contents", 0), "parts", id="content without parts"
        ),
        pytest.param(
            "gemini.generateContent",
            {"contents": [{"parts": [5]}]},
            ("contents", 0, "parts", 0),
            "an object",
            id="a part of 5",
        ),
        pytest.param(
            "gemini.interactions",
            {"input": [{"type": "user_input", "content": 5}]},
            ("input", 0, "content"),
            "a list",
            id="a turn of 5",
        ),
        pytest.param(
            "bedrock.converse",
            {"messages": [{"role": "user", "content": [{"image": {}}]}]},
            ("messages", 0, "content", 0, "image", "source"),
            "an object is expected",
            id="an image of nothing",
        ),
        pytest.param(
            "bedrock.count_tokens", {"input": {}}, ("input", "converse"), "has input.converse", id="no"
        ),
        pytest.param("bedrock.invoke", {}, ("messages",), "the model's own", id="invoke of nothing"),
        pytest.param("cohere.chat", {"message": 5}, ("message",), "is a string", id="a message of 5"),
    ],
)
def test_a_body_that_cannot_be_read_says_where_and_why(
    body_format: str, body: Any, place: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(BodyError, match=said) as caught:
        read_body(body_format, body)
    assert caught.value.location == ("body", *place)
