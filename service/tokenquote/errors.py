"""A question that cannot be answered: where in it the reason lies, and what is wrong there.

Every room raises its own kind of LocatedError, with a place as that room knows it. Whoever holds the question
inside a larger one says where, by `error.under("break_even", "plan")` or `with under("break_even", "plan")`;
so the place that the asker reads leads to the very field.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Literal, Self

__all__ = ["LocatedError", "Location", "NotYetOffered", "ProblemKind", "under"]

Location = tuple[str | int, ...]
"""The way to a place in JSON data: names of members and indices of items."""

ProblemKind = Literal[
    "invalid-request", "not-yet-offered", "plan-too-long", "unknown-model", "vocabulary-unavailable"
]
"""What the type of the problem document ends in."""


class LocatedError(Exception):
    """A question that cannot be answered.

    `location` leads to the place in the question, and `detail` says what is wrong there; it never quotes the
    text of a prompt. An error made without a location (None) has no place yet (`is_placed` is False): whoever
    knows where the question names the thing says so, and a name that stood in a path has none at all.
    """

    kind: ClassVar[ProblemKind] = "invalid-request"

    def __init__(self, location: Location | None, detail: str) -> None:
        super().__init__(location, detail)
        self.location = location or ()
        self.is_placed = location is not None
        self.detail = detail

    def __str__(self) -> str:
        return self.detail

    def under(self, *prefix: str | int) -> Self:
        """The same error as a question sees it that holds this one at `prefix`."""
        return self.at(*prefix, *self.location)

    def at(self, *location: str | int) -> Self:
        """The same error at another place; a new one, for the frames of the old one hold what was asked."""
        moved = type(self).__new__(type(self), *self.args)
        moved.__dict__.update(self.__dict__)
        moved.location, moved.is_placed = location, True
        return moved


class NotYetOffered(LocatedError):
    """The contract has the field, and this service does not offer it yet."""

    kind = "not-yet-offered"


@contextmanager
def under(*prefix: str | int) -> Iterator[None]:
    """Errors from inside the block lie at `prefix` of the question."""
    try:
        yield
    except LocatedError as error:
        raise error.under(*prefix) from None
