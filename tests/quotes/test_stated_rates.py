"""`rates` of a plan: what it would cost at other prices, whatever mode, tier and hour say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from tokenquote import Estimator
from tokenquote.catalog.schema.rates import Rates
from tokenquote.cli import main
from tokenquote_client import Comparison, Plan, Quote
from tokenquote_client.wire_types import TokenKind

Quoted = Callable[..., Quote]
TURN = {"user": 1_000_000, "assistant": 100_000, "reasoning": 0}
RATES = {"input": "1.2", "output": "5"}


def test_the_kinds_of_a_plan_are_those_of_the_catalog() -> None:
    assert list(get_args(TokenKind)) == list(Rates.model_fields)


def test_a_stated_rate_is_the_rate(quoted: Quoted) -> None:
    """1,000,000 x 1.2 + 100,000 x 5 dollars a million."""
    quote = quoted(turns=[TURN], rates=RATES)
    assert quote.totals.cost == Decimal("1.7")
    assert [(line.kind, line.rate, line.tier, line.source, line.checked) for line in quote.lines] == [
        ("input", Decimal("1.2"), "stated", "stated in the plan", None),
        ("output", Decimal(5), "stated", "stated in the plan", None),
    ]


def test_kinds_that_are_not_stated_keep_the_rates_of_the_catalog(quoted: Quoted) -> None:
    """The second turn reads the first request's input; cache reads of gpt-5.4-mini cost 0.075."""
    turns = [{"user": 100_000, "assistant": 0, "reasoning": 0, "repeat": 2}]
    before, after = quoted(turns=turns), quoted(turns=turns, rates={"input": "1"})
    lines = {line.kind: line for line in after.lines}
    assert lines["cache_read"] in before.lines
    assert lines["input"].cost == Decimal(after.totals.input_tokens - after.totals.cache_read_tokens) / 10**6


@pytest.mark.parametrize("mode", ["standard", "batch", "priority"])
def test_a_stated_rate_holds_in_every_mode(quoted: Quoted, mode: str) -> None:
    quote = quoted(turns=[TURN], rates=RATES, mode=mode)
    assert {(line.rate, line.mode) for line in quote.lines} == {(Decimal("1.2"), mode), (Decimal(5), mode)}


def test_a_stated_rate_holds_in_every_tier(answered: Callable[[Any], Quote | Comparison]) -> None:
    """Requests of Gemini 2.5 Pro above 200,000 tokens cost more; what is stated costs what is stated."""
    turns = [{"user": 150_000, "assistant": 0, "reasoning": 0, "repeat": 2}]
    plan = {"model": "google/gemini-2.5-pro", "turns": turns, "caching": {"enabled": False}}
    tiers = {line.tier for line in _quote(answered(plan)).lines}
    assert len(tiers) == 2
    (line,) = _quote(answered({**plan, "rates": {"input": "1"}})).lines
    assert (line.tokens, line.tier, line.cost) == (450_000, "stated", Decimal("0.45"))


def test_a_rate_of_nothing_is_free_and_known(quoted: Quoted) -> None:
    quote = quoted(turns=[TURN], rates={"input": "0", "output": "0"})
    assert quote.totals.cost == 0
    assert quote.totals.complete


def test_a_model_without_a_price_is_quoted_at_stated_rates(
    answered: Callable[[Any], Quote | Comparison],
) -> None:
    plan = {"model": "meta-llama/Llama-3.1-8B", "turns": [TURN]}
    assert _quote(answered(plan)).totals.cost is None
    quote = _quote(answered({**plan, "rates": RATES}))
    assert (quote.totals.cost, quote.totals.complete, quote.unpriced) == (Decimal("1.7"), True, [])


def test_a_comparison_takes_them_for_every_model(answered: Callable[[Any], Quote | Comparison]) -> None:
    models = ["openai/gpt-5.4-mini", "deepseek/deepseek-flash"]
    compared = answered({"models": models, "turns": [TURN], "rates": RATES})
    assert isinstance(compared, Comparison)
    assert {_quote(quote).totals.cost for quote in compared.quotes} == {Decimal("1.7")}


def test_the_cost_without_the_cache_is_at_the_stated_rates_too(quoted: Quoted) -> None:
    turns = [{"user": 100_000, "assistant": 0, "reasoning": 0, "repeat": 2}]
    quote = quoted(turns=turns, rates={"input": "1", "cache_read": "0.5"})
    assert quote.totals.cost_without_cache == Decimal("0.3")
    saved = Decimal(quote.totals.cache_read_tokens) / 2 / 10**6
    assert quote.totals.cost == Decimal("0.3") - saved


@pytest.mark.parametrize(
    ("rates", "place"),
    [
        ({}, ("rates",)),
        ({"input": 1.2}, ("rates", "input")),
        ({"input": "-1"}, ("rates", "input")),
        ({"input": "1e3"}, ("rates", "input")),
        ({"input": "NaN"}, ("rates", "input")),
        ({"input": None}, ("rates", "input")),
        ({"input": "0.0000000000001"}, ("rates", "input")),
        ({"inputs": "1"}, ("rates", "inputs", "[key]")),
        ({"fees": "1"}, ("rates", "fees", "[key]")),
        (["1"], ("rates",)),
    ],
)
def test_what_is_no_rate_is_refused(rates: Any, place: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        Plan.model_validate({"model": "gpt-5.4-mini", "turns": [TURN], "rates": rates})
    assert [error["loc"] for error in caught.value.errors()] == [place]


def test_the_estimator_and_the_command_take_them(estimator: Estimator, tmp_path: Path) -> None:
    quote = estimator.quote(model="gpt-5.4-mini", turns=[TURN], rates=RATES)
    assert quote.totals.cost == Decimal("1.7")
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "model: gpt-5.4-mini\nrates: {output: '5', input: '9'}\n"
        "turns: [{user: 1000000, assistant: 100000, reasoning: 0}]\n"
    )
    done = CliRunner().invoke(main, ["quote", str(plan), "--rate", "input=1.2"])
    assert done.exit_code == 0, done.output
    assert "$1.7 " in done.output
    assert "stated" in done.output


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("input", "write a rate as input=1.2"),
        ("input=cheap", "plan.yaml: /rates/input: write money"),
        ("x=1", "/rates/x"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_rate(tmp_path: Path, written: str, said: str) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("model: gpt-5.4-mini\nturns: [{user: 1, assistant: 1, reasoning: 0}]\n")
    done = CliRunner().invoke(main, ["quote", str(plan), "--rate", written])
    assert done.exit_code != 0
    assert said in done.output


def _quote(found: object) -> Quote:
    assert isinstance(found, Quote)
    return found
