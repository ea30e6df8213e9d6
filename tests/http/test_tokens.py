"""POST /v1/tokens over a socket: a body exactly as it would be sent, counted and taken apart.

Counts of single texts are o200k_base's: "Hello world" 2, "You are helpful" 3.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tokenquote_client import TokensAnswer

SYSTEM = {"role": "system", "content": "You are helpful"}  # 3 tokens
USER = {"role": "user", "content": "Hello world"}  # 2 tokens
TOOL = {
    "type": "function",
    "function": {
        "name": "f",
        "description": "Do it",
        "parameters": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]},
    },
}


def answer(http: httpx2.Client, body: Any, **question: Any) -> TokensAnswer:
    sent = {"format": "openai.chat", "body": body, **question}
    answered = http.post("/v1/tokens", json=sent)
    assert answered.status_code == 200, answered.text
    return TokensAnswer.model_validate(answered.json())


def test_the_answer_has_what_the_contract_names(http: httpx2.Client) -> None:
    """3 a request, 4 + 3 and 4 + 2 for the messages; nothing else."""
    sent = {"format": "openai.chat", "body": {"model": "gpt-4o", "messages": [SYSTEM, USER]}}
    assert http.post("/v1/tokens", json=sent).json() == {
        "model": "openai/gpt-4o",
        "input_tokens": 16,
        "method": "exact",
        "low": 16,
        "high": 16,
        "breakdown": {
            "messages": 5, "tools": 0, "schema": 0, "images": 0, "audio": 0, "video": 0, "documents": 0,
            "unknown": 0, "framing": 11,
        },
        "tools": {},
        "vocabulary": "o200k_base",
        "unknown": [],
        "assumptions": [],
    }  # fmt: skip


def test_each_tool_is_named_with_its_tokens(http: httpx2.Client) -> None:
    """The block of 39 has 16 for `f` and 10 for `g`; around it 3, as no system message holds it: 4 - 1.

    Bills of blocks lie within 8 tokens of the rule.
    """
    tools = [TOOL, {"type": "function", "function": {"name": "g"}}]
    answered = answer(http, {"model": "gpt-4o", "messages": [USER], "tools": tools})
    assert answered.tools == {"f": 16, "g": 10}
    assert answered.breakdown.tools == 39
    assert answered.breakdown.framing == 3 + 4 + 3
    assert answered.input_tokens == 3 + 4 + 2 + 39 + 3
    assert (answered.method, answered.low, answered.high) == ("calibrated", 51 - 2, 51 + 2)


def test_a_tool_is_as_dear_as_its_model_counts(http: httpx2.Client) -> None:
    """A longer description is dearer, and each tool is named."""
    tool = {"name": "f", "description": "Do it", "input_schema": {"type": "object"}}
    longer = {**tool, "name": "g", "description": "Do it, and do it well, and then do it again"}
    body = {"model": "claude-opus-4-1", "messages": [USER], "tools": [tool, longer], "max_tokens": 1}
    answered = answer(http, body, format="anthropic.messages")
    assert answered.method == "exact"
    assert 0 < answered.tools["f"] < answered.tools["g"] < answered.input_tokens
    assert 0 < answered.breakdown.tools < answered.input_tokens


def test_two_tools_of_one_name_are_one_line(http: httpx2.Client) -> None:
    assert answer(http, {"model": "gpt-4o", "messages": [USER], "tools": [TOOL, TOOL]}).tools == {"f": 32}


def test_the_model_beside_the_body_comes_first(http: httpx2.Client) -> None:
    """3 a request to gpt-4o, 2 to gpt-5.4-mini."""
    body = {"model": "gpt-4o", "messages": [USER]}
    named, beside = answer(http, body), answer(http, body, model="gpt-5.4-mini")
    assert (named.model, named.input_tokens) == ("openai/gpt-4o", 3 + 4 + 2)
    assert (beside.model, beside.input_tokens) == ("openai/gpt-5.4-mini", 2 + 4 + 2)


@pytest.mark.parametrize("member", ["model", "modelId", "model_id"])
def test_the_body_may_name_its_model_in_any_providers_words(http: httpx2.Client, member: str) -> None:
    body = {member: "claude-opus-4-1", "messages": [{"role": "user", "content": [{"text": "Hello world"}]}]}
    assert answer(http, body, format="bedrock.converse").model == "anthropic/claude-opus-4-1"


def test_a_retired_model_is_counted_though_nobody_sells_it(http: httpx2.Client) -> None:
    """gpt-4-32k-0314: 3 + 4 + 2 by cl100k_base."""
    answered = answer(http, {"model": "gpt-4-32k-0314", "messages": [USER]})
    assert (answered.model, answered.input_tokens) == ("gpt-4-32k-0314", 9)
    assert answered.vocabulary == "cl100k_base"


def test_what_costs_nothing_changes_nothing(http: httpx2.Client) -> None:
    sampling = {
        "temperature": 0.5,
        "max_tokens": 9,
        "seed": 1,
        "metadata": {"a": "b"},
        "unheard_of": ["x"] * 9,
    }
    assert answer(http, {"model": "gpt-4o", "messages": [USER], **sampling}).input_tokens == 9


def test_what_no_rule_counts_is_named_and_found_in_a_wide_band(http: httpx2.Client) -> None:
    """The part has 10 tokens as text, the tool 6: together 8 to 32."""
    part = {"type": "smell", "of": "tea"}
    message = {"role": "user", "content": [{"type": "text", "text": "Hello world"}, part]}
    answered = answer(
        http, {"model": "gpt-4o", "messages": [SYSTEM, message], "tools": [{"type": "web_search"}]}
    )
    assert [(part.what, part.pointer) for part in answered.unknown] == [
        ("tools of type 'web_search'", "/tools/0"),
        ("parts of type 'smell'", "/messages/1/content/1"),
    ]
    unknown = answered.breakdown.unknown
    assert unknown == 10 + 6
    assert answered.method == "assumed"
    known = 3 + 4 + 3 + 4 + 2
    assert (answered.low, answered.input_tokens, answered.high) == (known + 8, known + 16, known + 32)


def test_null_content_costs_its_framing(http: httpx2.Client) -> None:
    assert (
        answer(http, {"model": "gpt-4o", "messages": [{"role": "user", "content": None}]}).input_tokens == 7
    )


def test_a_lone_surrogate_in_the_text_of_arguments_is_counted(http: httpx2.Client) -> None:
    """In JSON within JSON it is but an escape; models get a replacement character."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":"\\ud800"}'}}
    messages = [USER, {"role": "assistant", "content": None, "tool_calls": [call]}]
    assert answer(http, {"model": "gpt-4o", "messages": messages}).input_tokens > 3 + 6 + 2 + 6


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4-0613", "gpt-5.4-mini", "claude-opus-4-1"])
def test_a_schema_that_leads_back_to_itself_is_counted(http: httpx2.Client, model: str) -> None:
    node = {
        "type": "object",
        "properties": {"next": {"$ref": "#/$defs/node"}, "same": {"$ref": "#/$defs/same"}},
    }
    schema = {"type": "object", "properties": {"n": {"$ref": "#/$defs/node"}}}
    schema |= {"$defs": {"node": node, "same": {"$ref": "#/$defs/same"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "tree", "schema": schema}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    answered = answer(http, {"model": model, "messages": [USER], "tools": [tool], "response_format": wanted})
    assert answered.breakdown.tools > 20
    assert answered.breakdown.schema_ > 0


def test_ten_thousand_tools_are_counted(roomy_http: httpx2.Client) -> None:
    tools = [{"type": "function", "function": {**TOOL["function"], "name": f"f{i}"}} for i in range(10_000)]  # type: ignore[dict-item]
    answered = answer(roomy_http, {"model": "gpt-4o", "messages": [USER], "tools": tools})
    assert len(answered.tools) == 10_000
    assert answered.breakdown.tools >= sum(answered.tools.values())


def test_a_schema_of_a_megabyte_is_counted(roomy_http: httpx2.Client) -> None:
    """Every property costs at least its name of two tokens."""
    properties = {f"property_{i}": {"type": "string", "description": "Some"} for i in range(17_500)}
    schema = {"type": "object", "properties": properties}
    wanted = {"type": "json_schema", "json_schema": {"name": "wide", "schema": schema}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    counted = [
        answer(roomy_http, {"model": "gpt-4o", "messages": [USER], **member})
        for member in ({"response_format": wanted}, {"tools": [tool]})
    ]
    assert min(answered.input_tokens for answered in counted) > 2 * 17_500


def test_five_megabytes_of_base64_are_text(roomy_http: httpx2.Client) -> None:
    """A string is a string: nobody guesses that it might be a file. "QUJD" is two tokens each time."""
    message = {"role": "user", "content": "QUJD" * 1_250_000}
    answered = answer(roomy_http, {"model": "gpt-4o", "messages": [message]})
    assert answered.breakdown.images == answered.breakdown.documents == 0
    assert answered.method == "exact"
    assert answered.input_tokens > 1_000_000


def test_a_million_repeated_characters_are_counted(roomy_http: httpx2.Client) -> None:
    """Eight a's are one token of o200k_base; the framing is 7."""
    message = {"role": "user", "content": "a" * 1_000_000}
    assert answer(roomy_http, {"model": "gpt-4o", "messages": [message]}).input_tokens == 125_000 + 7
