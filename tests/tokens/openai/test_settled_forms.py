"""Which counts of OpenAI's definitions, calls and output schemas are exact, and which have a band."""

from __future__ import annotations

from typing import Any

import pytest
from tests.tokens.openai.pieces import USER, tool

from tokenquote.catalog import Catalog
from tokenquote.counts import Count
from tokenquote.tokens import TokenRules, Vocabularies, read_body

CITY = {"type": "object", "properties": {"city": {"type": "string", "description": "A city"}}}
CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLED = [
    USER,
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "tool", "tool_call_id": "a", "content": "42"},
]
SENT_BACK = [
    {"role": "user", "content": "Hello"},
    {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "a", "output": "42"},
]


def with_city(**members: Any) -> dict[str, Any]:
    return tool(
        description="Do it",
        parameters={"type": "object", "properties": {"city": {"type": "string", **members}}},
    )


def answer_as(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "city", "schema": schema}}


@pytest.fixture
def counted(catalog: Catalog, vocabularies: Vocabularies) -> Any:
    def count_body(model: str, api: str, body: dict[str, Any]) -> Count:
        counted_as = catalog.find_counting(model, api)
        rules = TokenRules(counted_as.counting, vocabularies, shape=counted_as.shape)
        return rules.request(read_body(api, body)).count

    return count_body


@pytest.mark.parametrize(
    ("definition", "method"),
    [
        pytest.param(tool(description="Do it", parameters=CITY), "exact", id="described, with a property"),
        pytest.param(tool(description="Do it", parameters={}), "exact", id="described, without parameters"),
        pytest.param(with_city(enum=["Rome", "Paris"]), "exact", id="an enum of texts"),
        pytest.param(with_city(default="Rome"), "calibrated", id="a default"),
        pytest.param(with_city(minLength=2), "calibrated", id="a limit"),
        pytest.param(with_city(type=["string", "null"]), "calibrated", id="two types"),
        pytest.param(with_city(anyOf=[{"type": "string"}]), "calibrated", id="a union"),
        pytest.param(with_city(items={"const": 1}), "calibrated", id="a constant inside"),
        pytest.param(with_city(never_heard_of=1), "calibrated", id="a member that no call has"),
        pytest.param(tool(parameters={}), "calibrated", id="neither description nor parameters"),
        pytest.param(tool(description="Do it"), "calibrated", id="no schema at all"),
        pytest.param(
            tool(description="Do it", parameters={**CITY, "additionalProperties": True}),
            "calibrated",
            id="an open object",
        ),
    ],
)
def test_definitions_are_exact_where_bills_settle_their_form(
    counted: Any, definition: dict[str, Any], method: str
) -> None:
    count = counted("gpt-4o", "openai.chat", {"messages": [USER], "tools": [definition]})
    assert count.method == method
    assert (count.low == count.tokens == count.high) is (method == "exact")


@pytest.mark.parametrize(
    ("model", "api", "body", "method"),
    [
        ("gpt-4o", "openai.chat", {"messages": CALLED}, "exact"),
        ("gpt-5", "openai.chat", {"messages": CALLED}, "exact"),
        ("gpt-4o", "openai.responses", {"input": SENT_BACK}, "calibrated"),
        ("gpt-4o", "openai.chat", {"messages": [USER], "response_format": answer_as(CITY)}, "exact"),
        (
            "gpt-4o",
            "openai.chat",
            {"messages": [USER], "response_format": answer_as({"anyOf": [CITY, CITY]})},
            "calibrated",
        ),
        (
            "gpt-4o",
            "openai.chat",
            {"messages": [USER], "tools": [with_city()], "response_format": answer_as(CITY)},
            "calibrated",
        ),
        ("openai/gpt-4o", "openrouter.chat", {"messages": [USER], "tools": [with_city()]}, "exact"),
        ("openai/gpt-5", "openrouter.chat", {"messages": [USER], "tools": [with_city()]}, "calibrated"),
        ("gpt-audio", "openai.chat", {"messages": [USER], "tools": [with_city()]}, "calibrated"),
    ],
    ids=[
        "a call in a chat", "gpt-5 too", "a call in Responses", "an output schema", "one with a union",
        "one beside tools", "gpt-4o through OpenRouter", "gpt-5 through OpenRouter", "gpt-audio",
    ],
)  # fmt: skip
def test_calls_schemas_and_hosts_have_labels_of_their_own(
    counted: Any, model: str, api: str, body: dict[str, Any], method: str
) -> None:
    assert counted(model, api, body).method == method


def test_empty_instructions_are_no_message(counted: Any) -> None:
    body = {"input": "Hello"}
    bare, empty = (counted("gpt-5", "openai.responses", b) for b in (body, {**body, "instructions": ""}))
    assert empty == bare
