"""A conversation as one of its models counts it, with the transcript of all that its requests send."""

from __future__ import annotations

from tokenquote.ledger.conversation import Conversation, CountedRound, CountedTurn
from tokenquote.ledger.transcript import Transcript

__all__ = ["Transcribed"]


class Transcribed:
    """A conversation as one model counts it."""

    def __init__(self, conversation: Conversation) -> None:
        """Begin the transcript with the opening."""
        self.conversation = conversation
        self.transcript = Transcript()
        opening = conversation.opening
        self.transcript.add(opening.tools)
        self.transcript.add(opening.system)
        if not conversation.earlier:
            self.transcript.add(opening.messages)
        self._unrolled: tuple[CountedTurn | None, tuple[CountedRound, ...]] = (None, ())

    def unroll_rounds(self, i: int) -> tuple[CountedRound, ...]:
        """Return the rounds of one repetition of a turn, one by one; they are kept until the next turn."""
        turn = self.conversation.turns[i]
        if self._unrolled[0] is not turn:
            self._unrolled = (turn, turn.unroll_rounds())
        return self._unrolled[1]
