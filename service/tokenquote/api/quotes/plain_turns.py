"""Turns of a question and an answer, each a text or a number of tokens, as most turns are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tokenquote.api.quotes.amounts import AmountCounter, find_plain
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.counts import Count
from tokenquote.errors import Location
from tokenquote.ledger import NOTHING, CountedTurn
from tokenquote.tokens import Message, TokenRules
from tokenquote.tokens.request import Role, ToolChoice
from tokenquote_client import plan as wire

__all__ = ["PlainTurns", "find_said"]

Said: TypeAlias = tuple[int | str, int | str | None]
"""A question and its answer, each a text or a number of tokens. None: the answer is not stated."""


def find_said(turn: wire.Turn) -> Said | None:
    """Return what is said in a turn that is nothing else; None: it has tool rounds, parts or ranges."""
    if turn.tool_rounds:
        return None
    user, assistant = find_plain(turn.user), find_plain(turn.assistant)
    if user is None or (assistant is None and turn.assistant is not None):
        return None
    return user, assistant


@dataclass(frozen=True, slots=True)
class PlainTurns:
    """Counts turns of a question and an answer as one model does."""

    rules: TokenRules
    amounts: AmountCounter
    meter: UseMeter
    choice: ToolChoice | None = None
    """The choice of tools that a start states. None: it states none, or there is no start."""

    def count(
        self,
        turn: wire.Turn,
        user: int | str,
        assistant: int | str | None,
        at: Location,
        before: Sequence[Message] = (),
    ) -> CountedTurn:
        """Count a turn; `before` is what a start says, where what goes before the question matters."""
        self.meter.add_message(user)
        place = "/".join(map(str, at))
        question, _ = self._say("user", user, f"{place}/user", before)
        answer, written = NOTHING, NOTHING
        if assistant is not None:
            answer, written = self._say("assistant", assistant, f"{place}/assistant")
        return CountedTurn(
            user=question,
            answer_output=written,
            answer=answer,
            reasoning=self.amounts.count_optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            gap_seconds=turn.gap_seconds,
            repeat=self.amounts.count_repeats(turn.repeat, (*at, "repeat")),
        )

    def _say(
        self, role: Role, said: int | str, place: str, before: Sequence[Message] = ()
    ) -> tuple[Count, Count]:
        """Count a message as requests send it, and as it is written; nothing stands around stated tokens."""
        if isinstance(said, int):
            sent = written = Count.stated(said)
        else:
            written = self.rules.text(said)
            sent = self.rules.appended([Message(role, (said,))], before, self.choice)
        self.amounts.note(place, written)
        return sent, written
