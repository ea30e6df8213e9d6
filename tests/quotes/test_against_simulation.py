"""The quote against a slow, obvious simulation, and what must hold for every plan.

The simulation keeps real lists of tokens. It concatenates the messages of each request anew, looks for the
longest common prefix of two requests by comparing them token by token, and adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote_client import Quote

Ask = Callable[..., Quote]
Tokens = list[int]

amounts = st.integers(0, 700)
calls = st.builds(lambda call, result: {"call": call, "result": result}, amounts, amounts)
rounds = st.builds(
    lambda made, reasoning, repeat: {"calls": made, "reasoning": reasoning, "repeat": repeat},
    st.lists(calls, min_size=1, max_size=3),
    amounts,
    st.integers(1, 3),
)
turns = st.builds(
    lambda user, made, reasoning, assistant, gap, repeat: {
        "user": user,
        "tool_rounds": made,
        "reasoning": reasoning,
        "assistant": assistant,
        "gap_seconds": gap,
        "repeat": repeat,
    },
    amounts,
    st.lists(rounds, max_size=3),
    amounts,
    amounts,
    st.sampled_from([0, 60, 300, 301, 4000]),
    st.integers(1, 4),
)
plans = st.fixed_dictionaries(
    {"system": amounts, "tools": amounts, "turns": st.lists(turns, min_size=1, max_size=4)}
)
MODELS: dict[str, dict[str, Any]] = {
    "openai/gpt-5.4-mini": {},
    "openai/gpt-5.6-sol": {},
    "anthropic/claude-sonnet-4-5": {"enabled": True},
    "anthropic/claude-opus-5-5": {"enabled": True, "ttl": "1h"},
    "deepseek/deepseek-flash": {},
}


@dataclass
class Simulated:
    """One request as it would really be sent."""

    sent: Tokens
    written: int
    gap: float


def simulate(plan: Any, kept: str) -> list[Simulated]:
    """Send the conversation: every request concatenates everything anew."""
    fresh = count()

    def new(tokens: int) -> Tokens:
        return [next(fresh) for _ in range(tokens)]

    opening = new(plan["tools"]) + new(plan["system"])
    history: list[Tokens] = []
    requests: list[Simulated] = []
    for turn in unrolled(plan["turns"]):
        history.append(new(turn["user"]))
        gap = turn["gap_seconds"] if requests else 0
        thought_of: list[int] = []
        for tool_round in unrolled(turn["tool_rounds"]):
            made = sum(call["call"] for call in tool_round["calls"])
            requests.append(Simulated(opening + joined(history), made + tool_round["reasoning"], gap))
            gap = 0
            if kept != "never":
                thought_of.append(len(history))
                history.append(new(tool_round["reasoning"]))
            history += [new(call["call"]) for call in tool_round["calls"]]
            history += [new(call["result"]) for call in tool_round["calls"]]
        requests.append(Simulated(opening + joined(history), turn["assistant"] + turn["reasoning"], gap))
        if kept == "same_turn":
            for place in thought_of:
                history[place] = []
        if kept == "always":
            history.append(new(turn["reasoning"]))
        history.append(new(turn["assistant"]))
    return requests


def unrolled(items: list[Any]) -> Iterator[Any]:
    for item in items:
        for _ in range(item["repeat"]):
            yield item


def joined(history: list[Tokens]) -> Tokens:
    return [token for message in history for token in message]


def common_prefix(one: Tokens, other: Tokens) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=60)
@given(plan=plans)
def test_the_ledger_is_what_concatenating_the_messages_gives(quoted: Ask, model: str, plan: Any) -> None:
    kept = {"anthropic/claude-sonnet-4-5": "same_turn", "anthropic/claude-opus-5-5": "always"}.get(
        model, "never"
    )
    quote = quoted(model=model, caching=MODELS[model], **plan)
    simulated = simulate(plan, kept)
    assert quote.requests is not None
    assert [r.input_tokens for r in quote.requests] == [len(request.sent) for request in simulated]
    assert [r.output_tokens for r in quote.requests] == [request.written for request in simulated]
    assert quote.totals.input_tokens == sum(len(request.sent) for request in simulated)


@pytest.mark.parametrize(("model", "minimum", "step"), [("openai/gpt-5.4-mini", 1024, 128)])
@settings(max_examples=100)
@given(plan=plans)
def test_automatic_reads_are_the_common_prefix_of_two_requests(
    quoted: Ask, model: str, minimum: int, step: int, plan: Any
) -> None:
    quote = quoted(model=model, **plan)
    simulated = simulate(plan, "never")
    expected = [0]
    for before, request in pairwise(simulated):
        shared = common_prefix(before.sent, request.sent) if request.gap <= 300 else 0
        expected.append(shared // step * step if shared >= minimum else 0)
    assert quote.requests is not None
    assert [r.cache_read_tokens for r in quote.requests] == expected


@settings(max_examples=100)
@given(plan=plans, hit_rate=st.floats(0, 1))
@pytest.mark.parametrize("model", MODELS)
def test_caching_changes_neither_input_nor_output(
    quoted: Ask, model: str, plan: Any, hit_rate: float
) -> None:
    """Cached tokens are at most the input; and the price without cache is the price with it switched off."""
    on = quoted(model=model, caching={**MODELS[model], "hit_rate": hit_rate}, **plan)
    off = quoted(model=model, caching={"enabled": False}, **plan)
    assert on.totals.input_tokens == off.totals.input_tokens
    assert on.totals.output_tokens == off.totals.output_tokens
    assert on.totals.cost_without_cache == off.totals.cost
    assert on.requests is not None
    for request in on.requests:
        assert 0 <= request.cache_read_tokens + request.cache_write_tokens <= request.input_tokens


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=60)
@given(plan=plans)
def test_costs_of_requests_and_of_lines_add_up_to_the_total(quoted: Ask, model: str, plan: Any) -> None:
    quote = quoted(model=model, caching=MODELS[model], **plan)
    assert quote.requests is not None
    assert sum((r.cost or Decimal(0) for r in quote.requests), Decimal(0)) == quote.totals.cost
    assert sum((line.cost for line in quote.lines), Decimal(0)) == quote.totals.cost
    assert quote.requests[-1].cumulative_cost == quote.totals.cost


@settings(max_examples=100)
@given(plan=plans, more=st.integers(1, 500), data=st.data())
def test_tokens_grow_with_every_amount_and_so_does_cost_without_cache(
    quoted: Ask, plan: Any, more: int, data: st.DataObject
) -> None:
    less = quoted(caching={"enabled": False}, **plan)
    place = data.draw(st.sampled_from([*amount_places(plan)]))
    holder, key = place
    holder[key] += more
    grown = quoted(caching={"enabled": False}, **plan)
    holder[key] -= more
    for name in ("input_tokens", "output_tokens", "reasoning_tokens"):
        assert getattr(grown.totals, name) >= getattr(less.totals, name)
    assert (grown.totals.input_tokens, grown.totals.output_tokens) != (
        less.totals.input_tokens,
        less.totals.output_tokens,
    )
    assert grown.totals.cost is not None
    assert less.totals.cost is not None
    assert grown.totals.cost > less.totals.cost


def amount_places(plan: Any) -> Iterator[tuple[Any, str]]:
    yield plan, "system"
    yield plan, "tools"
    for turn in plan["turns"]:
        yield from ((turn, key) for key in ("user", "reasoning", "assistant"))
        for tool_round in turn["tool_rounds"]:
            yield tool_round, "reasoning"
            yield from ((call, key) for call in tool_round["calls"] for key in ("call", "result"))


@settings(max_examples=100)
@given(plan=plans)
def test_splitting_a_repeat_changes_nothing(quoted: Ask, plan: Any) -> None:
    """`repeat: 3` is the turn (or the round) three times."""
    split = [
        {**turn, "repeat": 1, "tool_rounds": [{**r, "repeat": 1} for r in unrolled(turn["tool_rounds"])]}
        for turn in unrolled(plan["turns"])
    ]
    whole, parts = quoted(**plan), quoted(**{**plan, "turns": split})
    assert (whole.totals, whole.requests, whole.lines) == (parts.totals, parts.requests, parts.lines)


@settings(max_examples=50)
@given(plan=plans, texts=st.lists(st.text(max_size=40), min_size=1, max_size=3))
def test_texts_only_add_to_what_is_sent(quoted: Ask, plan: Any, texts: list[str]) -> None:
    """A text in a message counts at least its framing, whatever characters it holds."""
    with_text = {**plan, "turns": [*plan["turns"], {"user": "".join(texts), "assistant": 1, "reasoning": 0}]}
    without = {**plan, "turns": [*plan["turns"], {"user": 0, "assistant": 1, "reasoning": 0}]}
    assert quoted(**with_text).totals.input_tokens >= quoted(**without).totals.input_tokens + 6
