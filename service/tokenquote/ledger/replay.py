"""The ledger: every plan becomes a table with one row per request to the model.

    turn 1, question A          A
    turn 1, after its tool      A + B + C                  B the call, C its result
    turn 2, question A          A + B + C + answer + A
    ...

A model keeps no state, so each request sends everything again. The replay adds what is new to one running
context; nothing is counted twice and the work grows with the rows, not with their square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import NO_MEDIA, Count, MediaUse
from tokenquote.errors import LocatedError

__all__ = [
    "MAX_CONTEXT_TOKENS",
    "MAX_ROWS",
    "NOTHING",
    "Conversation",
    "CountedRound",
    "CountedTurn",
    "Opening",
    "PlanTooLong",
    "Row",
    "replay",
]

MAX_ROWS = 100_000
MAX_CONTEXT_TOKENS = 10**10
"""The longest context. With MAX_ROWS it keeps every sum below 2^53, where JSON readers begin to round."""

ReasoningKept = Literal["never", "same_turn", "always"]

NOTHING = Count.stated(0)
"""No tokens at all: what a plan leaves out."""


class PlanTooLong(LocatedError):
    """The plan would make more requests, or a longer context, than a ledger holds."""

    kind = "plan-too-long"

    def __init__(self, detail: str) -> None:
        super().__init__(("turns",), detail)


@dataclass(frozen=True, slots=True)
class CountedRound:
    """The calls of one request, made together, and the results that the next one sends."""

    call_output: int
    """Tokens that the model writes to make the calls."""
    exchange: Count
    """The calls and their results as the next request sends them."""
    reasoning: int = 0
    """Reasoning tokens of the request that makes the calls."""
    repeat: int = 1
    """How many times the round happens, one request each."""


@dataclass(frozen=True, slots=True)
class CountedTurn:
    """A user message, the tool rounds it leads to, and the answer."""

    user: Count
    """The user message as requests send it."""
    answer_output: int
    """Visible tokens of the answer."""
    answer: Count
    """The answer as later requests send it."""
    answer_spoken: int = 0
    """Tokens of `answer_output` that are audio."""
    answer_drawn: int = 0
    """Tokens of `answer_output` that are images."""
    rounds: tuple[CountedRound, ...] = ()
    """The tool rounds between the question and the answer, in order."""
    reasoning: int = 0
    """Reasoning tokens of the turn's last request."""
    gap_seconds: float = 0
    """The pause before each repetition of the turn."""
    repeat: int = 1
    """How many times the turn happens."""

    @property
    def requests(self) -> int:
        """The number of requests that all repetitions make."""
        return self.repeat * (1 + sum(tool_round.repeat for tool_round in self.rounds))


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands at the head of every request, in the order in which caches see it."""

    tools: Count = NOTHING
    """The tool definitions."""
    system: Count = NOTHING
    """The system message, with the output schema beside it."""
    messages: Count = NOTHING
    """The messages that the conversation starts with."""

    @property
    def head(self) -> Count:
        """The tools and the system message: what stands before every message."""
        return self.tools + self.system

    @property
    def whole(self) -> Count:
        """All of the opening."""
        return self.tools + self.system + self.messages


@dataclass(frozen=True, slots=True)
class Conversation:
    """A plan whose every amount is known."""

    turns: tuple[CountedTurn, ...]
    """The turns in order, repetitions not unrolled."""
    opening: Opening = Opening()
    """What every request sends before the turns."""
    per_request: int = 0
    """Framing that each request with framed content carries once."""
    reasoning_kept: ReasoningKept = "never"
    """Whether the provider sends reasoning back to the model, and until when."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `input` includes framing and media."""

    turn: int
    """The turn, counted from 1 over all repetitions."""
    round: int
    """The request within its turn, counted from 0."""
    input: int
    """Tokens that the request sends."""
    framing: int
    """Tokens of the input that the provider adds around the content."""
    media: MediaUse
    """What the media among the input cost."""
    visible: int
    """Tokens of output without reasoning."""
    spoken: int
    """Tokens of the visible output that are audio."""
    reasoning: int
    """Reasoning tokens of the output."""
    shared: int
    """Tokens at the head of the input that the previous request sent as well."""
    shared_media: MediaUse
    """The media among the shared tokens."""
    gap_seconds: float
    """Time since the previous request."""
    drawn: int = 0
    """Tokens of the visible output that are images."""

    @property
    def output(self) -> int:
        """Visible output and reasoning together."""
        return self.visible + self.reasoning

    @property
    def context(self) -> int:
        """Tokens of the context window in use when the request ends."""
        return self.input + self.output


class _Sender:
    """Sends one request after the other with everything that went before."""

    def __init__(self, conversation: Conversation) -> None:
        opening = conversation.opening.whole
        self._per_request = conversation.per_request
        self._kept = conversation.reasoning_kept
        self._tokens = opening.tokens
        self._framing = opening.framing
        self._framed = opening.framed
        self._media = opening.media
        self._thoughts = 0
        """Reasoning tokens that are sent back."""
        self._before_thoughts: int | None = None
        """The input of the turn's first request that thought: what stands before its reasoning."""
        self._shared, self._shared_media = 0, NO_MEDIA
        """What the next request repeats of the last one."""

    def begin_turn(self) -> None:
        """Drop the reasoning of the turn before, where the provider keeps it for one turn only."""
        if self._kept == "same_turn" and self._before_thoughts is not None:
            self._thoughts, self._shared = 0, self._before_thoughts
        self._before_thoughts = None

    def add(self, new: Count) -> None:
        """Put something at the end of the context.

        Raises:
            PlanTooLong: the context passes MAX_CONTEXT_TOKENS.
        """
        # Rows need no band, so three sums take the place of a Count for each request.
        self._tokens += new.tokens
        self._framing += new.framing
        self._framed = self._framed or new.framed
        self._media = self._media + new.media
        if self._tokens > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")

    def send(
        self,
        turn: int,
        place: int,
        gap_seconds: float,
        visible: int,
        reasoning: int,
        spoken: int = 0,
        drawn: int = 0,
    ) -> Row:
        """Make the row of a request that sends the context as it stands."""
        extra = self._per_request if self._framed else 0
        sent = self._tokens + self._thoughts + extra
        row = Row(
            turn=turn,
            round=place,
            input=sent,
            framing=self._framing + extra,
            media=self._media,
            visible=visible,
            spoken=spoken,
            reasoning=reasoning,
            shared=self._shared,
            shared_media=self._shared_media,
            gap_seconds=gap_seconds,
            drawn=drawn,
        )
        self._shared, self._shared_media = sent, self._media
        if self._kept != "never" and reasoning:
            if self._before_thoughts is None:
                self._before_thoughts = sent
            self._thoughts += reasoning
        return row


def replay(conversation: Conversation) -> list[Row]:
    """Send the conversation request by request, with the whole history each time.

    Raises:
        PlanTooLong: more than MAX_ROWS requests, or more than MAX_CONTEXT_TOKENS in one.
    """
    requests = sum(turn.requests for turn in conversation.turns)
    if requests > MAX_ROWS:
        raise PlanTooLong(f"the plan makes {requests} requests; a quote holds {MAX_ROWS}")
    return list(_rows(conversation.turns, _Sender(conversation)))


def _rows(turns: Sequence[CountedTurn], sender: _Sender) -> Iterator[Row]:
    """Make every request in order, repetitions unrolled."""
    number, answer = 0, NOTHING
    for turn in turns:
        for _ in range(turn.repeat):
            number += 1
            sender.begin_turn()
            sender.add(answer)
            yield from _turn_rows(turn, number, sender)
            answer = turn.answer


def _turn_rows(turn: CountedTurn, number: int, sender: _Sender) -> Iterator[Row]:
    """Make one repetition's requests: one for each round of calls, and the one that answers."""
    sender.add(turn.user)
    gap = turn.gap_seconds if number > 1 else 0
    place = 0
    for tool_round in turn.rounds:
        for _ in range(tool_round.repeat):
            yield sender.send(number, place, gap, tool_round.call_output, tool_round.reasoning)
            sender.add(tool_round.exchange)
            place, gap = place + 1, 0
    spoken, drawn = turn.answer_spoken, turn.answer_drawn
    yield sender.send(number, place, gap, turn.answer_output, turn.reasoning, spoken, drawn)
