"""A plan whose amounts may be ranges, as samples are made of it: its models, its draws, what may fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.counts import Count
from tokenquote.ledger.cache_terms import CacheTerms
from tokenquote.ledger.conversation import Conversation
from tokenquote.ledger.prices import Tariff
from tokenquote.ledger.ranges.draws import Draws
from tokenquote.ledger.retries import RetryTerms
from tokenquote.ledger.rows import ReadBy
from tokenquote.ledger.script import Script

__all__ = ["SampledModel", "SampledPlan"]


@dataclass(frozen=True, slots=True)
class SampledModel:
    """A model that takes part in a conversation: how it caches and prices."""

    tariff: Tariff
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

    scripts: Mapping[str | None, Script]
    """The conversations by the agent's name; None stands for the plan's own, which is the first."""
    models: Mapping[ReadBy, SampledModel]
    """All models of each conversation, those that find passages too."""
    draws: Draws
    samples: int
    requests: int
    """How many requests it makes at the middle of all ranges."""
    turn_fees: Mapping[tuple[str | None, int], Decimal] = field(default_factory=dict)
    """What one repetition of a turn of a conversation costs beside its tokens, in USD; left out: nothing."""
    retries: RetryTerms | None = None
    """None: no request fails."""
    converses: bool = True
    """Whether the plan's own model holds a conversation, or answers each message by itself."""
    quotes: int = 1
    """How many quotes of one answer draw as much, and share the bounds of draws."""

    def conversation(self, reader: ReadBy) -> Conversation | None:
        """Return a conversation as a model of it counts it. None: the model does not see it."""
        agent, model = reader
        return self.scripts[agent].conversations.get(model)

    @property
    def holds_media(self) -> bool:
        """Whether anything that requests send holds media."""
        told = (each for script in self.scripts.values() for each in script.conversations.values())
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
