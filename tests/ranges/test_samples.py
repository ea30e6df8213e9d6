"""Samples in numbers: one without ranges, many in chunks, the bounds, and failed attempts one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.ranges.plain_loop import literal_plan
from tests.ranges.sampled_plans import gather, sampled
from tests.ranges.special_plans import OFTEN, SOME, TURN

from tokenquote.api.quotes import answer_plan
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.catalog import Catalog
from tokenquote.ledger import PlanTooLong, Replayed, Row, Rows
from tokenquote.ledger.ranges import Draws, sample, samples
from tokenquote.ledger.retries import RetryTerms
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote
from tokenquote_client import plan as wire

AT = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
OPUS = "anthropic/claude-opus-4-8"
ROUND = {"calls": [{"call": 40, "result": SOME}], "reasoning": SOME, "repeat": OFTEN}
COMPACTED = {"strategy": "compaction", "at_tokens": 2500, "tokens": 90, "instruction": 20, "keep": 1}
LONG: dict[str, Any] = {
    "model": OPUS,
    "system": {"p50": 900, "p90": 2000},
    "turns": [{**TURN, "tool_rounds": [ROUND]}],
    "history": COMPACTED,
    "caching": {"enabled": True, "hit_rate": 0.673},
}


def test_a_plan_without_ranges_is_one_sample(catalog: Catalog, vocabularies: Vocabularies) -> None:
    turn = {
        "user": 300,
        "tool_rounds": [{"calls": [{"call": 20, "result": 900}], "repeat": 3}],
        "assistant": 80,
    }
    plan = Plan.model_validate(
        {"model": OPUS, "system": 1500, "turns": [{**turn, "repeat": 4}], "history": COMPACTED}
    )
    quote = answer_plan(plan, catalog, vocabularies, AT)
    assert isinstance(quote, Quote)
    _, found = sampled(plan, catalog, vocabularies, AT, 1)
    assert (found.requests[0], found.input_tokens[0]) == (quote.totals.requests, quote.totals.input_tokens)
    assert (found.output_tokens[0], found.cost(0)) == (quote.totals.output_tokens, quote.totals.cost)


def test_samples_do_not_depend_on_how_many_there_are(
    catalog: Catalog, vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More samples, and other chunks of them, leave each sample as it is; the last ones are right as well."""
    plan = Plan.model_validate(LONG)
    draws, many = sampled(plan, catalog, vocabularies, AT, 4200)
    _, few = sampled(plan, catalog, vocabularies, AT, 20)
    monkeypatch.setattr(samples, "_CHUNK_BYTES", 1)
    _, one_by_one = sampled(plan, catalog, vocabularies, AT, 20)
    for found in (few, one_by_one):
        for column in ("requests", "input_tokens", "output_tokens", "overflows", "costs"):
            assert np.array_equal(getattr(found, column), getattr(many, column)[:20])
    for i in (4095, 4096, 4199):
        quote = answer_plan(Plan.model_validate(literal_plan(LONG, draws, i)), catalog, vocabularies, AT)
        assert isinstance(quote, Quote)
        assert (many.input_tokens[i], many.cost(i)) == (quote.totals.input_tokens, quote.totals.cost)


def test_failed_attempts_are_those_of_a_plain_loop(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """Each attempt becomes a row of its own, which reads what the attempt before it left."""
    retries = RetryTerms(Decimal("0.4"), Decimal("0.35"))
    draws, found = sampled(Plan.model_validate(LONG), catalog, vocabularies, AT, 8, retries)
    for i in range(8):
        plan = Plan.model_validate(literal_plan(LONG, draws, i))
        company = gather(plan, catalog, vocabularies, AT)
        replayed = company.replay()
        numbers = literal_numbers(draws, i)
        attempts = Rows.collect(
            attempt
            for row in replayed.rows
            for attempt in attempts_at(row, failures(draws, retries, row, numbers, i), retries)
        )
        uses = company.use_caches(Replayed(attempts, replayed.transcribe), {})
        assert found.requests[i] == len(attempts)
        assert found.input_tokens[i] == sum(row.input for row in attempts)
        assert found.output_tokens[i] == sum(row.output for row in attempts)
        assert found.cost(i) == company.bill(attempts, uses).total


def literal_numbers(draws: Draws, sample: int) -> list[list[tuple[int, ...]]]:
    """Return what tells the requests of each repetition of LONG's turn from all others, in order."""

    def number(what: str, repetition: tuple[int, ...]) -> int:
        return int(draws.take(what, repetition, sample, sample + 1)[0])

    return [
        [*((0, k, 0, j) for j in range(number("/turns/0/tool_rounds/0/repeat", (k,)))), (0, k)]
        for k in range(number("/turns/0/repeat", ()))
    ]


def failures(
    draws: Draws, retries: RetryTerms, row: Row, numbers: list[list[tuple[int, ...]]], sample: int
) -> int:
    request = (*numbers[row.turn - 1][row.round], row.purpose)
    return int(draws.take_failures(float(retries.rate), request, sample, sample + 1)[0])


def attempts_at(row: Row, failed: int, retries: RetryTerms) -> Iterator[Row]:
    """Yield the attempts at a request; only the first one comes after its pause."""
    (cut,) = retries.failed([row])
    for i, attempt in enumerate((*[cut] * failed, row)):
        yield replace(attempt, gap_seconds=0) if i else attempt


@pytest.mark.parametrize("share", [Decimal(0), Decimal("0.5")])
def test_the_mean_of_failed_attempts_is_what_is_expected(
    catalog: Catalog, vocabularies: Vocabularies, share: Decimal
) -> None:
    """Laws 24 and 25: of many samples, the mean cost is near the expected one, by its own standard error."""
    turn = {"user": 3000, "assistant": 400, "reasoning": 100, "repeat": 6}
    plan = Plan.model_validate({"model": "openai/gpt-5.4", "system": 2000, "turns": [turn]})
    retries = RetryTerms(Decimal("0.2"), share)
    _, found = sampled(plan, catalog, vocabularies, AT, 4000, retries)
    expected = expected_cost(plan, retries, catalog, vocabularies)
    costs = found.costs.astype(float) / 10.0**found.decimals
    error = costs.std() / len(costs) ** 0.5
    assert abs(costs.mean() - float(expected)) < 4 * error
    assert abs(found.requests.mean() - 6 / 0.8) < 4 * found.requests.std() / len(costs) ** 0.5


def expected_cost(plan: Plan, retries: RetryTerms, catalog: Catalog, vocabularies: Vocabularies) -> Decimal:
    """Return what the quote says of all attempts."""
    asked = plan.model_copy(
        update={"retries": wire.PlannedRetries(rate=0.2, output_share=float(retries.output_share))}
    )
    quote = answer_plan(asked, catalog, vocabularies, AT)
    assert isinstance(quote, Quote)
    assert quote.retries is not None
    assert quote.retries.cost is not None
    return quote.retries.cost


def test_a_plan_that_draws_too_much_is_refused(
    catalog: Catalog, vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MAX_SAMPLED_REQUESTS", 20_000)
    turn = {"user": 10, "assistant": 0, "reasoning": 0}
    long = {"model": OPUS, "turns": [{**turn, "repeat": {"p50": 10, "p90": 1_000_000_000}}]}
    wide = {"model": OPUS, "turns": [{**turn, "user": {"p50": 1, "p90": 2}, "repeat": 60}]}
    deep = {"model": OPUS, "turns": [{**turn, "user": {"min": 0, "mode": 10**9, "max": 10**9}, "repeat": 40}]}
    for plan, detail in ((long, "repetitions"), (wide, "may be 20000 in all"), (deep, "10000000000")):
        with pytest.raises(PlanTooLong, match=detail):
            sampled(Plan.model_validate(plan), catalog, vocabularies, AT, 200)


def test_a_plan_of_few_requests_with_too_many_ranges_is_refused(
    catalog: Catalog, vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests, and 2 x 100 calls and results: 202 numbers with question and answer, 1,000 times."""
    calls = [{"call": SOME, "result": SOME}] * 100
    plan = Plan.model_validate(
        {"model": OPUS, "turns": [{"user": SOME, "assistant": SOME, "tool_rounds": [{"calls": calls}]}]}
    )
    monkeypatch.setattr(samples, "MAX_DRAWN_NUMBERS", 202_000)
    assert sampled(plan, catalog, vocabularies, AT, 10)[1].drawn == 202
    monkeypatch.setattr(samples, "MAX_DRAWN_NUMBERS", 201_999)
    with pytest.raises(PlanTooLong, match="the numbers that each draws 201999"):
        sampled(plan, catalog, vocabularies, AT, 10)


def test_quotes_of_one_answer_share_the_bounds(
    catalog: Catalog, vocabularies: Vocabularies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(samples, "MAX_SAMPLED_REQUESTS", 20_000)
    plan = Plan.model_validate({"model": OPUS, "turns": [{"user": SOME, "assistant": SOME, "repeat": 10}]})
    company = gather(plan, catalog, vocabularies, AT)
    for quotes, is_refused in ((2, False), (3, True)):
        planned = plan_samples(company, company.replay(), Draws(company.ranges, 7), 5, quotes=quotes)
        with pytest.raises(PlanTooLong, match="for 3 models") if is_refused else nullcontext():
            sample(planned)


def test_the_same_seed_draws_the_same_samples(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """Literal numbers, which every version of Python must draw."""
    _, found = sampled(Plan.model_validate(LONG), catalog, vocabularies, AT, 3)
    assert found.requests.tolist() == [21, 16, 15]
    assert found.input_tokens.tolist() == [77_855, 62_436, 29_880]
    assert found.output_tokens.tolist() == [5_451, 2_842, 4_334]
