"""Makes the parts of a quote that the contract names from rows and prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from tokenquote.catalog import Model
from tokenquote.ledger import CacheUse, Row
from tokenquote.ledger.prices import Line, Priced, Tariff, exact_product, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.quote import (
    BudgetAnswer,
    ContextUse,
    Fleet,
    Overflow,
    PriceLine,
    QuotedRequest,
    Totals,
    Unpriced,
)

__all__ = [
    "build_fleet",
    "build_lines",
    "build_requests",
    "build_totals",
    "build_unpriced",
    "describe_context",
    "find_overflow",
    "spend_budget",
]


def build_totals(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced, uncached: Priced) -> Totals:
    """Add up tokens and money over all requests."""
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
        fees=priced.total_fees,
        cost_without_cache=uncached.total,
        complete=priced.complete,
    )


def build_requests(rows: Sequence[Row], uses: Sequence[CacheUse], priced: Priced) -> list[QuotedRequest]:
    """Make a row of the answer for each request, with the cost so far beside its own."""
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


def build_lines(priced: Priced, tariff: Tariff, mode: str) -> list[PriceLine]:
    """Make the price lines, each with its rate, tier and source, and those of the fees after them."""
    return [
        *(_build_line(line, tariff, mode) for line in priced.lines),
        *(
            PriceLine(
                kind=line.fee.what,
                tokens=0,
                unit=line.fee.unit,
                units=line.units,
                per=line.fee.per,
                when=line.fee.when,
                rate=line.fee.price,
                tier="base",
                mode=mode,
                cost=line.cost,
                source=tariff.source,
                checked=tariff.checked,
            )
            for line in priced.fees.lines
        ),
    ]


def _build_line(line: Line, tariff: Tariff, mode: str) -> PriceLine:
    stated = line.kind in tariff.stated
    return PriceLine(
        kind=line.kind,
        tokens=line.tokens,
        rate=line.rate,
        tier=line.tier,
        mode=mode,
        window=None if stated else tariff.window,
        region=None if stated else tariff.region,
        cost=line.cost,
        source="stated in the plan" if stated else tariff.source,
        checked=None if stated else tariff.checked,
    )


def build_unpriced(priced: Priced) -> list[Unpriced]:
    """List the tokens and the uses that have no price."""
    return [
        *(Unpriced(kind=kind, tokens=tokens) for kind, tokens in priced.unpriced.items()),
        *(Unpriced(kind=use.what, tokens=0, unit=use.unit, units=use.units) for use in priced.fees.unpriced),
    ]


def find_overflow(rows: Sequence[Row], model: Model) -> Overflow | None:
    """Find the first request that does not fit; it is priced all the same. None: all fit."""
    limits = model.entry.context
    for i, row in enumerate(rows):
        too_long = limits.window is not None and row.context > limits.window
        if too_long or (limits.max_input is not None and row.input > limits.max_input):
            return Overflow(turn=row.turn, request=i + 1)
    return None


def describe_context(rows: Sequence[Row], model: Model, overflow: Overflow | None) -> ContextUse:
    """Say how full the context window gets."""
    limits = model.entry.context
    return ContextUse(
        window=limits.window,
        max_input=limits.max_input,
        peak_tokens=max(row.context for row in rows),
        overflows_at=overflow,
    )


def build_fleet(conversations: int | None, priced: Priced) -> Fleet | None:
    """Price a number of independent conversations; None: the plan states no number."""
    if conversations is None:
        return None
    cost = exact_product(conversations, priced.total) if priced.total is not None else None
    return Fleet(conversations=conversations, cost=cost)


def spend_budget(budget: wire.Budget | None, rows: Sequence[Row], priced: Priced) -> BudgetAnswer | None:
    """Count how many requests, in order, the money pays for; None: the plan has no budget."""
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
