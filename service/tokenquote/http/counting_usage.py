"""What a priced usage adds to the metrics, and how far it was from the quote that was made for it."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.http.increments import Increment
from tokenquote_client import UsageAnswer
from tokenquote_client.usage import QuotedBefore

__all__ = ["WITHIN", "count_usage"]

WITHIN = (0.01, 0.03, 0.1, 0.25)
"""How far the billed input tokens may be from the quoted ones to be counted as within it, as shares of the
quoted ones. The bounds are chosen for a glance at a dashboard; docs/accuracy.md has what was measured."""


def count_usage(usage: UsageAnswer, app: str) -> Iterator[Increment]:
    """Count a usage by model, app and mode, and beside the quote that it names."""
    labels = (usage.model, app, usage.mode)
    yield Increment("billed", labels, (float(usage.cost or 0),))
    yield Increment("usages", (*labels, "complete" if usage.complete else "incomplete"), (1,))
    if usage.quoted is not None and usage.quoted.requests == 1:
        yield from _beside_quote(usage, usage.quoted, app)


def _beside_quote(usage: UsageAnswer, quoted: QuotedBefore, app: str) -> Iterator[Increment]:
    """Count what was quoted and billed of one request; a usage is only a part of a longer quote."""
    output = sum(number for kind, number in usage.kinds.items() if kind.startswith("output"))
    billed = sum(usage.kinds.values()) - output
    costs = (0.0, 0.0)
    if usage.complete and quoted.complete:
        costs = (float(quoted.cost or 0), float(usage.cost or 0))
    yield Increment("beside_quote", (usage.model, app), (
        1, quoted.input_tokens, quoted.output_tokens, billed, output, *costs,
    ))  # fmt: skip
    yield Increment("off", (_name_distance(quoted.input_tokens, billed),), (1,))


def _name_distance(quoted: int, billed: int) -> str:
    distance = abs(billed - quoted) / quoted if quoted else float(billed > 0)
    return next((f"{bound:g}" for bound in WITHIN if distance <= bound), "more")
