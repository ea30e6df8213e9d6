"""The breakdown of a quote with ranges and retries, as a person reads it."""

from __future__ import annotations

import json
from decimal import Context, Decimal
from typing import Any

from click.testing import CliRunner

from tokenquote.cli import main

PLAN: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [
        {
            "user": {"p50": 120, "p90": 400},
            "assistant": {"min": 50, "mode": 260, "max": 900},
            "reasoning": 0,
            "repeat": 5,
        }
    ],
    "caching": {"enabled": False},
    "retries": {"rate": 0.2},
    "conversations": 100,
    "budget": {"cost": "0.01"},
}


def shown(plan: dict[str, Any], *options: str) -> str:
    result = CliRunner().invoke(
        main, ["quote", "-", *options], input=json.dumps(plan), env={"COLUMNS": "150"}
    )
    assert result.exit_code == 0, result.output
    return result.output


def six_digits(amount: str) -> str:
    return f"${Context(prec=6).plus(Decimal(amount)).normalize():f}"


def lines(text: str, beginning: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(beginning)]


def test_a_breakdown_shows_the_spread_what_makes_it_and_retries() -> None:
    answer = json.loads(shown(PLAN, "--format", "json"))
    text = shown(PLAN)
    assert "on average 6.25 requests" in text
    assert "drawn 1,000 times, seed 0" in text
    cost = answer["range"]["cost"]
    (row,) = lines(text, "cost   ")
    assert all(six_digits(cost[name]) in row for name in ("p10", "p50", "p90", "max"))
    (row,) = lines(text, "all conversations")
    assert six_digits(answer["fleet"]["range"]["p90"]) in row
    for found in answer["range"]["sensitivity"]:
        (row,) = lines(text, found["what"])
        assert f"{found['share']:.1%}" in row
    assert f"{answer['range']['interactions']:.1%}" in lines(text, "only together")[0]
    assert f"the budget suffices in {answer['budget']['probability']:.1%} of the draws" in text


def test_a_breakdown_without_ranges_says_nothing_of_draws() -> None:
    plan = {**PLAN, "turns": [{"user": 120, "assistant": 260, "reasoning": 0}]}
    text = shown({name: value for name, value in plan.items() if name != "retries"})
    assert "draw" not in text
    assert "on average" not in text


def test_models_are_compared_with_their_spreads() -> None:
    models = {"models": ["openai/gpt-5.4-mini", "openai/gpt-5.4"], **PLAN}
    del models["model"]
    text = shown(models)
    assert "p10 – p90" in text
    answer = json.loads(shown(models, "--format", "json"))
    for quote in answer["quotes"]:
        (row,) = lines(text, f"{quote['model']} ")
        assert six_digits(quote["range"]["cost"]["p90"]) in row
