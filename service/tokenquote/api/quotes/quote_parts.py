"""Makes the parts of a quote that the contract names from rows and prices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.trusted import trusted
from tokenquote.catalog import Model
from tokenquote.catalog.schema.providers import Context
from tokenquote.counts import NO_MEDIA
from tokenquote.ledger import CacheUses, Rows
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.prices import Priced, Tariff, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.quote import (
    AgentTotals,
    BudgetAnswer,
    ContextUse,
    ModelTotals,
    Overflow,
    PriceLine,
    Totals,
    Unpriced,
)

__all__ = [
    "build_lines",
    "build_totals",
    "build_unpriced",
    "describe_context",
    "find_overflow",
    "spend_budget",
    "sum_agents",
    "sum_models",
]

_totals = trusted(Totals)
_price_line = trusted(PriceLine)
_context_use = trusted(ContextUse)


def build_totals(
    rows: Rows, uses: CacheUses, bill: Bill, uncached: Decimal | None, *, tells_losses: bool
) -> Totals:
    """Add up tokens and money over all requests; `tells_losses` says whether losses of the cache are told."""
    media = [] if rows.media.count(NO_MEDIA) == len(rows) else rows.media
    reasoning = sum(rows.reasoning)
    return _totals(
        requests=len(rows),
        input_tokens=sum(rows.input),
        cache_read_tokens=sum(uses.read),
        cache_write_tokens=sum(uses.write),
        output_tokens=sum(rows.visible) + reasoning,
        reasoning_tokens=reasoning,
        framing_tokens=sum(rows.framing),
        image_tokens=sum(use.image for use in media),
        audio_tokens=sum(use.audio for use in media),
        video_tokens=sum(use.video for use in media),
        cost=bill.total,
        fees=bill.total_fees,
        cost_without_cache=uncached,
        cache_lost_tokens=sum(uses.lost) if tells_losses else None,
        complete=bill.complete,
    )


def sum_models(rows: Rows, bill: Bill) -> list[ModelTotals]:
    """Add up tokens and money for each model."""
    found = []
    for model, priced in bill.by_model.items():
        own = rows.only(rows.find_places(model))
        found.append(
            ModelTotals(
                model=model,
                requests=len(own),
                input_tokens=sum(own.input),
                output_tokens=sum(own.output),
                cost=priced.total,
            )
        )
    return found


def sum_agents(rows: Rows, bill: Bill, agents: Sequence[str]) -> list[AgentTotals]:
    """Add up tokens and money for the plan's own conversation, and for each agent."""
    found = []
    output = rows.output
    for agent in (None, *agents):
        places = [i for i, name in enumerate(rows.agent) if name == agent]
        costs = Costs([bill.costs.parts[i] for i in places], bill.costs.decimals)
        found.append(
            AgentTotals(
                agent=agent,
                requests=len(places),
                input_tokens=sum(rows.input[i] for i in places),
                output_tokens=sum(output[i] for i in places),
                cost=costs.total
                if costs.total is not None
                else Decimal(0)
                if bill.complete or not places
                else None,
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
        yield _price_line(
            when={},
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
        yield _price_line(
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


def find_overflow(rows: Rows, models: Mapping[str, Model]) -> Overflow | None:
    """Find the first request that does not fit its model; it is priced all the same. None: all fit."""
    limits = {name: model.entry.context for name, model in models.items()}
    if all(_holds_all(limit, rows) for limit in limits.values()):
        return None
    for i, (model, sent, context) in enumerate(zip(rows.model, rows.input, rows.context, strict=True)):
        limit = limits[model]
        too_long = limit.window is not None and context > limit.window
        if too_long or (limit.max_input is not None and sent > limit.max_input):
            return Overflow(turn=rows.turn[i], request=i + 1, agent=rows.agent[i])
    return None


def _holds_all(limits: Context, rows: Rows) -> bool:
    """Return whether a model could hold the longest of the requests, whichever model it goes to."""
    holds_context = limits.window is None or max(rows.context) <= limits.window
    return holds_context and (limits.max_input is None or max(rows.input) <= limits.max_input)


def describe_context(rows: Rows, models: Mapping[str, Model], overflow: Overflow | None) -> ContextUse:
    """Say how full the window gets; of several models, that of the request that fills its own most."""
    peaks: dict[str, int] = {}
    if len(models) == 1:
        peaks[rows.model[0]] = max(rows.context)
    else:
        for model, context in zip(rows.model, rows.context, strict=True):
            peaks[model] = max(context, peaks.get(model, 0))
    windows = {name: models[name].entry.context.window for name in peaks}
    # Where no window is known, the longest request stands for the fullest.
    fullest = max(peaks, key=lambda name: (peaks[name] / (windows[name] or math.inf), peaks[name]))
    limits = models[fullest].entry.context
    return _context_use(
        window=limits.window,
        max_input=limits.max_input,
        peak_tokens=peaks[fullest],
        overflows_at=overflow,
        model=fullest if len(models) > 1 else None,
    )


def spend_budget(budget: wire.Budget | None, rows: Rows, bill: Bill) -> BudgetAnswer | None:
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
    own = [turn for turn, agent in zip(rows.turn[: paid + 1], rows.agent, strict=False) if agent is None]
    turns = own[-1] if fits else own[-1] - 1
    return BudgetAnswer(fits=fits, turns=turns, requests=paid, spent=spent)
