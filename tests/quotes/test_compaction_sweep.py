"""A sweep over thresholds of compaction finds the same cheapest one as brute force over lists of tokens."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.quotes.slow_histories import Simulated, SlowHistory, common_prefix

from tokenquote_client import Quote

Ask = Callable[..., Quote]

MODEL = "anthropic/claude-opus-4-8"
AT = "2026-11-23T00:00:00Z"
PLAIN, READ, WRITE, OUTPUT = (Decimal(rate) for rate in ("5", "0.5", "6.25", "25"))


def plan(turns: int, threshold: int) -> dict[str, Any]:
    turn = {"user": 70, "tool_rounds": [], "reasoning": 0, "assistant": 30, "gap_seconds": 0, "repeat": turns}
    return {
        "model": MODEL,
        "system": 1200,
        "tools": 0,
        "turns": [turn],
        "history": {
            "strategy": "compaction",
            "at_tokens": threshold,
            "tokens": 50,
            "instruction": 10,
            "keep": 1,
        },
    }


def brute_force(turns: int, threshold: int) -> Decimal:
    """Add up what each list of tokens costs: it reads the system message, or all of the request before it."""
    requests = SlowHistory(plan(turns, threshold), {MODEL: "always"}, {}).simulate()
    cost = Decimal(0)
    before: Simulated | None = None
    for request in requests:
        read = 0
        if before is not None:
            shared = common_prefix(before.sent, request.sent)
            read = shared if shared == len(before.sent) else min(shared, 1200)
        sent = len(request.sent)
        cost += read * READ + (sent - read) * WRITE + request.written * OUTPUT
        before = request
    return cost / 1_000_000


@pytest.mark.parametrize(("turns", "step"), [(10, 50), (60, 200), (500, 2500)])
def test_the_sweep_finds_what_brute_force_finds(quoted: Ask, turns: int, step: int) -> None:
    thresholds = range(1300, 1300 + 100 * turns // 3, step)
    swept = {at: quoted(at=AT, caching={"enabled": True}, **plan(turns, at)).totals.cost for at in thresholds}
    slow = {at: brute_force(turns, at) for at in thresholds}
    assert swept == slow
    assert min(slow, key=lambda at: slow[at]) == min(swept, key=lambda at: swept[at] or Decimal(0))
