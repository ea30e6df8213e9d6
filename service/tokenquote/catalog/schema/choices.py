"""Which of several figures for one thing applies to what was chosen, such as a size and a quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

__all__ = ["choose"]


class Selected(Protocol):
    """A figure that some choices select."""

    @property
    def when(self) -> Mapping[str, str]: ...


SelectedT = TypeVar("SelectedT", bound=Selected)


def choose(rows: Sequence[SelectedT], choice: Mapping[str, str]) -> SelectedT | None:
    """Return the row that the most choices select; None if there is none, or if two fit equally well.

    The row without `when` is for whoever chooses nothing: it stands for other sizes, of which providers have
    many, and for no quality or resolution that only other rows speak of.
    """
    spoken_of = {word for row in rows for word in row.when} - {"size"}
    fitting = [row for row in rows if row.when.items() <= choice.items()]
    if spoken_of & choice.keys():
        fitting = [row for row in fitting if row.when]
    most = max((len(row.when) for row in fitting), default=0)
    best = [row for row in fitting if len(row.when) == most]
    return best[0] if len(best) == 1 else None
