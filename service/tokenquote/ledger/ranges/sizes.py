"""Sizes for many samples at once: a row for each thing that is counted, a column for each sample.

    tokens      1200  1340   980
    blocks         4     4     6         content blocks, which some caches look back over
    framed         2     2     3         pieces that are texts, parts or definitions
    image, audio and video tokens, where the plan holds media

What is alike in every sample has a single column, and numpy spreads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tokenquote.counts import Count, round_up
from tokenquote.ledger.conversation import Repeats
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.draws import Draws

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BLOCKS",
    "FAR",
    "FRAMED",
    "MEDIA",
    "TOKENS",
    "DrawnCounts",
    "Mask",
    "Sizes",
    "chosen",
    "masked",
    "share_down",
    "share_media",
]

Sizes: TypeAlias = "NDArray[np.int64]"
"""What something comes to, in the shape (rows, samples), or (rows, 1) where all samples are alike."""
Mask: TypeAlias = "NDArray[np.bool_] | None"
"""Which samples something happens in. None: in all."""

TOKENS, BLOCKS, FRAMED = range(3)
"""The rows of sizes."""
MEDIA = slice(3, 6)
"""The rows of media tokens: images, audio, video."""
FAR = 1 << 60
"""More tokens than any prompt has."""
NOTHING_SAID: Mapping[str, Iterator[WholeNumbers]] = {}
"""What agents have answered where none has."""


_DIGITS = 6
"""Decimals that are multiplied at once: a context of 10^10 tokens times 10^6 is far below 2^63."""


def chosen(mask: Mask, new: NDArray[np.int64], old: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the new numbers where the mask says so, and the old ones elsewhere."""
    return new if mask is None else np.where(mask, new, old)


def masked(mask: Mask, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the numbers where the mask says so, and zeros elsewhere."""
    return numbers if mask is None else numbers * mask


class DrawnCounts:
    """Counts of a plan with their ranges drawn, for the samples of one chunk."""

    def __init__(self, draws: Draws, first: int, last: int, *, holds_media: bool) -> None:
        """Draw for the samples from `first` up to but not including `last`."""
        self._draws = draws
        self._first = first
        self._last = last
        self.rows = MEDIA.stop if holds_media else MEDIA.start
        """How many rows sizes have."""
        self.drawn = 0
        """How often a range was drawn so far, for all samples at once."""
        self._for_all: dict[tuple[str, tuple[int, ...]], WholeNumbers] = {}
        """What is drawn once a conversation."""
        self._for_one: dict[tuple[str, tuple[int, ...]], WholeNumbers] = {}
        """What is drawn for the repetition under way."""

    @property
    def number(self) -> int:
        """The number of samples."""
        return self._last - self._first

    def nothing(self) -> Sizes:
        """Return sizes of nothing at all."""
        return np.zeros((self.rows, self.number), np.int64)

    def zeros(self) -> WholeNumbers:
        """Return a zero for each sample."""
        return np.zeros(self.number, np.int64)

    def tokens(
        self,
        count: Count,
        repetition: tuple[int, ...],
        said: Mapping[str, Iterator[WholeNumbers]] = NOTHING_SAID,
    ) -> WholeNumbers:
        """Return the tokens of a count, its ranges drawn; of a single column if it has none.

        Args:
            count: what is counted.
            repetition: the repetition that its ranges are drawn for.
            said: by the place of the range, what agents have answered, one call after the other.
        """
        total = np.array([count.tokens])
        for what in count.ranges:
            drawn = next(said[what]) if what in said else self.take(what, repetition)
            total = total + (drawn - self._draws.ranges[what].middle)
        return total

    def size(
        self,
        count: Count,
        blocks: int | WholeNumbers,
        repetition: tuple[int, ...],
        said: Mapping[str, Iterator[WholeNumbers]] = NOTHING_SAID,
    ) -> Sizes:
        """Return the size of a piece; the arguments are those of `tokens`, and its content blocks."""
        tokens = self.tokens(count, repetition, said)
        size = np.empty((self.rows, max(len(tokens), np.size(blocks))), np.int64)
        size[TOKENS], size[BLOCKS], size[FRAMED] = tokens, blocks, count.framed
        if self.rows > MEDIA.start:
            size[MEDIA] = np.array([[count.media.image], [count.media.audio], [count.media.video]])
        return size

    def repeats(self, repeats: Repeats, repetition: tuple[int, ...]) -> WholeNumbers:
        """Return how many times something happens in each sample; a first time that stands apart counts."""
        if repeats.range is None:
            return np.full(self.number, repeats.times + repeats.after_first)
        return self.take(repeats.range, repetition)

    def failures(self, rate: float, request: tuple[object, ...]) -> WholeNumbers:
        """Return how many times a request fails before it succeeds."""
        return self._draws.take_failures(rate, request, self._first, self._last)

    def take(self, what: str, repetition: tuple[int, ...]) -> WholeNumbers:
        """Draw a range, once for each repetition however many counts it is among."""
        kept = self._for_all if not repetition else self._for_one
        key = what, repetition
        if key not in kept:
            self.drawn += 1
            kept[key] = self._draws.take(what, repetition, self._first, self._last)
        return kept[key]

    def forget_repetition(self) -> None:
        """Keep only what is drawn once a conversation, as another repetition of a turn or a round begins.

        What is asked for again all the same is drawn again, and comes out the same.
        """
        self._for_one.clear()


def share_down(tokens: WholeNumbers, share: Decimal) -> WholeNumbers:
    """Return a share of tokens, from 0 to 1, rounded down, exactly."""
    if share == 1:
        return tokens
    decimals = f"{share:f}".partition(".")[2]
    left = np.zeros_like(tokens)
    for end in range(round_up(len(decimals), _DIGITS), 0, -_DIGITS):
        group = int(decimals[end - _DIGITS : end].ljust(_DIGITS, "0"))
        left = (tokens * group + left) // 10**_DIGITS
    return left


def share_media(media: NDArray[np.int64], part: WholeNumbers, whole: WholeNumbers) -> NDArray[np.int64]:
    """Return the media tokens among the first part of the tokens that hold them (MediaUse.share).

    They are taken to be spread evenly, and rounded so that what is not in the part fits into the rest.
    """
    ends = np.concatenate([np.zeros_like(media[:1]), np.cumsum(media, axis=0)])
    whole_at_least, below = np.maximum(whole, 1), ends * np.maximum(part, 0)
    ends = (below + whole_at_least - 1) // whole_at_least
    return np.where(part >= whole, media, np.diff(ends, axis=0))
