"""A plan whose every amount is known, as one model counts it: opening, turns, rounds and results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from tokenquote.counts import NO_TOKENS, Count
from tokenquote.errors import LocatedError

__all__ = [
    "MAX_CONTEXT_TOKENS",
    "MAX_ROWS",
    "NOTHING",
    "ONCE",
    "CalledAgent",
    "Conversation",
    "CountedResult",
    "CountedRound",
    "CountedTurn",
    "EarlierPiece",
    "Opening",
    "PlanTooLong",
    "ReasoningKept",
    "Repeats",
]

MAX_ROWS = 100_000
MAX_CONTEXT_TOKENS = 10**10
"""The longest context. With MAX_ROWS it keeps every sum below 2^53, where JSON readers begin to round."""

ReasoningKept = Literal["never", "same_turn", "always"]

NOTHING = NO_TOKENS
"""No tokens at all: what a plan leaves out."""


@dataclass(frozen=True, slots=True)
class Repeats:
    """How many times a turn or a round happens."""

    times: int
    """The number; of a range its middle."""
    range: str | None = None
    """The place in the plan, as a JSON pointer, of the range that it is drawn from. None: it is certain."""
    after_first: bool = False
    """Whether the first time stands apart, as a round of its own: then it happens once less than is drawn."""


ONCE = Repeats(1)


class PlanTooLong(LocatedError):
    """The plan would make more requests, or a longer context, than a ledger holds."""

    kind = "plan-too-long"

    def __init__(self, detail: str) -> None:
        super().__init__(("turns",), detail)


@dataclass(frozen=True, slots=True)
class CountedResult:
    """One tool result, and what stands in its place once a strategy clears it."""

    sent: Count
    """The result as requests send it, part of its round's exchange."""
    cleared: Count
    """The placeholder in its place."""


@dataclass(frozen=True, slots=True)
class CalledAgent:
    """An agent that a call starts."""

    name: str
    range: str | None = None
    """The place in the plan of the range that is the agent's last answer, where the call's result is that
    answer. None: the result is certain."""


@dataclass(frozen=True)
class CountedRound:
    """The calls of one request, made together, and the results that the next one sends."""

    call_output: Count
    """What the model writes to make the calls."""
    exchange: Count
    """The calls and their results as the next request sends them; where `results` are apart, without them."""
    reasoning: Count = NOTHING
    """The reasoning of the request that makes the calls."""
    repeat: Repeats = ONCE
    """How many times the round happens, one request each."""
    blocks: int = 1
    """Content blocks of the exchange, results that are apart left out."""
    results: tuple[CountedResult, ...] = ()
    """The single results, where a strategy needs them apart; they follow the calls."""
    beside: Count = NOTHING
    """The user message after results that are apart; else it is part of the exchange."""
    agents: tuple[CalledAgent, ...] = ()
    """The agents that the calls start, in the order of the calls; one may be called more than once."""

    @property
    def is_framed(self) -> bool:
        """Whether any of it is text, and not stated in tokens alone."""
        results = any(result.sent.framed for result in self.results)
        return results or self.exchange.framed or self.beside.framed


class CountedTurn(NamedTuple):
    """Is a user message, the tool rounds it leads to, and the answer."""

    user: Count
    """The user message as requests send it."""
    answer_output: Count
    """The answer as the model writes it, without reasoning."""
    answer: Count
    """The answer as later requests send it."""
    answer_spoken: int = 0
    """Tokens of `answer_output` that are audio."""
    answer_drawn: int = 0
    """Tokens of `answer_output` that are images."""
    rounds: tuple[CountedRound, ...] = ()
    """The tool rounds between the question and the answer, in order."""
    reasoning: Count = NOTHING
    """The reasoning of the turn's last request."""
    gap_seconds: float = 0
    """The pause before each repetition of the turn."""
    repeat: Repeats = ONCE
    """How many times the turn happens."""
    blocks: int = 1
    """Content blocks of the user message."""

    @property
    def requests(self) -> int:
        """The number of requests that all repetitions make."""
        if not self.rounds:
            return self.repeat.times
        return self.repeat.times * (1 + sum(tool_round.repeat.times for tool_round in self.rounds))

    def unroll_rounds(self) -> tuple[CountedRound, ...]:
        """Return the rounds of one repetition, one by one."""
        return tuple(tool_round for tool_round in self.rounds for _ in range(tool_round.repeat.times))


@dataclass(frozen=True, slots=True)
class EarlierPiece:
    """A user message, a round of tools or an answer of the messages that a conversation starts with."""

    sent: Count
    """The piece as requests send it; where `results` are apart, without them."""
    opens_turn: bool = False
    """Whether a turn begins with it: it is a user message, or the first piece of all."""
    blocks: int = 1
    """Content blocks of the piece, results that are apart left out."""
    results: tuple[CountedResult, ...] = ()
    """The single results, where a strategy needs them apart; they follow the calls."""


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


@dataclass(frozen=True, slots=True)
class Conversation:
    """A plan whose every amount is known, as one model counts it."""

    turns: tuple[CountedTurn, ...]
    """The turns in order, repetitions not unrolled."""
    opening: Opening = Opening()
    """What every request sends before the turns."""
    earlier: tuple[EarlierPiece, ...] = ()
    """The opening's messages piece by piece, where a strategy condenses them. Empty: they are one piece."""
    waits: bool = False
    """Whether the last of the earlier turns still waits for its answer, which the first turn gives."""
    instruction: Count = NOTHING
    """The message that asks for a summary."""
    queries: int | None = None
    """Tokens of all queries that the model writes for a question. None: it writes none."""
    hypothesis: int | None = None
    """Tokens of the hypothetical answer that it writes to search with. None: it writes none."""
    per_request: int = 0
    """Framing that each request with framed content carries once."""
    reasoning_kept: ReasoningKept = "never"
    """Whether the provider sends reasoning back to the model, and until when."""

    @property
    def is_framed(self) -> bool:
        """Whether anything of it is text, parts or definitions, and not stated in tokens alone."""
        opening = (self.opening.tools, self.opening.system, self.opening.messages, self.instruction)
        if any(count.framed for count in opening) or any(piece.sent.framed for piece in self.earlier):
            return True
        if any(turn.user.framed or turn.answer.framed for turn in self.turns):
            return True
        return any(made.is_framed for turn in self.turns for made in turn.rounds)
