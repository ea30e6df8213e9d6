"""Laws 24 and 25 of the design with literal numbers: ranges, retries, and fleets of what is drawn.

GPT-5.4 mini costs 0.75 a million tokens of input, 0.075 read from the cache, 4.50 of output.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote.ledger.ranges import Distribution, Lognormal, Triangle
from tokenquote_client import Comparison, Plan, Quote
from tokenquote_client.spreads import NumberSpread, Spreads

Ask = Callable[..., Quote]
OFF = {"enabled": False}
NOTHING = {"user": 0, "assistant": 0, "reasoning": 0}
LONG_TAIL = {"p50": 120, "p90": 400}
BOUNDED = {"min": 0, "mode": 500, "max": 1000}


def spreads(quote: Quote) -> Spreads:
    assert quote.range is not None
    return quote.range


def percentiles(spread: NumberSpread) -> list[int]:
    return [spread.p10, spread.p50, spread.p90, spread.max]


def shares(quote: Quote) -> dict[str, float]:
    return {found.what: found.share for found in spreads(quote).sensitivity or []}


def test_a_plan_without_ranges_and_retries_has_nothing_of_them(quoted: Ask) -> None:
    """Nor does its id change, which is made from the plan as it is written out."""
    answer = quoted(turns=[{"user": 120, "assistant": 260}]).model_dump(mode="json")
    assert answer["range"] is None
    assert not {"retries"} & set(answer)
    assert "retries" not in Plan(model="openai/gpt-5.4-mini", turns=[NOTHING]).model_dump_json()


@pytest.mark.parametrize(
    "history",
    [
        {"strategy": "full"},
        {"strategy": "window", "tokens": 900},
        {"strategy": "summary", "every": 2, "tokens": 90, "instruction": 30},
        {"strategy": "compaction", "at_tokens": 1500, "tokens": 200},
        {"strategy": "clear_tool_results", "keep": 1, "placeholder": 8},
    ],
)
def test_a_range_of_one_number_is_that_number(quoted: Ask, history: dict[str, Any]) -> None:
    """Every range of the plan says one number only: the totals are the plan's, and so is every percentile."""

    def turns(user: Any, call: Any, result: Any, repeat: Any, rounds: Any) -> list[dict[str, Any]]:
        tool_round = {"calls": [{"call": call, "result": result}], "reasoning": 0, "repeat": rounds}
        return [{**NOTHING, "user": user, "assistant": 90, "tool_rounds": [tool_round], "repeat": repeat}]

    five, four = {"p50": 5, "p90": 5}, {"min": 4, "mode": 4, "max": 4}
    certain = quoted(system=1500, history=history, turns=turns(70, 30, 400, 5, 4))
    drawn = quoted(
        system={"p50": 1500, "p90": 1500},
        history=history,
        turns=turns(
            {"p50": 70, "p90": 70}, {"min": 30, "mode": 30, "max": 30}, {"p50": 400, "p90": 400}, five, four
        ),
        samples=50,
    )
    assert drawn.totals == certain.totals
    assert drawn.requests == certain.requests
    found = spreads(drawn)
    assert percentiles(found.input_tokens) == [certain.totals.input_tokens] * 4
    assert percentiles(found.output_tokens) == [certain.totals.output_tokens] * 4
    assert percentiles(found.requests) == [certain.totals.requests] * 4
    assert found.cost is not None
    assert found.cost.mean == found.cost.p10 == found.cost.max == certain.totals.cost
    assert found.sensitivity is None
    assert found.interactions is None


def test_law_24_totals_requests_and_lines_use_p50_or_mode(quoted: Ask) -> None:
    turn = {**NOTHING, "user": LONG_TAIL, "assistant": BOUNDED, "repeat": {"min": 1, "mode": 3, "max": 9}}
    quote = quoted(turns=[turn])
    assert (quote.totals.requests, quote.totals.output_tokens) == (3, 1500)
    assert [request.input_tokens for request in quote.requests or []] == [120, 740, 1360]
    assert sum(line.tokens for line in quote.lines) == quote.totals.input_tokens + 1500
    assert {count.what: (count.tokens, count.method) for count in quote.counts} == {
        "turns/0/user": (120, "stated"),
        "turns/0/assistant": (500, "stated"),
        "turns/0/reasoning": (0, "stated"),
    }


def test_law_24_system_and_tools_are_drawn_once_a_conversation(quoted: Ask) -> None:
    """Ten requests send the same system message: ten times one draw, whose 90th percentile is 776."""
    quote = quoted(system=BOUNDED, turns=[{**NOTHING, "repeat": 10}], samples=5_000)
    found = spreads(quote).input_tokens
    assert all(number % 10 == 0 for number in percentiles(found))
    assert found.p90 == pytest.approx(10 * (1000 - math.sqrt(50_000)), rel=0.03)


def test_law_24_what_stands_in_a_turn_is_drawn_for_every_repetition(quoted: Ask) -> None:
    """Ten draws of their own: mean 5,000, deviation sqrt(10 x 41,667) = 645, 90th percentile 5,827."""
    turn = {**NOTHING, "user": BOUNDED, "repeat": 10}
    quote = quoted(turns=[turn], history={"strategy": "window", "turns": 0}, samples=5_000)
    assert spreads(quote).input_tokens.p90 == pytest.approx(5000 + 1.2816 * 645.5, rel=0.01)


def test_law_24_a_call_is_output_once_and_input_later_by_the_same_draw(quoted: Ask) -> None:
    """Request 1 writes B, request 2 sends it: input and output are the same in each sample."""
    tool_round = {"calls": [{"call": LONG_TAIL, "result": 0}], "reasoning": 0}
    found = spreads(quoted(turns=[{**NOTHING, "tool_rounds": [tool_round]}]))
    assert found.input_tokens == found.output_tokens
    assert found.input_tokens.p10 < found.input_tokens.p90


def test_law_24_an_answer_is_output_of_its_turn_and_input_of_the_next_by_the_same_draw(quoted: Ask) -> None:
    """Two turns and answers: the second request sends the first answer, and both are output."""
    turns = [{**NOTHING, "assistant": LONG_TAIL}, NOTHING]
    found = spreads(quoted(turns=turns))
    assert found.input_tokens == found.output_tokens


def test_law_24_repetitions_are_whole_numbers_of_at_least_one(quoted: Ask) -> None:
    turn = {**NOTHING, "user": 10, "repeat": {"min": 0, "mode": 0, "max": 3}}
    quote = quoted(turns=[turn], samples=2_000)
    assert quote.totals.requests == 1
    assert percentiles(spreads(quote).requests) == [1, 1, 2, 3]


def test_law_24_the_same_plan_and_seed_have_the_same_answer(quoted: Ask) -> None:
    plan = {"turns": [{**NOTHING, "user": LONG_TAIL, "repeat": 4}], "retries": {"rate": 0.2}}
    once, again, other = quoted(**plan, seed=3), quoted(**plan, seed=3), quoted(**plan, seed=4)
    assert once.model_dump_json() == again.model_dump_json()
    assert spreads(once).input_tokens != spreads(other).input_tokens
    assert quoted(**plan).range == quoted(**plan, seed=0, samples=1_000).range


def test_law_24_a_range_elsewhere_moves_no_draw(quoted: Ask) -> None:
    """The user messages are drawn as before when the answers become a range."""
    one = quoted(turns=[{**NOTHING, "user": LONG_TAIL}])
    both = quoted(turns=[{**NOTHING, "user": LONG_TAIL, "assistant": BOUNDED}])
    assert spreads(one).input_tokens == spreads(both).input_tokens


N = 10
SAMPLES = 20_000


@pytest.mark.parametrize(
    ("planned", "drawn"),
    [(LONG_TAIL, Lognormal(120, 400)), (BOUNDED, Triangle(0, 500, 1000))],
    ids=["lognormal", "triangular"],
)
def test_the_mean_is_the_analytic_one_where_nothing_is_cached(
    quoted: Ask, planned: Any, drawn: Distribution
) -> None:
    """Ten turns with the whole history: the message of turn i is sent 11 - i times, 55 messages in all.

    Within four standard errors of 20,000 samples; the sum has variance (1 + 4 + ... + 100) Var = 385 Var.
    """
    turn = {**NOTHING, "user": planned, "repeat": N}
    found = spreads(quoted(turns=[turn], caching=OFF, samples=SAMPLES))
    error = math.sqrt(385 * drawn.variance / SAMPLES)
    assert found.input_tokens.mean == pytest.approx(55 * drawn.mean, abs=4 * error)
    assert found.cost is not None
    assert float(found.cost.mean) == pytest.approx(found.input_tokens.mean * 0.75e-6, rel=1e-9)


def test_sensitivity_is_the_share_of_each_range_and_adds_up_to_one(quoted: Ask) -> None:
    """One request without a cache costs 0.75 X + 4.5 Y: variances 0.5625 x 41,667 and 20.25 x 1,667."""
    turn = {**NOTHING, "user": BOUNDED, "assistant": {"min": 0, "mode": 100, "max": 200}}
    quote = quoted(turns=[turn], caching=OFF, samples=4_000)
    assert shares(quote)["/turns/0/user"] == pytest.approx(0.41, abs=0.02)
    assert shares(quote)["/turns/0/assistant"] == pytest.approx(0.59, abs=0.02)
    assert list(shares(quote)) == ["/turns/0/assistant", "/turns/0/user"]
    assert spreads(quote).interactions == pytest.approx(0, abs=0.02)
    assert exact_sum_of_shares(quote) == 1


def test_sensitivity_tells_interactions_apart(quoted: Ask) -> None:
    """The product of a length and a number. With c the variance over the square of the mean, its shares are
    c, c' and c c' of c + c' + c c': for 6.06 and 2.2 that is 0.28, 0.10 and 0.62.
    """
    turn = {**NOTHING, "repeat": {"p50": 3, "p90": 12}}
    quote = quoted(
        system={"p50": 100, "p90": 600}, turns=[turn], caching=OFF, retries={"rate": 0.1}, samples=4_000
    )
    assert set(shares(quote)) == {"/system", "/turns/0/repeat", "/retries"}
    assert spreads(quote).interactions is not None
    assert spreads(quote).interactions == pytest.approx(0.62, abs=0.2)
    assert exact_sum_of_shares(quote) == 1


def exact_sum_of_shares(quote: Quote) -> Decimal:
    found = spreads(quote)
    return sum((Decimal(str(share)) for share in shares(quote).values()), Decimal(str(found.interactions)))


def test_one_range_makes_all_of_the_spread(quoted: Ask) -> None:
    quote = quoted(turns=[{**NOTHING, "user": LONG_TAIL, "repeat": 3}])
    assert shares(quote) == {"/turns/0/user": 1}
    assert spreads(quote).interactions == 0


def test_too_many_ranges_leave_the_shares_out_and_say_so(quoted: Ask) -> None:
    """350 turns with a range each, in 350 requests: 100 samples of each would be 12 million requests."""
    quote = quoted(turns=[{**NOTHING, "user": BOUNDED}] * 350, samples=100)
    assert spreads(quote).sensitivity is None
    assert spreads(quote).interactions is None
    assert "sensitivity_left_out" in [warning.code for warning in quote.warnings]


def test_few_samples_of_many_ranges_leave_the_shares_out_too(quoted: Ask) -> None:
    """100 turns with a range each: 101 replays of 100 requests, each as long as one of 1,000 samples."""
    turns = [{**NOTHING, "user": BOUNDED}]
    assert spreads(quoted(turns=turns * 90, samples=2)).sensitivity is not None
    assert spreads(quoted(turns=turns * 100, samples=2)).sensitivity is None


def test_overflow_has_a_probability(quoted: Ask) -> None:
    """A triangle from 0 to 544,000, peak in the middle: half of it is above 272,000, the most input."""
    turn = {**NOTHING, "user": {"min": 0, "mode": 272_000, "max": 544_000}}
    quote = quoted(turns=[turn], samples=4_000)
    assert quote.context.overflows_at is None
    assert spreads(quote).overflow_probability == pytest.approx(0.5, abs=0.03)
    assert "context_overflow_possible" in [warning.code for warning in quote.warnings]


def test_a_budget_says_how_likely_it_suffices(quoted: Ask) -> None:
    """0.375 thousandths pay for 500 tokens of input: half of a symmetric triangle."""
    quote = quoted(turns=[{**NOTHING, "user": BOUNDED}], budget={"cost": "0.000375"}, samples=4_000)
    assert quote.budget is not None
    assert quote.budget.probability == pytest.approx(0.5, abs=0.03)
    assert quoted(turns=[NOTHING], budget={"cost": "1"}).model_dump()["budget"].keys() == {
        "fits", "turns", "requests", "spent"
    }  # fmt: skip


def test_a_fleet_is_a_sum_of_conversations_that_are_drawn_each_by_itself(quoted: Ask) -> None:
    """A hundred triangles: mean 50,000 tokens, deviation sqrt(100 x 41,667) = 2,041, at 0.75 a million."""
    turn = {**NOTHING, "user": BOUNDED}
    quote = quoted(turns=[turn], conversations=100, samples=4_000)
    assert quote.fleet is not None
    assert quote.fleet.range is not None
    assert quote.fleet.range.max_is == "sampled"
    one = spreads(quote).cost
    assert one is not None
    assert quote.fleet.range.mean == 100 * one.mean
    above = float(quote.fleet.range.p90 - quote.fleet.range.mean)
    assert above == pytest.approx(1.2816 * 2041 * 0.75e-6, rel=0.06)
    many = quoted(turns=[turn], conversations=1_000_000, samples=4_000).fleet
    assert many is not None
    assert many.range is not None
    assert many.range.max_is == "normal_approximation"
    assert many.range.mean == 1_000_000 * one.mean


def test_a_fleet_that_shares_its_opening_draws_cold_and_warm_conversations(quoted: Ask) -> None:
    """GPT-5.4 mini, 2,048 of 3,000 tokens are read: 0.00225 cold, 0.0008676 warm, and the question on top."""
    plan = {
        "system": 3000,
        "turns": [{**NOTHING, "user": BOUNDED}],
        "caching": {"shared": "opening"},
        "conversations": 50,
        "samples": 4_000,
    }
    alone = quoted(**{**plan, "conversations": 1}).fleet
    fleet = quoted(**plan).fleet
    assert alone is not None
    assert fleet is not None
    assert alone.range is not None
    assert fleet.range is not None
    cold = alone.range.mean
    saved = Decimal("2944") * Decimal("0.675") / 10**6  # 2,944 is the largest multiple of 128 in 3,000
    assert fleet.range.mean == 50 * cold - 49 * saved


def test_law_25_totals_are_without_failures_and_retries_with_them(quoted: Ask) -> None:
    """Rate 0.2: a quarter of a failed attempt for each success, billed 100 x 0.75 + half of 20 x 4.50."""
    turn = {**NOTHING, "user": 100, "assistant": 20}
    certain = quoted(turns=[turn], caching=OFF)
    quote = quoted(turns=[turn], caching=OFF, retries={"rate": 0.2, "output_share": 0.5})
    assert quote.totals == certain.totals
    assert quote.totals.cost == Decimal("0.000165")
    assert quote.retries is not None
    assert quote.retries.requests == 1.25
    assert quote.retries.cost == Decimal("0.000195")  # 0.000165 + 0.25 x 0.00012


def test_law_25_a_retry_reads_what_the_attempt_before_it_wrote(quoted: Ask) -> None:
    """2,100 tokens of input, of which 2,048 are read when sent again, at rate 0.5 once on average."""
    quote = quoted(system=2000, turns=[{**NOTHING, "user": 100}], retries={"rate": 0.5})
    assert quote.totals.cost == Decimal("0.001575")  # 2,100 x 0.75
    assert quote.retries is not None
    assert quote.retries.requests == 2
    assert quote.retries.cost == Decimal("0.0017676")  # + 2,048 x 0.075 + 52 x 0.75


def test_law_25_a_retry_reads_all_that_a_breakpoint_left_and_writes_nothing(quoted: Ask) -> None:
    """Claude Opus 4.8 at 6.25 to write and 0.50 to read: 2,100 written, then read."""
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=2000,
        turns=[{**NOTHING, "user": 100}],
        caching={"enabled": True},
        retries={"rate": 0.5},
    )
    assert quote.totals.cost == Decimal("0.013125")
    assert quote.retries is not None
    assert quote.retries.cost == Decimal("0.014175")


def test_law_25_summaries_are_sent_again_too(quoted: Ask) -> None:
    """Four turns with a summary after two: five requests, of which each is sent 1.25 times."""
    history = {"strategy": "summary", "every": 2, "tokens": 50}
    quote = quoted(turns=[{**NOTHING, "user": 100, "repeat": 4}], history=history, retries={"rate": 0.2})
    assert quote.totals.requests == 5
    assert quote.retries is not None
    assert quote.retries.requests == 6.25


@pytest.mark.parametrize(
    "plan",
    [
        {"caching": OFF},
        {"system": 3000},
        {"model": "anthropic/claude-opus-4-8", "system": 3000, "caching": {"enabled": True, "hit_rate": 0.5}},
        {"system": 3000, "history": {"strategy": "window", "turns": 1}},
        {"model": "openai/text-embedding-3-small"},
    ],
    ids=["uncached", "cached", "breakpoints", "window", "embedding"],
)
def test_law_25_the_range_holds_failures_whose_mean_is_the_expected_one(quoted: Ask, plan: Any) -> None:
    """20,000 conversations of ten requests at rate 0.2: 12.5 requests, and the cost that is expected."""
    answers = {} if "embedding" in str(plan.get("model")) else {"assistant": 60, "reasoning": 0}
    turn = {"user": 200, "repeat": 10, **answers}
    quote = quoted(turns=[turn], retries={"rate": 0.2, "output_share": 0.25}, samples=SAMPLES, **plan)
    found = spreads(quote)
    assert quote.retries is not None
    assert quote.retries.requests == 12.5
    assert found.requests.mean == pytest.approx(12.5, rel=0.005)
    assert found.cost is not None
    assert quote.retries.cost is not None
    assert float(found.cost.mean) == pytest.approx(float(quote.retries.cost), rel=0.005)


def test_retries_at_rate_0_change_nothing(quoted: Ask) -> None:
    quote = quoted(turns=[{**NOTHING, "user": 200, "repeat": 3}], retries={"rate": 0})
    assert quote.retries is not None
    assert (quote.retries.requests, quote.retries.cost) == (3, quote.totals.cost)
    assert spreads(quote).requests.max == 3
    assert spreads(quote).sensitivity is None


def test_models_are_compared_by_the_same_draws(answered: Callable[[Any], Quote | Comparison]) -> None:
    turns = [{**NOTHING, "user": LONG_TAIL, "assistant": BOUNDED, "repeat": 3}]
    names = ["openai/gpt-5.4-mini", "anthropic/claude-opus-4-8", "google/gemini-2.5-flash"]
    compared = answered({"models": names, "turns": turns})
    assert isinstance(compared, Comparison)
    found = [spreads(quote) for quote in compared.quotes if isinstance(quote, Quote)]
    assert len(found) == 3
    assert len({spread.model_dump_json(include={"input_tokens", "output_tokens"}) for spread in found}) == 1
    assert all(spread.sensitivity for spread in found)


def test_models_that_are_chosen_by_filters_have_spreads_without_shares(
    answered: Callable[[Any], Quote | Comparison],
) -> None:
    turns = [{**NOTHING, "user": LONG_TAIL, "assistant": BOUNDED}]
    compared = answered({"models": {"providers": ["openai"], "at_most": 3}, "turns": turns, "samples": 200})
    assert isinstance(compared, Comparison)
    for quote in compared.quotes:
        assert isinstance(quote, Quote)
        assert spreads(quote).samples == 200
        assert spreads(quote).sensitivity is None


def test_models_that_take_turns_share_one_draw(quoted: Ask) -> None:
    """The message is drawn once, and sent to both models: 2 X and X, all in all 3 X."""
    turns = [{**NOTHING, "user": LONG_TAIL}, {**NOTHING, "model": "anthropic/claude-opus-4-8"}, NOTHING]
    found = spreads(quoted(turns=turns)).input_tokens
    assert all(number % 3 == 0 for number in percentiles(found))


@pytest.mark.parametrize(
    ("history", "input_tokens"),
    [
        (
            {"strategy": "summary", "every": 1, "tokens": 0, "instruction": {"p50": 40, "p90": 90}},
            "instruction",
        ),
        ({"strategy": "clear_tool_results", "keep": 0, "placeholder": {"p50": 40, "p90": 90}}, "placeholder"),
    ],
)
def test_texts_of_a_history_may_be_ranges_and_are_drawn_once(
    quoted: Ask, history: dict[str, Any], input_tokens: str
) -> None:
    """Both texts are the same whenever they are sent: three times one draw."""
    tool_round = {"calls": [{"call": 0, "result": 50}], "reasoning": 0}
    rounds = {"tool_rounds": [tool_round]} if input_tokens == "placeholder" else {"repeat": 4}
    later = [NOTHING, NOTHING] if input_tokens == "placeholder" else []
    quote = quoted(turns=[{**NOTHING, **rounds}, *later], history=history)
    found = spreads(quote).input_tokens
    assert all(number % 3 == 0 for number in percentiles(found))
    assert found.p10 < found.p50 < found.p90
    assert list(shares(quote)) == [f"/history/{input_tokens}"]
