"""A conversation with Claude as a plan, beside the bodies that its requests are: the same tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import NOW, shared_vocabularies, shipped

from tokenquote.api.tokens import answer_tokens
from tokenquote_client import Quote, TokensQuestion

VOCABULARIES = shared_vocabularies()
SYSTEM = "Be brief."
TOOL = {"name": "look", "description": "Look", "input_schema": {"type": "object", "properties": {}}}
TEXTS = st.sampled_from(["Hello", "7 of 9", "Where is it warm?", "中文", "In Rome.\n", "- a\n- b", "…"])
ROUNDS = st.lists(
    st.tuples(st.one_of(st.just(""), TEXTS), st.lists(TEXTS, min_size=1, max_size=3), st.integers(1, 3)),
    max_size=3,
)
MODELS = ["claude-3-haiku", "claude-sonnet-4-5", "claude-sonnet-4-6", "claude-opus-4-7", "claude-opus-4-8"]


def bodies(model: str, turns: list[tuple[str, Any, str]]) -> list[dict[str, Any]]:
    """The body of each request: all rounds of all turns, and each answer."""
    sent: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []

    def send() -> None:
        sent.append({"model": model, "system": SYSTEM, "tools": [TOOL], "messages": list(messages)})

    for question, rounds, answer in turns:
        messages.append({"role": "user", "content": question})
        for said, results, repeat in rounds:
            for _ in range(repeat):
                send()
                ids = [f"c{len(messages)}_{i}" for i in range(len(results))]
                text = [{"type": "text", "text": said}] if said else []
                calls = [{"type": "tool_use", "id": i, "name": "look", "input": {"q": "x"}} for i in ids]
                back = [
                    {"type": "tool_result", "tool_use_id": i, "content": result}
                    for i, result in zip(ids, results, strict=True)
                ]
                messages.append({"role": "assistant", "content": [*text, *calls]})
                messages.append({"role": "user", "content": back})
        send()
        messages.append({"role": "assistant", "content": answer})
    return sent


def plan(model: str, turns: list[tuple[str, Any, str]]) -> dict[str, Any]:
    return {
        "model": f"anthropic/{model}",
        "system": SYSTEM,
        "tools": [TOOL],
        "turns": [
            {
                "user": question,
                "tool_rounds": [
                    {
                        "text": said,
                        "calls": [
                            {"call": {"name": "look", "arguments": {"q": "x"}}, "result": result}
                            for result in results
                        ],
                        "repeat": repeat,
                    }
                    for said, results, repeat in rounds
                ],
                "assistant": answer,
            }
            for question, rounds, answer in turns
        ],
    }


def count(body: dict[str, Any]) -> int:
    question = TokensQuestion(format="anthropic.messages", body=body)
    return answer_tokens(question, shipped(), VOCABULARIES, NOW.date()).input_tokens


@pytest.mark.parametrize("model", MODELS)
@given(turns=st.lists(st.tuples(TEXTS, ROUNDS, TEXTS), min_size=1, max_size=3))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_plan_counts_what_its_bodies_count(
    quoted: Callable[..., Quote], model: str, turns: list[tuple[str, Any, str]]
) -> None:
    requests = quoted(**plan(model, turns)).requests or []
    assert [request.input_tokens for request in requests] == [count(body) for body in bodies(model, turns)]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("asked", [1, 3, 4])  # not 2: calls without results are no request
@pytest.mark.parametrize("choice", ["auto", "any"])
def test_a_start_goes_on_as_its_bodies_do(
    quoted: Callable[..., Quote], model: str, asked: int, choice: str
) -> None:
    """It may end with a question, an answer or results; the first turn may answer or ask."""
    whole = bodies(model, [("Hello", [("Yes", ["In Rome."], 1)], "It is."), ("Why?", [], "So.")])[-1]
    whole["tool_choice"] = {"type": choice}
    start = {**whole, "messages": whole["messages"][:asked]}
    answers = asked in (1, 3)
    turn = {"assistant": "Well."} if answers else {"user": "Why?", "assistant": "Well."}
    asks_next = {"user": "And then?", "assistant": 1}
    quote = quoted(
        model=f"anthropic/{model}",
        start={"format": "anthropic.messages", "body": start},
        turns=[turn, asks_next],
    )
    first = start["messages"] + ([] if answers else [{"role": "user", "content": "Why?"}])
    second = [*first, {"role": "assistant", "content": "Well."}, {"role": "user", "content": "And then?"}]
    expected = [count({**start, "messages": messages}) for messages in (first, second)]
    assert [request.input_tokens for request in quote.requests or []] == expected
