"""The answers of `testing.FakeService` to what goes with a quote: comparisons, solutions, usages."""

from __future__ import annotations

from decimal import Decimal

from tokenquote_client.canned_answers import MODEL, canned_quote
from tokenquote_client.comparisons import ComparedPlan, ComparisonAnswer, QuotedVariant
from tokenquote_client.context_tax import ContextPart, ContextTaxAnswer, ContextTotals
from tokenquote_client.endpoint import Fields
from tokenquote_client.quote import Totals
from tokenquote_client.solutions import SolutionAnswer
from tokenquote_client.usage import QuotedBefore, UsageAnswer

__all__ = ["canned_comparison", "canned_context_tax", "canned_solution", "canned_usage"]


def canned_comparison(asked: Fields) -> ComparisonAnswer:
    totals = canned_quote().totals
    variants = [
        QuotedVariant(name=variant["name"], model=MODEL, totals=totals, differences=[], cost_ratio=1)
        for variant in asked.get("variants") or []
    ]
    return ComparisonAnswer(base=ComparedPlan(model=MODEL, totals=totals), variants=variants)


def canned_solution(asked: Fields) -> SolutionAnswer:
    return SolutionAnswer(value=10, totals=canned_quote().totals, monotone=True, next=None)


def canned_context_tax(asked: Fields) -> ContextTaxAnswer:
    part = ContextPart(
        name="get_weather",
        kind="tool",
        tokens=100,
        low=100,
        high=100,
        method="exact",
        tokens_deferred=10,
        cost_per_request=Decimal("0.0001"),
        cost_per_conversation=Decimal("0.0005"),
        cost_per_conversation_without_cache=Decimal("0.001"),
        cost_per_1000_conversations=Decimal("0.5"),
        cost_per_1000_conversations_without_cache=Decimal(1),
        cost_deferred=Decimal("0.0001"),
    )
    summed = part.model_dump(exclude={"name", "kind"})
    return ContextTaxAnswer(
        model=asked.get("model") or MODEL,
        parts=[part],
        totals=ContextTotals(requests=10, saved_by_deferring=Decimal("0.0004"), **summed),
        assumptions=["canned: calculated from nothing"],
        warnings=[],
    )


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
