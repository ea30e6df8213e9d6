"""Ranges and retries that make no sense, or too much work: a problem that names the field and a remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.estimator import Estimator
from tokenquote_client import InvalidRequest

RANGE = {"p50": 120, "p90": 400}
PLAN = {"model": "openai/gpt-5.4-mini", "turns": [{"user": RANGE, "assistant": 9, "reasoning": 0}]}
TURN = "/turns/0"


def refused(ask: Callable[..., Any], *args: Any, **fields: Any) -> tuple[str, str]:
    """The pointer of the one error, and its words."""
    with pytest.raises(InvalidRequest) as caught:
        ask(*args, **fields)
    problem = caught.value.problem
    assert problem is not None
    assert problem.status == 422
    return problem.errors[0].pointer, problem.errors[0].detail


@pytest.mark.parametrize(
    ("plan", "pointer", "words"),
    [
        ({"turns": [{"user": {"p50": 9, "p90": 3}}]}, f"{TURN}/user", "no less than"),
        ({"turns": [{"user": {"p50": 0, "p90": 3}}]}, f"{TURN}/user", "above 0"),
        ({"turns": [{"user": {"min": 4, "mode": 3, "max": 9}}]}, f"{TURN}/user", "from `min` to `max`"),
        ({"turns": [{"user": {"p50": 4}}]}, f"{TURN}/user/p90", "has to be stated"),
        ({"turns": [{"user": {"p50": 4, "p90": 2_000_000_000}}]}, f"{TURN}/user/p90", "1000000000"),
        ({"turns": [{"user": 4, "repeat": {"p50": 9, "p90": 3}}]}, f"{TURN}/repeat", "no less than"),
        ({"turns": [{"user": 4, "repeat": {"profile": "small"}}]}, f"{TURN}/repeat", "whole number"),
        ({"turns": [{"user": 4, "repeat": {"p50": 200_000, "p90": 200_000}}]}, "/turns", "100000"),
        ({"turns": [{"user": 4, "repeat": {"p50": 2_000, "p90": 90_000}}]}, "/turns", "100000"),
        ({"retries": {"rate": 1}}, "/retries/rate", "at most 0.99"),
        ({"retries": {"rate": -0.1}}, "/retries/rate", "at least 0"),
        ({"retries": {"rate": 0.1, "output_share": 1.5}}, "/retries/output_share", "at most 1"),
        ({"retries": {}}, "/retries/rate", "has to be stated"),
        ({"samples": 10**9}, "/samples", "at most 100000"),
        ({"samples": 0}, "/samples", "at least 1"),
        ({"seed": -1}, "/seed", "at least 0"),
        (
            {"samples": 100_000, "turns": [{"user": RANGE, "repeat": 101}]},
            "/samples",
            "a quote draws 10000000: state fewer `samples`",
        ),
        ({"samples": 10, "turns": [{"user": 4}]}, "/samples", "leave it out"),
        ({"seed": 10, "turns": [{"user": 4}]}, "/seed", "leave it out"),
    ],
)
def test_a_bad_range_is_refused_by_field(
    estimator: Estimator, plan: dict[str, Any], pointer: str, words: str
) -> None:
    found, detail = refused(estimator.quote, {**PLAN, **plan})
    assert found == pointer
    assert words in detail


@pytest.mark.parametrize(
    ("model", "turn", "place"),
    [
        ("openai/tts-1", {"user": 40, "assistant": RANGE}, "assistant"),
        ("openai/gpt-4o-transcribe", {"user": RANGE, "assistant": 40}, "user"),
        ("openai/gpt-image-1", {"user": 40, "assistant": RANGE}, "assistant"),
    ],
)
def test_stated_tokens_of_audio_and_images_take_no_range(
    estimator: Estimator, model: str, turn: dict[str, Any], place: str
) -> None:
    found, detail = refused(estimator.quote, {"model": model, "turns": [turn]})
    assert found == f"{TURN}/{place}"
    assert "state a number" in detail


def test_several_models_share_the_bound_of_draws(estimator: Estimator) -> None:
    """Two models, 60,000 samples, 100 requests: 12 million."""
    plan = {"models": ["openai/gpt-5.4-mini", "openai/gpt-5.4"], "samples": 60_000}
    turns = [{"user": RANGE, "assistant": 9, "repeat": 100}]
    found, detail = refused(estimator.compare, **plan, turns=turns)
    assert found == "/samples"
    assert "for 2 models" in detail


@pytest.mark.parametrize(
    ("name", "history"), [("queries", {"queries": 50, "query": 20}), ("hypothesis", {"hypothesis": 30})]
)
def test_what_an_agent_writes_to_search_with_takes_no_ranges_beside_it(
    estimator: Estimator, name: str, history: dict[str, Any]
) -> None:
    searching = {"strategy": "retrieval", "tokens": 100, "turns": 0, **history}
    agents = [{"name": "finder", "history": searching, "turns": [{"user": RANGE, "assistant": 9}]}]
    calls = [{"calls": [{"call": 5, "agent": "finder"}]}]
    turns = [{"user": 10, "assistant": 9, "tool_rounds": calls}]
    found, detail = refused(estimator.quote, **{**PLAN, "turns": turns, "agents": agents})
    assert found == f"/agents/0/history/{name}"
    assert "not yet offered" in detail


@pytest.mark.parametrize(
    ("changed", "place"), [({}, "/turns/0/user"), ({"retries": {"rate": 0.1}}, "/retries")]
)
def test_a_break_even_takes_numbers(estimator: Estimator, changed: dict[str, Any], place: str) -> None:
    break_even = {"plan": {**PLAN, **changed}, "conversations_per_day": 100}
    found, detail = refused(
        estimator.deployment, model="meta-llama/Llama-3.1-8B", context_tokens=8192, break_even=break_even
    )
    assert found == f"/break_even/plan{place}"
    assert "state a number, such as the mean" in detail
