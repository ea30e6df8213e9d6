"""What is in the cache before a conversation begins (law 23), and caches as providers publish them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote.api.quotes.cache_choice import cold_share
from tokenquote_client import Quote

Ask = Callable[..., Quote]

TURN = {"user": 100, "assistant": 0, "reasoning": 0}


def reads(quote: Quote) -> list[int]:
    return [request.cache_read_tokens for request in quote.requests or []]


def writes(quote: Quote) -> list[int]:
    return [request.cache_write_tokens for request in quote.requests or []]


@pytest.mark.parametrize(
    ("warm", "first"),
    [("opening", 1920), (2000, 1920), (1024, 1024), (1023, 0), (0, 0), (10_000_000, 2048)],
)
def test_law_23_a_warm_prefix_is_read_by_the_first_request(quoted: Ask, warm: Any, first: int) -> None:
    """GPT-5.4 mini: 1,024 at least, in steps of 128; no more than the request has, 2,100."""
    quote = quoted(system=1000, tools=1000, turns=[{**TURN, "repeat": 2}], caching={"warm": warm})
    assert reads(quote) == [first, 2048]


def test_law_23_a_warm_opening_of_claude_is_read_and_the_rest_written(quoted: Ask) -> None:
    caching = {"enabled": True, "warm": "opening"}
    quote = quoted(model="anthropic/claude-opus-4-8", system=2000, turns=[TURN], caching=caching)
    assert (reads(quote), writes(quote)) == ([2000], [100])


def test_law_23_the_first_of_a_fleet_is_cold_and_the_others_find_the_opening_warm(quoted: Ask) -> None:
    """Claude Opus 4.8 at 5, 0.50 and 6.25: 2,100 written; or 2,000 read and 100 written."""
    caching = {"enabled": True, "shared": "opening"}
    quote = quoted(
        model="anthropic/claude-opus-4-8", system=2000, turns=[TURN], caching=caching, conversations=10
    )
    assert quote.fleet is not None
    assert quote.fleet.cold == quote.totals.cost == Decimal("0.013125")  # 2,100 x 6.25
    assert quote.fleet.warm == Decimal("0.001625")  # 2,000 x 0.5 + 100 x 6.25
    assert quote.fleet.cost == Decimal("0.02775")  # 0.013125 + 9 x 0.001625


def test_law_23_arrivals_at_random_find_it_cold_with_a_known_probability(quoted: Ask) -> None:
    """Twelve an hour, five minutes: one is expected in that time, so none comes with 1/e = 0.367879441171."""
    caching = {"enabled": True, "shared": "opening"}
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=2000,
        turns=[TURN],
        caching=caching,
        conversations=10,
        conversations_per_hour=12.0,
    )
    assert quote.fleet is not None
    p = Decimal("0.367879441171")
    assert quote.fleet.cost == Decimal("0.013125") + 9 * (
        p * Decimal("0.013125") + (1 - p) * Decimal("0.001625")
    )


@pytest.mark.parametrize(
    ("rate", "ttl", "share"),
    [
        (None, "5m", "0"),
        (12.0, None, "0"),
        (12.0, "5m", "0.367879441171"),
        (1.0, "1h", "0.367879441171"),
        (0.5, "1h", "0.606530659713"),
        (1e9, "12h", "0"),
    ],
)
def test_the_probability_that_a_later_conversation_is_cold(
    rate: float | None, ttl: str | None, share: str
) -> None:
    assert cold_share(rate, ttl) == Decimal(share)


def test_a_fleet_without_a_cache_shares_nothing_and_says_so(quoted: Ask) -> None:
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=2000,
        turns=[TURN],
        caching={"shared": "opening"},
        conversations=2,
    )
    assert "caching_off" in [warning.code for warning in quote.warnings]
    assert quote.fleet is not None
    assert (quote.fleet.cold, quote.fleet.warm) == (None, None)
    assert quote.fleet.cost == Decimal("0.021")


@pytest.mark.parametrize(
    ("model", "caching", "reads_needed"),
    [
        ("anthropic/claude-opus-4-8", {"enabled": True}, 1),  # (6.25 - 5) / (5 - 0.5)
        ("anthropic/claude-opus-4-8", {"enabled": True, "ttl": "1h"}, 2),  # (10 - 5) / (5 - 0.5)
        ("anthropic/claude-opus-4-8", {}, None),
        ("openai/gpt-5.4-mini", {}, None),
        ("openai/gpt-5.6-sol", {}, 1),
        ("openai/gpt-5.6-sol", {"ttl": "12h"}, 2),
    ],
)
def test_how_many_reads_a_write_needs_to_pay_for_itself(
    quoted: Ask, model: str, caching: Any, reads_needed: int | None
) -> None:
    quote = quoted(model=model, system=3000, turns=[TURN], caching=caching)
    assert quote.cache_break_even_reads == reads_needed


def test_anthropics_published_multipliers(quoted: Ask) -> None:
    """Opus 4.8, 100,000 tokens: written at 1.25 times 5 dollars, for an hour at twice, read at a tenth.

    https://platform.claude.com/docs/en/build-with-claude/prompt-caching: writes for 5 minutes cost 1.25 times
    the base input price, for an hour 2 times, and reads 0.1 times.
    """
    nothing = {"user": 0, "assistant": 0, "reasoning": 0}
    turns = [{**nothing, "repeat": 2}]
    for ttl, cost in (("5m", "0.675"), ("1h", "1.05")):
        caching = {"enabled": True, "ttl": ttl}
        quote = quoted(model="anthropic/claude-opus-4-8", system=100_000, turns=turns, caching=caching)
        assert quote.totals.cost == Decimal(cost)
        assert quote.totals.cost_without_cache == Decimal("1")


def test_openais_published_example_of_a_prefix(quoted: Ask) -> None:
    """A prompt of 2,006 tokens reads 1,920, as in https://developers.openai.com/api/docs/guides/prompt-caching.

    At 0.75 and 0.075 dollars a million: 2,006 whole; then 86 whole and 1,920 read.
    """
    turns = [{"user": 2006, "assistant": 0, "reasoning": 0}, {"user": 0, "assistant": 0, "reasoning": 0}]
    quote = quoted(turns=turns)
    assert reads(quote) == [0, 1920]
    assert quote.totals.cost == Decimal("0.001713")  # (2,006 + 86) x 0.75 + 1,920 x 0.075


def test_openais_later_models_bill_the_write_and_read_without_steps(quoted: Ask) -> None:
    """As billed: 4,012 written, then 4,012 read."""
    quote = quoted(model="openai/gpt-5.6-sol", system=4012, turns=[{**TURN, "user": 0, "repeat": 2}])
    assert (reads(quote), writes(quote)) == ([0, 4012], [4012, 0])


def test_gemini_reads_a_tenth_and_writes_nothing_by_itself(quoted: Ask) -> None:
    """Gemini 2.5 Flash, 10,000 tokens: 0.30 a million, and 0.03 for the four blocks of 2,048."""
    turns = [{**TURN, "user": 0, "repeat": 2}]
    quote = quoted(model="google/gemini-2.5-flash", system=10_000, turns=turns)
    assert (reads(quote), writes(quote)) == ([0, 8192], [0, 0])
    assert quote.totals.cost == Decimal("0.00378816")  # (10,000 + 1,808) x 0.30 + 8,192 x 0.03


@pytest.mark.parametrize(
    ("warm", "first"), [("opening", 9000), (9000, 9000), (2048, 2048), (2047, 0), (10_000_000, 9100)]
)
def test_what_is_stated_of_geminis_cache_is_billed_and_no_blocks(quoted: Ask, warm: Any, first: int) -> None:
    """A block of 2,048 holds tokens that are not billed; the stated number is a bill's. Then four blocks."""
    asked = {"model": "google/gemini-2.5-flash", "system": 9000, "caching": {"warm": warm}}
    quote = quoted(**asked, turns=[{**TURN, "repeat": 2}])
    assert reads(quote) == [first, 8192]


@pytest.mark.parametrize(("results", "read"), [(8, 5000), (9, 5000), (10, 2000)])
def test_claude_finds_an_entry_within_twenty_blocks(quoted: Ask, results: int, read: int) -> None:
    """A mark looks at 20 blocks, its own included: of 10 calls and 10 results none is where an entry ends.

    Then only the system message, which has a mark of its own, is read.
    """
    calls = [{"call": 10, "result": 10}] * results
    turn = {"user": 3000, "tool_rounds": [{"calls": calls, "reasoning": 0}], "assistant": 0, "reasoning": 0}
    quote = quoted(model="anthropic/claude-opus-4-8", system=2000, turns=[turn], caching={"enabled": True})
    assert reads(quote) == [0, read]


def test_deepseek_finds_the_answer_in_the_prefix_in_steps_of_128(quoted: Ask) -> None:
    """1,000 of question and 100 of answer: 1,100, in steps of 128."""
    turns = [{"user": 1000, "assistant": 100, "reasoning": 0}, {"user": 50, "assistant": 0, "reasoning": 0}]
    assert reads(quoted(model="deepseek/deepseek-v4-pro", turns=turns)) == [0, 1024]


def test_law_23_the_first_request_of_all_is_warm_and_not_the_first_of_each_model(quoted: Ask) -> None:
    turns = [{**TURN, "model": "anthropic/claude-sonnet-4-6"}, TURN]
    caching = {"enabled": True, "warm": "opening"}
    quote = quoted(model="anthropic/claude-opus-4-8", system=3000, turns=turns, caching=caching)
    assert (reads(quote), writes(quote)) == ([3000, 0], [100, 3200])
