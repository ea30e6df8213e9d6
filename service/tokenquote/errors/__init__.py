"""Errors of questions that cannot be answered: where in the question the fault lies, and what it is.

Each package raises its own kind of LocatedError, with the place as that package knows it. A caller that holds
the question inside a larger question adds the outer place, by `error.under("break_even", "plan")` or
`with under("break_even", "plan")`; so the pointer in the answer leads to the exact field.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal, Self, TypeVar

__all__ = ["LocatedError", "Location", "NotYetOffered", "ProblemKind", "under"]

Location = tuple[str | int, ...]
"""The path to a place in JSON data: names of members and indices of items."""

ProblemKind = Literal[
    "invalid-request", "not-yet-offered", "plan-too-long", "unknown-model", "vocabulary-unavailable"
]
"""The last part of the type of a problem document."""


ErrorT = TypeVar("ErrorT", bound=Exception)


class LocatedError(Exception):
    """A question that cannot be answered.

    `location` leads to the place in the question, and `detail` says what is wrong there; it never quotes the
    text of a prompt. An error made with the location None has no place yet (`is_placed` is False): a caller
    that knows the place adds it, and a name that stood in the URL's path never gets one.
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
        """Return the same error for a question that holds this question at `prefix`."""
        return self.at(*prefix, *self.location)

    def at(self, *location: str | int) -> Self:
        """Return a new error of this kind at another place; the old error's frames hold what was asked."""
        placed = {**self.__dict__, "location": location, "is_placed": True}
        return _rebuild(type(self), (location, self.detail), placed)

    def __reduce__(self) -> tuple[Any, ...]:
        """Support copies and pickling, as the `__init__` of a kind may take other arguments."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[ErrorT], args: tuple[Any, ...], members: dict[str, Any]) -> ErrorT:
    """Make an error of this kind without calling its own `__init__`."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(members)
    return error


class NotYetOffered(LocatedError):
    """The contract has the field, but this service does not offer it yet."""

    kind = "not-yet-offered"


@contextmanager
def under(*prefix: str | int) -> Iterator[None]:
    """Place the errors from inside the block at `prefix` of the question."""
    try:
        yield
    except LocatedError as error:
        raise error.under(*prefix) from None
