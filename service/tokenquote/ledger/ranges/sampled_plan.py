"""A plan whose amounts may be ranges, as samples are made of it: its models, its draws, what may fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.counts import Count
from tokenquote.ledger.caching import CacheTerms
from tokenquote.ledger.conversation import Conversation
from tokenquote.ledger.history import WholeHistory
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.ranges.draws import Draws
from tokenquote.ledger.retries import Retries

__all__ = ["SampledModel", "SampledPlan"]


@dataclass(frozen=True, slots=True)
class SampledModel:
    """One of the models of a plan: how it counts, caches and prices."""

    tariff: Tariff
    conversation: Conversation | None = None
    """The plan as it counts it. None: it finds passages, and sees nothing else of the conversation."""
    terms: CacheTerms | None = None
    """How its requests use its cache. None: they do not."""
    write_kind: str = "cache_write"
    """What a cache write is billed as."""
    finds_opening: bool = False
    """Whether its first request finds the tools and the system message cached, instead of `terms.warm`."""
    window: int | None = None
    """The tokens of input and output that fit. None: it is not known."""
    max_input: int | None = None
    """The most input tokens. None: nothing but the window bounds them."""
    request_fee: Decimal = Decimal(0)
    """What each request costs by itself, in USD."""


@dataclass(frozen=True)
class SampledPlan:
    """A plan whose amounts may be ranges."""

    models: Mapping[str, SampledModel]
    """All models, by id, the plan's own first."""
    answered_by: Sequence[str]
    """The model of each turn."""
    draws: Draws
    samples: int
    history: WholeHistory = field(default_factory=WholeHistory)
    turn_fees: Sequence[Decimal] = ()
    """What one repetition of each turn costs beside its tokens, in USD; empty: nothing."""
    retries: Retries | None = None
    """None: no request fails."""
    converses: bool = True
    """Whether the plan's own model holds a conversation, or answers each message by itself."""

    @property
    def conversations(self) -> dict[str, Conversation]:
        """The conversation as each model counts it that sees it."""
        found = ((name, model.conversation) for name, model in self.models.items())
        return {name: conversation for name, conversation in found if conversation is not None}

    @property
    def holds_media(self) -> bool:
        """Whether anything that requests send holds media."""
        told = self.conversations.values()
        return any(count.media.tokens for conversation in told for count in _counts(conversation))


def _counts(conversation: Conversation) -> Iterator[Count]:
    """Yield everything that requests of a conversation send."""
    opening = conversation.opening
    yield from (opening.tools, opening.system, opening.messages)
    for piece in conversation.earlier:
        yield piece.sent
        yield from (result.sent for result in piece.results)
    for turn in conversation.turns:
        yield from (turn.user, turn.answer)
        for made in turn.rounds:
            yield from (made.exchange, made.beside)
            yield from (result.sent for result in made.results)
