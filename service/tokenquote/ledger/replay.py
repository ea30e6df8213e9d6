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

from tokenquote.counts import NO_MEDIA, MediaUse
from tokenquote.errors import LocatedError

__all__ = [
    "MAX_CONTEXT_TOKENS",
    "MAX_ROWS",
    "Content",
    "Conversation",
    "Opening",
    "PlanTooLong",
    "Row",
    "ToolRound",
    "Turn",
    "replay",
]

MAX_ROWS = 100_000
MAX_CONTEXT_TOKENS = 10**10
"""The longest context. With MAX_ROWS it keeps every sum below 2^53, where JSON readers begin to round."""

ReasoningKept = Literal["never", "same_turn", "always"]


class PlanTooLong(LocatedError):
    """The plan would make more requests, or a longer context, than a ledger holds."""

    kind = "plan-too-long"

    def __init__(self, detail: str) -> None:
        super().__init__(("turns",), detail)


@dataclass(frozen=True, slots=True)
class Content:
    """Tokens that enter a context together; framing and media are part of `tokens`."""

    tokens: int = 0
    framing: int = 0
    media: MediaUse = NO_MEDIA
    framed: bool = False
    """Whether any of it is text, parts or definitions, which makes the constant per request apply."""

    def __add__(self, other: Content) -> Content:
        return Content(
            self.tokens + other.tokens,
            self.framing + other.framing,
            self.media + other.media,
            self.framed or other.framed,
        )


@dataclass(frozen=True, slots=True)
class ToolRound:
    """The calls of one request, made together, and the results that the next one sends."""

    call_output: int
    """Tokens that the model writes to make the calls."""
    calls: Content
    """The calls as the next request sends them."""
    results: Content
    reasoning: int = 0
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """A user message, the tool rounds it leads to, and the answer."""

    user: Content
    answer_output: int
    """Visible tokens of the answer."""
    answer: Content
    """The answer as later requests send it."""
    answer_spoken: int = 0
    """Tokens of `answer_output` that are sound."""
    rounds: tuple[ToolRound, ...] = ()
    reasoning: int = 0
    gap_seconds: float = 0
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands at the head of every request, in the order in which caches see it."""

    tools: Content = Content()
    system: Content = Content()
    messages: Content = Content()

    @property
    def content(self) -> Content:
        return self.tools + self.system + self.messages


@dataclass(frozen=True, slots=True)
class Conversation:
    """A plan whose every amount is known."""

    turns: tuple[Turn, ...]
    opening: Opening = Opening()
    per_request: int = 0
    """Framing that each request with framed content carries once."""
    reasoning_kept: ReasoningKept = "never"


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `input` includes framing and media."""

    turn: int
    round: int
    input: int
    framing: int
    media: MediaUse
    visible: int
    """Tokens of output but for reasoning."""
    spoken: int
    """Those of them that are sound."""
    reasoning: int
    shared: int
    """Tokens at the head of the input that the previous request sent as well."""
    shared_media: MediaUse
    """The media among them."""
    gap_seconds: float
    """Time since the previous request."""

    @property
    def output(self) -> int:
        return self.visible + self.reasoning

    @property
    def context(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class _Step:
    """One request before its context is known: what it adds, and what it writes."""

    turn: int
    round: int
    new: Content
    visible: int
    reasoning: int
    gap_seconds: float
    spoken: int = 0


def _count_requests(turns: Sequence[Turn]) -> int:
    """How many requests the turns make, without making them."""
    return sum(turn.repeat * (1 + sum(r.repeat for r in turn.rounds)) for turn in turns)


def replay(conversation: Conversation) -> list[Row]:
    """Send the conversation request by request, with the whole history each time.

    Raises:
        PlanTooLong: more than MAX_ROWS requests, or more than MAX_CONTEXT_TOKENS in one.
    """
    requests = _count_requests(conversation.turns)
    if requests > MAX_ROWS:
        raise PlanTooLong(f"the plan makes {requests} requests; a quote holds {MAX_ROWS}")
    kept = conversation.reasoning_kept
    context, thoughts, rows = conversation.opening.content, 0, list[Row]()
    shared, before_thoughts = 0, None  # of the last request: what the next one repeats of it
    for step in _steps(conversation.turns):
        if step.round == 0:
            if kept == "same_turn" and before_thoughts is not None:
                thoughts, shared = 0, before_thoughts
            before_thoughts = None
        context = context + step.new
        if context.tokens > MAX_CONTEXT_TOKENS:
            raise PlanTooLong(f"a request of the plan sends more than {MAX_CONTEXT_TOKENS} tokens")
        extra = conversation.per_request if context.framed else 0
        shared_media = rows[-1].media if rows else NO_MEDIA
        rows.append(_row(step, context, thoughts, extra, shared, shared_media))
        shared = rows[-1].input
        if kept != "never" and step.reasoning:
            before_thoughts = shared if before_thoughts is None else before_thoughts
            thoughts += step.reasoning
    return rows


def _steps(turns: Sequence[Turn]) -> Iterator[_Step]:
    """Every request in order, repetitions unrolled."""
    number, answer = 0, Content()
    for turn in turns:
        for _ in range(turn.repeat):
            number += 1
            gap = turn.gap_seconds if number > 1 else 0
            new, position = answer + turn.user, 0
            for tool_round in turn.rounds:
                for _ in range(tool_round.repeat):
                    yield _Step(number, position, new, tool_round.call_output, tool_round.reasoning, gap)
                    new, position, gap = tool_round.calls + tool_round.results, position + 1, 0
            yield _Step(number, position, new, turn.answer_output, turn.reasoning, gap, turn.answer_spoken)
            answer = turn.answer


def _row(
    step: _Step, context: Content, thoughts: int, extra: int, shared: int, shared_media: MediaUse
) -> Row:
    return Row(
        turn=step.turn,
        round=step.round,
        input=context.tokens + thoughts + extra,
        framing=context.framing + extra,
        media=context.media,
        visible=step.visible,
        spoken=step.spoken,
        reasoning=step.reasoning,
        shared=shared,
        shared_media=shared_media,
        gap_seconds=step.gap_seconds,
    )
