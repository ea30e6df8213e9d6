"""The rows of the ledger: one for each request to a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import MediaUse
from tokenquote.ledger.transcript import SentPieces

__all__ = ["Output", "Purpose", "ReadBy", "Row"]

ReadBy = tuple[str | None, str]
"""A model that reads a conversation: the agent whose conversation it is, None for the plan's own, and the
model's id."""

Purpose = Literal["summary", "compaction", "embedding", "rerank", "queries", "hypothesis", "cache"]
"""What a request is for that is none of the conversation: one of a history strategy, or the creation of an
explicit cache."""


@dataclass(frozen=True, slots=True)
class Output:
    """Tokens that the model writes in one request."""

    visible: int
    """Tokens without reasoning."""
    reasoning: int = 0
    """Tokens of reasoning."""
    spoken: int = 0
    """Tokens of the visible ones that are audio."""
    drawn: int = 0
    """Tokens of the visible ones that are images."""


@dataclass(frozen=True, slots=True)
class Row:
    """One request. `input` includes framing and media."""

    model: str
    """The id of the model that answers it."""
    turn: int
    """The turn, counted from 1 over all repetitions; of an agent that is called anew, from 1 in each call."""
    round: int
    """The request within its turn, counted from 0; of one with a purpose, the one that it precedes."""
    purpose: Purpose | None
    """What a request is for that is none of the conversation. None: it is one."""
    sent: SentPieces | None
    """The pieces of the transcript that it sends. None: it sends something else, such as a text to embed."""
    input: int
    """Tokens that the request sends."""
    framing: int
    """Tokens of the input that the provider adds around the content."""
    media: MediaUse
    """What the media among the input cost."""
    blocks: int
    """Content blocks of the input."""
    visible: int
    """Tokens of output without reasoning."""
    spoken: int
    """Tokens of the visible output that are audio."""
    reasoning: int
    """Reasoning tokens of the output."""
    gap_seconds: float
    """Time since the previous request."""
    drawn: int = 0
    """Tokens of the visible output that are images."""
    agent: str | None = None
    """The agent whose conversation the request belongs to. None: the plan's own."""
    answers: int | None = None
    """The turn, as its conversation numbers it from 0, of which it ends a repetition. None: it ends none."""

    @property
    def reader(self) -> ReadBy:
        """The model that answers, and the conversation that it reads."""
        return self.agent, self.model

    @property
    def output(self) -> int:
        """Visible output and reasoning together."""
        return self.visible + self.reasoning

    @property
    def context(self) -> int:
        """Tokens of the context window in use when the request ends."""
        return self.input + self.output
