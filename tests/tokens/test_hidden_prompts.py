"""Grok, Cohere and Nova: constants around texts, and tools and calls written as the models are shown them.

Tokens of texts written out here are those of o200k_base; "Hello world" has two, on Nova too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import RequestCount, TokenRules, Vocabularies, read_body

ASKED = {"role": "user", "content": "Hello world"}
ANSWERED = {"role": "assistant", "content": "Hello world"}
SYSTEM = {"role": "system", "content": "Hello world"}
FUNCTION = {"name": "f", "description": "Do it", "parameters": {"type": "object", "properties": {}}}
TOOLS = [{"type": "function", "function": FUNCTION}]
COMPACT = '{"name":"f","description":"Do it","parameters":{"type":"object","properties":{}}}'
SPACED = '{"name": "f", "description": "Do it", "parameters": {"type": "object", "properties": {}}}'
LISTED = SPACED[:-1] + ', "responses": null}\n'
CALLED: list[Any] = [
    ASKED,
    {
        "role": "assistant",
        "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": '{"x": "ab", "n": 1}'}}],
    },
    {"role": "tool", "tool_call_id": "c", "content": "Hello world"},
]
TAGS = '<xai:function_call name="f">\n<parameter name="x">ab</parameter>\n<parameter name="n">1</parameter>\n</xai:function_call>'  # noqa: E501
CALL_LIST = '[{"tool_call_id": "0", "tool_name": "f", "parameters": {"x": "ab", "n": 1}}]'
RESULT_LIST = '[{"tool_call_id": "0", "results": {"0": "Hello world"}, "is_error": null}]'
CALL_OBJECT = '{"name": "f", "input": {"x": "ab", "n": 1}}'

Count = Callable[..., RequestCount]


@pytest.fixture(scope="module")
def count(catalog: Catalog, vocabularies: Vocabularies) -> Count:
    def count_body(model: str, api: str, **body: Any) -> RequestCount:
        rules = TokenRules(catalog.find_counting(model, api).counting, vocabularies)
        return rules.request(read_body(api, body))

    return count_body


@pytest.fixture(scope="module")
def tokens(vocabularies: Vocabularies) -> Callable[..., int]:
    def count_texts(*texts: str, vocabulary: str = "o200k_base") -> int:
        return sum(vocabularies.count(vocabulary, text) for text in texts)

    return count_texts


@pytest.mark.parametrize(
    ("model", "messages", "expected"),
    [
        pytest.param("grok-2", [ASKED], 2 + 4 + 2, id="grok-2"),
        pytest.param("grok-2", [SYSTEM, ASKED], 2 + 2 * 4 + 4, id="grok-2: 4 for a system message"),
        pytest.param("grok-4.20", [ASKED], 124 + 2, id="grok-4.20"),
        pytest.param("grok-4.20", [SYSTEM, ASKED], 124 + 4, id="grok-4.20: a system message is free"),
        pytest.param("grok-4.20", [ASKED, ANSWERED, ASKED], 124 + 6 + 8, id="grok-4.20: 8 for two more"),
        pytest.param("grok-4.20-0309-non-reasoning", [ASKED], 122 + 2, id="without reasoning"),
        pytest.param("grok-build-0.1", [ASKED], 124 + 2, id="grok-build"),
        pytest.param("grok-code-fast-1", [ASKED], 204 + 2, id="grok-code"),
        pytest.param("grok-9", [ASKED], 192 + 2, id="a newer one: as the newest that is known"),
    ],
)
def test_grok(count: Count, model: str, messages: list[Any], expected: int) -> None:
    counted = count(model, "xai.chat", messages=messages)
    assert counted.tokens == expected
    assert counted.count.method == "calibrated"


@pytest.mark.parametrize(
    ("model", "hidden", "written"),
    [
        pytest.param("grok-2", 6 + 72, COMPACT, id="grok-2: compact"),
        pytest.param("grok-code-fast-1", 204 + 139, COMPACT, id="grok-code: compact"),
        pytest.param("grok-4.20", 124 + 46, SPACED, id="grok-4.20: with blanks"),
    ],
)
def test_groks_tools(count: Count, tokens: Callable[..., int], model: str, hidden: int, written: str) -> None:
    counted = count(model, "xai.chat", messages=[ASKED], tools=TOOLS)
    assert counted.tokens == hidden + 2 + tokens(written)


def test_groks_calls_and_json(count: Count, tokens: Callable[..., int]) -> None:
    asked = count("grok-4.20", "xai.chat", messages=[ASKED]).tokens
    called = count("grok-4.20", "xai.chat", messages=CALLED)
    assert called.tokens == asked + tokens(TAGS) + 11 + 2
    as_json = count("grok-4.20", "xai.chat", messages=[ASKED], response_format={"type": "json_object"})
    assert as_json.tokens == asked + 20
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}
    structured = count("grok-4.20", "xai.chat", messages=[ASKED], response_format=schema)
    assert structured.tokens == asked + tokens('{"type":"object"}') + 17


def test_groks_hidden_reasoning_is_in_the_band_alone(count: Count) -> None:
    """A body does not say how long the model thought: 550 more at most, and the count is the least."""
    asked = count("grok-4.20", "xai.chat", messages=[ASKED]).count
    again = count("grok-4.20", "xai.chat", messages=[ASKED, ANSWERED, ASKED]).count
    assert asked.high - asked.tokens < 10
    assert 550 <= again.high - again.tokens < 570
    assert again.tokens - again.low < 10


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("command-a-03-2025", 495),
        ("command-r7b-12-2024", 495),
        ("command-r", 66),
        ("command-r-plus", 66),
        ("command-r-08-2024", 200),
        ("command", 62),
        ("command-a-plus-05-2026", 25),
        ("c4ai-aya-vision-8b", 569),
    ],
)
def test_coheres_preambles(count: Count, model: str, expected: int) -> None:
    assert count(model, "cohere.chat", messages=[ASKED]).tokens == expected + 2
    further = count(model, "cohere.chat", messages=[ASKED, ANSWERED, ASKED])
    assert further.tokens == expected + 6 + 8


def test_cohere_elsewhere_has_no_preamble(count: Count) -> None:
    body: dict[str, Any] = {"messages": [{"role": "user", "content": [{"text": "Hello world"}]}]}
    assert count("cohere.command-r-v1:0", "bedrock.converse", **body).tokens == 2


def test_coheres_tools_calls_and_documents(count: Count, tokens: Callable[..., int]) -> None:
    asked = count("command-a-03-2025", "cohere.chat", messages=[ASKED]).tokens
    tools = count("command-a-03-2025", "cohere.chat", messages=[ASKED], tools=TOOLS).tokens
    forced = count(
        "command-a-03-2025", "cohere.chat", messages=[ASKED], tools=TOOLS, tool_choice="REQUIRED"
    ).tokens
    called = count("command-a-03-2025", "cohere.chat", messages=CALLED).tokens
    documents = [{"id": "d", "data": {"title": "Hello world"}}]
    documented = count("command-a-03-2025", "cohere.chat", messages=[ASKED], documents=documents).tokens
    assert tools == asked + 881 + tokens(LISTED)
    assert forced == tools + 18
    assert called == asked + tokens(CALL_LIST, RESULT_LIST) + 24
    assert documented == asked + 1650 + tokens("title: Hello world")


def test_a_raw_prompt_has_nothing_around_it(count: Count) -> None:
    assert count("command-r", "cohere.chat", message="Hello world", raw_prompting=True).tokens == 2


def test_nova(count: Count, tokens: Callable[..., int]) -> None:
    """Every digit is a token."""
    said = {"role": "user", "content": [{"text": "Hello world"}]}
    digits = {"role": "user", "content": [{"text": "2026"}]}
    assert count("amazon.nova-lite-v1:0", "bedrock.converse", messages=[said]).tokens == 2
    assert count("amazon.nova-lite-v1:0", "bedrock.converse", messages=[digits]).tokens == 4
    assert count("us.amazon.nova-2-lite-v1:0", "bedrock.converse", messages=[said]).tokens == 46 + 2
    assert count("amazon/nova-premier-v1", "openrouter.chat", messages=[ASKED]).tokens == 34 + 2
    called = count("amazon/nova-pro-v1", "openrouter.chat", messages=CALLED).tokens
    assert called == 2 + tokens(CALL_OBJECT, vocabulary="o200k_digits") + 31 + 2


def test_novas_tools(count: Count, tokens: Callable[..., int]) -> None:
    spec = {"name": "f", "description": "Do it", "inputSchema": {"json": FUNCTION["parameters"]}}
    said = {"role": "user", "content": [{"text": "Hello world"}]}
    counted = count(
        "amazon.nova-lite-v1:0",
        "bedrock.converse",
        messages=[said],
        toolConfig={"tools": [{"toolSpec": spec}]},
    )
    written = SPACED.replace("parameters", "inputSchema")
    assert counted.tokens == 2 + 347 + tokens(written, vocabulary="o200k_digits")


@pytest.mark.parametrize(
    ("model", "api", "method"),
    [
        ("mistral-small-2506", "mistral.chat", "exact"),
        ("mistralai/mistral-nemo", "openrouter.chat", "calibrated"),
        ("mistral-small-3-2-24b-instruct", "venice.chat", "calibrated"),
        ("gpt-4o", "openai.chat", "exact"),
        ("gpt-4o", "azure.openai.chat", "exact"),
        ("gpt-4o", "databricks.chat", "calibrated"),
        ("openai/gpt-5-image", "openrouter.chat", "calibrated"),
    ],
)
def test_hosts_that_bill_otherwise_are_calibrated(count: Count, model: str, api: str, method: str) -> None:
    assert count(model, api, messages=[ASKED]).count.method == method


def test_a_mistral_agents_instructions_are_not_in_the_body(count: Count) -> None:
    counted = count("mistral-small-2506", "mistral.completions", agent_id="ag_1", messages=[ASKED]).count
    assert counted.method == "assumed"


def test_planned_calls_have_ids_where_the_model_reads_them(
    catalog: Catalog, vocabularies: Vocabularies
) -> None:
    v11 = TokenRules(catalog.counting["mistral-v11"], vocabularies)
    v13 = TokenRules(catalog.counting["mistral"], vocabularies)
    kimi = TokenRules(catalog.counting["kimi"], vocabularies)
    assert [v11.planned_call_id(i, "f") for i in (0, 1)] == ["anXn0k3ks", "anXn1k3ks"]
    assert v13.planned_call_id(1, "f") == "call_1"
    assert kimi.planned_call_id(1, "f") == "functions.f:1"
