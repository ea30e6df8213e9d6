"""Explicit caches: the call that creates one, what reads it, what storing it costs, and what is refused.

Gemini 2.5 Pro asks 1.25 dollars a million for input, 0.125 for what is read from a cache, and 4.50 for an
hour of storing a million tokens.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.api.quotes.cache_choice import creation_share
from tokenquote.errors import LocatedError
from tokenquote.ledger.arrivals import count_lifetimes
from tokenquote_client import Quote

Ask = Callable[..., Quote]

PRO = "google/gemini-2.5-pro"
TURN = {"user": 100, "assistant": 0, "reasoning": 0}
PLAN = {"model": PRO, "system": 100_000, "turns": [TURN]}


def caching(**more: Any) -> dict[str, Any]:
    return {"explicit": "opening", **more}


def rows(quote: Quote) -> list[tuple[str | None, int, int]]:
    return [(r.purpose, r.input_tokens, r.cache_read_tokens) for r in quote.requests or []]


def test_creation_and_storage_are_those_of_the_arithmetic_on_googles_forum(quoted: Ask) -> None:
    """100,000 tokens for five minutes: 0.125 to create the cache and 0.0375 to store it, 0.1625 together.

    The arithmetic stands in https://discuss.ai.google.dev/t/gemini-explicit-context-cache-creation-billing/172194
    as the first of two readings; that creation is billed as input says
    https://docs.cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-overview.
    """
    quote = quoted(**PLAN, caching=caching(ttl="5m"))
    assert quote.requests is not None
    assert quote.requests[0].cost == Decimal("0.1625")
    assert quote.totals.fees == Decimal("0.0375")
    (fee,) = [line for line in quote.lines if line.unit is not None]
    assert (fee.kind, fee.unit, fee.rate, fee.cost) == (
        "cache_storage",
        "million_token_hours",
        Decimal("4.5"),
        Decimal("0.0375"),
    )


def test_reads_are_those_of_the_arithmetic_on_googles_forum(quoted: Ask) -> None:
    """10,000 cached tokens in three requests: 0.125 a million each time, 0.00375; and 1,500 of new input.

    https://discuss.ai.google.dev/t/question-about-gemini-api-caching-pricing/107349: of 11,500 tokens 10,000
    are cached, so that a request costs 0.001875 for the others and 0.00125 for these.
    """
    turns = [{**TURN, "user": 1500}]
    single = quoted(model=PRO, system=10_000, turns=turns, caching=caching(warm="opening"))
    assert rows(single) == [(None, 11_500, 10_000)]
    assert single.totals.cost == Decimal("0.001875") + Decimal("0.00125")
    thrice = quoted(model=PRO, system=10_000, turns=[{**TURN, "user": 0, "repeat": 3}], caching=caching())
    reads = [line.cost for line in thrice.lines if line.kind == "cache_read"]
    assert reads == [Decimal("0.00375")]


@pytest.mark.parametrize(
    ("model", "system", "hours", "rates"),
    [
        (PRO, 20_000, "2h", ("1.25", "0.125", "4.5")),
        ("google/gemini-2.5-flash", 50_000, "1h", ("0.3", "0.03", "1")),
        ("google/gemini-3.8-flash", 8000, "24h", ("0.75", "0.075", "0.5")),
    ],
)
def test_reads_to_break_even_are_input_and_storage_over_what_a_read_saves(
    quoted: Ask, model: str, system: int, hours: str, rates: tuple[str, str, str]
) -> None:
    """(input + storage x hours) / (input - read): for the first 10.25 / 1.125 = 9.1."""
    plain, read, storage = (Decimal(rate) for rate in rates)
    quote = quoted(model=model, system=system, turns=[TURN], caching=caching(ttl=hours))
    assert quote.cache_break_even_reads == math.ceil(
        (plain + storage * int(hours.removesuffix("h"))) / (plain - read)
    )
    reads = quote.cache_break_even_reads
    for repeat, dearer in ((reads - 1, True), (reads, False)):
        turns = [{**TURN, "user": 0, "repeat": repeat}]
        totals = quoted(model=model, system=system, turns=turns, caching=caching(ttl=hours)).totals
        assert totals.cost is not None
        assert totals.cost_without_cache is not None
        assert (totals.cost > totals.cost_without_cache) is dearer


def test_reading_does_not_keep_it_alive_and_it_is_created_anew(quoted: Ask) -> None:
    """A lifetime of five minutes, and a request every 200 seconds: the third comes after 400."""
    turns = [{**TURN, "gap_seconds": 200, "repeat": 5}]
    quote = quoted(**{**PLAN, "turns": turns}, caching=caching(ttl="5m"))
    assert [row[0] for row in rows(quote)] == ["cache", None, None, "cache", None, None, "cache", None]
    assert [request.turn for request in quote.requests or []] == [1, 1, 2, 3, 3, 4, 5, 5]
    assert quote.totals.fees == 3 * Decimal("0.0375")
    assert quote.totals.requests == 8


def test_an_hour_is_the_lifetime_that_nobody_states(quoted: Ask) -> None:
    assert quoted(**PLAN, caching=caching()).totals.fees == Decimal("0.45")


def test_without_a_cache_it_is_neither_created_nor_stored(quoted: Ask) -> None:
    quote = quoted(**PLAN, caching=caching())
    assert quote.totals.cost_without_cache == quoted(**PLAN, caching={"enabled": False}).totals.cost


def test_one_that_exists_already_is_only_read(quoted: Ask) -> None:
    quote = quoted(**PLAN, caching=caching(warm="opening"))
    assert rows(quote) == [(None, 100_100, 100_000)]
    assert quote.totals.fees == 0
    assert quote.cache_break_even_reads is None


def test_the_long_tier_holds_for_the_call_that_creates_it_too(quoted: Ask) -> None:
    """Above 200,000 tokens 2.5 Pro asks twice as much: 250,000 x 2.50, and 250,000 x 4.50 an hour."""
    quote = quoted(model=PRO, system=250_000, turns=[TURN], caching=caching())
    assert quote.requests is not None
    assert quote.requests[0].cost == Decimal("0.625") + Decimal("1.125")


def test_own_requests_of_a_strategy_read_it_too(quoted: Ask) -> None:
    history = {"strategy": "summary", "every": 1, "tokens": 50}
    turns = [{**TURN, "repeat": 2}]
    quote = quoted(**{**PLAN, "turns": turns}, history=history, caching=caching())
    assert [(purpose, read) for purpose, _, read in rows(quote)] == [
        ("cache", 0),
        (None, 100_000),
        ("summary", 100_000),
        (None, 100_000),
    ]
    assert quote.cost_without_strategy is not None


def test_a_fleet_stores_it_once(quoted: Ask) -> None:
    """The first creates it and costs 0.1625 more than the others, who begin within its lifetime."""
    quote = quoted(**PLAN, caching=caching(ttl="5m", shared="opening"), conversations=1000)
    assert quote.fleet is not None
    assert quote.fleet.warm == Decimal("0.012625")  # 100 x 1.25 + 100,000 x 0.125
    assert quote.fleet.cold == quote.totals.cost == Decimal("0.175125")
    assert quote.fleet.cost == Decimal("0.1625") + 1000 * Decimal("0.012625")


def test_a_fleet_that_does_not_share_it_stores_it_each_time(quoted: Ask) -> None:
    quote = quoted(**PLAN, caching=caching(ttl="5m"), conversations=1000)
    assert quote.fleet is not None
    assert quote.fleet.cost == 1000 * Decimal("0.175125")


def test_a_fleet_at_random_times_creates_it_anew_after_each_lifetime(quoted: Ask) -> None:
    """Two an hour, a lifetime of an hour: of three conversations 1 + P(N <= 1) + P(N <= 0) create it.

    N is Poisson with mean 2 for one lifetime, 4 for two: the second needs one of its own unless both of the
    others fall into the first, and the third unless one of them falls into either.
    """
    quote = quoted(**PLAN, caching=caching(shared="opening"), conversations=3, conversations_per_hour=2.0)
    created = 1 + math.exp(-2) * (1 + 2) + math.exp(-4)
    assert quote.fleet is not None
    assert quote.fleet.cold is not None
    assert quote.fleet.warm is not None
    assert quote.fleet.cost is not None
    extra = quote.fleet.cold - quote.fleet.warm
    assert float((quote.fleet.cost - 3 * quote.fleet.warm) / extra) == pytest.approx(created, abs=1e-9)


@pytest.mark.parametrize(
    ("conversations", "per_lifetime"),
    [(1, 5.0), (2, 0.0), (10, 12.0), (50, 0.5), (300, 3.0), (5000, 900.0), (100_000, 20.0), (10**6, 4000.0)],
)
def test_as_many_lifetimes_begin_as_in_a_simulation(conversations: int, per_lifetime: float) -> None:
    expected = count_lifetimes(conversations, per_lifetime)
    draws = np.random.default_rng(11)
    begun = []
    for _ in range(2000 if conversations < 1000 else 200):
        most = min(conversations, int(2 * conversations / (1 + per_lifetime)) + 10)
        taken = np.cumsum(1 + draws.poisson(per_lifetime, most))
        begun.append(int(np.searchsorted(taken, conversations)) + 1)
    error = 4 * float(np.std(begun)) / math.sqrt(len(begun))
    assert expected == pytest.approx(float(np.mean(begun)), abs=error + 0.01)


@given(st.integers(1, 10**9), st.floats(0, 1e6))
def test_at_least_one_lifetime_begins_and_at_most_one_with_each_conversation(
    conversations: int, per_lifetime: float
) -> None:
    assert 1 <= count_lifetimes(conversations, per_lifetime) <= conversations * (1 + 1e-9)


def test_conversations_that_follow_closely_create_it_once() -> None:
    assert creation_share(1000, None, "1m") == 0


@pytest.mark.parametrize(
    ("plan", "location", "said"),
    [
        (
            {"model": "openai/gpt-5.4-mini"},
            ("caching", "explicit"),
            "the cache that the provider fills by itself",
        ),
        ({"model": "anthropic/claude-opus-4-8"}, ("caching", "explicit"), "known; leave it out$"),
        ({"model": "meta-llama/Llama-3.1-8B"}, ("caching", "explicit"), "no price of storing"),
        ({"model": "google/gemini-4-hydrogen"}, ("caching", "explicit"), "no price of storing"),
        ({"system": 2047}, ("caching", "explicit"), "have 2047 tokens, .* holds 2048 at least"),
        ({"caching": caching(hit_rate=0.5)}, ("caching", "hit_rate"), "read by every request"),
        ({"caching": caching(warm=1000)}, ("caching", "warm"), "holds the opening"),
        ({"caching": caching(shared="opening")}, ("caching", "shared"), "state `conversations`"),
    ],
)
def test_what_no_explicit_cache_can_do_is_refused(
    quoted: Ask, plan: dict[str, Any], location: tuple[str, ...], said: str
) -> None:
    with pytest.raises(LocatedError, match=said) as refused:
        quoted(**{**PLAN, "caching": caching(), **plan})
    assert refused.value.location == location


def test_other_models_of_the_conversation_use_caches_of_their_own(quoted: Ask) -> None:
    turns = [TURN, {**TURN, "model": "openai/gpt-5.4-mini", "repeat": 2}]
    quote = quoted(**{**PLAN, "turns": turns}, caching=caching(ttl="2m"))
    assert [(r.model, r.purpose, r.cache_read_tokens) for r in quote.requests or []] == [
        (PRO, "cache", 0),
        (PRO, None, 100_000),
        ("openai/gpt-5.4-mini", None, 0),
        ("openai/gpt-5.4-mini", None, 100_096),
    ]


def test_rates_per_minute_leave_the_creation_out(quoted: Ask) -> None:
    quote = quoted(**PLAN, caching=caching(), conversations_per_hour=60.0)
    assert quote.rates_per_minute is not None
    assert quote.rates_per_minute.requests.mean == 1


def test_a_coming_change_of_the_storage_fee_is_told(quoted: Ask) -> None:
    """3.8 Flash: everything doubles on 2027-01-01, storage from 0.50 to 1.00."""
    plan = {**PLAN, "model": "google/gemini-3.8-flash", "caching": caching()}
    before, after = (quoted(**plan, at=at) for at in ("2026-12-31T23:59:00Z", "2027-01-01T00:00:00Z"))
    assert "price_change" in [warning.code for warning in before.warnings]
    assert (before.totals.fees, after.totals.fees) == (Decimal("0.05"), Decimal("0.1"))


def test_the_page_says_what_the_cache_that_fills_itself_would_cost(quoted: Ask) -> None:
    turns = [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 3}]
    quote = quoted(model="google/gemini-3.8-flash", system=50_000, turns=turns)
    assert quote.totals.cost == Decimal("0.0472698")
    page = (Path(__file__).parents[2] / "docs" / "caching.md").read_text()
    assert "0.0472698 dollars with every" in " ".join(page.split())
