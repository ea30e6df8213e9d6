"""Kinds that find by bisection the largest size whose unit squares fit: Claude's and GLM-5's."""

from __future__ import annotations

import math
from typing import Literal

from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule
from tokenquote.catalog.schema.catalog_entry import Positive
from tokenquote.counts import ceil_div

__all__ = ["BisectionRule", "CroppedHeightRule"]


class BisectionRule(ImageRule):
    """Claude's images: one token for each square of 28 pixels, after the largest size that fits; in the Haiku
    models of the third generation, four for each square of 56. Shrunk if need be, never enlarged.

    The long side is found by bisection, the short side follows rounded half to even, as in the reference
    implementation of https://platform.claude.com/docs/en/build-with-claude/vision-coordinates.
    """

    kind: Literal["bisection"]
    unit: Positive
    max_edge: Positive
    max_tokens: Positive
    tokens_per_unit: Positive = 1
    rounding: Literal["round", "floor"] = "round"
    """How the short side becomes whole pixels; `round` is half to even."""
    reject_over_edge: Positive | None = None
    """The longest side that the provider takes; None: it refuses no length."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        long, short = max(width, height), min(width, height)
        if self.reject_over_edge is not None and long > self.reject_over_edge:
            raise ImageRefused(
                f"{long} pixels a side; the provider refuses more than {self.reject_over_edge}"
            )
        if not self._fits(long, short):
            long, short = self._find_largest_that_fits(long, short)
        return ceil_div(long, self.unit) * ceil_div(short, self.unit) * self.tokens_per_unit

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        return not self._fits(max(width, height), min(width, height))

    def _find_largest_that_fits(self, long: int, short: int) -> tuple[int, int]:
        """Return the largest long side that fits, and the short side that goes with it."""

        def short_for(candidate: int) -> int:
            if self.rounding == "floor":
                return max(candidate * short // long, 1)
            return max(_divide_half_to_even(candidate * short, long), 1)

        fitting, too_long = 1, long
        while too_long - fitting > 1:
            middle = (fitting + too_long) // 2
            if self._fits(middle, short_for(middle)):
                fitting = middle
            else:
                too_long = middle
        return fitting, short_for(fitting)

    def _fits(self, long: int, short: int) -> bool:
        units = ceil_div(long, self.unit), ceil_div(short, self.unit)
        return (
            max(units) * self.unit <= self.max_edge
            and units[0] * units[1] * self.tokens_per_unit <= self.max_tokens
        )


def _divide_half_to_even(numerator: int, denominator: int) -> int:
    """Return Python's `round` of a fraction, exactly."""
    whole, rest = divmod(numerator, denominator)
    above = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + above


class CroppedHeightRule(ImageRule):
    """GLM-5's images: sides rounded up to units; what is too much finds its height by bisection.

    Source: transformers 5.23.0, `smart_resize` of image_processing_glm5_next.py.
    """

    kind: Literal["cropped_height"]
    unit: Positive
    min_tokens: Positive
    max_tokens: Positive

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        tokens = ceil_div(width, self.unit) * ceil_div(height, self.unit)
        if tokens < self.min_tokens:
            scale = math.sqrt(self.min_tokens * self.unit**2 / (width * height))
            sides = (math.ceil(side * scale) for side in (width, height))
            tokens = math.prod(ceil_div(side, self.unit) for side in sides)
        return tokens if tokens <= self.max_tokens else self._count_at_fitting_height(width, height)

    def _count_at_fitting_height(self, width: int, height: int) -> int:
        """Return the tokens at the last height that the bisection found to fit."""
        best, low, high = 1, 1, height
        while low <= high:
            middle = (low + high) // 2
            beside = max(1, math.floor(width * middle / height))
            tokens = ceil_div(middle, self.unit) * ceil_div(beside, self.unit)
            if tokens <= self.max_tokens:
                best, low = tokens, middle + 1
            else:
                high = middle - 1
        return best
