"""Rounds of tools without tokens: the entries that they leave end at one token, 30 content blocks apart.

15 calls and results of no tokens stand behind a question of 1,500. What Claude's cache holds of the first of
them is more than 20 blocks away from the next question, which finds the last of them all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote_client import Quote

WHOLE = {"strategy": "full"}
CLEARED = {"strategy": "clear_tool_results", "keep": 100, "placeholder": 10, "above": 100_000}


def plan(history: dict[str, Any], answer: Any = 0) -> dict[str, Any]:
    rounds = [{"calls": [{"call": 0, "result": 0}], "reasoning": 0, "repeat": 15}]
    return {
        "model": "anthropic/claude-opus-5-5",
        "caching": {"enabled": True},
        "history": history,
        "turns": [
            {"user": 1500, "tool_rounds": rounds, "assistant": 0, "reasoning": 0},
            {"user": 100, "assistant": answer, "reasoning": 0},
        ],
    }


@pytest.mark.parametrize("history", [WHOLE, CLEARED], ids=["growing", "compared"])
def test_each_request_reads_the_question(quoted: Callable[..., Quote], history: dict[str, Any]) -> None:
    quote = quoted(**plan(history))
    assert [request.cache_read_tokens for request in quote.requests or []] == [0] + [1500] * 16


@pytest.mark.parametrize("history", [WHOLE, CLEARED], ids=["growing", "compared"])
def test_a_sample_costs_what_its_literal_plan_does(
    quoted: Callable[..., Quote], history: dict[str, Any]
) -> None:
    drawn = quoted(**plan(history, {"p50": 100, "p90": 200}), samples=10).range
    assert drawn is not None
    assert drawn.cost is not None
    literal = quoted(**plan(history, int(drawn.output_tokens.p50)))
    assert literal.totals.cost == drawn.cost.p50
