"""The samples, many at once, against a plain loop that quotes each as a plan of literal numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ranges.plain_loop import literal_plan
from tests.ranges.sampled_plans import sampled
from tests.ranges.special_plans import SPECIAL

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

AT = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SAMPLES = 6
SOL, SONNET, OPUS, FLASH, DEEPSEEK = (
    "openai/gpt-5.4-mini",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-opus-5-5",
    "google/gemini-2.5-flash",
    "deepseek/deepseek-chat",
)

numbers = st.one_of(st.just(0), st.integers(0, 700))
triangles = st.lists(st.integers(0, 900), min_size=3, max_size=3).map(
    lambda three: dict(zip(("min", "mode", "max"), sorted(three), strict=True))
)
percentiles = st.tuples(st.integers(1, 500), st.integers(0, 900)).map(
    lambda two: {"p50": two[0], "p90": two[0] + two[1]}
)
amounts = st.one_of(numbers, triangles, percentiles)
repeats = st.one_of(
    st.integers(1, 3),
    st.just({"min": 0, "mode": 1, "max": 4}),
    st.just({"min": 1, "mode": 2, "max": 3}),
    st.just({"p50": 1, "p90": 3}),
)
calls = st.builds(lambda call, result: {"call": call, "result": result}, amounts, amounts)
rounds = st.fixed_dictionaries(
    {"calls": st.lists(calls, min_size=1, max_size=2), "reasoning": amounts, "repeat": repeats}
)
turns = st.fixed_dictionaries(
    {
        "user": amounts,
        "tool_rounds": st.lists(rounds, max_size=2),
        "reasoning": amounts,
        "assistant": amounts,
        "gap_seconds": st.sampled_from([0, 60, 300, 301, 4000]),
        "repeat": repeats,
    }
)
summaries = st.integers(1, 4).flatmap(
    lambda every: st.fixed_dictionaries(
        {
            "strategy": st.just("summary"),
            "every": st.just(every),
            "keep": st.integers(0, every - 1),
            "tokens": numbers,
            "instruction": numbers,
        }
    )
)
compactions = st.fixed_dictionaries(
    {
        "strategy": st.just("compaction"),
        "at_tokens": st.integers(0, 6000),
        "tokens": numbers,
        "instruction": numbers,
        "keep": st.integers(0, 3),
    }
)
clearings = st.fixed_dictionaries(
    {
        "strategy": st.just("clear_tool_results"),
        "keep": st.integers(0, 4),
        "placeholder": st.integers(0, 30),
        "above": st.sampled_from([0, 1500, 3000]),
    }
)
histories = st.one_of(
    st.just({"strategy": "full"}),
    st.fixed_dictionaries({"strategy": st.just("window"), "turns": st.integers(0, 4)}),
    st.fixed_dictionaries({"strategy": st.just("window"), "tokens": st.integers(0, 4000)}),
    summaries,
    compactions,
    st.fixed_dictionaries({"strategy": st.just("retrieval"), "tokens": numbers, "turns": st.integers(0, 3)}),
    clearings,
)
plans = st.fixed_dictionaries(
    {
        "system": st.one_of(st.sampled_from([0, 300, 1100, 2000]), st.just({"p50": 900, "p90": 2000})),
        "tools": amounts,
        "turns": st.lists(turns, min_size=1, max_size=3),
        "history": histories,
    }
)
cachings = st.fixed_dictionaries(
    {
        "enabled": st.just(True),
        "hit_rate": st.sampled_from([1, 0.5, 0.673]),
        "warm": st.sampled_from([0, 1500, "opening"]),
    }
)


Check = Callable[[Any], None]


@pytest.fixture(scope="session")
def check(catalog: Catalog, vocabularies: Vocabularies) -> Check:
    """Compare every sample of a plan with the quote of its literal numbers."""

    def compare(plan: Any) -> None:
        draws, found = sampled(Plan.model_validate(plan), catalog, vocabularies, AT, SAMPLES)
        for i in range(SAMPLES):
            quote = answer_plan(Plan.model_validate(literal_plan(plan, draws, i)), catalog, vocabularies, AT)
            assert isinstance(quote, Quote)
            totals, overflow = quote.totals, quote.context.overflows_at
            assert found.requests[i] == totals.requests
            assert found.input_tokens[i] == totals.input_tokens
            assert found.output_tokens[i] == totals.output_tokens
            assert found.cost(i) == totals.cost
            assert bool(found.overflows[i]) == (overflow is not None)

    return compare


@pytest.mark.parametrize("model", [SOL, FLASH, DEEPSEEK])
@settings(max_examples=12)
@given(plan=plans)
def test_samples_of_a_cache_without_marks(check: Check, model: str, plan: Any) -> None:
    check({"model": model, **plan})


@pytest.mark.parametrize("model", [SONNET, OPUS])
@settings(max_examples=12)
@given(plan=plans, caching=cachings)
def test_samples_of_a_cache_with_marks(check: Check, model: str, plan: Any, caching: Any) -> None:
    check({"model": model, **plan, "caching": caching})


@settings(max_examples=12)
@given(plan=plans, data=st.data())
def test_samples_of_several_models(check: Check, plan: Any, data: st.DataObject) -> None:
    models = [SOL, SONNET, OPUS]
    for turn in plan["turns"]:
        turn["model"] = data.draw(st.sampled_from(models))
    if plan["history"]["strategy"] in ("summary", "compaction"):
        plan["history"]["model"] = data.draw(st.sampled_from(models))
    check({"model": SOL, **plan, "caching": {"enabled": True}})


@pytest.mark.parametrize("name", SPECIAL)
def test_samples_of_special_plans(check: Check, name: str) -> None:
    check(SPECIAL[name])


def test_special_plans_reach_what_they_are_for(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """Else they would say nothing: samples lie in both tiers, and some but not all overflow."""

    def quotes(name: str) -> list[Quote]:
        plan = SPECIAL[name]
        draws, _ = sampled(Plan.model_validate(plan), catalog, vocabularies, AT, SAMPLES)
        literal = [Plan.model_validate(literal_plan(plan, draws, i)) for i in range(SAMPLES)]
        found = [answer_plan(each, catalog, vocabularies, AT) for each in literal]
        return [quote for quote in found if isinstance(quote, Quote)]

    tiers = {line.tier for quote in quotes("a tier within reach") for line in quote.lines}
    assert len(tiers) == 2
    overflows = {quote.context.overflows_at is None for quote in quotes("a window within reach")}
    assert overflows == {True, False}
    reads = {line.kind for quote in quotes("media in questions and results") for line in quote.lines}
    assert {"cache_read", "cache_read_audio"} <= reads
    marked = quotes("marks of a start")
    assert all(quote.totals.cache_read_tokens for quote in marked if quote.totals.requests > 1)
