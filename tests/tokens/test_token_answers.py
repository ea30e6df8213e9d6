"""Laws of the answer to POST /v1/tokens, whatever the body holds."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote.api.tokens import answer_tokens
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.framing import Framing, ToolFraming
from tokenquote.tokens import TokenRules, Vocabularies, read_body
from tokenquote_client import TokensAnswer, TokensQuestion

MODELS = (
    "gpt-4o",
    "gpt-4-0613",
    "gpt-5.4-mini",
    "o3",
    "claude-opus-4-1",
    "gemini-2.5-flash",
    "deepseek-chat",
    "grok-4",
    "mistral-large-2512",
    "qwen3-max",
)
HEAD = struct.pack(">IIBBBBB", 640, 480, 8, 0, 0, 0, 0)
CHUNK = struct.pack(">I", 13) + b"IHDR" + HEAD + struct.pack(">I", zlib.crc32(b"IHDR" + HEAD))
PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + CHUNK).decode()

texts = st.text(max_size=30) | st.sampled_from(["", "Hello world.", "日本語のテキスト", "👩‍👩‍👧‍👦", "\x00\n"])
names = st.from_regex(r"[a-z_]{1,8}", fullmatch=True)
schemas = st.recursive(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", "integer", "boolean", "null"])},
        optional={
            "description": texts,
            "title": texts,
            "default": texts,
            "enum": st.lists(texts, max_size=2),
        },
    ),
    lambda inner: (
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": st.dictionaries(names, inner, max_size=3)}
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner})
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
    ),
    max_leaves=6,
)
tools = st.builds(
    lambda name, description, parameters: {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    },
    names,
    texts,
    schemas,
) | st.just({"type": "web_search"})
calls = st.lists(
    st.builds(
        lambda number, name: {
            "id": f"c{number}",
            "type": "function",
            "function": {"name": name, "arguments": "{}"},
        },
        st.integers(0, 3),
        names,
    ),
    max_size=3,
)
messages = st.one_of(
    st.builds(lambda text: {"role": "system", "content": text}, texts),
    st.builds(lambda text: {"role": "user", "content": text}, texts),
    st.builds(lambda text, made: {"role": "assistant", "content": text, "tool_calls": made}, texts, calls),
    st.builds(
        lambda number, text: {"role": "tool", "tool_call_id": f"c{number}", "content": text},
        st.integers(0, 3),
        texts,
    ),
    st.builds(
        lambda text: {"role": "user", "content": [{"type": "text", "text": text}, {"type": "smell"}]}, texts
    ),
)


@pytest.fixture(scope="module")
def count(catalog: Catalog, vocabularies: Vocabularies) -> Callable[..., TokensAnswer]:
    def answer_body(body: Any, model: str) -> TokensAnswer:
        question = TokensQuestion(format="openai.chat", body=body, model=model)
        return answer_tokens(question, catalog, vocabularies)

    return answer_body


@given(
    model=st.sampled_from(MODELS),
    body=st.fixed_dictionaries(
        {"messages": st.lists(messages, min_size=1, max_size=4)},
        optional={
            "tools": st.lists(tools, max_size=3),
            "tool_choice": st.sampled_from(["auto", "none", "required"]),
            "response_format": st.builds(
                lambda schema: {"type": "json_schema", "json_schema": {"name": "n", "schema": schema}},
                schemas,
            ),
        },
    ),
)
@settings(max_examples=300)
def test_the_parts_add_up_and_the_whole_lies_in_its_band(
    count: Callable[..., TokensAnswer], model: str, body: Any
) -> None:
    answer = count(body, model)
    parts = answer.breakdown.model_dump()
    assert sum(parts.values()) == answer.input_tokens
    assert min(value for part, value in parts.items() if part != "framing") >= 0
    assert 0 <= answer.low <= answer.input_tokens <= answer.high
    assert (answer.method == "exact") <= (answer.low == answer.high)
    named = [tool["function"]["name"] for tool in body.get("tools", ()) if "function" in tool]
    assert set(answer.tools) <= set(named)
    smells = any(isinstance(message["content"], list) for message in body["messages"])
    assert bool(answer.unknown) == (smells or any(t["type"] == "web_search" for t in body.get("tools", ())))


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5.4-mini", "claude-opus-4-1", "gemini-2.5-flash"])
def test_pictures_add_up_as_well(count: Callable[..., TokensAnswer], model: str) -> None:
    text = {"role": "user", "content": [{"type": "text", "text": "Hello world"}]}
    both = {
        "role": "user",
        "content": [*text["content"], {"type": "image_url", "image_url": {"url": PNG}}],
    }
    plain = count({"messages": [text]}, model)
    shown = count({"messages": [both]}, model)
    assert shown.breakdown.images > 0
    assert sum(shown.breakdown.model_dump().values()) == shown.input_tokens
    assert shown.input_tokens >= plain.input_tokens + shown.breakdown.images
    assert shown.low <= shown.input_tokens <= shown.high


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), schemas)
@settings(max_examples=60)
def test_tools_add_up_to_the_block_but_for_its_heading(
    count: Callable[..., TokensAnswer], named: list[str], schema: Any
) -> None:
    """15 tokens stand around any definitions of gpt-4o's; `// ` after the heading may join it."""
    given_tools = [
        {"type": "function", "function": {"name": name, "description": "Do it", "parameters": schema}}
        for name in named
    ]
    body = {"messages": [{"role": "user", "content": "Hello world"}], "tools": given_tools}
    answer = count(body, "gpt-4o")
    assert list(answer.tools) == list(dict.fromkeys(named))
    assert 10 <= answer.breakdown.tools - sum(answer.tools.values()) <= 16


@pytest.mark.parametrize("model", MODELS)
def test_more_text_is_never_fewer_tokens(count: Callable[..., TokensAnswer], model: str) -> None:
    counted = [
        count({"messages": [{"role": "user", "content": "word " * n}]}, model) for n in (1, 10, 100, 1000)
    ]
    assert [answer.input_tokens for answer in counted] == sorted({answer.input_tokens for answer in counted})


def test_a_tool_is_as_dear_as_its_model_counts(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """16 tokens of o200k_base as JSON, x 1.5."""
    tools = ToolFraming(style="json", factor=Decimal("1.5"))
    counting = catalog.counting["openai-gpt-4o"].model_copy(update={"framing": Framing(tools=tools)})
    tool = {"name": "f", "description": "Do it", "input_schema": {"type": "object"}}
    body = {"messages": [{"role": "user", "content": "Hello world"}], "tools": [tool]}
    counted = TokenRules(counting, vocabularies).request(read_body("openai.chat", body))
    assert counted.by_tool == {"f": 24}
    assert counted.tools.content.tokens == 24
