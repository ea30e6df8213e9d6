"""The models that take part in a planned conversation: how each counts, caches and prices it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tokenquote.api.quotes.bill import Bill, bill_rows
from tokenquote.api.quotes.cache_choice import CacheChoice, cache_terms
from tokenquote.api.quotes.cast import Cast
from tokenquote.api.quotes.resolved_plan import ResolvedPlan
from tokenquote.api.quotes.uses import price_plan_uses
from tokenquote.api.quotes.warnings import list_assumptions
from tokenquote.catalog import Model
from tokenquote.ledger import (
    CacheUse,
    Replayed,
    Row,
    StoredCache,
    replay,
    replay_caches,
    replay_single,
    ttl_seconds,
)
from tokenquote.ledger.fees import PricedFees, Use, price_uses, store_tokens
from tokenquote.ledger.history import SearchRequest, WholeHistory
from tokenquote.ledger.prices import Tariff
from tokenquote_client import plan as wire
from tokenquote_client.quote import CountedAmount

__all__ = ["Participant", "Participants", "Searcher"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A model that sees the conversation."""

    model: Model
    tariff: Tariff
    resolved: ResolvedPlan
    """The conversation as it counts it."""
    cache: CacheChoice
    basis: str | None
    """What its counts rest on. None: they are exact, or by a rule that is published."""

    @property
    def head(self) -> int:
        """Tokens of tools and system message."""
        return self.resolved.conversation.opening.head.tokens

    @property
    def stored_cache(self) -> StoredCache | None:
        """The explicit cache that holds the opening. None: there is none."""
        if not self.cache.explicit or self.cache.ttl is None:
            return None
        head = self.resolved.conversation.opening.head
        return StoredCache(self.model.id, head.tokens, head.framing, ttl_seconds(self.cache.ttl))


@dataclass(frozen=True, slots=True)
class Searcher:
    """A model that finds passages for each question, and sees nothing else of the conversation."""

    model: Model
    tariff: Tariff
    search: SearchRequest
    counts: Sequence[CountedAmount]
    uses: tuple[Use, ...] = ()
    """What each of its requests uses that is not billed by the token."""


@dataclass(frozen=True)
class Participants:
    """All models of one quote."""

    by_id: Mapping[str, Participant]
    """The models that see the conversation, by id, the quote's own first."""
    cast: Cast
    plan: wire.Plan
    searchers: tuple[Searcher, ...] = ()
    """The models that find passages."""

    @property
    def own(self) -> Participant:
        """The quote's own model."""
        return self.by_id[self.cast.own.id]

    @property
    def cache(self) -> bool:
        """Whether any of them uses a prompt cache."""
        return any(part.cache.rule is not None for part in self.by_id.values())

    @cached_property
    def tariffs(self) -> Mapping[str, Tariff]:
        """The rates of each, by id."""
        found = {name: part.tariff for name, part in self.by_id.items()}
        return {**found, **{searcher.model.id: searcher.tariff for searcher in self.searchers}}

    @cached_property
    def write_kinds(self) -> Mapping[str, str]:
        """What each bills a cache write as, by id."""
        return {name: part.cache.write_kind for name, part in self.by_id.items()}

    def replay(self, history: WholeHistory) -> Replayed:
        """Send the conversation request by request under a history strategy.

        Raises:
            PlanTooLong: it makes more requests, or longer ones, than a ledger holds.
        """
        own = self.cast.own
        if not own.converses:
            return replay_single(own.id, self.by_id[own.id].resolved.conversation)
        conversations = {name: part.resolved.conversation for name, part in self.by_id.items()}
        return replay(conversations, history, self.cast.answered_by)

    def create_caches(self, replayed: Replayed, *, found: bool) -> Replayed:
        """Add the calls that create the explicit cache; `found`: the conversation finds one just created.

        Raises:
            PlanTooLong: that makes more requests than a ledger holds.
        """
        stored = self.own.stored_cache
        if stored is None:
            return replayed
        return Replayed(stored.create_in(replayed.rows, found=found), replayed.transcripts)

    def use_caches(self, replayed: Replayed, warm: Mapping[str, int]) -> list[CacheUse]:
        """Work out what requests read and write; `warm` is what the first one to a model finds, in tokens."""
        terms = {
            name: cache_terms(part.cache, part.resolved.conversation.opening, warm.get(name, 0))
            for name, part in self.by_id.items()
        }
        return replay_caches(replayed, {name: used for name, used in terms.items() if used is not None})

    def bill(self, rows: Sequence[Row], uses: Sequence[CacheUse]) -> Bill:
        """Price every request at the rates of its model."""
        return bill_rows(rows, uses, self.tariffs, self.write_kinds, self._fees(rows))

    def _fees(self, rows: Sequence[Row]) -> Mapping[str, PricedFees]:
        """Price what requests use that is not billed by the token, for each model."""
        fees = {
            name: price_plan_uses(
                self.plan,
                part.resolved.uses,
                [row for row in rows if row.model == name],
                part.tariff,
                converses=part.model.converses,
                own=name == self.cast.own.id,
                stored=store_tokens(cache.tokens, cache.seconds) if (cache := part.stored_cache) else None,
            )
            for name, part in self.by_id.items()
        }
        for searcher in self.searchers:
            times = sum(row.model == searcher.model.id for row in rows)
            fees[searcher.model.id] = price_uses(searcher.tariff.fees, [searcher.uses] * times)
        return fees

    def counts(self) -> list[CountedAmount]:
        """List how each amount is counted; where another model counts it too, that is named."""
        own, *others = self.by_id.values()
        found = list(own.resolved.counts)
        for part in others:
            found += _named(part.resolved.counts, part.model)
        for searcher in self.searchers:
            found += _named(searcher.counts, searcher.model)
        return found

    def assumptions(self, rows: Sequence[Row]) -> list[str]:
        """List what the quote takes for granted, of each model."""
        own, *others = self.by_id.values()
        notes = [*own.resolved.assumptions, *list_assumptions(own.basis, own.cache, rows)]
        for part in others:
            told = [*part.resolved.assumptions, *list_assumptions(part.basis, part.cache, rows)]
            notes += [f"{part.model.id}: {note}" for note in told if note not in notes]
        return [*notes, *self._reasoning(rows)]

    def _reasoning(self, rows: Sequence[Row]) -> Iterator[str]:
        kept = any(part.resolved.conversation.reasoning_kept != "never" for part in self.by_id.values())
        if len(self.by_id) > 1 and kept and any(row.reasoning for row in rows):
            yield "reasoning of one model is not sent to another"


def _named(counts: Sequence[CountedAmount], model: Model) -> Iterator[CountedAmount]:
    for count in counts:
        yield count.model_copy(update={"model": model.id})
