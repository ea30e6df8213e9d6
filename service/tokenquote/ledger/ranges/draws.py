"""The draws of a plan's ranges: the same seed draws the same numbers, whatever else the plan holds.

Every range has streams of its own, one for each repetition of what it stands in and each block of samples.
They are found by the range's place in the plan, so a range that is added elsewhere moves none of its draws,
and more samples leave the first ones as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass

import numpy as np

from tokenquote.counts import ceil_div
from tokenquote.ledger.ranges.distributions import Distribution, WholeNumbers

__all__ = ["BLOCK", "FAILURES", "Draws", "random_stream"]

BLOCK = 4_096
"""Samples that one stream draws. Blocks of samples that begin at its multiples are drawn without waste."""
FAILURES = "/retries"
"""The place in the plan that says how often requests fail, whose draws are the failed attempts of each."""


@dataclass(frozen=True)
class Draws:
    """Draws the ranges of one plan."""

    ranges: Mapping[str, Distribution]
    """The distribution of each range, by its place in the plan as a JSON pointer, such as `/turns/0/user`."""
    seed: int
    redrawn: Set[str] = frozenset()
    """The ranges, and FAILURES, that are drawn a second time, independently of the first."""

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
        return self._take(what, repetition, first, last, self.ranges[what].draw)

    def take_failures(self, rate: float, request: tuple[object, ...], first: int, last: int) -> WholeNumbers:
        """Return how many attempts of a request fail before one succeeds, for the samples as in `take`.

        Args:
            rate: the probability that an attempt fails, below 1.
            request: what tells the request from all others of its sample.
            first: the first sample.
            last: the first sample after them.
        """

        def draw(generator: np.random.Generator, number: int) -> WholeNumbers:
            return generator.geometric(1 - rate, number) - 1

        return self._take(FAILURES, request, first, last, draw)

    def _take(
        self,
        what: str,
        place: tuple[object, ...],
        first: int,
        last: int,
        draw: Callable[[np.random.Generator, int], WholeNumbers],
    ) -> WholeNumbers:
        """Draw the blocks that hold the samples; of each, only as many as are asked for."""
        name = f"{self.seed} {int(what in self.redrawn)} {what} {place}"
        parts = [
            draw(random_stream(f"{name} {block}"), min(last - block * BLOCK, BLOCK))
            for block in range(first // BLOCK, ceil_div(last, BLOCK))
        ]
        drawn = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return drawn[first % BLOCK :]


def random_stream(name: str) -> np.random.Generator:
    """Return a generator at the beginning of the stream of this name."""
    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    seed = np.random.SeedSequence(int.from_bytes(digest, "big"))
    return np.random.Generator(np.random.PCG64(seed))
