"""Requests and tokens in a minute of conversations that begin at random, and the published limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.ledger.arrivals import busiest_minute, cut_bursts, poisson_quantile
from tokenquote_client import Quote
from tokenquote_client.rates_per_minute import RatesPerMinute

Ask = Callable[..., Quote]

TURN = {"user": 1000, "assistant": 500, "reasoning": 0}


def slow_quantile(mean: float, share: float) -> int:
    """Add the probabilities up one by one, each from its logarithm."""
    number, summed = 0, math.exp(-mean)
    while summed < share:
        number += 1
        summed += math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
    return number


@pytest.mark.parametrize(
    ("mean", "number"),
    # Tables of the Poisson distribution: of mean 1, P(N <= 5) = 0.9994 and P(N <= 4) = 0.9963; of mean 10,
    # P(N <= 21) = 0.9993 and P(N <= 20) = 0.9984.
    [(0.0005, 0), (0.01, 1), (0.2, 3), (1.0, 5), (5.0, 13), (10.0, 21), (50_000.0, 50_692)],
)
def test_the_number_that_one_minute_in_a_thousand_exceeds(mean: float, number: int) -> None:
    assert poisson_quantile(mean, 0.999) == number


@given(st.floats(min_value=0.001, max_value=5000), st.sampled_from([0.9, 0.99, 0.999]))
def test_the_quantile_is_that_of_probabilities_added_up(mean: float, share: float) -> None:
    slack = 0 if mean <= 500 else 1
    assert abs(poisson_quantile(mean, share) - slow_quantile(mean, share)) <= slack


@pytest.mark.parametrize(
    ("per_minute", "bursts", "busiest", "simulated"),
    [
        (0.2, [3000], 9000, 9000),
        (10.0, [4], 84, 84),
        (0.2, range(100, 1001, 100), 4900, 4800),
        (20.0, range(100, 1001, 100), 137_900, 138_000),
        (1.0, [1000, 10_000], 55_091, 52_000),
        (5.0, [1, 1, 1, 1, 50], 696, 672),
        (0.02, range(100, 2001, 100), 4100, 4500),
        (0.000001, [10, 30], 30, 0),  # rarer than once in a thousand minutes, and yet it comes
        (3.0, [0, 0], 0, 0),
    ],
)
def test_the_busiest_minute_is_near_that_of_a_simulation(
    per_minute: float, bursts: Sequence[int], busiest: int, simulated: int
) -> None:
    assert busiest_minute(per_minute, bursts) == busiest
    found = simulate_busiest(per_minute, bursts)
    assert found == simulated
    assert simulated == 0 or busiest == pytest.approx(simulated, rel=0.1)


def simulate_busiest(per_minute: float, bursts: Sequence[int]) -> int:
    """Let conversations begin at random over 100,000 minutes, their bursts 90 seconds apart."""
    minutes, before = 100_000, 2 * len(bursts)
    draws = np.random.default_rng(7)
    begun = draws.poisson(per_minute * (minutes + before))
    starts = draws.uniform(-before, minutes, begun)
    held = np.zeros(minutes)
    for i, burst in enumerate(bursts):
        at = np.floor(starts + 1.5 * i).astype(int)
        inside = at[(at >= 0) & (at < minutes)]
        held += np.bincount(inside, minlength=minutes) * burst
    return int(np.quantile(held, 0.999, method="higher"))


@pytest.mark.parametrize(
    ("gaps", "bursts"),
    [
        ([0.0], [range(1)]),
        ([0.0, 59.9, 59.9], [range(3)]),
        ([300.0, 0.0, 60.0, 0.0, 600.0], [range(2), range(2, 4), range(4, 5)]),
    ],
)
def test_a_gap_of_a_minute_parts_bursts(gaps: list[float], bursts: list[range]) -> None:
    assert cut_bursts(gaps) == bursts


def rates_of(quote: Quote) -> RatesPerMinute:
    assert quote.rates_per_minute is not None
    return quote.rates_per_minute


def test_the_example_of_the_page(quoted: Ask) -> None:
    """Ten a minute, 21 in the busiest; input 4 x 9,000 + (1 + 2 + 3 + 4) x 1,000 + (1 + 2 + 3) x 500."""
    plan = {"system": 9000, "turns": [{**TURN, "repeat": 4}], "conversations_per_hour": 600.0}
    quote = quoted(model="anthropic/claude-fable-5", **plan)
    rates = rates_of(quote)
    assert (rates.requests.mean, rates.requests.busiest) == (40, 84)
    assert (rates.input_tokens.mean, rates.input_tokens.busiest) == (490_000, 1_029_000)
    assert (rates.output_tokens.mean, rates.output_tokens.busiest) == (20_000, 42_000)
    assert [limit.tier for limit in rates.limits] == ["Start", "Build", "Scale"]
    assert [limit.exceeded_by_mean for limit in rates.limits] == [[], [], []]
    assert [limit.exceeded_by_busiest for limit in rates.limits] == [["input_tokens"], [], []]
    (warned,) = [warning.detail for warning in quote.warnings if warning.code == "rate_limit"]
    assert warned == (
        "the busiest minute is more than anthropic/claude-fable-5 answers on tier Start: "
        "see `rates_per_minute.limits`"
    )
    assert any(note.startswith("rates_per_minute: ") for note in quote.assumptions)


def test_cache_reads_count_only_where_the_provider_counts_them(quoted: Ask) -> None:
    """Cached, Fable reads 10,000 + 11,500 + 13,000 of its 49,000 tokens again, which do not count."""
    plan = {"system": 9000, "turns": [{**TURN, "repeat": 4}], "conversations_per_hour": 600.0}
    quote = quoted(model="anthropic/claude-fable-5", caching={"enabled": True}, **plan)
    read = quote.totals.cache_read_tokens
    rates = rates_of(quote)
    assert (quote.totals.input_tokens, read) == (49_000, 34_500)
    assert rates.uncached_input_tokens.mean == 145_000
    assert rates.uncached_input_tokens.busiest == 304_500
    assert [limit.exceeded_by_busiest for limit in rates.limits] == [[], [], []]
    counted = rates_of(quoted(model="openai/gpt-5.4-pro", **plan))
    assert counted.limits[0].cache_reads_count
    # 510,000 tokens a minute on average, 1,071,000 in the busiest.
    assert [limit.exceeded_by_mean for limit in counted.limits] == [["tokens"], ["tokens"], [], [], []]
    assert [limit.exceeded_by_busiest for limit in counted.limits][2:] == [["tokens"], [], []]


def test_gaps_spread_a_conversation_over_minutes(quoted: Ask) -> None:
    """Four bursts of one request, ten conversations a minute: of mean 40, 61 comes in the busiest minute."""
    turns = [{**TURN, "repeat": 4, "gap_seconds": 60.0}]
    rates = rates_of(quoted(turns=turns, conversations_per_hour=600.0))
    assert (rates.requests.mean, rates.requests.busiest) == (40, 61)


def test_limits_are_compared_with_what_is_asked_of_their_own_model(quoted: Ask) -> None:
    turns = [TURN, {**TURN, "model": "anthropic/claude-haiku-4-5", "repeat": 3}]
    rates = rates_of(
        quoted(model="anthropic/claude-fable-5", system=9000, turns=turns, conversations_per_hour=60_000.0)
    )
    assert rates.requests.mean == 4000
    # A thousand to Fable on average, which is its limit and not above it; three thousand to Haiku.
    assert {limit.model: limit.exceeded_by_mean for limit in rates.limits if limit.tier == "Start"} == {
        "anthropic/claude-fable-5": ["input_tokens", "output_tokens"],
        "anthropic/claude-haiku-4-5": ["requests", "input_tokens", "output_tokens"],
    }


@pytest.mark.parametrize(
    ("plan", "limits"),
    [
        ({"model": "anthropic/claude-fable-5"}, 3),
        ({"model": "anthropic/claude-fable-5", "mode": "batch"}, 0),
        ({"model": "google/gemini-2.5-flash"}, 0),
        ({"model": "bedrock/us.anthropic.claude-haiku-4-5-20251001-v1:0"}, 0),
    ],
)
def test_limits_are_those_of_ordinary_requests_to_this_provider(
    quoted: Ask, plan: dict[str, Any], limits: int
) -> None:
    quote = quoted(turns=[TURN], conversations_per_hour=1.0, **plan)
    assert len(rates_of(quote).limits) == limits


def test_without_a_number_of_conversations_there_are_no_rates(quoted: Ask) -> None:
    quote = quoted(turns=[TURN])
    assert quote.rates_per_minute is None
    assert "rates_per_minute" not in quote.model_dump(mode="json")


@given(st.floats(min_value=1e-6, max_value=1e6), st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_the_busiest_minute_is_never_below_the_mean_nor_the_largest_burst(
    per_minute: float, bursts: list[int]
) -> None:
    busiest = busiest_minute(per_minute, bursts)
    assert busiest >= max(bursts)
    assert busiest >= int(per_minute * sum(bursts))
