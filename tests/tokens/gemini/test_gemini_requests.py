"""Whole requests to Gemini: roles, schemas, routes, and that plans count as bodies do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.tokens.gemini.slow_pieces import ENCODER

from tokenquote.catalog import Catalog
from tokenquote.tokens import RequestCount, TokenRules, Vocabularies, read_body

tokens = ENCODER.count
ASK, ANSWER, SYSTEM = "What is the weather like?", "It is fine.", "You are terse."
USER = {"role": "user", "parts": [{"text": ASK}]}
MODEL = {"role": "model", "parts": [{"text": ANSWER}]}
AI_STUDIO, VERTEX = "gemini.generateContent", "vertex.generateContent"


class Counter:
    """Counts bodies as the catalog says."""

    def __init__(self, catalog: Catalog, vocabularies: Vocabularies) -> None:
        self._catalog, self._vocabularies = catalog, vocabularies

    def rules(self, model: str, api: str) -> TokenRules:
        counted_as = self._catalog.find_counting(model, api)
        return TokenRules(counted_as.counting, self._vocabularies, shape=counted_as.shape)

    def count(self, model: str, api: str, body: dict[str, Any]) -> RequestCount:
        return self.rules(model, api).request(read_body(api, body))


@pytest.fixture
def counter(catalog: Catalog, vocabularies: Vocabularies) -> Counter:
    return Counter(catalog, vocabularies)


@pytest.mark.parametrize(
    ("model", "api", "role"),
    [
        ("gemini-2.5-flash", AI_STUDIO, 1),
        ("gemini-3-pro-preview", AI_STUDIO, 1),
        ("gemini-pro-latest", "gemini.countTokens", 1),
        ("gemma-3-27b-it", AI_STUDIO, 1),
        ("gemini-2.5-flash", VERTEX, 0),
        ("gemini-3-pro-preview", VERTEX, 0),
    ],
)
def test_a_role_is_a_token_on_ai_studio(counter: Counter, model: str, api: str, role: int) -> None:
    contents = [USER, MODEL, USER]
    said = 2 * tokens(ASK) + tokens(ANSWER)
    without = {"parts": [{"text": SYSTEM}]}
    cases: list[tuple[dict[str, Any], int]] = [
        ({"contents": contents}, said + 3 * role),
        ({"contents": [{"parts": USER["parts"]}]}, tokens(ASK)),
        ({"contents": contents, "systemInstruction": without}, said + tokens(SYSTEM) + 3 * role),
        (
            {"contents": contents, "systemInstruction": {"role": "user", **without}},
            said + tokens(SYSTEM) + 4 * role,
        ),
        ({"contents": contents, "systemInstruction": SYSTEM}, said + tokens(SYSTEM) + 4 * role),
    ]
    for body, expected in cases:
        assert counter.count(model, api, body).tokens == expected


def test_parts_are_counted_apart_and_not_trimmed(counter: Counter) -> None:
    body = {"contents": [{"role": "user", "parts": [{"text": "over"}, {"text": "lay \n"}, {"text": ""}]}]}
    assert counter.count("gemini-2.5-pro", AI_STUDIO, body).tokens == 1 + tokens("over") + tokens("lay \n")
    assert counter.count("gemini-2.5-pro", VERTEX, body).tokens == tokens("over") + tokens("lay \n") + 1


@pytest.mark.parametrize("mode", ["AUTO", "ANY", "VALIDATED", "NONE"])
def test_a_tool_choice_is_free(counter: Counter, mode: str) -> None:
    body = {"contents": [USER], "tools": [{"functionDeclarations": [{"name": "f", "description": ASK}]}]}
    chosen = {**body, "toolConfig": {"functionCallingConfig": {"mode": mode}}}
    for api in (AI_STUDIO, VERTEX):
        plain = counter.count("gemini-2.5-flash", api, body)
        assert counter.count("gemini-2.5-flash", api, chosen).tokens == plain.tokens


@pytest.mark.parametrize("key", ["responseSchema", "responseJsonSchema"])
def test_output_schemas(counter: Counter, key: str) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    body = {"contents": [USER], "generationConfig": {key: schema}}
    bare = {"contents": [USER]}

    def cost(model: str, api: str) -> int:
        return counter.count(model, api, body).tokens - counter.count(model, api, bare).tokens

    assert cost("gemini-2.5-flash", AI_STUDIO) == cost("gemini-3-flash-preview", AI_STUDIO) == 0
    billed = 2 + 2 * tokens("city") if key == "responseSchema" else 0
    assert cost("gemini-2.0-flash", AI_STUDIO) == cost("gemini-2.5-flash", VERTEX) == billed


CALLS = [
    {"functionCall": {"name": "f", "args": {"a": "x"}}},
    {"functionCall": {"name": "g", "args": {"b": [1, True]}}},
]
RESULTS = [
    {"functionResponse": {"name": "f", "response": {"result": "fine"}}},
    {"functionResponse": {"name": "g", "response": {"n": 5}}},
]
CHAT: list[dict[str, Any]] = [
    {"role": "user", "content": ASK},
    {
        "role": "assistant",
        "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"a": "x"}'}},
            {"id": "2", "type": "function", "function": {"name": "g", "arguments": '{"b": [1, true]}'}},
        ],
    },
    {"role": "tool", "tool_call_id": "1", "content": "fine"},
    {"role": "tool", "tool_call_id": "2", "content": '{"n": 5}'},
]


@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-3-flash-preview"])
def test_a_chat_costs_what_the_same_contents_do(counter: Counter, model: str) -> None:
    contents = [USER, {"role": "model", "parts": CALLS}, {"role": "user", "parts": RESULTS}]
    native = counter.count(model, AI_STUDIO, {"contents": contents})
    chat = counter.count(model, "gemini.openai_chat", {"model": model, "messages": CHAT})
    assert chat.tokens == native.tokens


@pytest.mark.parametrize("api", [AI_STUDIO, VERTEX, "openrouter.chat", "vercel_gateway.chat"])
@pytest.mark.parametrize("model", ["gemini-2.0-flash", "gemini-2.5-flash", "gemini-3-flash-preview"])
def test_what_is_appended_adds_up_to_the_request(counter: Counter, model: str, api: str) -> None:
    rules = counter.rules(model, api)
    messages = read_body("openrouter.chat", {"model": model, "messages": CHAT}).messages
    whole = rules.request(read_body("openrouter.chat", {"model": model, "messages": CHAT}))
    question, exchange = messages[:1], messages[1:]
    assert rules.appended(question).tokens + rules.appended(exchange).tokens == whole.tokens
    assert rules.per_request == 0


def test_a_router_has_two_figures(counter: Counter) -> None:
    body = {"model": "google/gemini-2.5-flash", "messages": CHAT[:1]}
    both = counter.count("google/gemini-2.5-flash", "openrouter.chat", body).count
    assert (both.tokens, both.method) == (tokens(ASK), "calibrated")
    assert both.low <= tokens(ASK) < tokens(ASK) + 1 <= both.high
    for provider, role in (("google-vertex", 0), ("google-ai-studio", 1), ("google-vertex/global", 0)):
        asked = {**body, "provider": {"only": [provider]}}
        one = counter.count("google/gemini-2.5-flash", "openrouter.chat", asked)
        assert one.tokens == tokens(ASK) + role
    assert counter.count("google/gemini-3-pro", "openrouter.chat", body).tokens == tokens(ASK) + 1


def test_a_router_names_results_by_their_calls(counter: Counter) -> None:
    long = [{**message} for message in CHAT]
    long[2]["tool_call_id"] = "call_with_a_long_id_0123456789"
    named = [{**message} for message in long]
    named[2]["name"] = "f"

    def cost(messages: list[dict[str, Any]]) -> int:
        body = {"model": "m", "messages": messages, "provider": {"only": ["google-vertex"]}}
        return counter.count("google/gemini-2.5-flash", "openrouter.chat", body).tokens

    assert cost(long) - cost(named) == tokens("call_with_a_long_id_0123456789") - tokens("f")


def test_an_unknown_newer_model_counts_by_the_newest_and_says_so(counter: Counter) -> None:
    counted = counter.count("gemini-9-ultra", AI_STUDIO, {"contents": [USER]}).count
    assert (counted.tokens, counted.method) == (tokens(ASK) + 1, "calibrated")
    assert counted.low < counted.tokens < counted.high


def test_embeddings_are_bare(counter: Counter) -> None:
    body = {"content": {"parts": [{"text": ASK}]}}
    assert counter.count("gemini-embedding-2", "gemini.embedContent", body).tokens == tokens(ASK)


def test_interactions_take_a_token_for_input_and_system(counter: Counter) -> None:
    body = {"model": "gemini-3-flash-preview", "input": ASK, "system_instruction": SYSTEM}
    counted = counter.count("gemini-3-flash-preview", "gemini.interactions", body)
    assert counted.tokens == tokens(ASK) + tokens(SYSTEM) + 2


def test_gemma_4_has_tools(counter: Counter) -> None:
    tool = {
        "type": "function",
        "function": {"name": "f", "description": ASK, "parameters": {"type": "object"}},
    }
    bare = counter.count("gemma-4-31b", "cerebras.chat", {"model": "m", "messages": CHAT[:1]})
    assert bare.tokens == tokens(ASK) + 13
    with_tools = counter.count(
        "gemma-4-31b", "cerebras.chat", {"model": "m", "messages": CHAT[:1], "tools": [tool]}
    )
    assert with_tools.tokens - bare.tokens == 5 + 18 + tokens("f") + tokens(ASK)
    history = counter.count("gemma-4-31b", "cerebras.chat", {"model": "m", "messages": CHAT, "tools": [tool]})
    assert history.tokens > with_tools.tokens


def test_gemma_3_on_ollama_gives_a_system_message_a_turn(counter: Counter) -> None:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": ASK}]
    counted = counter.count("gemma3", "ollama.chat", {"model": "gemma3", "messages": messages})
    assert counted.tokens == tokens(SYSTEM) + tokens(ASK) + 9 + 5


def test_types_were_free_until_may_2025(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """An object with a property of type string: two types."""
    parameters = {"type": "OBJECT", "properties": {"city": {"type": "STRING"}}}
    tool = {"functionDeclarations": [{"name": "f", "parameters": parameters}]}
    request = read_body(AI_STUDIO, {"contents": [USER], "tools": [tool]})
    rule = catalog.find_counting("gemini-2.0-flash", AI_STUDIO).counting
    days = (dt.date(2025, 4, 30), dt.date(2025, 5, 1), None)
    counts = [TokenRules(rule, vocabularies, day=day).request(request).tokens for day in days]
    assert counts[1] - counts[0] == 2
    assert counts[1] == counts[2]


def test_results_were_named_by_their_calls_on_responses(catalog: Catalog, vocabularies: Vocabularies) -> None:
    call = {"type": "function_call", "call_id": "call_with_a_long_id", "name": "f", "arguments": "{}"}
    result = {"type": "function_call_output", "call_id": "call_with_a_long_id", "output": '{"n": 5}'}
    body = {"input": [{"role": "user", "content": ASK}, call, result]}
    request = read_body("openrouter.responses", body)
    rule = catalog.find_counting("google/gemini-2.5-flash", "openrouter.responses").counting
    before, today = (
        TokenRules(rule, vocabularies, day=day).request(request).tokens
        for day in (dt.date(2026, 5, 31), None)
    )
    assert before - today == tokens("call_with_a_long_id") - tokens("f")


def test_vertex_had_gemma_2_until_december_2025(catalog: Catalog) -> None:
    rule = catalog.find_counting("gemini-2.5-flash", VERTEX).counting
    words = [rule.on(day).vocabulary for day in (dt.date(2025, 11, 3), dt.date(2026, 1, 12), None)]
    assert words == ["gemma2", "gemma4", "gemma4"]


def test_an_empty_text_beside_calls_is_not_sent_on(counter: Counter) -> None:
    bodies = [{"messages": [CHAT[0], {**CHAT[1], **content}, *CHAT[2:]]} for content in ({}, {"content": ""})]
    without, empty = (counter.count("google/gemini-2.0-flash-001", "openrouter.chat", one) for one in bodies)
    assert without.tokens == empty.tokens
