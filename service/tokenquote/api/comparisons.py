"""Compares a plan with changes of it: the same quote for each, and where they differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tokenquote.api.merge_patches import merge
from tokenquote.api.problems import invalid_inside, write_problem
from tokenquote.api.quotes import DrawnParts, answer_plan
from tokenquote.api.quotes.agent_calls import count_requests
from tokenquote.api.quotes.drawn import count_drawn
from tokenquote.api.quotes.workflows import write_plan
from tokenquote.api.validation import validate
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError, under
from tokenquote.ledger import MAX_ROWS, PlanTooLong
from tokenquote.ledger.money import exact_sum
from tokenquote.ledger.ranges import MAX_SAMPLED_REQUESTS
from tokenquote.tokens import Vocabularies
from tokenquote_client.comparisons import (
    ComparedPlan,
    ComparisonAnswer,
    ComparisonQuestion,
    FailedVariant,
    KindDifference,
    QuotedVariant,
    Variant,
)
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Quote

__all__ = ["answer_comparison", "quote_one"]


def answer_comparison(
    asked: ComparisonQuestion, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> ComparisonAnswer:
    """Quote the plan and each variant of it.

    Raises:
        LocatedError: the plan itself cannot be quoted, or two variants have one name.
    """
    names = [variant.name for variant in asked.variants]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise LocatedError(("variants", i, "name"), "another variant has this name")
    with under("plan"):
        base = quote_one(asked.plan, catalog, vocabularies, now)
    data = asked.plan.model_dump(mode="json", exclude_unset=True)
    work = _Allowance()
    work.spend(write_plan(asked.plan, catalog).plan, base)
    variants: list[QuotedVariant | FailedVariant] = []
    for i, variant in enumerate(asked.variants):
        place = ("variants", i, "patch")
        try:
            plan = validate(Plan, merge(data, variant.patch), None)
            written = write_plan(plan, catalog).plan
            work.allow(written)
            quote = quote_one(plan, catalog, vocabularies, now)
            work.spend(written, quote)
        except ValidationError as error:
            problem = invalid_inside(error, merge(data, variant.patch), Plan, *place)
            variants.append(FailedVariant(name=variant.name, problem=problem))
        except LocatedError as error:
            variants.append(FailedVariant(name=variant.name, problem=write_problem(error.under(*place))))
        else:
            variants.append(_beside(variant, quote, base))
    return ComparisonAnswer(
        base=ComparedPlan(model=base.model, totals=base.totals, range=base.range), variants=variants
    )


@dataclass
class _Allowance:
    """How many requests plan and variants may still make, and draw."""

    requests: int = MAX_ROWS
    drawn: int = MAX_SAMPLED_REQUESTS

    def allow(self, plan: Plan) -> None:
        """Allow one more plan.

        Raises:
            PlanTooLong: with it they make too many requests, or those before it have drawn all.
        """
        if count_requests(plan) > self.requests:
            raise PlanTooLong(f"with it, plan and variants make more than {MAX_ROWS} requests in all")
        if self.drawn <= 0:
            detail = (
                f"plan and variants before it draw {MAX_SAMPLED_REQUESTS} requests: state fewer `samples`"
            )
            raise PlanTooLong(detail)

    def spend(self, plan: Plan, quote: Quote) -> None:
        """Take off what a plan has made and drawn."""
        self.requests -= count_requests(plan)
        self.drawn -= count_drawn(quote)


def quote_one(
    plan: Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    draws: DrawnParts = "spreads",
    *,
    with_requests: bool = False,
) -> Quote:
    """Quote a plan of one model, by default without its single requests; `draws`: what is drawn of ranges.

    Raises:
        LocatedError: the plan names several models, or cannot be quoted.
    """
    if plan.models is not None:
        raise LocatedError(("models",), "name one `model` here")
    quote = answer_plan(plan, catalog, vocabularies, now, with_requests=with_requests, draws=draws)
    if not isinstance(quote, Quote):
        raise TypeError("a plan of one model has one quote")
    return quote


def _beside(variant: Variant, quote: Quote, base: Quote) -> QuotedVariant:
    both_complete = quote.totals.complete and base.totals.complete
    cost, base_cost = quote.totals.cost, base.totals.cost
    ratio = float(cost / base_cost) if both_complete and base_cost and cost is not None else None
    return QuotedVariant(
        name=variant.name,
        model=quote.model,
        totals=quote.totals,
        differences=_differences(quote, base),
        cost_ratio=ratio,
        range=quote.range,
    )


def _differences(quote: Quote, base: Quote) -> list[KindDifference]:
    """List the kinds of which the two bills have different amounts, in the order of the bills."""
    ours, theirs = _by_kind(quote), _by_kind(base)
    found = []
    for kind in dict.fromkeys((*theirs, *ours)):
        tokens, cost = ours.get(kind, _NOTHING)
        before, cost_before = theirs.get(kind, _NOTHING)
        difference = exact_sum([cost, -cost_before]) if cost is not None and cost_before is not None else None
        if tokens != before or difference != 0:
            found.append(KindDifference(kind=kind, tokens=tokens - before, cost=difference))
    return found


_Amount = tuple[int, Decimal | None]
_NOTHING: _Amount = (0, Decimal(0))


def _by_kind(quote: Quote) -> Mapping[str, _Amount]:
    """Return tokens and cost of each kind over its rates and tiers; no cost where it is not priced."""
    sums: dict[str, _Amount] = {}
    for line in quote.lines:
        tokens, cost = sums.get(line.kind, _NOTHING)
        sums[line.kind] = tokens + line.tokens, exact_sum([cost or Decimal(0), line.cost])
    unknown: Any
    for unknown in quote.unpriced:
        tokens, _ = sums.get(unknown.kind, _NOTHING)
        sums[unknown.kind] = tokens + unknown.tokens, None
    return sums
