"""A question that cannot be answered: where in it the reason lies, and what is wrong there.

Every room raises its own kind of LocatedError, with a place as that room knows it. Whoever holds the question
inside a larger one says where, by `error.under("break_even", "plan")` or `with under("break_even", "plan")`;
so the place that the asker reads leads to the very field.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, Self, TypeVar

__all__ = ["LocatedError", "Location", "NotYetOffered", "ProblemKind", "under"]

Location = tuple[str | int, ...]
"""The way to a place in JSON data: names of members and indices of items."""

ProblemKind = Literal[
    "invalid-request", "not-yet-offered", "plan-too-long", "unknown-model", "vocabulary-unavailable"
]
"""What the type of the problem document ends in."""


ErrorT = TypeVar("ErrorT", bound=Exception)


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
        placed = {**self.__dict__, "location": location, "is_placed": True}
        return _rebuilt(type(self), (location, self.detail), placed)

    def __reduce__(self) -> tuple[Any, ...]:
        """For copies and other processes: a kind's `__init__` may take other arguments than these."""
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[ErrorT], args: tuple[Any, ...], members: dict[str, Any]) -> ErrorT:
    """An error of this kind without the call of its own `__init__`."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


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
