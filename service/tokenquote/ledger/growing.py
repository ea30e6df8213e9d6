"""Rows of a conversation that only grows: each request sends all that the one before sent, and what is new.

That is a conversation with one model and its whole history, the most common one by far. A request is then a
few running sums, and no transcript is needed to say what it sends. Everything else is replayed piece by piece
(`replay.py`), to the same rows.
"""

from __future__ import annotations

from typing import Any

from tokenquote.counts import NO_MEDIA, Count
from tokenquote.ledger.conversation import MAX_CONTEXT_TOKENS, Conversation, CountedTurn, PlanTooLong
from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.rows import Rows
from tokenquote.ledger.script import Script
from tokenquote.ledger.transcript import SentPieces

__all__ = ["only_grows", "replay_growing"]


def only_grows(script: Script) -> bool:
    """Return whether each request of a conversation sends all of the one before, and there are no media.

    Reasoning that is sent back within its turn alone makes a conversation shrink.
    """
    if type(script.history) is not WholeHistory or len(script.conversations) > 1:
        return False
    (conversation,) = script.conversations.values()
    if conversation.earlier or not all(map(_adds_only, conversation.turns)):
        return False
    if conversation.reasoning_kept == "same_turn" and any(map(_reasons, conversation.turns)):
        return False
    opening = conversation.opening
    return all(piece.media is NO_MEDIA for piece in (opening.tools, opening.system, opening.messages))


def _adds_only(turn: CountedTurn) -> bool:
    """Return whether a turn is of text or stated tokens, and calls no agents."""
    if turn.user.media is not NO_MEDIA or turn.answer.media is not NO_MEDIA:
        return False
    if turn.answer_spoken or turn.answer_drawn:
        return False
    return not any(made.agents or made.results or made.exchange.media is not NO_MEDIA for made in turn.rounds)


def _reasons(turn: CountedTurn) -> bool:
    """Return whether the model writes reasoning in any request of a turn."""
    return bool(turn.reasoning.tokens) or any(made.reasoning.tokens for made in turn.rounds)


def replay_growing(script: Script) -> Rows:
    """Send a conversation that only grows, request by request.

    Raises:
        PlanTooLong: a request sends more than MAX_CONTEXT_TOKENS.
    """
    ((model, conversation),) = script.conversations.items()
    growing = _Growing(model, conversation)
    for i, turn in enumerate(conversation.turns):
        user, answer, blocks = turn.user, turn.answer, turn.blocks
        written = turn.answer_output.tokens
        gap, thought = turn.gap_seconds, turn.reasoning.tokens
        for _ in range(turn.repeat.times):
            growing.begin_turn(gap)
            growing.add(user, blocks)
            for made in turn.rounds:
                for _ in range(made.repeat.times):
                    growing.request(made.call_output.tokens, made.reasoning.tokens)
                    growing.add(made.exchange, made.blocks)
            growing.request(written, thought, answers=i)
            growing.add(answer, 1)
    return growing.finish()


class _Growing:
    """What the coming request of a growing conversation sends, and the rows so far."""

    def __init__(self, model: str, conversation: Conversation) -> None:
        self._made: list[tuple[Any, ...]] = []
        self._model = model
        self._keeps_reasoning = conversation.reasoning_kept != "never"
        self._per_request = conversation.per_request
        self._tokens = self._framing = self._blocks = self._end = 0
        self._framed = False
        self._number = self._place = self._turn_begin = 0
        self._gap = 0.0
        opening = conversation.opening
        for piece in (opening.tools, opening.system, opening.messages):
            self.add(piece)

    def begin_turn(self, gap_seconds: float) -> None:
        """Begin the next repetition of a turn; before the first request of all there is no pause."""
        self._gap = gap_seconds if self._number else 0
        self._number += 1
        self._place = 0
        self._turn_begin = self._end

    def add(self, piece: Count, blocks: int = 1) -> None:
        """Put a piece at the end of what is sent."""
        self._tokens += piece.tokens
        self._framing += piece.framing
        self._framed = self._framed or piece.framed
        self._blocks += blocks
        self._end += 1

    def request(self, visible: int, reasoning: int, answers: int | None = None) -> None:
        """Send everything; reasoning that the provider sends back comes after it.

        Raises:
            PlanTooLong: that is more than MAX_CONTEXT_TOKENS.
        """
        if self._tokens > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")
        extra = self._per_request if self._framed else 0
        sent = SentPieces(((0, self._end),), self._turn_begin)
        self._made.append(
            (
                self._number,
                self._place,
                sent,
                self._tokens + extra,
                self._framing + extra,
                self._blocks,
                visible,
                reasoning,
                self._gap,
                answers,
            )
        )
        self._gap = 0
        self._place += 1
        if reasoning and self._keeps_reasoning:
            self.add(Count.stated(reasoning))

    def finish(self) -> Rows:
        """Return the rows, with the columns that are alike in all of them."""
        columns = map(list, zip(*self._made, strict=True))
        turn, place, sent, tokens, framing, blocks, visible, reasoning, gap_seconds, answers = columns
        number = len(self._made)
        return Rows(
            model=[self._model] * number,
            turn=turn,
            round=place,
            purpose=[None] * number,
            sent=sent,
            input=tokens,
            framing=framing,
            media=[NO_MEDIA] * number,
            blocks=blocks,
            visible=visible,
            spoken=[0] * number,
            reasoning=reasoning,
            gap_seconds=gap_seconds,
            drawn=[0] * number,
            agent=[None] * number,
            answers=answers,
        )
