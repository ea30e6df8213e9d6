"""Answers what tools and files cost; the one place that knows the order: read, count, quote, share out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from tokenquote.api.comparisons import quote_one
from tokenquote.api.context_tax.costs import TaxCosts, TaxedQuotes, price_tax
from tokenquote.api.context_tax.counted_parts import CountedPart, count_files, count_tools
from tokenquote.api.context_tax.deferral import choose_deferral
from tokenquote.api.context_tax.taxed_plans import choose_plan, describe_default, list_taxed
from tokenquote.api.context_tax.tool_lists import find_repeated, read_tool_list
from tokenquote.api.quotes.amounts import find_text
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, under
from tokenquote.ledger import NOTHING
from tokenquote.ledger.money import exact_sum
from tokenquote.tokens import BodyError, Message, TokenRules, Vocabularies
from tokenquote_client.context_tax import (
    ContextFile,
    ContextPart,
    ContextTaxAnswer,
    ContextTaxQuestion,
    ContextTotals,
)
from tokenquote_client.plan import Caching, Plan
from tokenquote_client.quote import Quote, QuotedRequest, Warned

__all__ = ["answer_context_tax"]

_FILES_STAND = (
    "files: one after the other in the system message, after the plan's own, a blank line between them"
)
_OTHER_MODELS = "tools and files: counted as {model} counts them, in requests to other models too"
_SHARED_OUT = "costs: what the conversation costs with all parts more than without them, shared out by tokens"
_TOO_SHORT_TO_STORE = (
    "costs: without tools and files, or with every tool deferred, the opening is too short for the explicit "
    "cache, and the provider caches what it does by itself"
)
_CHEAPER_LONGER = Warned(
    code="longer_is_cheaper",
    detail="with the prompt cache, a longer prompt costs less here: it reaches the cacheable minimum in more "
    "requests",
)
_NO_SEARCH = "deferred: the search tool, its calls and the tools that it loads are not counted"


def answer_context_tax(
    asked: ContextTaxQuestion, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> ContextTaxAnswer:
    """Count and price what stands before a conversation, part by part.

    Raises:
        LocatedError: tools or files that cannot be read or counted, or a plan that cannot be quoted.
    """
    model = _resolve(asked, catalog, now)
    plan = choose_plan(asked, model, catalog, now)
    assumptions = [] if asked.plan is not None else [describe_default(plan)]
    at = plan.at or now
    answering = find_answering(model, catalog.models, at)
    rules = TokenRules(answering.counting, vocabularies, day=at.astimezone(dt.UTC).date())
    parts = _count(asked, plan, answering, rules, assumptions)
    with under("plan"):
        quotes = _quote_all(plan, parts, catalog, vocabularies, now, assumptions)
    assumptions += [_SHARED_OUT, *([rules.basis] if rules.basis else []), *quotes.whole.assumptions]
    taxed = list_taxed(plan, quotes.whole)
    if any(request.model not in (None, answering.id) for request in taxed):
        assumptions.append(_OTHER_MODELS.format(model=answering.id))
    return _write(model, parts, quotes, taxed, assumptions)


def _resolve(asked: ContextTaxQuestion, catalog: Catalog, now: dt.datetime) -> Model:
    at = asked.plan.at if asked.plan is not None else None
    with under("model"):
        model = catalog.resolve(asked.model, at or now)
        if not model.converses:
            raise LocatedError((), f"{model.id} holds no conversation: name a model that does")
    return model


def _count(
    asked: ContextTaxQuestion, plan: Plan, model: Model, rules: TokenRules, assumptions: list[str]
) -> list[CountedPart]:
    """Count the parts in the order of the question; what that takes for granted is added to `assumptions`."""
    tools = read_tool_list(asked, assumptions)
    again = find_repeated([file.name for file in asked.files])
    if again is not None:
        raise LocatedError(("files", again, "name"), "an earlier file has this name")
    before = None if plan.system is None else find_text(plan.system)
    deferral = choose_deferral(model)
    if tools:
        assumptions += [deferral.assumption, _NO_SEARCH]
    if asked.files:
        assumptions.append(_FILES_STAND)
    try:
        counted = [*count_tools(rules, tools, _system(plan, asked.files), deferral)]
    except BodyError as error:
        raise error.at("tools" if asked.tools is not None else "mcp_tools") from None
    return [*counted, *count_files(rules, asked.files, before)]


def _system(plan: Plan, files: Sequence[ContextFile]) -> Sequence[Message]:
    """Return the system message that stands beside the tools, by its last text; none is an empty list."""
    if files:
        return [Message("system", (files[-1].text,))]
    if plan.system is None:
        return []
    # Tokens without their text are a system message all the same.
    text = find_text(plan.system)
    return [Message("system", (Count.stated(0) if text is None else text,))]


def _columns(parts: Sequence[CountedPart]) -> tuple[list[Count], list[Count]]:
    return [part.count for part in parts], [part.deferred for part in parts]


def _quote_all(
    plan: Plan,
    parts: Sequence[CountedPart],
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    assumptions: list[str],
) -> TaxedQuotes:
    """Quote the plan with all parts, without any, and with every tool deferred.

    An explicit cache that is large enough with all parts only is left out of the other two, which
    `assumptions` then say.
    """

    def quote(plan: Plan, tokens: int | None, *, with_requests: bool = False) -> Quote:
        taxed = plan if tokens is None else plan.model_copy(update={"tools": max(0, tokens)})
        return quote_one(taxed, catalog, vocabularies, now, with_requests=with_requests)

    def quote_shorter(tokens: int | None) -> Quote:
        try:
            return quote(plan, tokens)
        except LocatedError as error:
            if error.location != ("caching", "explicit"):
                raise
        assumptions.append(_TOO_SHORT_TO_STORE)
        return quote(plan.model_copy(update={"caching": Caching()}), tokens)

    all_of_it, shortened = (sum(count.tokens for count in counts) for counts in _columns(parts))
    # What is wrong with the plan itself comes to light here; the other two can only be too short.
    whole = quote(plan, all_of_it, with_requests=True)
    return TaxedQuotes(bare=quote_shorter(None), whole=whole, deferred=quote_shorter(shortened))


def _write(
    model: Model,
    parts: Sequence[CountedPart],
    quotes: TaxedQuotes,
    taxed: Sequence[QuotedRequest],
    assumptions: Sequence[str],
) -> ContextTaxAnswer:
    whole = quotes.whole
    costs = price_tax(quotes, len(taxed))
    counts, shortened = _columns(parts)
    shares = costs.share([count.tokens for count in counts], [count.tokens for count in shortened])
    saved = None
    if costs.cost_per_conversation is not None and costs.cost_deferred is not None:
        saved = exact_sum([costs.cost_per_conversation, -costs.cost_deferred])
    return ContextTaxAnswer(
        model=model.id,
        parts=[
            ContextPart(name=part.name, kind=part.kind, **_members(part.count, part.deferred, share))
            for part, share in zip(parts, shares, strict=True)
        ],
        totals=ContextTotals(
            requests=len(taxed),
            saved_by_deferring=saved,
            **_members(total(counts, NOTHING), total(shortened, NOTHING), costs),
        ),
        assumptions=list(dict.fromkeys(assumptions)),
        warnings=[*whole.warnings, *_warn_of_minimum(costs.cost_per_conversation, saved)],
    )


def _warn_of_minimum(*gains: Decimal | None) -> list[Warned]:
    """Warn where more tokens cost less, so that nobody takes it for a mistake."""
    return [_CHEAPER_LONGER] if any(gain is not None and gain < 0 for gain in gains) else []


def _members(count: Count, deferred: Count, costs: TaxCosts) -> dict[str, Any]:
    """Return the members of `ContextCosts`."""
    return {
        "tokens": count.tokens,
        "low": count.low,
        "high": count.high,
        "method": count.method,
        "tokens_deferred": deferred.tokens,
        **asdict(costs),
    }
