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
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.bill import Bill, break_even_reads
from tokenquote.api.quotes.cache_choice import choose_cache
from tokenquote.api.quotes.cast import Cast, choose_cast
from tokenquote.api.quotes.chosen_models import choose_models, chooses_by_filter, cut_answer
from tokenquote.api.quotes.fleets import build_fleet
from tokenquote.api.quotes.histories import choose_history
from tokenquote.api.quotes.lifetime import list_lifetime_warnings
from tokenquote.api.quotes.participants import Participant, Participants, Searcher
from tokenquote.api.quotes.plan_checks import check_plan, check_single_requests
from tokenquote.api.quotes.plans import resolve
from tokenquote.api.quotes.quote_parts import (
    build_lines,
    build_requests,
    build_totals,
    build_unpriced,
    describe_context,
    find_overflow,
    spend_budget,
    sum_models,
)
from tokenquote.api.quotes.rates_per_minute import ASSUMPTION, build_rates, list_rate_warnings
from tokenquote.api.quotes.searches import find_searcher
from tokenquote.api.quotes.server_tools import check_server_tools
from tokenquote.api.quotes.warnings import list_strategy_warnings, list_warnings
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.errors import LocatedError
from tokenquote.ledger import NO_CACHE, CacheUse, Replayed, Row
from tokenquote.ledger.history import WholeHistory
from tokenquote.ledger.prices import Tariff, UnknownMode, UnknownRegion, tariff_on
from tokenquote.ledger.rows import Purpose
from tokenquote.tokens import TextMemo, TokenRules, Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.quote import Comparison, Failure, FullQuote, Quote, Warned
from tokenquote_client.rates_per_minute import RatesPerMinute

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
    models = choose_models(plan, catalog, plan.at or now)
    check_plan(plan, len(models))
    check_server_tools(plan, catalog)
    with_requests = with_requests and not chooses_by_filter(plan)
    digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
    quoting = _Quoting(plan, catalog, vocabularies, plan.at or now, digest, with_requests)
    if plan.models is None:
        return quoting.quote(models[0], FullQuote if with_requests else Quote)
    return cut_answer(plan, _compare(quoting, models), len(models))


def quote_as(
    plan: wire.Plan, model: Model, catalog: Catalog, vocabularies: Vocabularies, now: dt.datetime
) -> Quote:
    """Quote the plan for this very model, whatever the plan names.

    Raises:
        LocatedError: the plan cannot be quoted.
    """
    check_plan(plan, 1)
    check_server_tools(plan, catalog)
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

    def quote(self, asked: Model, answer: type[Quote] = Quote) -> Quote:
        """Quote the plan for a model; once it is rerouted, as the model that answers in its place.

        Raises:
            LocatedError: the plan cannot be quoted for this model.
        """
        plan, at = self.plan, self.at
        model = self._find_answering(asked)
        cast = choose_cast(plan, model, self.catalog, at)
        parts = self._participants(cast)
        own = parts.own
        history = choose_history(plan.history, cast, tuple(searcher.search for searcher in parts.searchers))
        sent = parts.replay(history)
        replayed = parts.create_caches(sent, found=plan.caching.warm is not None)
        rows, uses = replayed.rows, parts.use_caches(replayed, _warm_tokens(plan.caching, parts, replayed))
        bill = parts.bill(rows, uses)
        uncached = parts.bill(sent.rows, [NO_CACHE] * len(sent.rows)) if parts.cache else bill
        whole = self._without_strategy(parts)
        overflow = find_overflow(rows, cast.everyone)
        rates = build_rates(plan, sent.rows, _uses_of_requests(rows, uses), cast.everyone)
        context = describe_context(rows, cast.everyone, overflow)
        several = not cast.is_one
        return answer(
            id=self._id(asked),
            model=asked.id,
            catalog_revision=self.catalog.revision,
            prices_at=at.astimezone(dt.UTC),
            totals=build_totals(rows, uses, bill, uncached, tells_losses=several or whole is not None),
            requests=build_requests(rows, uses, bill, names_models=several) if self.with_requests else None,
            by_model=sum_models(rows, bill) if several else None,
            cost_without_strategy=whole.total if whole is not None else None,
            cache_break_even_reads=break_even_reads(rows, uses, bill, parts.tariffs, parts.write_kinds),
            lines=build_lines(bill, parts.tariffs, plan.mode, names_models=several),
            context=context,
            counts=parts.counts(),
            fleet=build_fleet(plan, parts, sent, bill),
            rates_per_minute=rates,
            budget=spend_budget(plan.budget, rows, bill),
            memory=conversation_memory(model, context.peak_tokens, self.catalog),
            unpriced=build_unpriced(bill),
            assumptions=[*parts.assumptions(rows), *([ASSUMPTION] if rates is not None else [])],
            warnings=[
                *_lifetimes(asked, cast, at),
                *list_warnings(
                    plan, cast.everyone, at, own.resolved.unstated, overflow, rows, own.cache, bill
                ),
                *list_strategy_warnings(history, bill, whole),
                *_limit_warnings(rows, cast, rates),
            ],
        )

    def _find_answering(self, asked: Model) -> Model:
        """Return the model that answers at this instant; one that holds no conversation has no cache.

        Raises:
            LocatedError: the plan has what a single request has no place for.
        """
        model = find_answering(asked, self.catalog.models, self.at)
        if model.converses:
            return model
        check_single_requests(self.plan, model)
        return replace(model, caching=None)

    def _participants(self, cast: Cast) -> Participants:
        """Count, cache and price the plan as each of its models does."""
        seen = {name: self._participant(each, own=each is cast.own) for name, each in cast.models.items()}
        searchers = tuple(self._searcher(purpose, each) for purpose, each in cast.searchers.items())
        return Participants(seen, cast, self.plan, searchers)

    def _participant(self, model: Model, *, own: bool) -> Participant:
        """Count, cache and price the plan as one of its models does."""
        tariff = self._tariff(model, own=own)
        rules = self._rules(model)
        resolved = resolve(self.plan, model, rules, self.catalog, self.item_reader, tariff)
        opening = resolved.conversation.opening
        cache = choose_cache(self.plan.caching, model, tariff, opening, resolved.marks, own=own)
        return Participant(model, tariff, resolved, cache, rules.basis)

    def _tariff(self, model: Model, *, own: bool) -> Tariff:
        try:
            tariff = tariff_on(model.prices_on(self.at), self.at, self.plan.mode, self.plan.region)
        except (UnknownMode, UnknownRegion) as error:
            if own:
                raise
            raise LocatedError(error.location, f"{model.id} takes part, and {error.detail}") from None
        stated: dict[str, Decimal] = {kind: rate for kind, rate in (self.plan.rates or {}).items()}
        return tariff.with_stated(stated) if own else tariff

    def _searcher(self, purpose: Purpose, model: Model) -> Searcher:
        """Count the questions as a model does that finds passages for them."""
        counter = AmountCounter(self._rules(model), self.catalog.profiles)
        return find_searcher(self.plan, purpose, model, self._tariff(model, own=False), counter)

    def _without_strategy(self, parts: Participants) -> Bill | None:
        """Price the same plan with the whole history; None: it is that plan."""
        if self.plan.history.strategy == "full":
            return None
        sent = parts.replay(WholeHistory())
        replayed = parts.create_caches(sent, found=self.plan.caching.warm is not None)
        warm = _warm_tokens(self.plan.caching, parts, replayed)
        return parts.bill(replayed.rows, parts.use_caches(replayed, warm))

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


def _warm_tokens(caching: wire.Caching, parts: Participants, replayed: Replayed) -> dict[str, int]:
    """Return how many tokens of the first request are in the cache already, by the model that it goes to."""
    first = next((row.model for row in replayed.rows if row.sent is not None), None)
    if first is None:
        return {}
    return {first: parts.by_id[first].head if caching.warm == "opening" else caching.warm or 0}


def _uses_of_requests(rows: Sequence[Row], uses: Sequence[CacheUse]) -> list[CacheUse]:
    """Return the uses without those of calls that create a cache, which no rate limit counts."""
    return [use for row, use in zip(rows, uses, strict=True) if row.purpose != "cache"]


def _limit_warnings(rows: Sequence[Row], cast: Cast, rates: RatesPerMinute | None) -> list[Warned]:
    """List what providers would refuse: media, and more in a minute than they answer."""
    media = (warned for model in cast.models.values() for warned in media_warnings(rows, model))
    return [*(Warned(code=code, detail=detail) for code, detail in media), *list_rate_warnings(rates)]


def _lifetimes(asked: Model, cast: Cast, at: dt.datetime) -> list[Warned]:
    """List what the instant means for each model that takes part."""
    others = [model for model in cast.everyone.values() if model is not cast.own]
    return [
        *list_lifetime_warnings(asked, cast.own, at),
        *(warned for model in others for warned in list_lifetime_warnings(model, model, at)),
    ]
