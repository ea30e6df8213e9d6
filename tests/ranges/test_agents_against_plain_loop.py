"""Samples of plans whose calls start agents, against single conversations with the numbers drawn for each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ranges.plain_stage import bill_sample
from tests.ranges.sampled_plans import SEED, gather, sampled
from tests.ranges.test_against_plain_loop import OPUS, SOL, SONNET, amounts, calls, histories, repeats

from tokenquote.api.quotes import answer_plan
from tokenquote.catalog import Catalog
from tokenquote.ledger.ranges import Draws
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

AT = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SAMPLES = 3
Check = Callable[[Any], None]


def turns_calling(*agents: str) -> st.SearchStrategy[Any]:
    """Draw turns whose calls may start agents."""
    starts = [st.fixed_dictionaries({"call": amounts, "agent": st.just(name)}) for name in agents]
    stated = st.fixed_dictionaries({"call": amounts, "agent": st.sampled_from(agents), "result": amounts})
    made = st.lists(st.one_of(calls, stated, *starts) if agents else calls, min_size=1, max_size=3)
    rounds = st.fixed_dictionaries({"calls": made, "reasoning": amounts, "repeat": repeats})
    turn = st.fixed_dictionaries(
        {
            "user": amounts,
            "tool_rounds": st.lists(rounds, max_size=1),
            "reasoning": amounts,
            "assistant": amounts,
            "gap_seconds": st.sampled_from([0, 60, 301]),
            "repeat": repeats,
        }
    )
    return st.lists(turn, min_size=1, max_size=2)


def agents_named(name: str, *called: str) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "model": st.sampled_from([SOL, SONNET, OPUS]),
            "system": st.sampled_from([0, 1300, {"p50": 900, "p90": 2000}]),
            "turns": turns_calling(*called) if called else turns_calling(),
            "history": histories,
            "keep": st.booleans(),
        }
    )


plans = st.fixed_dictionaries(
    {
        "model": st.sampled_from([SOL, SONNET]),
        "system": st.sampled_from([0, 1100, {"p50": 900, "p90": 2000}]),
        "turns": turns_calling("lead", "scout"),
        "history": histories,
        "agents": st.tuples(agents_named("lead", "scout"), agents_named("scout")),
        "caching": st.fixed_dictionaries({"enabled": st.just(True), "hit_rate": st.sampled_from([1, 0.5])}),
    }
)


@pytest.fixture(scope="session")
def check(catalog: Catalog, vocabularies: Vocabularies) -> Check:
    """Compare every sample of a plan with the conversations of its literal numbers."""

    def compare(plan: Any) -> None:
        asked = Plan.model_validate(plan)
        draws, found = sampled(asked, catalog, vocabularies, AT, SAMPLES)
        company = gather(asked, catalog, vocabularies, AT)
        assert draws == Draws(company.ranges, SEED)
        for i in range(SAMPLES):
            rows, bill = bill_sample(company, draws, i)
            assert found.requests[i] == len(rows)
            assert found.input_tokens[i] == sum(row.input for row in rows)
            assert found.output_tokens[i] == sum(row.output for row in rows)
            assert found.cost(i) == bill.total

    return compare


@settings(max_examples=10)
@given(plan=plans)
def test_samples_of_agents(check: Check, plan: Any) -> None:
    check(plan)


def wide(number: int) -> dict[str, int]:
    """Return a range that is no wider than a number."""
    return {"min": number, "mode": number, "max": number}


def test_ranges_without_width_are_the_plan_of_numbers(catalog: Catalog, vocabularies: Vocabularies) -> None:
    """Law 27: the plan calls a researcher twice, which answers 150 tokens after three searches each."""

    def plan(number: Callable[[int], Any]) -> Plan:
        search = {"calls": [{"call": 20, "result": number(400)}], "reasoning": 0, "repeat": number(3)}
        call = {"calls": [{"call": number(60), "agent": "researcher"}], "reasoning": 0, "repeat": number(2)}
        task = {"user": 60, "reasoning": number(10), "assistant": number(150), "tool_rounds": [search]}
        asked = {"user": number(100), "reasoning": 0, "assistant": number(200), "tool_rounds": [call]}
        researcher = {"name": "researcher", "model": SONNET, "system": number(300), "turns": [task]}
        return Plan.model_validate(
            {"model": SOL, "system": number(500), "turns": [asked], "agents": [researcher], "at": AT}
        )

    certain = answer_plan(plan(int), catalog, vocabularies, AT)
    drawn = answer_plan(plan(wide), catalog, vocabularies, AT)
    assert isinstance(certain, Quote)
    assert isinstance(drawn, Quote)
    assert (certain.totals.requests, certain.totals.output_tokens) == (11, 2 * (60 + 60 + 10 + 150) + 200)
    assert certain.totals.input_tokens == 600 + 810 + 1020 + 2 * (360 + 780 + 1200 + 1620)
    assert drawn.totals == certain.totals
    assert drawn.range is not None
    assert drawn.range.cost is not None
    assert {drawn.range.cost.p10, drawn.range.cost.max, drawn.range.cost.mean} == {certain.totals.cost}
    assert drawn.range.input_tokens.p10 == drawn.range.input_tokens.max == certain.totals.input_tokens
