"""The draws of a plan's ranges: the same seed draws the same numbers, whatever else the plan holds.

Every range has streams of its own, one for each repetition of what it stands in and each block of samples.
They are found by the range's place in the plan, so a range that is added elsewhere moves none of its draws,
and more samples leave the first ones as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass

import numpy as np

from tokenquote.ledger.ranges.distributions import Distribution, WholeNumbers

__all__ = ["BLOCK", "Draws"]

BLOCK = 4_096
"""Samples that one stream draws. Blocks of samples that begin at its multiples are drawn without waste."""


@dataclass(frozen=True)
class Draws:
    """Draws the ranges of one plan."""

    ranges: Mapping[str, Distribution]
    """The distribution of each range, by its place in the plan as a JSON pointer, such as `/turns/0/user`."""
    seed: int
    redrawn: Set[str] = frozenset()
    """The ranges that are drawn a second time, independently of the first, for shares of the variance."""

    def take(self, what: str, repetition: tuple[int, ...], first: int, last: int) -> WholeNumbers:
        """Return the draws of a range for the samples from `first` up to but not including `last`.

        Args:
            what: the range's place in the plan.
            repetition: which repetition of its turn, and of its round, from 0: `()` for what is drawn once a
                conversation, `(turn,)` for what stands in a turn or is the number of a round's repetitions,
                `(turn, round)` for what stands in a round.
            first: the first sample.
            last: the first sample after them.
        """
        parts = [
            self._block(what, repetition, block, min(last - block * BLOCK, BLOCK))
            for block in range(first // BLOCK, -(-last // BLOCK))
        ]
        drawn = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return drawn[first % BLOCK :]

    def _block(self, what: str, repetition: tuple[int, ...], block: int, number: int) -> WholeNumbers:
        """Draw the first numbers of a stream."""
        name = f"{self.seed} {int(what in self.redrawn)} {what} {repetition} {block}"
        digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
        seed = np.random.SeedSequence(int.from_bytes(digest, "big"))
        return self.ranges[what].draw(np.random.Generator(np.random.PCG64(seed)), number)
