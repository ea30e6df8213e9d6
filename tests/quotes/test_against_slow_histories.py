"""Every history strategy against lists of messages: contents, own requests, cache reads and losses."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.quotes.slow_histories import Simulated, SlowCache, SlowHistory, SlowStoredCache

from tokenquote_client import Quote

Ask = Callable[..., Quote]

SOL, SONNET, OPUS, FLASH = (
    "openai/gpt-5.4-mini",
    "anthropic/claude-sonnet-4-5",
    "anthropic/claude-opus-5-5",
    "google/gemini-2.5-flash",
)
KEPT = {SOL: "never", SONNET: "same_turn", OPUS: "always", FLASH: "never"}
WINDOWS = {SOL: 272_000, SONNET: 200_000, OPUS: 1_000_000, FLASH: 1_048_576}

amounts = st.one_of(st.just(0), st.integers(0, 700))
calls = st.builds(lambda call, result: {"call": call, "result": result}, amounts, amounts)
rounds = st.builds(
    lambda made, reasoning, repeat: {"calls": made, "reasoning": reasoning, "repeat": repeat},
    st.lists(calls, min_size=1, max_size=3),
    amounts,
    st.integers(1, 2),
)
turns = st.fixed_dictionaries(
    {
        "user": amounts,
        "tool_rounds": st.lists(rounds, max_size=3),
        "reasoning": amounts,
        "assistant": amounts,
        "gap_seconds": st.sampled_from([0, 60, 300, 301, 4000]),
        "repeat": st.integers(1, 4),
    }
)
summaries = st.integers(1, 4).flatmap(
    lambda every: st.fixed_dictionaries(
        {
            "strategy": st.just("summary"),
            "every": st.just(every),
            "keep": st.integers(0, every - 1),
            "tokens": amounts,
            "instruction": amounts,
        }
    )
)
histories = st.one_of(
    st.fixed_dictionaries({"strategy": st.just("full")}),
    st.fixed_dictionaries({"strategy": st.just("window"), "turns": st.integers(0, 4)}),
    st.fixed_dictionaries({"strategy": st.just("window"), "tokens": st.integers(0, 4000)}),
    summaries,
    st.fixed_dictionaries(
        {
            "strategy": st.just("compaction"),
            "at_tokens": st.integers(0, 6000),
            "tokens": amounts,
            "instruction": amounts,
            "keep": st.integers(0, 3),
        }
    ),
    st.fixed_dictionaries(
        {
            "strategy": st.just("compaction"),
            "at": st.sampled_from([0.005, 0.01, 0.02]),
            "tokens": amounts,
            "instruction": amounts,
            "keep": st.integers(0, 3),
        }
    ),
    st.fixed_dictionaries({"strategy": st.just("retrieval"), "tokens": amounts, "turns": st.integers(0, 3)}),
    st.fixed_dictionaries(
        {
            "strategy": st.just("clear_tool_results"),
            "keep": st.integers(0, 4),
            # One of no tokens, which nobody sends, lets different pieces end at the same token: there the
            # quote reads nothing, and lists of tokens read what they find.
            "placeholder": st.integers(1, 30),
            "above": st.sampled_from([0, 1500, 3000]),
        }
    ),
)
plans = st.fixed_dictionaries(
    {
        "system": st.sampled_from([0, 300, 1100, 2000]),
        "tools": amounts,
        "turns": st.lists(turns, min_size=1, max_size=4),
        "history": histories,
    }
)


def simulated(plan: Any) -> list[Simulated]:
    return SlowHistory(plan, KEPT, WINDOWS).simulate()


def rows(quote: Quote) -> list[tuple[int, int, str | None]]:
    return [(r.input_tokens, r.output_tokens, r.purpose) for r in quote.requests or []]


def uses(quote: Quote, model: str | None = None) -> list[int]:
    requests = [r for r in quote.requests or [] if model is None or r.model == model]
    return [request.cache_read_tokens for request in requests]


@pytest.mark.parametrize("model", [SOL, SONNET, OPUS])
@settings(max_examples=15)
@given(plan=plans)
def test_requests_are_what_lists_of_messages_give(quoted: Ask, model: str, plan: Any) -> None:
    plan = {"model": model, **plan}
    requests = simulated(plan)
    assert rows(quoted(**plan)) == [(len(r.sent), r.written, r.purpose) for r in requests]


@settings(max_examples=20)
@given(plan=plans)
def test_automatic_reads_and_losses_are_those_of_the_lists(quoted: Ask, plan: Any) -> None:
    """GPT-5.4: 1,024 tokens at least, in steps of 128, for five minutes."""
    plan = {"model": SOL, **plan}
    quote, expected = quoted(**plan), SlowCache(1024, 128, 300).uses(simulated(plan))
    assert uses(quote) == [read for read, _ in expected]
    if plan["history"]["strategy"] != "full":
        assert quote.totals.cache_lost_tokens == sum(lost for _, lost in expected)


@pytest.mark.parametrize("model", [SONNET, OPUS])
@settings(max_examples=20)
@given(plan=plans)
def test_breakpoints_read_and_lose_what_the_lists_say(quoted: Ask, model: str, plan: Any) -> None:
    """Every request leaves its prefixes; a later one reads the longest that it begins with and finds."""
    plan = {"model": model, **plan}
    quote = quoted(**plan, caching={"enabled": True})
    head = plan["tools"], plan["tools"] + plan["system"]
    minimum = 1024 if model == SONNET else 512
    expected = SlowCache(minimum, 1, 300, breakpoints=True, head=head).uses(simulated(plan))
    assert uses(quote) == [read for read, _ in expected]
    if plan["history"]["strategy"] != "full":
        assert quote.totals.cache_lost_tokens == sum(lost for _, lost in expected)


@settings(max_examples=20)
@given(plan=plans, data=st.data())
def test_models_by_turn_read_what_they_left_themselves(quoted: Ask, plan: Any, data: st.DataObject) -> None:
    """Each model compares with its own latest request, and counts the time since then."""
    models = [SOL, SONNET, OPUS]
    for turn in plan["turns"]:
        turn["model"] = data.draw(st.sampled_from(models))
    if plan["history"]["strategy"] in ("summary", "compaction"):
        plan["history"]["model"] = data.draw(st.sampled_from(models))
    plan = {"model": SOL, **plan}
    requests = simulated(plan)
    quote = quoted(**plan, caching={"enabled": True})
    assert rows(quote) == [(len(r.sent), r.written, r.purpose) for r in requests]
    if quote.by_model is None:
        return
    assert [r.model for r in quote.requests or []] == [request.model for request in requests]
    head = plan["tools"], plan["tools"] + plan["system"]
    caches = {
        SOL: SlowCache(1024, 128, 300),
        SONNET: SlowCache(1024, 1, 300, breakpoints=True, head=head),
        OPUS: SlowCache(512, 1, 300, breakpoints=True, head=head),
    }
    lost = 0
    for model, cache in caches.items():
        expected = cache.uses(timed_for(requests, model))
        assert uses(quote, model) == [read for read, _ in expected]
        lost += sum(one for _, one in expected)
    assert quote.totals.cache_lost_tokens == lost
    for totals in quote.by_model:
        own = [request for request in requests if request.model == totals.model]
        assert totals.requests == len(own)
        assert totals.input_tokens == sum(len(request.sent) for request in own)
        assert totals.output_tokens == sum(request.written for request in own)


@settings(max_examples=60)
@given(
    plan=plans,
    system=st.sampled_from([2048, 3000]),
    ttl=st.sampled_from([("1m", 60), ("5m", 300), ("1h", 3600)]),
    exists=st.booleans(),
    data=st.data(),
)
def test_an_explicit_cache_is_created_read_and_stored_as_the_lists_say(
    quoted: Ask, plan: Any, system: int, ttl: tuple[str, int], exists: bool, data: st.DataObject
) -> None:
    """Gemini 2.5 Flash: 0.30 a million for input, 0.03 for a read, 2.50 for output, 1.00 an hour of storage.

    Another model of the conversation does not use the cache.
    """
    for turn in plan["turns"]:
        turn["model"] = data.draw(st.sampled_from([FLASH, FLASH, SONNET]))
    plan = {"model": FLASH, **plan, "system": system}
    history = SlowHistory(plan, KEPT, WINDOWS)
    requests = history.simulate()
    cache = SlowStoredCache(
        FLASH, [token for block in history.opening for token in block.tokens], ttl[1], exists
    )
    expected = cache.rows(requests)
    quote = quoted(
        **plan, caching={"explicit": "opening", "ttl": ttl[0], "warm": "opening" if exists else None}
    )
    assert [
        (request.purpose, request.input_tokens, request.cache_read_tokens)
        for request in quote.requests or []
        if request.model in (None, FLASH)
    ] == [row for row, model in zip(expected, models_of(expected, requests), strict=True) if model == FLASH]
    assert [request.purpose for request in quote.requests or []] == [purpose for purpose, _, _ in expected]
    assert quote.totals.fees == cache.creations * exact(len(cache.content) * ttl[1], 3600, "1")
    if quote.by_model is None:
        plain = sum(sent - read for _, sent, read in expected)
        reads = sum(read for _, _, read in expected)
        tokens = exact(plain, 1, "0.3") + exact(reads, 1, "0.03")
        tokens += exact(sum(request.written for request in requests), 1, "2.5")
        assert quote.totals.cost == tokens + quote.totals.fees
        assert quote.totals.cost_without_cache == (
            exact(sum(len(request.sent) for request in requests), 1, "0.3")
            + exact(sum(request.written for request in requests), 1, "2.5")
        )


def models_of(rows: list[tuple[str | None, int, int]], requests: list[Simulated]) -> list[str]:
    """Return the model of each row: a call that creates the cache goes to the model of the cache."""
    answering = iter(requests)
    return [FLASH if purpose == "cache" else next(answering).model for purpose, _, _ in rows]


def exact(amount: int, number: int, rate: str) -> Decimal:
    """Return the cost of an amount of which `number` are one unit, to the 18 decimals of a quotient."""
    with localcontext(prec=60):
        return (amount * Decimal(rate) / (number * 1_000_000)).quantize(Decimal("1E-18"))


def timed_for(requests: list[Simulated], model: str) -> list[Simulated]:
    """Return the requests to one model, each with the time since the one before it."""
    found: list[Simulated] = []
    passed = 0.0
    for request in requests:
        passed += request.gap
        if request.model == model:
            found.append(Simulated(model, request.blocks, request.written, passed, request.purpose))
            passed = 0
    return found
