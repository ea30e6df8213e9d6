"""Stacks of sizes, one for each sample, that may be of different heights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.sizes import Mask, Sizes, chosen

if TYPE_CHECKING:
    pass

__all__ = ["Stacks"]


class Stacks:
    """A stack of sizes for each sample. At the bottom of each lies nothing, which is not counted."""

    def __init__(self, rows: int, number: int) -> None:
        """Make empty stacks of sizes with so many rows, for so many samples."""
        self._layers = np.zeros((4, rows, number), np.int64)
        self._rows = np.arange(rows)[:, None]
        self._columns = np.arange(number)
        self.heights: WholeNumbers = np.zeros(number, np.int64)
        """How many sizes lie on each stack."""

    def push(self, sizes: Sizes, mask: Mask) -> None:
        """Put sizes on the stacks that the mask names."""
        grown = self.heights + (1 if mask is None else mask)
        lowest, highest = int(grown.min()), int(grown.max())
        if highest >= len(self._layers):
            self._layers = np.concatenate([self._layers, np.zeros_like(self._layers)])
        if mask is None and lowest == highest:
            self._layers[highest] = sizes
        else:
            columns = self._columns if mask is None else self._columns[mask]
            full = np.broadcast_to(sizes, self._layers.shape[1:])
            self._layers[grown[columns], self._rows, columns] = full[:, columns]
        self.heights = grown

    def at(self, places: WholeNumbers) -> Sizes:
        """Return the sizes at these places, counted from 1 at the bottom; at 0 lies nothing."""
        lowest = int(places.min())
        if lowest == int(places.max()):
            found: Sizes = self._layers[lowest].copy()
        else:
            found = self._layers[places, self._rows, self._columns]
        return found

    def top(self) -> Sizes:
        """Return the uppermost sizes."""
        return self.at(self.heights)

    def clear(self, mask: Mask) -> None:
        """Take everything off the stacks that the mask names."""
        self.heights = chosen(mask, np.zeros_like(self.heights), self.heights)

    def pop_while(self, row: int, above: WholeNumbers, mask: Mask) -> None:
        """Take sizes off the stacks that the mask names while this row of the uppermost is above a number."""
        while True:
            over = self._layers[self.heights, row, self._columns] > above
            over &= self.heights > 0
            if mask is not None:
                over &= mask
            if not over.any():
                return
            self.heights = self.heights - over
