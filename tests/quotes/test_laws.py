"""The laws of the design, one by one, with literal numbers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.conftest import NOW
from tests.dated_prices import DOUBLES, LOSES_FAST, dated_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

Ask = Callable[..., Quote]
OFF = {"enabled": False}


def inputs(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.input_tokens for request in quote.requests]


def outputs(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.output_tokens for request in quote.requests]


def reads(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.cache_read_tokens for request in quote.requests]


def writes(quote: Quote) -> list[int]:
    assert quote.requests is not None
    return [request.cache_write_tokens for request in quote.requests]


def codes(quote: Quote) -> list[str]:
    return [warning.code for warning in quote.warnings]


@pytest.mark.parametrize(("turns", "total"), [(1, 100), (2, 300), (3, 600), (10, 5_500), (1000, 50_050_000)])
def test_law_1_each_turn_sends_all_turns_before_it(quoted: Ask, turns: int, total: int) -> None:
    """A + 2A + ... + nA = A n (n + 1) / 2, for A = 100."""
    quote = quoted(turns=[{"user": 100, "assistant": 0, "reasoning": 0, "repeat": turns}])
    assert quote.totals.input_tokens == total
    assert inputs(quote)[:3] == [100, 200, 300][:turns]
    assert inputs(quote)[-1] == 100 * turns


def test_law_2_a_tool_call_makes_two_requests(quoted: Ask) -> None:
    """A = 1,000, B = 40, C = 500: 1,000 then 1,540, 2A + B + C in all; B is the first request's output."""
    quote = quoted(
        turns=[{"user": 1000, "tool_rounds": [{"calls": [{"call": 40, "result": 500}]}], "assistant": 7}]
    )
    assert inputs(quote) == [1000, 1540]
    assert quote.totals.input_tokens == 2540
    assert outputs(quote) == [40, 7]


def test_law_3_rounds_add_up_within_a_turn_and_the_answer_joins_at_the_next(quoted: Ask) -> None:
    """Calls of one round are one request's output; their results enter the next request together."""
    rounds = [
        {"calls": [{"call": 10, "result": 100}, {"call": 20, "result": 200}]},
        {"calls": [{"call": 5, "result": 50}], "repeat": 2},
    ]
    turn = {"user": 1, "tool_rounds": rounds, "assistant": 3, "reasoning": 0}
    quote = quoted(turns=[turn, {"user": 1000, "assistant": 0, "reasoning": 0}])
    assert inputs(quote) == [1, 331, 386, 441, 441 + 3 + 1000]
    assert outputs(quote) == [30, 5, 5, 3, 0]
    assert quote.requests is not None
    assert [(r.turn, r.round) for r in quote.requests] == [(1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]


def test_law_3_the_last_request_of_a_turn_stands_even_if_it_writes_nothing(quoted: Ask) -> None:
    quote = quoted(
        turns=[{"user": 10, "tool_rounds": [{"calls": [{"call": 1, "result": 1}]}], "assistant": 0}]
    )
    assert outputs(quote) == [1, 0]


def test_law_4_system_and_tools_are_sent_once_in_every_request(quoted: Ask) -> None:
    quote = quoted(system=50, tools=200, turns=[{"user": 10, "assistant": 0, "repeat": 3}])
    assert inputs(quote) == [260, 270, 280]


def test_law_5_what_a_user_sends_stays_in_the_history(quoted: Ask) -> None:
    """Any part of a message is paid for again in every later request."""
    parts = [{"type": "tokens", "tokens": 1105}, {"type": "tokens", "tokens": 20}]
    quote = quoted(turns=[{"user": parts, "assistant": 0}, {"user": 10, "assistant": 0, "repeat": 2}])
    assert inputs(quote) == [1125, 1135, 1145]


def test_law_6_reasoning_is_output_and_does_not_come_back(quoted: Ask) -> None:
    """A turn's reasoning belongs to its last request; a round states its own."""
    rounds = [{"calls": [{"call": 10, "result": 90}], "reasoning": 300}]
    quote = quoted(
        turns=[{"user": 100, "tool_rounds": rounds, "assistant": 50, "reasoning": 700, "repeat": 2}]
    )
    assert outputs(quote) == [310, 750, 310, 750]
    assert inputs(quote) == [100, 200, 350, 450]
    assert quote.totals.reasoning_tokens == 2000
    assert quote.totals.output_tokens == 2120


def test_law_6_reasoning_comes_back_where_the_provider_keeps_it(quoted: Ask) -> None:
    """Claude Opus 4.5 and later keep every thinking block: 100, then 100 + 700 + 50 + 100."""
    turn = {"user": 100, "assistant": 50, "reasoning": 700, "repeat": 2}
    assert inputs(quoted(model="anthropic/claude-opus-4-8", turns=[turn])) == [100, 950]


def test_law_6_reasoning_of_a_tool_loop_is_dropped_with_its_turn(quoted: Ask) -> None:
    """Claude Sonnet 4.5 keeps thinking while a tool loop runs: 100, 100 + 300 + 10 + 90; then no more 300."""
    rounds = [{"calls": [{"call": 10, "result": 90}], "reasoning": 300}]
    turns = [
        {"user": 100, "tool_rounds": rounds, "assistant": 50, "reasoning": 0},
        {"user": 100, "assistant": 0},
    ]
    assert inputs(quoted(model="anthropic/claude-sonnet-4-5", turns=turns)) == [100, 500, 350]


def test_law_7_input_includes_cache_reads_and_writes(quoted: Ask) -> None:
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=2000,
        turns=[{"user": 100, "assistant": 0, "repeat": 2}],
        caching={"enabled": True},
    )
    assert inputs(quote) == [2100, 2200]
    assert reads(quote) == [0, 2100]
    assert writes(quote) == [2100, 100]
    assert [(line.kind, line.tokens) for line in quote.lines] == [("cache_read", 2100), ("cache_write", 2200)]


def test_law_7_a_cache_that_charges_nothing_for_writing_writes_nothing(quoted: Ask) -> None:
    quote = quoted(system=2000, turns=[{"user": 100, "assistant": 0, "repeat": 2}])
    assert writes(quote) == [0, 0]
    assert quote.totals.cache_write_tokens == 0


def test_law_8_stated_tokens_carry_no_framing(quoted: Ask) -> None:
    quote = quoted(system=10, tools=10, turns=[{"user": 5, "assistant": 5, "repeat": 3}])
    assert quote.totals.framing_tokens == 0


def test_law_8_texts_carry_framing_that_is_part_of_the_input(quoted: Ask) -> None:
    """`Hello world` is 2 tokens of o200k_base; gpt-5 adds 4 around a message and 2 once a request."""
    quote = quoted(turns=[{"user": "Hello world", "assistant": 10, "reasoning": 0, "repeat": 2}])
    assert inputs(quote) == [2 + 4 + 2, 2 + 4 + 10 + 2 + 4 + 2]
    assert quote.totals.framing_tokens == 6 + 10


def test_law_8_the_constant_applies_from_the_first_request_that_holds_text(quoted: Ask) -> None:
    """A stated turn first: no framing; then a text: 4 for its message and 2 for the request."""
    turns = [{"user": 100, "assistant": 0}, {"user": "Hello world", "assistant": 0}]
    quote = quoted(turns=turns)
    assert inputs(quote) == [100, 100 + 2 + 4 + 2]


@pytest.mark.parametrize(
    ("turn", "said"),
    [
        (
            {"user": 1, "repeat": 3},
            "the answer of 3 turns and the reasoning of 3 turns are not stated and count as 0 tokens",
        ),
        ({"user": 1, "assistant": 5}, "the reasoning of 1 turn is not stated and counts as 0 tokens"),
        ({"user": 1, "reasoning": 5}, "the answer of 1 turn is not stated and counts as 0 tokens"),
        (
            {
                "user": 1,
                "assistant": 5,
                "reasoning": 5,
                "tool_rounds": [{"calls": [{"call": 1, "result": 1}], "repeat": 2}],
                "repeat": 3,
            },
            "the reasoning of 6 tool rounds is not stated and counts as 0 tokens",
        ),
    ],
)
def test_law_9_output_that_is_not_stated_counts_as_0_with_a_warning(
    quoted: Ask, turn: Any, said: str
) -> None:
    quote = quoted(turns=[turn])
    warnings = [w for w in quote.warnings if w.code == "output_not_stated"]
    assert len(warnings) == 1
    assert said in warnings[0].detail


def test_law_9_stated_output_is_not_warned_about(quoted: Ask) -> None:
    assert "output_not_stated" not in codes(quoted(turns=[{"user": 1, "assistant": 0, "reasoning": 0}]))


def test_law_10_overflow_keeps_and_prices_every_row(quoted: Ask) -> None:
    """gpt-5.4-mini takes 272,000 input tokens: the 28th request of 10,000 more each is the first too long."""
    quote = quoted(turns=[{"user": 10_000, "assistant": 0, "reasoning": 0, "repeat": 30}])
    assert quote.context.overflows_at is not None
    assert (quote.context.overflows_at.turn, quote.context.overflows_at.request) == (28, 28)
    assert quote.totals.requests == 30
    assert quote.context.peak_tokens == 300_000
    assert "context_overflow" in codes(quote)


@pytest.mark.parametrize(("user", "fits"), [(272_000, True), (272_001, False)])
def test_law_10_input_up_to_the_maximum_fits(quoted: Ask, user: int, fits: bool) -> None:
    quote = quoted(turns=[{"user": user, "assistant": 0, "reasoning": 0}])
    assert (quote.context.overflows_at is None) is fits


@pytest.mark.parametrize(("answer", "fits"), [(128_000, True), (128_001, False)])
def test_law_10_input_and_output_share_the_window(quoted: Ask, answer: int, fits: bool) -> None:
    """The window of gpt-5.4-mini is 400,000."""
    quote = quoted(turns=[{"user": 272_000, "assistant": answer, "reasoning": 0}])
    assert (quote.context.overflows_at is None) is fits


def test_law_11_automatic_reads_are_the_shared_prefix_in_steps_above_the_minimum(quoted: Ask) -> None:
    """OpenAI: at least 1,024 tokens, steps of 128. The second shares 1,000, the third 1,300 -> 1,280."""
    quote = quoted(turns=[{"user": 1000, "assistant": 0}, {"user": 300, "assistant": 0, "repeat": 2}])
    assert inputs(quote) == [1000, 1300, 1600]
    assert reads(quote) == [0, 0, 1280]


@pytest.mark.parametrize(("first", "read"), [(1023, 0), (1024, 1024), (1151, 1024), (1152, 1152)])
def test_law_11_both_sides_of_minimum_and_step(quoted: Ask, first: int, read: int) -> None:
    quote = quoted(turns=[{"user": first, "assistant": 0}, {"user": 1, "assistant": 0}])
    assert reads(quote) == [0, read]


def test_law_11_a_hit_rate_takes_its_share(quoted: Ask) -> None:
    """Half of 1,280."""
    turns = [{"user": 1300, "assistant": 0}, {"user": 300, "assistant": 0}]
    assert reads(quoted(turns=turns, caching={"hit_rate": 0.5})) == [0, 640]


def test_law_11_anthropic_caches_nothing_by_default(quoted: Ask) -> None:
    quote = quoted(
        model="anthropic/claude-opus-4-8", system=9000, turns=[{"user": 1, "assistant": 1, "repeat": 3}]
    )
    assert reads(quote) == writes(quote) == [0, 0, 0]


def test_law_11_a_dropped_thought_costs_only_what_stood_behind_it(quoted: Ask) -> None:
    """Claude Sonnet 4.5: the next turn reads all up to the first thought, the 2,100 written in round 0."""
    rounds = [{"calls": [{"call": 10, "result": 90}], "reasoning": 300}]
    turns = [{"user": 100, "tool_rounds": rounds, "assistant": 50, "reasoning": 0, "repeat": 2}]
    quote = quoted(model="claude-sonnet-4-5", system=2000, turns=turns, caching={"enabled": True})
    assert inputs(quote) == [2100, 2500, 2350, 2750]
    assert reads(quote) == [0, 2100, 2100, 2350]


@pytest.mark.parametrize("caching", [{"ttl": "1h"}, {"hit_rate": 0.5}])
def test_law_11_a_cache_that_nobody_switched_on_is_said_to_be_off(quoted: Ask, caching: Any) -> None:
    quote = quoted(
        model="anthropic/claude-opus-4-8", system=9000, turns=[{"user": 1, "repeat": 2}], caching=caching
    )
    assert reads(quote) == [0, 0]
    assert "caching_off" in codes(quote)


def test_law_11_enabled_anthropic_reads_all_up_to_the_last_message_and_writes_the_rest(quoted: Ask) -> None:
    """Claude Opus 4.8 needs 1,024 tokens: the first request, 1,000, is not cached at all."""
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        turns=[{"user": 1000, "assistant": 0}, {"user": 500, "assistant": 0, "repeat": 2}],
        caching={"enabled": True},
    )
    assert inputs(quote) == [1000, 1500, 2000]
    assert reads(quote) == [0, 0, 1500]
    assert writes(quote) == [0, 1500, 500]


def test_law_11_the_price_without_cache_is_all_plain_input(quoted: Ask) -> None:
    """claude-opus-4-8: input 5, read 0.5, write 6.25 a million; 2,100 written, 2,100 read and 100 written."""
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=2000,
        turns=[{"user": 100, "assistant": 0, "repeat": 2}],
        caching={"enabled": True},
    )
    assert quote.totals.cost_without_cache == Decimal("0.0215")  # 4,300 x 5
    assert quote.totals.cost == Decimal("0.0148")  # 2,200 x 6.25 + 2,100 x 0.5


def test_law_11_a_fleet_shares_no_cache(quoted: Ask) -> None:
    one = quoted(turns=[{"user": 5000, "assistant": 0}])
    many = quoted(turns=[{"user": 5000, "assistant": 0}], conversations=1000)
    assert many.totals == one.totals
    assert many.fleet is not None
    assert many.fleet.cost == Decimal("3.75")  # 1,000 x 5,000 x 0.75 / 10^6


@pytest.mark.parametrize(("gap", "read"), [(0, 1280), (300, 1280), (300.5, 0), (3600, 0)])
def test_law_12_a_gap_longer_than_the_time_to_live_loses_the_cache(
    quoted: Ask, gap: float, read: int
) -> None:
    turns = [{"user": 1300, "assistant": 0}, {"user": 10, "assistant": 0, "gap_seconds": gap}]
    assert reads(quoted(turns=turns)) == [0, read]


def test_law_12_the_gap_precedes_each_repetition_but_neither_the_first_request_nor_rounds(
    quoted: Ask,
) -> None:
    """Three repetitions, one hour apart, of two requests each: only the second of each pair hits."""
    rounds = [{"calls": [{"call": 0, "result": 0}]}]
    turn = {"user": 2048, "tool_rounds": rounds, "assistant": 0, "gap_seconds": 3600, "repeat": 3}
    assert reads(quoted(turns=[turn])) == [0, 2048, 0, 4096, 0, 6144]


def test_law_12_a_longer_time_to_live_outlasts_the_gap(quoted: Ask) -> None:
    """Claude's one-hour cache is written at its own rate: 10 a million, twice the input."""
    turns = [{"user": 2000, "assistant": 0, "gap_seconds": 1800, "repeat": 2}]
    short = quoted(model="anthropic/claude-opus-4-8", turns=turns, caching={"enabled": True})
    long = quoted(model="anthropic/claude-opus-4-8", turns=turns, caching={"enabled": True, "ttl": "1h"})
    assert reads(short) == [0, 0]
    assert reads(long) == [0, 2000]
    assert [(line.kind, line.rate) for line in long.lines] == [
        ("cache_read", Decimal("0.5")),
        ("cache_write_1h", Decimal("10")),
    ]


@pytest.fixture(scope="module")
def quoted_dated(vocabularies: Vocabularies) -> Ask:
    """Quotes for the maker whose prices change on known days."""

    def ask(**plan: Any) -> Quote:
        quote = answer_plan(Plan.model_validate(plan), dated_catalog(), vocabularies, NOW)
        assert isinstance(quote, Quote)
        return quote

    return ask


def test_law_13_one_instant_prices_the_whole_quote(quoted_dated: Ask) -> None:
    """2 dollars until 30 November 2026, then 4, though the second turn is an hour later."""
    turns = [{"user": 500_000, "assistant": 0, "reasoning": 0, "gap_seconds": 3600, "repeat": 2}]
    off = {"enabled": False}
    before = quoted_dated(model=DOUBLES, turns=turns, at="2026-11-30T23:59:59Z", caching=off)
    after = quoted_dated(model=DOUBLES, turns=turns, at="2026-12-01T00:00:00Z", caching=off)
    assert (before.totals.cost, after.totals.cost) == (Decimal(3), Decimal(6))


def test_law_13_a_change_of_other_modes_is_no_change_of_this_one(quoted_dated: Ask) -> None:
    """The fast mode ends on 2026-11-30; standard and batch stay as they are."""
    plan = {"model": LOSES_FAST, "turns": [{"user": 1}], "at": "2026-11-23T00:00:00Z"}
    assert "price_change" not in codes(quoted_dated(**plan))
    assert "price_change" not in codes(quoted_dated(**plan, mode="batch"))
    changes = [w.detail for w in quoted_dated(**plan, mode="fast").warnings if w.code == "price_change"]
    assert changes == [f"from 2026-11-30 no price of {LOSES_FAST} in mode fast is known"]


@pytest.mark.parametrize(
    ("at", "warned"),
    [
        ("2026-10-31T23:59:59Z", False),
        ("2026-11-01T00:00:00Z", True),
        ("2026-11-30T12:00:00Z", True),
        ("2026-12-01T00:00:00Z", False),
    ],
)
def test_law_13_a_price_change_within_30_days_is_announced(quoted_dated: Ask, at: str, warned: bool) -> None:
    quote = quoted_dated(model=DOUBLES, turns=[{"user": 1}], at=at)
    assert ("price_change" in codes(quote)) is warned


def test_law_14_more_tokens_can_cost_less_with_a_cache(quoted: Ask) -> None:
    """One more lifts the prefix to the cacheable 1,024: 2,049 x 0.75; then 1,027 x 0.75 + 1,024 x 0.075."""
    less = quoted(turns=[{"user": 1023, "assistant": 0}, {"user": 3, "assistant": 0}])
    more = quoted(turns=[{"user": 1024, "assistant": 0}, {"user": 3, "assistant": 0}])
    assert more.totals.input_tokens > less.totals.input_tokens
    assert less.totals.cost == Decimal("0.00153675")
    assert more.totals.cost == Decimal("0.00084705")
