"""A conversation that is planned in texts, beside the bodies that its requests would be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tokenquote_client import Quote, TokensAnswer

Ask = Callable[..., Quote]

SYSTEM, QUESTION, ANSWER, NEXT = "Be brief.", "Where is it warm?", "In Rome.", "And in Oslo?"
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FUNCTION = {"name": "get_weather", "description": "Weather of a city", "parameters": CITY}
ROME = {"city": "Rome"}
ROUND = {"calls": [{"call": {"name": "get_weather", "arguments": ROME}, "result": "21 C"}], "reasoning": 0}
TURNS = [
    {"user": QUESTION, "tool_rounds": [ROUND], "assistant": ANSWER, "reasoning": 0},
    {"user": NEXT, "assistant": 5, "reasoning": 0},
]


def chat_bodies() -> list[dict[str, Any]]:
    made = {"name": "get_weather", "arguments": json.dumps(ROME)}
    messages = [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": made}]},
        {"role": "tool", "tool_call_id": "c", "content": "21 C"},
        {"role": "assistant", "content": ANSWER},
        {"role": "user", "content": NEXT},
    ]
    tools = [{"type": "function", "function": FUNCTION}]
    return [{"messages": messages[:n], "tools": tools} for n in (2, 4, 6)]


def anthropic_bodies() -> list[dict[str, Any]]:
    call = {"type": "tool_use", "id": "c", "name": "get_weather", "input": ROME}
    messages = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": [call]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "21 C"}]},
        {"role": "assistant", "content": ANSWER},
        {"role": "user", "content": NEXT},
    ]
    tools = [{"name": "get_weather", "description": "Weather of a city", "input_schema": CITY}]
    return [{"system": SYSTEM, "messages": messages[:n], "tools": tools} for n in (1, 3, 5)]


@pytest.mark.parametrize(
    ("model", "body_format", "bodies"),
    [
        ("openai/gpt-4o", "openai.chat", chat_bodies()),
        ("openai/gpt-5.4", "openai.chat", chat_bodies()),
        ("mistral/mistral-large-2512", "mistral.chat", chat_bodies()),
        ("deepseek/deepseek-v4-pro", "deepseek.chat", chat_bodies()),
        ("Qwen/Qwen3-32B", "huggingface.chat", chat_bodies()),
        ("xai/grok-4", "xai.chat", chat_bodies()),
        ("anthropic/claude-opus-4-8", "anthropic.messages", anthropic_bodies()),
        ("anthropic/claude-haiku-4-5", "anthropic.messages", anthropic_bodies()),
    ],
)
def test_texts_and_bodies_come_to_the_same(
    quoted: Ask, http: httpx2.Client, model: str, body_format: str, bodies: list[dict[str, Any]]
) -> None:
    """Each request of the plan, the same body as a start, and the same body counted by itself."""
    tools = [{"type": "function", "function": FUNCTION}]
    planned = quoted(model=model, system=SYSTEM, tools=tools, turns=TURNS).requests
    assert planned is not None
    for request, body in zip(planned, bodies, strict=True):
        start = {"format": body_format, "body": body}
        started = quoted(model=model, start=start, turns=[{"assistant": 5, "reasoning": 0}])
        counted = http.post("/v1/tokens", json={"model": model, **start}).json()
        assert request.input_tokens == started.totals.input_tokens == counted["input_tokens"]
    answered = {"assistant": ANSWER, "reasoning": 0}
    start = {"format": body_format, "body": bodies[1]}
    continued = quoted(model=model, start=start, turns=[answered, TURNS[1]]).requests
    assert continued is not None
    assert [one.input_tokens for one in continued] == [one.input_tokens for one in planned[1:]]


@pytest.mark.parametrize(
    ("body_format", "body"),
    [("openai.embeddings", {"input": "x"}), ("openai.completions", {"prompt": "x"})],
)
def test_what_has_no_messages_opens_no_conversation(http: httpx2.Client, body_format: str, body: Any) -> None:
    plan = {"model": "gpt-5.4", "start": {"format": body_format, "body": body}, "turns": [{"user": 1}]}
    answered = http.post("/v1/quotes", json=plan)
    assert answered.status_code == 422
    assert answered.json()["errors"][0]["pointer"] == "/start/format"


@pytest.mark.parametrize("model", ["claude-opus-4-8", "gemini-2.5-flash", "openai/gpt-5.4"])
def test_no_band_reaches_below_zero(quoted: Ask, model: str) -> None:
    """Bands may be wider than what they belong to, however short that is."""
    quote = quoted(model=model, tools=[{"type": "function", "function": FUNCTION}], turns=TURNS)
    assert all(0 <= count.low <= count.tokens <= count.high for count in quote.counts)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("claude-fable-5-2", "recorded calls"),
        ("xai/grok-4", "recorded calls"),
        ("zai/glm-4.6", "in place of glm"),
    ],
)
def test_what_the_counts_rest_on_is_said(quoted: Ask, http: httpx2.Client, model: str, said: str) -> None:
    """In a quote and in a count of a body, in the same words."""
    quote = quoted(model=model, turns=TURNS)
    body = {"messages": [{"role": "user", "content": QUESTION}]}
    question = {"format": "openai.chat", "model": model, "body": body}
    counted = TokensAnswer.model_validate(http.post("/v1/tokens", json=question).json())
    assert [said in note for note in counted.assumptions] == [True]
    assert set(counted.assumptions) <= set(quote.assumptions)


@pytest.mark.parametrize("route", ["/v1/media", "/v1/memory/kv-cache", "/v1/memory/weights"])
def test_a_model_that_is_not_known_is_pointed_to(http: httpx2.Client, route: str) -> None:
    asked: dict[str, dict[str, Any]] = {
        "/v1/media": {"items": [{"type": "image", "width": 1, "height": 1}]},
        "/v1/memory/kv-cache": {"context_tokens": 1},
        "/v1/memory/weights": {"quantization": "fp16"},
    }
    answered = http.post(route, json={"model": "no-such", **asked[route]})
    assert answered.status_code == 404
    assert answered.json()["errors"][0]["pointer"] == "/model"


@pytest.mark.parametrize(
    ("model", "body_format"),
    [
        ("openai/gpt-4o", "openai.chat"),
        ("openai/gpt-5.4", "openai.chat"),
        ("Qwen/Qwen3-32B", "huggingface.chat"),
    ],
)
def test_a_user_message_beside_results_is_sent_with_them(
    quoted: Ask, http: httpx2.Client, model: str, body_format: str
) -> None:
    """As agents do that add a word of their own to what a tool answers."""
    opening, called = chat_bodies()[:2]
    called["messages"] = [*called["messages"], {"role": "user", "content": NEXT}]
    turns = [{"tool_rounds": [{**ROUND, "user": NEXT}], "assistant": ANSWER, "reasoning": 0}]
    planned = quoted(model=model, start={"format": body_format, "body": opening}, turns=turns).requests
    assert planned is not None
    for request, body in zip(planned, (opening, called), strict=True):
        counted = http.post("/v1/tokens", json={"model": model, "format": body_format, "body": body}).json()
        assert request.input_tokens == counted["input_tokens"]


def test_stated_tokens_beside_results_carry_no_framing(quoted: Ask) -> None:
    """1,000, a call of 40, its result of 500 and 7 beside it: 1,000 and 1,547."""
    tool_round = {"calls": [{"call": 40, "result": 500}], "user": 7}
    quote = quoted(turns=[{"user": 1000, "tool_rounds": [tool_round], "assistant": 1}])
    assert quote.requests is not None
    assert [request.input_tokens for request in quote.requests] == [1000, 1547]
    assert quote.totals.framing_tokens == 0
