"""The answers of `testing.FakeService` to what goes with a quote: comparisons, solutions, usages."""

from __future__ import annotations

from tokenquote_client.canned_answers import MODEL, canned_quote
from tokenquote_client.comparisons import ComparedPlan, ComparisonAnswer, QuotedVariant
from tokenquote_client.endpoint import Fields
from tokenquote_client.quote import Totals
from tokenquote_client.solutions import SolutionAnswer
from tokenquote_client.usage import QuotedBefore, UsageAnswer

__all__ = ["canned_comparison", "canned_solution", "canned_usage"]


def canned_comparison(asked: Fields) -> ComparisonAnswer:
    totals = canned_quote().totals
    variants = [
        QuotedVariant(name=variant["name"], model=MODEL, totals=totals, differences=[], cost_ratio=1)
        for variant in asked.get("variants") or []
    ]
    return ComparisonAnswer(base=ComparedPlan(model=MODEL, totals=totals), variants=variants)


def canned_solution(asked: Fields) -> SolutionAnswer:
    return SolutionAnswer(value=10, totals=canned_quote().totals, monotone=True, next=None)


def canned_usage(asked: Fields) -> UsageAnswer:
    quote = canned_quote(asked.get("model") or MODEL)
    quote_id = asked.get("quote_id")
    return UsageAnswer(
        model=quote.model,
        format=asked.get("format") or "openai.chat",
        catalog_revision=quote.catalog_revision,
        prices_at=quote.prices_at,
        mode="standard",
        region=None,
        cost=quote.totals.cost,
        lines=quote.lines,
        unpriced=[],
        complete=True,
        kinds={"input": 1_000},
        quoted=_quoted(quote_id, quote.totals) if quote_id else None,
        assumptions=["canned: calculated from nothing"],
    )


def _quoted(quote_id: str, totals: Totals) -> QuotedBefore:
    return QuotedBefore(
        id=quote_id,
        model=MODEL,
        requests=totals.requests,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost=totals.cost,
        complete=totals.complete,
    )
