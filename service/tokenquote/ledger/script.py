"""A conversation with all that its replay needs to know: the plan's own, or that of an agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from tokenquote.ledger.conversation import Conversation, CountedTurn
from tokenquote.ledger.history.whole import WholeHistory

__all__ = ["Script"]


@dataclass(frozen=True, slots=True)
class Script:
    """A conversation, who answers in it, and what of it is sent again."""

    conversations: Mapping[str, Conversation]
    """The conversation as each of its models counts it, by the model's id."""
    answered_by: Sequence[str]
    """The model of each turn."""
    history: WholeHistory
    """What is sent again, and what a strategy asks by itself."""
    keeps: bool = True
    """Whether a conversation that calls start more than once goes on; False: each call starts it anew."""

    turns_per_call: int | None = None
    """How many repetitions of turns each call goes through. None: all of them."""

    def unroll(self) -> Iterator[int]:
        """Yield the turns in order, each as often as it happens."""
        for i, turn in enumerate(self.turns):
            yield from repeat(i, turn.repeat.times)

    def unroll_on(self) -> Iterator[int]:
        """Yield the turns in order, each as often as it happens, and then the last one without end."""
        return chain(self.unroll(), repeat(len(self.answered_by) - 1))

    @property
    def turns(self) -> tuple[CountedTurn, ...]:
        """The turns, each as the model that answers it counts it."""
        if len(self.conversations) == 1:
            return next(iter(self.conversations.values())).turns
        return tuple(self.conversations[model].turns[i] for i, model in enumerate(self.answered_by))
