"""The models that take part in one conversation: how each counts, caches and prices it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tokenquote.api.quotes.cache_choice import CacheChoice
from tokenquote.api.quotes.cast import Cast
from tokenquote.api.quotes.histories import choose_history
from tokenquote.api.quotes.quoted_counts import NotedCount
from tokenquote.api.quotes.resolved_plan import ResolvedPlan
from tokenquote.api.quotes.warnings import list_assumptions
from tokenquote.catalog import Model
from tokenquote.ledger import Rows, Script, StoredCache, ttl_seconds
from tokenquote.ledger.fees import Use
from tokenquote.ledger.history import SearchRequest, WholeHistory
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.rows import Purpose
from tokenquote_client import plan as wire

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

    @property
    def counts(self) -> Sequence[NotedCount]:
        """How it counts each amount."""
        return self.resolved.counts

    def list_notes(self, rows: Rows) -> list[str]:
        """List what its counts and its cache take for granted."""
        return [*self.resolved.assumptions, *list_assumptions(self.basis, self.cache, rows)]


@dataclass(frozen=True, slots=True)
class Searcher:
    """A model that finds passages for each question, and sees nothing else of the conversation."""

    purpose: Purpose
    """What its requests are for."""
    model: Model
    tariff: Tariff
    searches: Sequence[SearchRequest]
    """Its requests for each question, in order."""
    counts: Sequence[NotedCount]
    uses: tuple[Use, ...] = ()
    """What each of its requests uses that is not billed by the token."""


@dataclass(frozen=True)
class Participants:
    """All models of one conversation: the plan's own, or that of an agent."""

    by_id: Mapping[str, Participant]
    """The models that see the conversation, by id, its own first."""
    cast: Cast
    plan: wire.Plan
    """The conversation as a plan: for an agent, its turns and its history with the settings of the plan."""
    searchers: tuple[Searcher, ...] = ()
    """The models that find passages."""
    keeps: bool = True
    """Whether the conversation goes on at each call of its agent."""
    turns_per_call: int | None = None
    """How many repetitions of its turns each call goes through. None: all of them."""

    @property
    def own(self) -> Participant:
        """The model that answers turns which name none."""
        return next(iter(self.by_id.values()))

    @cached_property
    def history(self) -> WholeHistory:
        """The strategy that says what is sent again.

        Raises:
            LocatedError: a threshold is a share of a window that is not published.
        """
        searches = [search for searcher in self.searchers for search in searcher.searches]
        return choose_history(self.plan.history, self.cast, searches)

    @property
    def tariffs(self) -> Mapping[str, Tariff]:
        """The rates of each model, by id."""
        found = {name: part.tariff for name, part in self.by_id.items()}
        return {**found, **{searcher.model.id: searcher.tariff for searcher in self.searchers}}

    def script(self, history: WholeHistory) -> Script:
        """Return the conversation as the ledger replays it under a history strategy."""
        conversations = {name: part.resolved.conversation for name, part in self.by_id.items()}
        return Script(conversations, self.cast.answered_by, history, self.keeps, self.turns_per_call)

    def list_counts(self) -> Iterator[tuple[NotedCount, Model]]:
        """Yield each amount as each model counts it."""
        told: list[Participant | Searcher] = [*self.by_id.values(), *self.searchers]
        for part in told:
            yield from ((count, part.model) for count in part.counts)

    def list_notes(self, rows: Rows) -> list[str]:
        """List what the conversation takes for granted; notes of other models than its own name them."""
        own, *others = self.by_id.values()
        notes = own.list_notes(rows)
        for part in others:
            notes += [f"{part.model.id}: {note}" for note in part.list_notes(rows) if note not in notes]
        return [*notes, *self._reasoning(rows)]

    def _reasoning(self, rows: Rows) -> Iterator[str]:
        kept = any(part.resolved.conversation.reasoning_kept != "never" for part in self.by_id.values())
        if len(self.by_id) > 1 and kept and any(rows.reasoning):
            yield "reasoning of one model is not sent to another"
