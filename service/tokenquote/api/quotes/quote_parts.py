"""Rows and prices as the parts of a quote that the contract names."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tokenquote.catalog import Model
from tokenquote.ledger import CacheUse, Row
from tokenquote.ledger.prices import Priced, Tariff, exact_product, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.quote import (
    BudgetAnswer,
    ContextUse,
    Fleet,
    Overflow,
    PriceLine,
    QuotedRequest,
    Totals,
)

__all__ = ["budget_of", "context_of", "fleet_of", "lines_of", "overflow_of", "requests_of", "totals_of"]


def totals_of(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced, uncached: Priced) -> Totals:
    """Sums over all requests."""
    return Totals(
        requests=len(rows),
        input_tokens=sum(row.input for row in rows),
        cache_read_tokens=sum(use.read for use in uses),
        cache_write_tokens=sum(use.write for use in uses),
        output_tokens=sum(row.output for row in rows),
        reasoning_tokens=sum(row.reasoning for row in rows),
        framing_tokens=sum(row.framing for row in rows),
        image_tokens=sum(row.media.image for row in rows),
        audio_tokens=sum(row.media.audio for row in rows),
        video_tokens=sum(row.media.video for row in rows),
        cost=priced.total,
        cost_without_cache=uncached.total,
        complete=priced.complete,
    )


def requests_of(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced) -> list[QuotedRequest]:
    """A row of the answer for each request."""
    requests: list[QuotedRequest] = []
    spent: Decimal | None = None
    for row, use, cost in zip(rows, uses, priced.costs, strict=True):
        if cost is not None:
            spent = exact_sum([spent or Decimal(0), cost])
        requests.append(
            QuotedRequest(
                turn=row.turn,
                round=row.round,
                input_tokens=row.input,
                cache_read_tokens=use.read,
                cache_write_tokens=use.write,
                output_tokens=row.output,
                reasoning_tokens=row.reasoning,
                context_tokens=row.context,
                cost=cost,
                cumulative_cost=spent,
            )
        )
    return requests


def lines_of(priced: Priced, tariff: Tariff, mode: str) -> list[PriceLine]:
    """The price lines, each with its source."""
    return [
        PriceLine(
            kind=line.kind,
            tokens=line.tokens,
            rate=line.rate,
            tier=line.tier,
            mode=mode,
            window=tariff.window,
            cost=line.cost,
            source=tariff.source,
            checked=tariff.checked,
        )
        for line in priced.lines
    ]


def overflow_of(rows: Sequence[Row], model: Model) -> Overflow | None:
    """The first request that does not fit; it is priced all the same."""
    limits = model.entry.context
    for i, row in enumerate(rows):
        too_long = limits.window is not None and row.context > limits.window
        if too_long or (limits.max_input is not None and row.input > limits.max_input):
            return Overflow(turn=row.turn, request=i + 1)
    return None


def context_of(rows: Sequence[Row], model: Model, overflow: Overflow | None) -> ContextUse:
    """How full the context window gets."""
    limits = model.entry.context
    return ContextUse(
        window=limits.window,
        max_input=limits.max_input,
        peak_tokens=max(row.context for row in rows),
        overflows_at=overflow,
    )


def fleet_of(conversations: int | None, priced: Priced) -> Fleet | None:
    """The cost of so many independent conversations."""
    if conversations is None:
        return None
    cost = exact_product(conversations, priced.total) if priced.total is not None else None
    return Fleet(conversations=conversations, cost=cost)


def budget_of(budget: wire.Budget | None, rows: Sequence[Row], priced: Priced) -> BudgetAnswer | None:
    """How many requests, in order, the money pays for."""
    if budget is None:
        return None
    if not priced.complete:
        return BudgetAnswer(fits=False, turns=None, requests=None, spent=None)
    spent, paid = Decimal(0), 0
    for cost in priced.costs:
        together = exact_sum([spent, cost or Decimal(0)])
        if together > budget.cost:
            break
        spent, paid = together, paid + 1
    fits = paid == len(rows)
    turns = rows[-1].turn if fits else rows[paid].turn - 1
    return BudgetAnswer(fits=fits, turns=turns, requests=paid, spent=spent)
