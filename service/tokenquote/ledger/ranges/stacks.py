"""Stacks of sizes, one for each sample, that may be of different heights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.sizes import Mask, Sizes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Stacks"]


class Stacks:
    """A stack of sizes for each sample. At the bottom of each lies nothing, which is not counted."""

    def __init__(self, rows: int, number: int) -> None:
        """Make empty stacks of sizes with so many rows, for so many samples."""
        self._layers = np.zeros((rows, 4, number), np.int64)
        self._columns = np.arange(number)
        self.heights: WholeNumbers = np.zeros(number, np.int64)
        """How many sizes lie on each stack."""

    def push(self, sizes: Sizes, mask: Mask) -> None:
        """Put sizes on the stacks that the mask names."""
        grown = self.heights + (1 if mask is None else mask)
        depth = self._layers.shape[1]
        if int(grown.max()) >= depth:
            more = np.zeros((self._layers.shape[0], depth, self._layers.shape[2]), np.int64)
            self._layers = np.concatenate([self._layers, more], axis=1)
        columns = self._columns if mask is None else self._columns[mask]
        full = np.broadcast_to(sizes, (sizes.shape[0], len(self._columns)))
        self._layers[:, grown[columns], columns] = full[:, columns]
        self.heights = grown

    def at(self, places: WholeNumbers) -> Sizes:
        """Return the sizes at these places, counted from 1 at the bottom; at 0 lies nothing."""
        found: NDArray[np.int64] = self._layers[:, places, self._columns]
        return found

    def top(self) -> Sizes:
        """Return the uppermost sizes."""
        return self.at(self.heights)

    def pop_while(self, row: int, above: WholeNumbers, mask: Mask) -> None:
        """Take sizes off the stacks that the mask names while this row of the uppermost is above a number."""
        while True:
            over = self._layers[row, self.heights, self._columns] > above
            over &= self.heights > 0
            if mask is not None:
                over &= mask
            if not over.any():
                return
            self.heights = self.heights - over
