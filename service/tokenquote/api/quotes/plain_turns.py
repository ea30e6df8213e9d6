"""Turns of a question and an answer, each a text or a number of tokens, as most turns are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tokenquote.api.quotes.amounts import AmountCounter, find_plain
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.counts import Count
from tokenquote.errors import Location
from tokenquote.ledger import NOTHING, ONCE, CountedTurn
from tokenquote.tokens import Message, TokenRules
from tokenquote.tokens.request import ToolChoice
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


class PlainTurns:
    """Counts turns of a question and an answer as one model does.

    `choice` is the choice of tools that a start states. None: it states none, or there is no start.
    """

    def __init__(
        self, rules: TokenRules, amounts: AmountCounter, meter: UseMeter, choice: ToolChoice | None
    ) -> None:
        self._rules = rules
        self._amounts = amounts
        self._meter = meter
        self._choice = choice
        self._count_question = rules.said_by("user", choice)
        self._count_answer = rules.said_by("assistant", choice)
        self._measures = meter.measures_messages

    def count(self, turn: wire.Turn, said: Said, at: Location, before: Sequence[Message] = ()) -> CountedTurn:
        """Count a turn; `before` is what a start says, where what goes before the question matters."""
        asked, answered = said
        if self._measures:
            self._meter.add_message(asked)
        place = f"{at[0]}/{at[1]}"
        note = self._amounts.counts.append
        if isinstance(asked, int):
            question = asked_alone = Count.stated(asked)
        else:
            question, asked_alone = self._count_question(asked)
            if before:
                question = self._rules.appended([Message("user", (asked,))], before, self._choice)
        note((f"{place}/user", asked_alone))
        answer = written = reasoning = NOTHING
        if answered is not None:
            if isinstance(answered, int):
                answer = written = Count.stated(answered)
            else:
                answer, written = self._count_answer(answered)
            note((f"{place}/assistant", written))
        if turn.reasoning is not None:
            reasoning = self._amounts.count(turn.reasoning, (*at, "reasoning"), "reasoning")
        repeat = ONCE if turn.repeat == 1 else self._amounts.count_repeats(turn.repeat, (*at, "repeat"))
        return CountedTurn(question, written, answer, 0, 0, (), reasoning, turn.gap_seconds, repeat)
