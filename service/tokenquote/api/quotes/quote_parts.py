"""Makes the parts of a quote that the contract names from rows and prices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.catalog import Model
from tokenquote.ledger import CacheUse, Row
from tokenquote.ledger.prices import Priced, Tariff, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.quote import (
    AgentTotals,
    BudgetAnswer,
    ContextUse,
    ModelTotals,
    Overflow,
    PriceLine,
    QuotedRequest,
    Totals,
    Unpriced,
)

__all__ = [
    "build_lines",
    "build_requests",
    "build_totals",
    "build_unpriced",
    "describe_context",
    "find_overflow",
    "spend_budget",
    "sum_agents",
    "sum_models",
]


def build_totals(
    rows: Sequence[Row], uses: Sequence[CacheUse], bill: Bill, uncached: Bill, *, tells_losses: bool
) -> Totals:
    """Add up tokens and money over all requests; `tells_losses` says whether losses of the cache are told."""
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
        cost=bill.total,
        fees=bill.total_fees,
        cost_without_cache=uncached.total,
        cache_lost_tokens=sum(use.lost for use in uses) if tells_losses else None,
        complete=bill.complete,
    )


def build_requests(
    rows: Sequence[Row], uses: Sequence[CacheUse], bill: Bill, *, names_models: bool
) -> list[QuotedRequest]:
    """Make a row of the answer for each request, with the cost so far beside its own."""
    requests: list[QuotedRequest] = []
    spent: Decimal | None = None
    for row, use, cost in zip(rows, uses, bill.costs, strict=True):
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
                purpose=row.purpose,
                model=row.model if names_models else None,
                agent=row.agent,
            )
        )
    return requests


def sum_models(rows: Sequence[Row], bill: Bill) -> list[ModelTotals]:
    """Add up tokens and money for each model."""
    return [
        ModelTotals(
            model=model,
            requests=len(own := [row for row in rows if row.model == model]),
            input_tokens=sum(row.input for row in own),
            output_tokens=sum(row.output for row in own),
            cost=priced.total,
        )
        for model, priced in bill.by_model.items()
    ]


def sum_agents(rows: Sequence[Row], bill: Bill, agents: Sequence[str]) -> list[AgentTotals]:
    """Add up tokens and money for the plan's own conversation, and for each agent."""
    found = []
    for agent in (None, *agents):
        places = [i for i, row in enumerate(rows) if row.agent == agent]
        costs = [bill.costs[i] for i in places]
        known = [cost for cost in costs if cost is not None]
        found.append(
            AgentTotals(
                agent=agent,
                requests=len(places),
                input_tokens=sum(rows[i].input for i in places),
                output_tokens=sum(rows[i].output for i in places),
                cost=exact_sum(known) if known or bill.complete or not costs else None,
            )
        )
    return found


def build_lines(
    bill: Bill, tariffs: Mapping[str, Tariff], mode: str, *, names_models: bool
) -> list[PriceLine]:
    """Make the price lines, each with its rate, tier and source, and those of the fees after them."""
    tokens = (
        line
        for model, tariff in tariffs.items()
        for line in _token_lines(bill.by_model[model], tariff, mode, model if names_models else None)
    )
    fees = (
        line
        for model, tariff in tariffs.items()
        for line in _fee_lines(bill.by_model[model], tariff, mode, model if names_models else None)
    )
    return [*tokens, *fees]


def _token_lines(priced: Priced, tariff: Tariff, mode: str, model: str | None) -> Iterator[PriceLine]:
    for line in priced.lines:
        stated = line.kind in tariff.stated
        yield PriceLine(
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
            model=model,
        )


def _fee_lines(priced: Priced, tariff: Tariff, mode: str, model: str | None) -> Iterator[PriceLine]:
    for line in priced.fees.lines:
        yield PriceLine(
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
            model=model,
        )


def build_unpriced(bill: Bill) -> list[Unpriced]:
    """List the tokens and the uses that have no price."""
    return [
        *(Unpriced(kind=kind, tokens=tokens) for kind, tokens in bill.unpriced.items()),
        *(Unpriced(kind=use.what, tokens=0, unit=use.unit, units=use.units) for use in bill.unpriced_uses),
    ]


def find_overflow(rows: Sequence[Row], models: Mapping[str, Model]) -> Overflow | None:
    """Find the first request that does not fit its model; it is priced all the same. None: all fit."""
    for i, row in enumerate(rows):
        limits = models[row.model].entry.context
        too_long = limits.window is not None and row.context > limits.window
        if too_long or (limits.max_input is not None and row.input > limits.max_input):
            return Overflow(turn=row.turn, request=i + 1, agent=row.agent)
    return None


def describe_context(
    rows: Sequence[Row], models: Mapping[str, Model], overflow: Overflow | None
) -> ContextUse:
    """Say how full the window gets; of several models, that of the request that fills its own most."""
    peaks: dict[str, int] = {}
    for row in rows:
        peaks[row.model] = max(row.context, peaks.get(row.model, 0))
    windows = {name: models[name].entry.context.window for name in peaks}
    # Where no window is known, the longest request stands for the fullest.
    fullest = max(peaks, key=lambda name: (peaks[name] / (windows[name] or math.inf), peaks[name]))
    limits = models[fullest].entry.context
    return ContextUse(
        window=limits.window,
        max_input=limits.max_input,
        peak_tokens=peaks[fullest],
        overflows_at=overflow,
        model=fullest if len(models) > 1 else None,
    )


def spend_budget(budget: wire.Budget | None, rows: Sequence[Row], bill: Bill) -> BudgetAnswer | None:
    """Count how many requests, in order, the money pays for; None: the plan has no budget."""
    if budget is None:
        return None
    if not bill.complete:
        return BudgetAnswer(fits=False, turns=None, requests=None, spent=None)
    spent, paid = Decimal(0), 0
    for cost in bill.costs:
        together = exact_sum([spent, cost or Decimal(0)])
        if together > budget.cost:
            break
        spent, paid = together, paid + 1
    fits = paid == len(rows)
    own = [row.turn for row in rows[: paid + 1] if row.agent is None]
    turns = own[-1] if fits else own[-1] - 1
    return BudgetAnswer(fits=fits, turns=turns, requests=paid, spent=spent)
