"""The laws of history strategies (17 to 22) and of models by turn (26), with literal numbers.

Most plans here: a system message of 1,000 tokens, questions of 100 and answers of 50, so that each turn adds
150 to later input. The first request sends 1,100.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tokenquote.errors import LocatedError
from tokenquote_client import Quote

Ask = Callable[..., Quote]

TURN = {"user": 100, "assistant": 50, "reasoning": 0}
SIX = [{**TURN, "repeat": 6}]
ROUND = {"calls": [{"call": 10, "result": 90}], "reasoning": 0}
OFF = {"enabled": False}


def inputs(quote: Quote) -> list[int]:
    return [request.input_tokens for request in quote.requests or []]


def outputs(quote: Quote) -> list[int]:
    return [request.output_tokens for request in quote.requests or []]


def purposes(quote: Quote) -> list[str]:
    return [request.purpose or "" for request in quote.requests or []]


def places(quote: Quote) -> list[tuple[int, int]]:
    return [(request.turn, request.round) for request in quote.requests or []]


def reads(quote: Quote) -> list[int]:
    return [request.cache_read_tokens for request in quote.requests or []]


def codes(quote: Quote) -> list[str]:
    return [warning.code for warning in quote.warnings]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ({"turns": 0}, [1100, 1100, 1100, 1100, 1100, 1100]),
        ({"turns": 2}, [1100, 1250, 1400, 1400, 1400, 1400]),
        ({"turns": 9}, [1100, 1250, 1400, 1550, 1700, 1850]),
        ({"tokens": 300}, [1100, 1250, 1400, 1400, 1400, 1400]),
        ({"tokens": 299}, [1100, 1250, 1250, 1250, 1250, 1250]),
        ({"tokens": 149}, [1100, 1100, 1100, 1100, 1100, 1100]),
        ({"tokens": 0}, [1100, 1100, 1100, 1100, 1100, 1100]),
    ],
)
def test_law_17_a_window_sends_the_opening_the_latest_whole_turns_and_the_current_one(
    quoted: Ask, history: Any, expected: list[int]
) -> None:
    quote = quoted(system=1000, turns=SIX, history={"strategy": "window", **history})
    assert inputs(quote) == expected


def test_law_17_a_turn_is_kept_with_its_rounds_and_the_current_one_grows(quoted: Ask) -> None:
    """A turn with one round adds 100 + 100 + 50 = 250; the last of 3 turns sends one of them and its own."""
    turn = {**TURN, "tool_rounds": [ROUND], "repeat": 3}
    quote = quoted(system=1000, turns=[turn], history={"strategy": "window", "turns": 1})
    assert inputs(quote) == [1100, 1200, 1350, 1450, 1350, 1450]


def test_law_17_the_longest_run_of_latest_turns_is_taken_and_not_a_smaller_one_before(quoted: Ask) -> None:
    """Turns of 10, 400 and 10 tokens: 100 tokens hold the last alone, for the one before it does not fit."""
    sizes = [10, 400, 10, 0]
    turns = [{"user": size, "assistant": 0, "reasoning": 0} for size in sizes]
    quote = quoted(turns=turns, history={"strategy": "window", "tokens": 100})
    assert inputs(quote) == [10, 410, 10, 10]


@pytest.mark.parametrize(
    ("turns", "every", "summaries"), [(6, 2, 2), (7, 2, 3), (6, 1, 5), (6, 6, 0), (7, 6, 1)]
)
def test_law_18_n_turns_make_so_many_summaries(quoted: Ask, turns: int, every: int, summaries: int) -> None:
    """(n - 1) / k, rounded down."""
    history = {"strategy": "summary", "every": every, "tokens": 30}
    quote = quoted(turns=[{**TURN, "repeat": turns}], history=history)
    assert purposes(quote).count("summary") == summaries == (turns - 1) // every


def test_law_18_a_summary_takes_the_place_of_all_but_the_turns_that_are_kept(quoted: Ask) -> None:
    """Before turns 3 and 5, the history and 5 of instruction: 1,000 + 300 + 5; then 1,000 + 30 + 150 + 100.

    The second summary sends the first one, the turn that was kept, and two more: 1,000 + 30 + 3 x 150 + 5.
    """
    history = {"strategy": "summary", "every": 2, "tokens": 30, "instruction": 5, "keep": 1}
    quote = quoted(system=1000, turns=SIX, history=history)
    assert purposes(quote) == ["", "", "summary", "", "", "summary", "", ""]
    assert inputs(quote) == [1100, 1250, 1305, 1280, 1430, 1485, 1280, 1430]
    assert outputs(quote) == [50, 50, 30, 50, 50, 30, 50, 50]
    assert places(quote) == [(1, 0), (2, 0), (3, 0), (3, 0), (4, 0), (5, 0), (5, 0), (6, 0)]


def test_law_18_the_pause_precedes_the_summary(quoted: Ask) -> None:
    """The cache lapses before it, so it reads nothing; what follows it at once reads the opening."""
    history = {"strategy": "summary", "every": 1, "tokens": 30}
    turns = [{"user": 1000, "assistant": 0, "reasoning": 0, "gap_seconds": 301, "repeat": 2}]
    assert reads(quoted(system=2048, turns=turns, history=history)) == [0, 0, 2048]


def test_law_18_what_is_left_out_of_a_summary_is_said(quoted: Ask) -> None:
    history = {"strategy": "summary", "every": 2, "tokens": 30}
    said = quoted(turns=SIX, history=history).assumptions
    assert "history: no `instruction` is stated, and it counts as 0 tokens" in said
    assert "history: a request for a summary writes no reasoning" in said


def test_law_18_an_instruction_is_counted_as_any_text(quoted: Ask) -> None:
    """`Hello world` is 2 tokens; 4 around its message and 2 for the request: 300 + 8."""
    history = {"strategy": "summary", "every": 2, "tokens": 30, "instruction": "Hello world"}
    quote = quoted(turns=[{**TURN, "repeat": 3}], history=history)
    assert inputs(quote) == [100, 250, 308, 130]
    assert [count.tokens for count in quote.counts if count.what == "history/instruction"] == [2]


def test_law_19_a_compaction_condenses_what_is_not_new(quoted: Ask) -> None:
    """Turn 4 would send 1,550: 1,000 + 450 + 5 first; then the summary, the last turn and the question."""
    history = {"strategy": "compaction", "at_tokens": 1400, "tokens": 30, "instruction": 5, "keep": 1}
    quote = quoted(system=1000, turns=[{**TURN, "repeat": 4}], history=history)
    assert purposes(quote) == ["", "", "", "compaction", ""]
    assert inputs(quote) == [1100, 1250, 1400, 1455, 1280]
    assert outputs(quote)[3] == 30


def test_law_19_inside_a_tool_loop_the_last_round_is_new(quoted: Ask) -> None:
    """1,000, 100, then rounds of 100. Above 1,250, the question and the first round are condensed to 20.

    Request 3 of the turn: 1,000 + 20 + the last round, 100; and one more round after it.
    """
    history = {"strategy": "compaction", "at_tokens": 1250, "tokens": 20}
    turn = {**TURN, "tool_rounds": [{**ROUND, "repeat": 3}]}
    quote = quoted(system=1000, turns=[turn], history=history)
    assert purposes(quote) == ["", "", "compaction", "", ""]
    assert inputs(quote) == [1100, 1200, 1200, 1120, 1220]
    assert places(quote) == [(1, 0), (1, 1), (1, 2), (1, 2), (1, 3)]


def test_law_19_a_share_is_of_the_window_or_of_the_most_input_where_that_is_less(quoted: Ask) -> None:
    """GPT-5.4 mini takes 272,000 of input in a window of 400,000: half of it is 136,000."""
    turns = [{"user": 136_000, "assistant": 0, "reasoning": 0}, {"user": 1, "assistant": 0, "reasoning": 0}]
    history = {"strategy": "compaction", "at": 0.5, "tokens": 10}
    assert inputs(quoted(turns=turns, history=history)) == [136_000, 136_000, 11]


def test_law_19_what_still_exceeds_is_sent_all_the_same(quoted: Ask) -> None:
    """The opening alone passes the threshold: one compaction before each request, and a warning."""
    history = {"strategy": "compaction", "at_tokens": 500, "tokens": 30}
    quote = quoted(system=1000, turns=[{**TURN, "repeat": 2}], history=history)
    assert purposes(quote) == ["compaction", "", "compaction", ""]
    assert inputs(quote) == [1000, 1130, 1180, 1130]
    assert "compaction_in_vain" in codes(quote)


def test_law_19_more_turns_may_be_kept_than_there_are(quoted: Ask) -> None:
    history = {"strategy": "compaction", "at_tokens": 1200, "tokens": 30, "keep": 5}
    quote = quoted(system=1000, turns=[{**TURN, "repeat": 2}], history=history)
    assert inputs(quote) == [1100, 1150, 1280]


def test_law_20_passages_are_sent_with_each_request_of_a_turn_and_not_kept(quoted: Ask) -> None:
    """1,000 + 200 + 100, and 100 more after a round; the next turn adds 250 of the turn before."""
    turn = {**TURN, "tool_rounds": [ROUND], "repeat": 3}
    history = {"strategy": "retrieval", "tokens": 200, "turns": 1}
    quote = quoted(system=1000, turns=[turn], history=history)
    assert inputs(quote) == [1300, 1400, 1550, 1650, 1550, 1650]


def test_law_20_passages_stand_before_the_question(quoted: Ask) -> None:
    """Two requests of a turn share all; the next turn shares the opening and what stands before passages."""
    turn = {**TURN, "tool_rounds": [ROUND], "repeat": 2}
    history = {"strategy": "retrieval", "tokens": 2048, "turns": 5}
    assert reads(quoted(system=1024, turns=[turn], history=history)) == [0, 3072, 1024, 3328]


def test_law_21_all_results_but_the_latest_are_replaced(quoted: Ask) -> None:
    """Results of 90 and 190 in a round: with one kept, 1,100; then 10 + 10 + 7 + 190 more; and so on."""
    calls = [{"call": 10, "result": 90}, {"call": 10, "result": 190}]
    turn = {**TURN, "tool_rounds": [{"calls": calls, "reasoning": 0}], "repeat": 2}
    history = {"strategy": "clear_tool_results", "keep": 1, "placeholder": 7}
    quote = quoted(system=1000, turns=[turn], history=history)
    assert inputs(quote) == [1100, 1317, 1467, 1317 + 150 + 20 + 7 + 190 - 183]


def test_law_21_nothing_is_cleared_before_the_input_exceeds_a_threshold(quoted: Ask) -> None:
    """1,100, 1,200, 1,300 with all results; then 1,400 before clearing, which loses two of 90."""
    turn = {**TURN, "tool_rounds": [{**ROUND, "repeat": 3}]}
    history = {"strategy": "clear_tool_results", "keep": 1, "above": 1300}
    quote = quoted(system=1000, turns=[turn], history=history)
    assert inputs(quote) == [1100, 1200, 1300, 1400 - 180]
    assert "history: no `placeholder` is stated, and it counts as 0 tokens" in quote.assumptions


def test_law_21_the_shared_prefix_ends_at_the_first_result_that_is_newly_cleared(quoted: Ask) -> None:
    """2,000 and a call of 48: 2,048 before the first result, which the third request clears."""
    rounds = [{"calls": [{"call": 48, "result": 1000}], "reasoning": 0, "repeat": 2}]
    turn = {"user": 0, "tool_rounds": rounds, "assistant": 0, "reasoning": 0}
    history = {"strategy": "clear_tool_results", "keep": 1, "placeholder": 5}
    quote = quoted(system=2000, turns=[turn], history=history)
    assert inputs(quote) == [2000, 3048, 3101]
    assert reads(quote) == [0, 1920, 2048]


def test_law_21_text_results_become_the_placeholder_with_their_frame(quoted: Ask) -> None:
    """A plan whose results are the placeholder itself sends the same."""
    long = " the" * 300
    named = {"name": "f", "arguments": {"x": 1}}
    history = {"strategy": "clear_tool_results", "keep": 0, "placeholder": "cleared"}

    def turns(result: str) -> list[dict[str, Any]]:
        calls = [{"call": named, "result": result}] * 2
        return [
            {
                "user": "Hello",
                "tool_rounds": [{"calls": calls, "reasoning": 0}],
                "assistant": 5,
                "reasoning": 0,
            }
        ]

    for model in ("openai/gpt-5.4-mini", "anthropic/claude-opus-4-8", "deepseek/deepseek-v4-pro"):
        cleared = quoted(model=model, turns=turns(long), history=history)
        assert inputs(cleared) == inputs(quoted(model=model, turns=turns("cleared")))


def test_law_22_what_a_strategy_removes_costs_the_cache_behind_it(quoted: Ask) -> None:
    """Claude Opus 4.8, window of one turn: request 3 sends turn 2 again, but behind the turn that is gone.

    Request 2 left 3,000 + 1,100 + 1,000; the third sends 3,000 and 1,000 of that again, and reads 3,000.
    """
    turns = [{"user": 1000, "assistant": 100, "reasoning": 0, "repeat": 3}]
    quote = quoted(
        model="anthropic/claude-opus-4-8",
        system=3000,
        turns=turns,
        history={"strategy": "window", "turns": 1},
        caching={"enabled": True},
    )
    assert inputs(quote) == [4000, 5100, 5100]
    assert reads(quote) == [0, 4000, 3000]
    assert quote.totals.cache_lost_tokens == 1000


def test_law_22_the_same_plan_with_the_whole_history_is_priced_beside(quoted: Ask) -> None:
    """GPT-5.4 mini at 0.75 and 4.50 a million, no cache: 6 x 1,100 against 1,100 + ... + 1,850."""
    history = {"strategy": "window", "turns": 0}
    quote = quoted(system=1000, turns=SIX, history=history, caching=OFF)
    assert quote.totals.cost == Decimal("0.0063")  # 6,600 x 0.75 + 300 x 4.5
    assert quote.cost_without_strategy == Decimal("0.0079875")  # 8,850 x 0.75 + 300 x 4.5
    assert quote.cost_without_strategy == quoted(system=1000, turns=SIX, caching=OFF).totals.cost


def test_law_22_the_whole_history_has_no_figures_of_a_strategy(quoted: Ask) -> None:
    """A plan without a strategy is answered in the same members as before there were any."""
    answered = quoted(system=1000, turns=SIX).model_dump(mode="json")
    assert "cost_without_strategy" not in answered
    assert "cache_lost_tokens" not in answered["totals"]
    assert not {"purpose", "model"} & set(answered["requests"][0])


def test_law_26_the_history_moves_to_another_model_and_back(quoted: Ask) -> None:
    """Stated tokens stay; GPT reads in turn 4 what it left in turn 2: 1,250, in steps of 128."""
    turns = [
        {**TURN, "repeat": 2},
        {**TURN, "model": "anthropic/claude-opus-4-8"},
        {**TURN, "user": 200},
    ]
    quote = quoted(system=1000, turns=turns)
    assert inputs(quote) == [1100, 1250, 1400, 1650]
    assert reads(quote) == [0, 1024, 0, 1152]
    assert [request.model for request in quote.requests or []] == [
        "openai/gpt-5.4-mini",
        "openai/gpt-5.4-mini",
        "anthropic/claude-opus-4-8",
        "openai/gpt-5.4-mini",
    ]
    assert [
        (totals.model, totals.requests, totals.input_tokens, totals.output_tokens)
        for totals in quote.by_model or []
    ] == [("openai/gpt-5.4-mini", 3, 4000, 150), ("anthropic/claude-opus-4-8", 1, 1400, 50)]
    assert sum(totals.cost or Decimal(0) for totals in quote.by_model or []) == quote.totals.cost
    assert {line.model for line in quote.lines} == {"openai/gpt-5.4-mini", "anthropic/claude-opus-4-8"}


def test_law_26_the_time_to_live_runs_between_requests_to_one_model(quoted: Ask) -> None:
    """200 seconds before each turn: two pauses lie between the requests to GPT, more than its 5 minutes."""
    turns: list[dict[str, Any]] = [
        {**TURN, "user": 2048},
        {**TURN, "model": "claude-opus-4-8", "gap_seconds": 200},
        {**TURN, "gap_seconds": 200},
    ]
    assert reads(quoted(turns=turns)) == [0, 0, 0]
    turns[2]["gap_seconds"] = 100
    assert reads(quoted(turns=turns)) == [0, 0, 2048]


def test_law_26_texts_are_counted_again_by_the_model_that_they_move_to(quoted: Ask) -> None:
    """Turn 2 on Claude sends what a plan of Claude's alone would send."""
    texts = {"user": "Where is my order 4711?", "assistant": "In Rome.", "reasoning": 0}
    moved = quoted(system="Be brief.", turns=[texts, {**texts, "model": "claude-opus-4-8"}])
    alone = quoted(model="claude-opus-4-8", system="Be brief.", turns=[texts, texts])
    assert inputs(moved)[1] == inputs(alone)[1]
    assert outputs(moved)[1] == outputs(alone)[1]
    assert {count.model for count in moved.counts} == {None, "anthropic/claude-opus-4-8"}


def test_law_26_reasoning_is_not_sent_to_another_model(quoted: Ask) -> None:
    """Claude Opus 4.8 gets its own 700 again, and not GPT's."""
    turns = [
        {**TURN, "reasoning": 700, "model": "claude-opus-4-8"},
        {**TURN, "reasoning": 300},
        {**TURN, "model": "claude-opus-4-8"},
    ]
    quote = quoted(turns=turns)
    assert inputs(quote) == [100, 250, 400 + 700]
    assert "reasoning of one model is not sent to another" in quote.assumptions


def test_law_26_context_is_that_of_the_request_that_is_fullest_in_its_own_window(quoted: Ask) -> None:
    """150,100 of 200,000 is more than 150,150 of 400,000."""
    turns = [{**TURN, "user": 150_000, "model": "claude-haiku-4-5"}, TURN]
    context = quoted(turns=turns).context
    assert (context.model, context.window, context.peak_tokens) == (
        "anthropic/claude-haiku-4-5",
        200_000,
        150_050,
    )


def test_law_26_a_summary_is_priced_at_its_own_model(quoted: Ask) -> None:
    """The nano model writes 30 tokens from 300: 300 x 0.20 + 30 x 1.25 a million."""
    history = {"strategy": "summary", "every": 2, "tokens": 30, "model": "gpt-5.4-nano"}
    quote = quoted(turns=[{**TURN, "repeat": 3}], history=history, at="2026-11-23T00:00:00Z")
    own, nano = quote.by_model or []
    assert (nano.model, nano.requests, nano.input_tokens, nano.output_tokens) == (
        "openai/gpt-5.4-nano",
        1,
        300,
        30,
    )
    assert nano.cost == Decimal("0.0000975")
    assert own.requests == 3


@pytest.mark.parametrize(
    ("plan", "pointer", "said"),
    [
        ({"history": {"strategy": "window"}}, ("history",), "state either `turns` or `tokens`, one of them"),
        ({"history": {"strategy": "window", "turns": 1, "tokens": 2}}, ("history", "tokens"), "not both"),
        (
            {"history": {"strategy": "compaction", "at": 0.5, "at_tokens": 2, "tokens": 1}},
            ("history", "at_tokens"),
            "not both",
        ),
        ({"history": {"strategy": "compaction", "tokens": 1}}, ("history",), "`at_tokens`, one of them"),
        (
            {"history": {"strategy": "summary", "every": 2, "keep": 2, "tokens": 1}},
            ("history", "keep"),
            "every",
        ),
        (
            {"history": {"strategy": "summary", "every": 2, "tokens": 1, "model": "gpt-none"}},
            ("history", "model"),
            "no model",
        ),
        (
            {"history": {"strategy": "retrieval", "tokens": 1, "turns": 1, "candidates": 3}},
            ("history", "candidates"),
            "`rerank_model`",
        ),
        (
            {"history": {"strategy": "retrieval", "tokens": 1, "turns": 1, "embedding_model": "gpt-5.4"}},
            ("history", "embedding_model"),
            "embedding",
        ),
        ({"turns": [{"user": 1, "model": "gpt-none"}]}, ("turns", 0, "model"), "no model"),
        (
            {"caching": {"warm": 5, "shared": "opening"}, "conversations": 2},
            ("caching", "shared"),
            "not both",
        ),
        ({"caching": {"shared": "opening"}}, ("caching", "shared"), "`conversations`"),
    ],
)
def test_what_contradicts_itself_or_is_not_known_is_refused(
    quoted: Ask, plan: dict[str, Any], pointer: tuple[Any, ...], said: str
) -> None:
    with pytest.raises(LocatedError, match=said) as refused:
        quoted(**{"turns": SIX, **plan})
    assert refused.value.location == pointer


def test_a_share_of_a_window_that_nobody_publishes_is_refused(quoted: Ask) -> None:
    """Of a model of which the catalog knows no limits."""
    from tests.conftest import shipped

    unknown = next(
        model.id
        for model in shipped().models.values()
        if model.converses
        and model.entry.context.window is None
        and model.entry.context.max_input is None
        and "/" in model.id
    )
    history = {"strategy": "compaction", "at": 0.5, "tokens": 1}
    with pytest.raises(LocatedError, match="at_tokens") as refused:
        quoted(model=unknown, turns=SIX, history=history)
    assert refused.value.location == ("history", "at")
