"""Tool results that a strategy may replace by placeholders, the oldest ones first, in every sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.sizes import TOKENS, Mask, Sizes, masked
from tokenquote.ledger.ranges.stacks import Stacks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ClearableResults"]


class ClearableResults:
    """The results of one prompt in their order: what clearing each saves, and where it stands."""

    def __init__(self, rows: int, number: int) -> None:
        self._saved = Stacks(rows, number)
        """What clearing a result and all before it saves."""
        self._places = Stacks(rows, number)
        """What stands before each result, with what is sent for one turn only."""
        self._passing = Stacks(rows, number)
        """What of that is sent for one turn only."""
        self._changes = Stacks(1, number)
        """Whether clearing a result changes anything: from 0 tokens to 0 tokens it does not."""
        self._lasting: WholeNumbers = np.zeros(number, np.int64)
        """The number of results of finished turns."""

    @property
    def number(self) -> WholeNumbers:
        """How many results there are."""
        return self._saved.heights

    def add(self, sent: Sizes, cleared: Sizes, place: Sizes, passing: Sizes, mask: Mask) -> None:
        """Put a result at the end.

        Args:
            sent: what it comes to.
            cleared: what its placeholder comes to.
            place: everything before it.
            passing: what of that is for one turn only.
            mask: the samples that have it.
        """
        saved = sent - cleared
        # A placeholder stands in the same block, and the constant of each request goes by the result.
        saved[TOKENS + 1 : TOKENS + 3] = 0
        saved[TOKENS + 3 :] = sent[TOKENS + 3 :]
        self._changes.push(((sent[TOKENS] != 0) | (saved[TOKENS] != 0))[None].astype(np.int64), mask)
        self._saved.push(self._saved.top() + masked(mask, saved), mask)
        self._places.push(place, mask)
        self._passing.push(passing, mask)

    def saved(self, number: WholeNumbers) -> Sizes:
        """Return what clearing the first results saves, so many of them."""
        return self._saved.at(number)

    def clear(self, mask: Mask) -> None:
        """Forget the results of the samples that the mask names."""
        for stacks in (self._saved, self._places, self._passing, self._changes):
            stacks.clear(mask)
        self._lasting = self.number

    def finish_turn(self) -> None:
        """Count what was sent for this turn only no longer among what stands before its results."""
        self._lasting = self.number

    def first_change(self, before: WholeNumbers, now: WholeNumbers) -> tuple[Sizes, NDArray[np.bool_]]:
        """Return where a request that clears so many results first differs from one that cleared others.

        The place is counted in what the earlier one sent; the mask says where there is one.
        """
        at, end = np.minimum(before, now), np.maximum(before, now)
        while (skipped := (at < end) & (self._changes.at(np.minimum(at + 1, end))[0] == 0)).any():
            at = at + skipped
        found = at < end
        result = np.minimum(at + 1, self.number)
        place = self._places.at(result) - self._passing.at(result) * (at < self._lasting)
        return place - self.saved(np.minimum(before, at)), found
