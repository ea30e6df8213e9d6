"""A conversation as one of its models counts it, with its prompt in every sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tokenquote.ledger.conversation import Conversation, CountedRound, CountedTurn
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.prompt import Prompt
from tokenquote.ledger.ranges.sizes import FRAMED, TOKENS, DrawnCounts, Sizes

__all__ = ["Told", "planned_rounds", "tell"]

Round: TypeAlias = tuple[CountedRound, CountedRound]
"""A round the first time that it happens, and each later time."""


@dataclass(frozen=True, slots=True)
class Told:
    """A conversation as one model counts it."""

    conversation: Conversation
    prompt: Prompt
    rounds: Sequence[Sequence[Round]]
    """The tool rounds of each turn."""

    def input(self, size: Sizes) -> WholeNumbers:
        """Return the tokens of a request: what it sends, and the constant of each one with framed content."""
        tokens: WholeNumbers = size[TOKENS]
        if self.conversation.per_request:
            tokens = tokens + self.conversation.per_request * (size[FRAMED] > 0)
        return tokens


def tell(conversation: Conversation, counts: DrawnCounts, *, keeps_turns: bool, clears: bool) -> Told:
    """Begin a conversation for one of its models.

    Args:
        conversation: the conversation as the model counts it.
        counts: the counts of this chunk of samples.
        keeps_turns: whether the history strategy asks what the latest turns come to.
        clears: whether it clears tool results.
    """
    opening = conversation.opening
    size = counts.nothing()
    for piece in (opening.tools, opening.system, *(() if conversation.earlier else (opening.messages,))):
        size = size + counts.size(piece, 1, ())
    prompt = Prompt(size, counts.nothing(), keeps_turns=keeps_turns, clears=clears)
    return Told(conversation, prompt, [planned_rounds(turn) for turn in conversation.turns])


def planned_rounds(turn: CountedTurn) -> Sequence[Round]:
    """Return the rounds of a turn as the plan has them; some models count the first time of one apart."""
    found: list[Round] = []
    for made in turn.rounds:
        if made.repeat.after_first:
            found[-1] = (found[-1][0], made)
        else:
            found.append((made, made))
    return found
