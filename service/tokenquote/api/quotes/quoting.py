"""Quotes one plan for one model after the other; the place that knows the order of the parts of a quote."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from tokenquote.api.media.limits import media_warnings
from tokenquote.api.memory import conversation_memory
from tokenquote.api.quotes.bill import Bill, break_even_reads
from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.drafts import DraftedQuote
from tokenquote.api.quotes.draw_parts import add_draws, expect_retries
from tokenquote.api.quotes.drawn import DrawnConversation, draw_conversation
from tokenquote.api.quotes.fleets import bill_later_ones, build_fleet
from tokenquote.api.quotes.gathering import Gatherer
from tokenquote.api.quotes.lifetime import list_lifetime_warnings
from tokenquote.api.quotes.plan_checks import check_single_requests
from tokenquote.api.quotes.quote_parts import (
    build_lines,
    build_totals,
    build_unpriced,
    describe_context,
    find_overflow,
    spend_budget,
    sum_agents,
    sum_models,
)
from tokenquote.api.quotes.quoted_requests import QuotedRequests
from tokenquote.api.quotes.rates_per_minute import ASSUMPTION, build_rates, list_rate_warnings
from tokenquote.api.quotes.trusted import trusted
from tokenquote.api.quotes.warnings import list_strategy_warnings, list_warnings
from tokenquote.api.quotes.workflows import WrittenPlan
from tokenquote.api.quotes.written_quotes import tell_workflow
from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.reroutes import find_answering
from tokenquote.ledger import CacheUses, ReadBy, Replayed, Rows
from tokenquote.tokens import Vocabularies
from tokenquote_client import plan as wire
from tokenquote_client.quote import FullQuote, Quote, Warned
from tokenquote_client.rates_per_minute import RatesPerMinute

__all__ = ["DrawnParts", "Quoting"]

DrawnParts = Literal["all", "spreads", "nothing"]
"""What of a plan with ranges or retries is drawn: all, no shares of the variance, or nothing."""


_MAKERS: Mapping[type[Quote], Callable[..., Quote]] = {Quote: trusted(Quote), FullQuote: trusted(FullQuote)}
"""How each kind of answer is made."""


@dataclass(frozen=True)
class Quoting:
    """Quotes one plan at one instant, for one model after the other."""

    written: WrittenPlan
    catalog: Catalog
    vocabularies: Vocabularies
    at: dt.datetime
    digest: str
    """A digest of the plan, for the quotes' ids."""
    with_requests: bool = True
    draws: DrawnParts = "all"
    """What of a plan with ranges or retries is drawn."""
    models: int = 1
    """How many models the plan is quoted for."""

    @cached_property
    def gatherer(self) -> Gatherer:
        """What counts the plan; texts and media are read once for all models."""
        return Gatherer(self.plan, self.catalog, self.vocabularies, self.at)

    @property
    def plan(self) -> wire.Plan:
        """The plan with its turns, whoever wrote them."""
        return self.written.plan

    def quote(self, asked: Model) -> Quote:
        """Quote the plan for a model, with what a workflow wrote and takes for granted.

        Raises:
            LocatedError: the plan cannot be quoted for this model.
        """
        return self.draft(asked, Quote).complete()

    def draft(self, asked: Model, answer: type[Quote]) -> DraftedQuote:
        """Quote the plan for a model as a draft of a kind of answer.

        Raises:
            LocatedError: the plan cannot be quoted for this model.
        """
        with self.written.placing_errors():
            drafted = self._draft(asked, answer)
            if self.written.kind is None:
                return drafted
            return replace(drafted, quote=tell_workflow(drafted.quote, self.written, self.gatherer))

    def _draft(self, asked: Model, answer: type[Quote]) -> DraftedQuote:
        """Quote the plan for a model; once it is rerouted, as the model that answers in its place.

        Raises:
            LocatedError: the plan cannot be quoted for this model.
        """
        plan, at = self.plan, self.at
        model = self._find_answering(asked)
        company = self.gatherer.gather(model)
        own = company.own.own
        sent = company.replay()
        replayed = company.create_caches(sent, found=plan.caching.warm is not None)
        warm = _warm_tokens(plan.caching, company, replayed)
        rows, uses = replayed.rows, company.use_caches(replayed, warm)
        bill = company.bill(rows, uses)
        uncached = company.total_without_cache(sent.rows) if company.caches else bill.total
        whole = self._without_strategy(company)
        overflow = find_overflow(rows, company.models)
        rates = build_rates(plan, sent.rows, _uses_of_requests(rows, uses), company.models)
        context = describe_context(rows, company.models, overflow)
        several = len(company.models) > 1
        tells_losses = several or whole is not None or bool(plan.agents)
        later = bill_later_ones(plan, company, sent)
        quoted = _MAKERS[answer](
            id=self._id(asked),
            model=asked.id,
            catalog_revision=self.catalog.revision,
            prices_at=at.astimezone(dt.UTC),
            totals=build_totals(rows, uses, bill, uncached, tells_losses=tells_losses),
            requests=[] if self.with_requests else None,
            by_model=sum_models(rows, bill) if several else None,
            by_agent=sum_agents(rows, bill, list(company.agents)) if company.agents else None,
            cost_without_strategy=whole.total if whole is not None else None,
            cache_break_even_reads=break_even_reads(rows, uses, bill, company.tariffs, company.write_kinds),
            lines=build_lines(bill, company.tariffs, plan.mode, names_models=several),
            context=context,
            counts=[],
            retries=expect_retries(plan.retries, company, replayed, warm, bill),
            fleet=build_fleet(plan.conversations, bill, later),
            rates_per_minute=rates,
            budget=spend_budget(plan.budget, rows, bill),
            memory=conversation_memory(model, _longest(rows, model), self.catalog),
            unpriced=build_unpriced(bill),
            assumptions=[*company.list_assumptions(rows), *([ASSUMPTION] if rates is not None else [])],
            warnings=[
                *_lifetimes(asked, model, company.models, at),
                *list_warnings(plan, company.models, at, company.unstated, overflow, rows, own.cache, bill),
                *list_strategy_warnings(company.histories, bill, whole),
                *_limit_warnings(rows, company.models, rates),
            ],
        )
        return DraftedQuote(
            add_draws(quoted, plan, self._draw(company, replayed), bill, later.cold_share),
            company.list_counts(),
            QuotedRequests(rows, uses, bill.costs, several) if self.with_requests else None,
        )

    def _draw(self, company: Company, replayed: Replayed) -> DrawnConversation | None:
        """Prepare the draws of a plan with ranges or retries; None: nothing is drawn."""
        if self.draws == "nothing":
            return None
        with_shares = self.draws == "all"
        return draw_conversation(self.plan, company, replayed, self.models, with_shares=with_shares)

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

    def _without_strategy(self, company: Company) -> Bill | None:
        """Price the same plan with the whole history; None: it is that plan."""
        if not company.has_strategy:
            return None
        sent = company.replay(with_strategy=False)
        replayed = company.create_caches(sent, found=self.plan.caching.warm is not None)
        warm = _warm_tokens(self.plan.caching, company, replayed)
        return company.bill(replayed.rows, company.use_caches(replayed, warm))

    def _id(self, model: Model) -> str:
        """Make an id that the same plan at the same instant from the same catalog always has."""
        parts = (self.digest, model.id, self.catalog.revision, self.at.astimezone(dt.UTC).isoformat())
        return f"q_{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:24]}"


def _longest(rows: Rows, model: Model) -> int:
    """Return the tokens of input and output of the longest request to a model; 0 if none goes to it."""
    return max(rows.only(rows.find_places(model.id)).context, default=0)


def _warm_tokens(caching: wire.Caching, company: Company, replayed: Replayed) -> dict[ReadBy, int]:
    """Return how many tokens of the first request are in the cache already, by the model that it goes to."""
    first = replayed.opened_by
    if first is None:
        return {}
    head = company.own.by_id[first].head
    return {(None, first): head if caching.warm == "opening" else caching.warm or 0}


def _uses_of_requests(rows: Rows, uses: CacheUses) -> CacheUses:
    """Return the uses without those of calls that create a cache, which no rate limit counts."""
    return uses.only([i for i, purpose in enumerate(rows.purpose) if purpose != "cache"])


def _limit_warnings(rows: Rows, models: Mapping[str, Model], rates: RatesPerMinute | None) -> list[Warned]:
    """List what providers would refuse: media, and more in a minute than they answer."""
    media = (warned for model in models.values() for warned in media_warnings(rows, model))
    return [*(Warned(code=code, detail=detail) for code, detail in media), *list_rate_warnings(rates)]


def _lifetimes(asked: Model, answering: Model, models: Mapping[str, Model], at: dt.datetime) -> list[Warned]:
    """List what the instant means for each model that takes part; `answering` is the quote's own."""
    others = [model for model in models.values() if model is not answering]
    return [
        *list_lifetime_warnings(asked, answering, at),
        *(warned for model in others for warned in list_lifetime_warnings(model, model, at)),
    ]
