"""Agents of `turns_per_call`: each call goes on with the turns after those of the call before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.estimator import Estimator
from tokenquote_client import InvalidRequest, Quote

Ask = Callable[..., Quote]
OFF = {"enabled": False}


def call(times: int = 1) -> dict[str, Any]:
    """A round that calls the agent, which answers with 40 tokens."""
    return {"calls": [{"call": 10, "agent": "a", "result": 40}], "reasoning": 0, "repeat": times}


def turn(user: int, times: int = 1) -> dict[str, Any]:
    return {"user": user, "assistant": 40, "reasoning": 0, "repeat": times}


@pytest.mark.parametrize(
    ("agent", "inputs"),
    [
        # Kept: 5 + 100; then 100 + 40 + 200 more; then 200 + 40 + 200; past the end the last turn again.
        pytest.param({"turns": [turn(100), turn(200, 2)], "keep": True}, [105, 345, 585, 825], id="kept"),
        # Anew: each turn after the opening alone.
        pytest.param({"turns": [turn(100), turn(200, 2)]}, [105, 205, 205, 205], id="anew"),
        # Two turns a call, the second of which sends the first: 5 + 100, 5 + 100 + 40 + 200, and so on.
        pytest.param(
            {"turns": [turn(100), turn(200), turn(300)], "turns_per_call": 2},
            [105, 345, 305, 645, 305, 645, 305, 645],
            id="two at once",
        ),
    ],
)
def test_each_call_goes_on_where_the_one_before_ended(quoted: Ask, agent: Any, inputs: list[int]) -> None:
    made = {"name": "a", "system": 5, "turns_per_call": 1, **agent}
    plan_turns = [{**turn(50), "tool_rounds": [call(3), call()]}]
    quote = quoted(turns=plan_turns, agents=[made], caching=OFF)
    assert [row.input_tokens for row in quote.requests or () if row.agent == "a"] == inputs


def test_a_call_states_its_result(estimator: Estimator) -> None:
    rounds = [{"calls": [{"call": 10, "agent": "a"}]}]
    plan = {
        "model": "openai/gpt-4o",
        "turns": [{"user": 1, "tool_rounds": rounds}],
        "agents": [{"name": "a", "turns": [turn(1)], "turns_per_call": 1}],
    }
    with pytest.raises(InvalidRequest) as refused:
        estimator.quote(plan)
    (error,) = refused.value.problem.errors
    assert error.pointer == "/turns/0/tool_rounds/0/calls/0/agent"
    assert "state the `result` too" in error.detail


def test_repetitions_by_a_range_are_not_offered_beside_it(estimator: Estimator) -> None:
    plan = {
        "model": "openai/gpt-4o",
        "turns": [{"user": 1, "tool_rounds": [call()], "repeat": {"min": 1, "mode": 2, "max": 3}}],
        "agents": [{"name": "a", "turns": [turn(1)], "turns_per_call": 1}],
    }
    with pytest.raises(InvalidRequest, match="beside agents of `turns_per_call`"):
        estimator.quote(plan)
