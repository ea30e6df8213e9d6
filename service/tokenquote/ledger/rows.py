"""The rows of the ledger: one for each request to a model, kept in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal, overload

from tokenquote.counts import MediaUse
from tokenquote.ledger.transcript import SentPieces

__all__ = ["Output", "Purpose", "ReadBy", "Row", "Rows"]

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


@dataclass
class Rows(Sequence[Row]):
    """Rows as one list for each of their fields, which takes less time and memory than an object for each.

    The lists have one length; what they hold is said at `Row`, which is what an index gives.
    """

    model: list[str]
    turn: list[int]
    round: list[int]
    purpose: list[Purpose | None]
    sent: list[SentPieces | None]
    input: list[int]
    framing: list[int]
    media: list[MediaUse]
    blocks: list[int]
    visible: list[int]
    spoken: list[int]
    reasoning: list[int]
    gap_seconds: list[float]
    drawn: list[int]
    agent: list[str | None]
    answers: list[int | None]

    @classmethod
    def empty(cls) -> Rows:
        """Return columns without any row."""
        return cls(*([] for _ in _FIELDS))

    @classmethod
    def collect(cls, rows: Iterable[Row]) -> Rows:
        """Return rows in columns, taken one after the other as they come."""
        made = cls.empty()
        columns = [(getattr(made, name).append, name) for name in _FIELDS]
        for row in rows:
            for append, name in columns:
                append(getattr(row, name))
        return made

    @cached_property
    def output(self) -> list[int]:
        """Visible output and reasoning of each request together."""
        return [visible + reasoning for visible, reasoning in zip(self.visible, self.reasoning, strict=True)]

    @cached_property
    def context(self) -> list[int]:
        """Tokens of the context window in use when each request ends."""
        columns = zip(self.input, self.visible, self.reasoning, strict=True)
        return [sent + visible + reasoning for sent, visible, reasoning in columns]

    @property
    def readers(self) -> set[ReadBy]:
        """Each model that answers, with the conversation that it reads."""
        return set(zip(self.agent, self.model, strict=True))

    def find_places(self, model: str) -> list[int]:
        """Return the places of the requests to a model."""
        return [i for i, name in enumerate(self.model) if name == model]

    def only(self, places: Sequence[int]) -> Rows:
        """Return the rows at these places."""
        return self if len(places) == len(self) else Rows.collect(self[i] for i in places)

    def __len__(self) -> int:
        return len(self.model)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        return Row(*(getattr(self, name)[index] for name in _FIELDS))

    def __iter__(self) -> Iterator[Row]:
        columns: list[list[Any]] = [getattr(self, name) for name in _FIELDS]
        return map(Row, *columns)


_FIELDS = tuple(field.name for field in fields(Row))
