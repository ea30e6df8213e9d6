"""All conversations of a quote, the plan's own and those of agents: replayed, cached and priced as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from tokenquote.api.quotes.bill import Bill, bill_rows
from tokenquote.api.quotes.cache_choice import cache_terms
from tokenquote.api.quotes.participants import Participant, Participants
from tokenquote.api.quotes.quoted_counts import QuotedCount
from tokenquote.api.quotes.unstated import Unstated, sum_unstated
from tokenquote.api.quotes.uses import list_offered, price_plan_uses
from tokenquote.catalog import Model
from tokenquote.ledger import (
    CacheTerms,
    CacheUses,
    ReadBy,
    Replayed,
    Rows,
    replay,
    replay_caches,
    replay_repeats,
    replay_single,
)
from tokenquote.ledger.fees import NO_FEES, PricedFees, price_uses, store_tokens
from tokenquote.ledger.history import WholeHistory
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.ranges import Distribution
from tokenquote.ledger.retries import RetryTerms
from tokenquote.ledger.row_prices import have_media, total_text_rows

__all__ = ["Company"]

AGENT_CACHES = (
    "caching: an agent's conversation shares no prefix with any other; where a call starts it anew, its "
    "system message and tools are read as the call before left them"
)


@dataclass(frozen=True)
class Company:
    """The conversations of one quote, each with its models."""

    own: Participants
    """The plan's own conversation."""
    agents: Mapping[str, Participants] = field(default_factory=dict)
    """The conversations of its agents, by name, in the order of the plan."""

    @cached_property
    def conversations(self) -> Mapping[str | None, Participants]:
        """All conversations by the agent's name; None stands for the plan's own."""
        return dict[str | None, Participants]([(None, self.own), *self.agents.items()])

    @cached_property
    def readers(self) -> Mapping[ReadBy, Participant]:
        """Each model of each conversation."""
        return {
            (agent, model): part
            for agent, parts in self.conversations.items()
            for model, part in parts.by_id.items()
        }

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """All models by id, the quote's own first."""
        return {
            name: model
            for parts in self.conversations.values()
            for name, model in parts.cast.everyone.items()
        }

    @cached_property
    def tariffs(self) -> Mapping[str, Tariff]:
        """The rates of each model, by id."""
        return {
            name: tariff for parts in self.conversations.values() for name, tariff in parts.tariffs.items()
        }

    @cached_property
    def write_kinds(self) -> Mapping[ReadBy, str]:
        """What each model bills a cache write of a conversation as."""
        return {reader: part.cache.write_kind for reader, part in self.readers.items()}

    @property
    def heads(self) -> Mapping[ReadBy, int]:
        """The tokens of tools and system message, as each model of each conversation counts them."""
        return {reader: part.head for reader, part in self.readers.items()}

    @property
    def ranges(self) -> Mapping[str, Distribution]:
        """Everything that is drawn, by its place in the plan as a JSON pointer."""
        return {what: drawn for part in self.readers.values() for what, drawn in part.resolved.ranges.items()}

    @property
    def caches(self) -> bool:
        """Whether any of them uses a prompt cache."""
        return any(part.cache.rule is not None for part in self.readers.values())

    @property
    def has_strategy(self) -> bool:
        """Whether a conversation has another history strategy than to send everything again."""
        return any(parts.plan.history.strategy != "full" for parts in self.conversations.values())

    @property
    def histories(self) -> list[WholeHistory]:
        """The strategy of each conversation."""
        return [parts.history for parts in self.conversations.values()]

    @property
    def unstated(self) -> Unstated:
        """The output that the plan leaves out in any conversation, counted as one call makes it."""
        return sum_unstated(parts.own.resolved.unstated for parts in self.conversations.values())

    def replay(self, *, with_strategy: bool = True) -> Replayed:
        """Send the conversations request by request, by their history strategies or with the whole history.

        Raises:
            PlanTooLong: it makes more requests, or longer ones, than a ledger holds.
        """
        model = self.own.cast.own
        if not model.converses:
            return replay_single(model.id, self.own.own.resolved.conversation)
        scripts = {
            name: parts.script(parts.history if with_strategy else WholeHistory())
            for name, parts in self.conversations.items()
        }
        own = scripts.pop(None)
        return replay(own, {name: script for name, script in scripts.items() if name is not None})

    def create_caches(self, replayed: Replayed, *, found: bool) -> Replayed:
        """Add the calls that create the explicit cache; `found`: the conversation finds one just created.

        Raises:
            PlanTooLong: that makes more requests than a ledger holds.
        """
        stored = self.own.own.stored_cache
        if stored is None:
            return replayed
        return Replayed(stored.create_in(replayed.rows, found=found), lambda: replayed.transcripts)

    def use_caches(self, replayed: Replayed, warm: Mapping[ReadBy, int]) -> CacheUses:
        """Work out what requests read and write.

        `warm` is what the first request of a conversation to a model finds in the cache, in tokens.
        """
        return replay_caches(replayed, self._terms(warm))

    def bill_failed(self, replayed: Replayed, warm: Mapping[ReadBy, int], retries: RetryTerms) -> Bill:
        """Price an attempt at each request that fails after another one did; `warm` as for `use_caches`."""
        repeats = replay_repeats(replayed, self._terms(warm))
        return bill_rows(
            Rows.collect(retries.failed(replayed.rows)), repeats, self.tariffs, self.write_kinds, {}
        )

    def _terms(self, warm: Mapping[ReadBy, int]) -> Mapping[ReadBy, CacheTerms]:
        """Say how each conversation's requests to a model use its cache; one that does not is left out."""
        terms = {
            reader: cache_terms(part.cache, part.resolved.conversation.opening, warm.get(reader, 0))
            for reader, part in self.readers.items()
        }
        return {reader: used for reader, used in terms.items() if used is not None}

    def bill(self, rows: Rows, uses: CacheUses) -> Bill:
        """Price every request at the rates of its model."""
        alone = len(self.tariffs) == 1
        fees = {
            model: self._fees(model, rows if alone else rows.only(rows.find_places(model)))
            for model in self.tariffs
        }
        return bill_rows(rows, uses, self.tariffs, self.write_kinds, fees)

    def total_without_cache(self, rows: Rows) -> Decimal | None:
        """Return what the requests cost in USD if no cache is used; None: nothing has a price."""
        if not have_media(rows) and len(self.tariffs) == 1:
            ((model, tariff),) = self.tariffs.items()
            total = total_text_rows(tariff, rows) if self._fees(model, rows) is NO_FEES else None
            if total is not None:
                return total
        return self.bill(rows, CacheUses.none(len(rows))).total

    def _fees(self, model: str, rows: Rows) -> PricedFees:
        """Price what the requests to a model use that is not billed by the token."""
        tariff = self.tariffs[model]
        searches = {
            (agent, searcher.purpose): searcher.uses
            for agent, parts in self.conversations.items()
            for searcher in parts.searchers
            if searcher.model.id == model
        }
        if searches:
            return price_uses(tariff.fees, [searches[row.agent, row.purpose] for row in rows if row.purpose])
        uses = {agent: part.resolved.uses for (agent, name), part in self.readers.items() if name == model}
        offered = list_offered(self.own.plan, tariff) if model == self.own.cast.own.id else ()
        stored = self.own.own.stored_cache
        use = store_tokens(stored.tokens, stored.seconds) if stored and stored.model == model else None
        return price_plan_uses(rows, uses, tariff, offered, use, converses=self.models[model].converses)

    def list_counts(self) -> list[QuotedCount]:
        """List how each amount is counted; where another model than the quote's counts it, that is named."""
        if not self.agents and len(self.models) == 1:
            return [(what, count, None) for what, count in self.own.own.counts]
        own = self.own.cast.own
        return [
            (f"agents/{i - 1}/{what}" if i else what, count, None if model is own else model.id)
            for i, parts in enumerate(self.conversations.values())
            for (what, count), model in parts.list_counts()
        ]

    def list_assumptions(self, rows: Rows) -> list[str]:
        """List what the quote takes for granted; notes of an agent that do not hold for all name it."""
        notes: list[str] = []
        for agent, parts in self.conversations.items():
            told = parts.list_notes(rows.only([i for i, name in enumerate(rows.agent) if name == agent]))
            if agent is None:
                notes += told
            else:
                notes += [f"agent {agent}: {note}" for note in told if note not in notes]
        return [*notes, *([AGENT_CACHES] if self.agents and self.caches else [])]
