"""Gathers who takes part in a quote: every conversation of the plan, as each of its models counts it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from tokenquote.api.media.items import ItemReader
from tokenquote.api.quotes.agent_calls import as_plan
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.cache_choice import choose_cache
from tokenquote.api.quotes.cast import choose_cast, find_agent_model
from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.participants import Participant, Participants, Searcher
from tokenquote.api.quotes.plans import resolve
from tokenquote.api.quotes.searches import find_searcher
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, Location, under
from tokenquote.ledger.prices import Tariff, UnknownMode, UnknownRegion, tariff_on
from tokenquote.ledger.rows import Purpose
from tokenquote.ledger.tariffs import find_window, tariff_in
from tokenquote.tokens import TextMemo, TokenRules, Vocabularies
from tokenquote_client import plan as wire

__all__ = ["Gatherer"]


@dataclass(frozen=True)
class Gatherer:
    """Counts one plan at one instant, for one model after the other."""

    plan: wire.Plan
    catalog: Catalog
    vocabularies: Vocabularies
    at: dt.datetime
    memo: TextMemo = field(default_factory=TextMemo)
    """Keeps the texts that were counted already."""
    item_reader: ItemReader = field(default_factory=ItemReader)
    """Keeps the media whose headers were read already."""

    def gather(self, model: Model) -> Company:
        """Count the plan's own conversation, and those of its agents, as each of their models does."""
        agents: dict[str, Participants] = {}
        for i, agent in enumerate(self.plan.agents):
            with under("agents", i):
                its = find_agent_model(agent, model, self.catalog, self.at)
                parts = self._participants(as_plan(agent, self.plan), its, model, ("agents", i))
                agents[agent.name] = replace(parts, keeps=agent.keep, turns_per_call=agent.turns_per_call)
        return Company(self._participants(self.plan, model, model), agents)

    def _participants(
        self, plan: wire.Plan, model: Model, quoted: Model, root: Location = ()
    ) -> Participants:
        """Count one conversation as each of its models does.

        Args:
            plan: the conversation as a plan.
            model: the model that answers turns which name none.
            quoted: the model that the quote is for, which caches and rates of the plan are meant for.
            root: the place of its agent in the plan; of the plan's own conversation empty.
        """
        cast = choose_cast(plan, model, self.catalog, self.at)
        return Participants(
            {
                name: self._participant(plan, each, root, own=each is quoted)
                for name, each in cast.models.items()
            },
            cast,
            plan,
            tuple(self._searcher(plan, purpose, each, root) for purpose, each in cast.searchers.items()),
        )

    def _participant(self, plan: wire.Plan, model: Model, root: Location, *, own: bool) -> Participant:
        """Count, cache and price a conversation as one of its models does."""
        tariff = self.find_tariff(model, own=own)
        rules = self._rules(plan, model)
        resolved = resolve(plan, model, rules, self.catalog, self.item_reader, tariff, root)
        opening = resolved.conversation.opening
        cache = choose_cache(plan.caching, model, tariff, opening, resolved.marks, own=own)
        return Participant(model, tariff, resolved, cache, rules.basis)

    def find_tariff(self, model: Model, *, own: bool) -> Tariff:
        """Return the rates of a model; `own` says whether those that the plan states hold for it.

        Raises:
            LocatedError: it is not sold in the plan's mode or region.
        """
        try:
            tariff = self._tariff(model)
        except (UnknownMode, UnknownRegion) as error:
            if own:
                raise
            raise LocatedError(error.location, f"{model.id} takes part, and {error.detail}") from None
        if not own or not self.plan.rates:
            return tariff
        return tariff.with_stated({kind: rate for kind, rate in self.plan.rates.items()})

    def _tariff(self, model: Model) -> Tariff:
        """Return the rates of the catalog; those of its own models are worked out once for all quotes."""
        block, mode, region = model.prices_on(self.at), self.plan.mode, self.plan.region
        listed = self.catalog.models.get(model.id)
        if block is None or listed is None or listed.entry is not model.entry:
            return tariff_on(block, self.at, mode, region)
        window = find_window(block, self.at)
        key = (model.id, block.from_, window and window.name, mode, region)
        return self.catalog.kept.find(tariff_in, *key, of=(block, window, mode, region))

    def _searcher(self, plan: wire.Plan, purpose: Purpose, model: Model, root: Location) -> Searcher:
        """Count the questions as a model does that finds passages for them."""
        counter = AmountCounter(self._rules(plan, model), self.catalog.profiles, root=root)
        return find_searcher(plan, purpose, model, self.find_tariff(model, own=False), counter)

    def _rules(self, plan: wire.Plan, model: Model) -> TokenRules:
        """Choose the model's own rules, or those of the api of the opening body, where they differ."""
        start = plan.start
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
