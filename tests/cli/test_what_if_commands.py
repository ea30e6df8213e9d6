"""`tokenquote compare`, `solve` and `usage`: a file in, a table or JSON out, or one sentence."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from click.testing import CliRunner, Result

from tokenquote.cli import main

PLAN = {
    "model": "anthropic/claude-sonnet-4-6",
    "at": "2026-11-23T12:00:00Z",
    "turns": [{"user": 1_000, "assistant": 100, "reasoning": 0}],
}


def run(*command: str, given: Any) -> Result:
    return CliRunner().invoke(main, list(command), input=json.dumps(given), env={"COLUMNS": "120"})


def test_compare_prints_a_row_for_each_variant_and_why_one_has_none() -> None:
    variants = [{"name": "batch", "patch": {"mode": "batch"}}, {"name": "odd", "patch": {"mode": "odd"}}]
    result = run("compare", "-", given={"plan": PLAN, "variants": variants})
    assert result.exit_code == 0, result.output
    assert "the plan" in result.output
    assert "0.500" in result.output
    assert "/variants/1/patch/mode" in result.output
    as_json = run("compare", "-", "--format", "json", given={"plan": PLAN, "variants": variants})
    assert json.loads(as_json.output)["variants"][0]["cost_ratio"] == 0.5


def test_solve_prints_the_number_and_the_next() -> None:
    """1,000 tokens at 3 USD a million and 100 at 15 cost 0.0045 USD; two turns 0.0123, three 0.0234."""
    result = run("solve", "-", "--at", "/turns/0/repeat", "--cost", "0.02", given=PLAN)
    assert result.exit_code == 0, result.output
    assert "2: $0.0123" in result.output
    assert "3: $0.0234" in result.output
    failed = run("solve", "-", "--at", "/turns/7", "--cost", "1", given=PLAN)
    assert failed.exit_code == 1
    assert "the plan has nothing at /turns/7" in failed.output


def test_usage_prints_the_bill() -> None:
    usage = {"input_tokens": 1_000, "output_tokens": 100, "odd_tokens": 5}
    command = ("usage", "-", "--model", "anthropic/claude-sonnet-4-6", "--at", "2026-11-23T12:00:00Z")
    result = run(*command, given=usage)
    assert result.exit_code == 0, result.output
    assert "$0.0045" in result.output
    assert "no price known: odd_tokens 5" in result.output
    batch = run(*command, "--mode", "batch", "--output", "json", given=usage)
    assert json.loads(batch.output)["cost"] == "0.00225"
    failed = run(*command, given={"input_tokens": -1})
    assert failed.exit_code == 1
    assert "/usage/input_tokens" in failed.output


RANGED = {**PLAN, "turns": [{"user": {"p50": 1_000, "p90": 3_000}, "assistant": 100, "reasoning": 0}]}


def test_what_is_drawn_stands_beside_the_totals_of_variants() -> None:
    variants = [{"name": "batch", "patch": {"mode": "batch"}}, {"name": "odd", "patch": {"mode": "odd"}}]
    result = run("compare", "-", given={"plan": RANGED, "variants": variants})
    assert result.exit_code == 0, result.output
    assert "p10 – p90" in result.output
    answer = json.loads(
        run("compare", "-", "--format", "json", given={"plan": RANGED, "variants": variants}).output
    )
    base, batch = (one["range"]["cost"]["p90"] for one in (answer["base"], answer["variants"][0]))
    assert Decimal(batch) * 2 == Decimal(base)
    assert f"${Decimal(base):.6}" in result.output
    assert f"${Decimal(batch):.6}" in result.output


def test_solve_keeps_what_nine_conversations_in_ten_cost() -> None:
    result = run("solve", "-", "--at", "/turns/0/repeat", "--cost-p90", "0.1", given=RANGED)
    assert result.exit_code == 0, result.output
    assert "in nine conversations of ten at most" in result.output
    failed = run("solve", "-", "--at", "/turns/0/repeat", "--cost-p90", "0.1", given=PLAN)
    assert failed.exit_code == 1
    assert "state `cost`" in failed.output
