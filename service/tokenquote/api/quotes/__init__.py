"""Answers plans; the one place that knows the order: plan, count, ledger, cache, price, quote."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tokenquote.api.media.items import ItemReader
from tokenquote.api.media.limits import media_warnings
from tokenquote.api.memory import conversation_memory
from tokenquote.api.problems import write_problem
from tokenquote.api.quotes.cache_choice import choose_cache, use_cache
from tokenquote.api.quotes.lifetime import list_lifetime_warnings
from tokenquote.api.quotes.plan_checks import check_plan, check_single_requests
from tokenquote.api.quotes.plans import resolve
from tokenquote.api.quotes.quote_parts import (
    build_fleet,
    build_lines,
    build_requests,
    build_totals,
    build_unpriced,
    describe_context,
    find_overflow,
    spend_budget,
)
from tokenquote.api.quotes.uses import price_plan_uses
from tokenquote.api.quotes.warnings import list_assumptions, list_warnings
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.errors import LocatedError, under
from tokenquote.ledger import CacheUse, billed_kinds, replay, replay_single
from tokenquote.ledger.prices import price, tariff_on
from tokenquote.tokens import TextMemo, TokenRules, Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.quote import Comparison, Failure, Quote, Warned

__all__ = ["answer_plan", "quote_as"]


def answer_plan(
    plan: wire.Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    now: dt.datetime,
    *,
    with_requests: bool = True,
) -> Quote | Comparison:
    """Quote the plan for its model, or compare its models.

    Args:
        plan: what is planned.
        catalog: what is known about models.
        vocabularies: the catalog's vocabularies.
        now: the time of receipt, whose prices apply unless the plan says `at`.
        with_requests: False for the summary, which has no row for each request.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    names = [plan.model or ""] if plan.models is None else plan.models
    found = []
    for i, name in enumerate(names):
        with under("model") if plan.models is None else under("models", i):
            found.append(catalog.resolve(name, plan.at or now))
    models = list({model.id: model for model in found}.values())
    check_plan(plan, len(models))
    digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
    quoting = _Quoting(plan, catalog, vocabularies, plan.at or now, digest, with_requests)
    if plan.models is None:
        return quoting.quote(models[0])
    return _compare(quoting, models)


def quote_as(
    plan: wire.Plan, model: Model, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> Quote:
    """Quote the plan for this very model, whatever the plan names.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    check_plan(plan, 1)
    digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
    return _Quoting(plan, catalog, vocabularies, plan.at or now, digest, True).quote(model)


def _compare(quoting: _Quoting, models: Sequence[Model]) -> Comparison:
    """Quote several models: complete quotes first, then by cost, then by id; failures stand last.

    Raises:
        LocatedError: what is wrong is the plan, for every model fails in the same way.
    """
    quotes: list[Quote] = []
    failures: dict[str, LocatedError] = {}
    for model in models:
        try:
            quotes.append(quoting.quote(model))
        except LocatedError as error:
            failures[model.id] = error
    problems = {model_id: write_problem(error) for model_id, error in failures.items()}
    if not quotes and len({problem.detail for problem in problems.values()}) == 1:
        raise next(iter(failures.values()))
    quotes.sort(key=_by_price)
    failed = [Failure(model=model_id, problem=problem) for model_id, problem in problems.items()]
    return Comparison(quotes=[*quotes, *failed])


def _by_price(quote: Quote) -> tuple[bool, bool, Decimal, str]:
    cost = quote.totals.cost
    return not quote.totals.complete, cost is None, cost or Decimal(0), quote.model


@dataclass(frozen=True)
class _Quoting:
    """Quotes one plan at one instant, for one model after the other."""

    plan: wire.Plan
    catalog: Catalog
    vocabularies: Vocabularies
    at: dt.datetime
    digest: str
    """A digest of the plan, for the quotes' ids."""
    with_requests: bool
    memo: TextMemo = field(default_factory=TextMemo)
    item_reader: ItemReader = field(default_factory=ItemReader)
    """Keeps the media whose headers were read already."""

    def quote(self, asked: Model) -> Quote:
        """Quote the plan for a model; once it is rerouted, as the model that answers in its place.

        Raises:
            LocatedError: the plan cannot be quoted for this model.
        """
        plan, at = self.plan, self.at
        model = find_answering(asked, self.catalog.models, at)
        if not model.converses:
            check_single_requests(plan, model)
            model = replace(model, caching=None)
        stated: dict[str, Decimal] = {kind: rate for kind, rate in (plan.rates or {}).items()}
        tariff = tariff_on(model.prices_on(at), at, plan.mode, plan.region).with_stated(stated)
        rules = self._rules(model)
        resolved = resolve(plan, model, rules, self.catalog, self.item_reader, tariff)
        rows = (replay if model.converses else replay_single)(resolved.conversation)
        fees = price_plan_uses(plan, resolved.uses, rows, tariff, converses=model.converses)
        cache = choose_cache(plan.caching, model, tariff, resolved.marks)
        uses = use_cache(rows, cache, resolved.conversation.opening)
        head = resolved.conversation.opening.head.tokens
        billed = [billed_kinds(row, use, cache.write_kind, head) for row, use in zip(rows, uses, strict=True)]
        priced = price(tariff, billed).with_fees(fees)
        uncached = priced
        if cache.rule is not None:
            plain = [billed_kinds(row, CacheUse(), cache.write_kind, head) for row in rows]
            uncached = price(tariff, plain).with_fees(fees)
        overflow = find_overflow(rows, model)
        context = describe_context(rows, model, overflow)
        return Quote(
            id=self._id(asked),
            model=asked.id,
            catalog_revision=self.catalog.revision,
            prices_at=at.astimezone(dt.UTC),
            totals=build_totals(rows, uses, priced, uncached),
            requests=build_requests(rows, uses, priced) if self.with_requests else None,
            lines=build_lines(priced, tariff, plan.mode),
            context=context,
            counts=list(resolved.counts),
            fleet=build_fleet(plan.conversations, priced),
            budget=spend_budget(plan.budget, rows, priced),
            memory=conversation_memory(model, context.peak_tokens, self.catalog),
            unpriced=build_unpriced(priced),
            assumptions=[*resolved.assumptions, *list_assumptions(rules.basis, cache, rows)],
            warnings=[
                *list_lifetime_warnings(asked, model, at),
                *list_warnings(plan, model, at, resolved.unstated, overflow, cache, priced),
                *(Warned(code=code, detail=detail) for code, detail in media_warnings(rows, model)),
            ],
        )

    def _rules(self, model: Model) -> TokenRules:
        """Choose the model's own rules, or those of the api of the opening body, where they differ."""
        start = self.plan.start
        day = self.at.astimezone(dt.UTC).date()
        if start is None:
            return TokenRules(model.counting, self.vocabularies, self.memo, day=day)
        there = self.catalog.counting_on(start.format, model.id, day)
        shape = there.shape if there else None
        return TokenRules(
            there.counting if there else self.catalog.as_billed_on(start.format, model.id, model.counting),
            self.vocabularies,
            self.memo,
            shape or ("responses" if start.format.endswith(".responses") else None),
            day,
        )

    def _id(self, model: Model) -> str:
        """Make an id that the same plan at the same instant from the same catalog always has."""
        parts = (self.digest, model.id, self.catalog.revision, self.at.astimezone(dt.UTC).isoformat())
        return f"q_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"
