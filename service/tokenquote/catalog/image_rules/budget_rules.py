"""Kinds that need no grid of the image's own pixels: one figure, pixels a token, or a token budget.

`fixed` and `area`; Gemini 3's `square_budget` and Muse's `closest_shape`, for which the shape alone decides
once the image fills its budget.
"""

from __future__ import annotations

import itertools
import math
from typing import Literal

from pydantic import Field

from tokenquote.catalog.image_rules.rule import ImageRule
from tokenquote.catalog.schema.catalog_entry import NotNegative, Positive, Word
from tokenquote.counts import ceil_div

__all__ = ["AreaRule", "ClosestShapeRule", "FixedRule", "Resolution", "SquareBudgetRule"]

Resolution = Literal["low", "medium", "high", "ultra_high"]


class FixedRule(ImageRule):
    """Images that cost the same whatever their size, because they are resized to one square."""

    kind: Literal["fixed"]
    tokens: Positive
    at_detail: dict[Word, Positive] = Field(default={})
    """Details at which it is another number of tokens."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.at_detail)

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        return next((tokens for name, tokens in self.at_detail.items() if name == detail), self.tokens)


class AreaRule(ImageRule):
    """A base, and a token per `pixels_per_token`, for providers that publish examples and no formula."""

    kind: Literal["area"]
    base: NotNegative = 0
    pixels_per_token: Positive
    max_tokens: Positive | None = None

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        tokens = self.base + ceil_div(width * height, self.pixels_per_token)
        return min(tokens, self.max_tokens or tokens)


class SquareBudgetRule(ImageRule):
    """Gemini 3's images: scaled, up or down, to as many unit squares as the budget B holds; only the shape
    matters.

        tokens = floor(sqrt(B x h / w)) x floor(sqrt(B x w / h)); any square is 33 x 33 = 1,089 at B = 1,120

    The provider publishes B as a maximum; the count is Gemma 4's resize, which agrees with the sizes that
    were measured (square, 2:1 and 4:1).
    """

    kind: Literal["square_budget"]
    budgets: dict[Resolution, Positive] = Field(min_length=1)
    default: Resolution
    around: NotNegative = 0
    """Tokens before and after the image."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.budgets)

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        budget = next((b for name, b in self.budgets.items() if name == detail), self.budgets[self.default])
        rows = math.isqrt(budget * height // width)
        columns = math.isqrt(budget * width // height)
        if not rows:
            rows, columns = 1, min(width // height, budget)
        elif not columns:
            rows, columns = min(height // width, budget), 1
        return rows * columns + self.around


class ClosestShapeRule(ImageRule):
    """Muse's images: of the whole grids beside the ideal one, within a budget, the closest to the image's
    shape.

    Source: transformers 5.23.0, `smart_resize` of image_processing_muse_glimmer.py.
    """

    kind: Literal["closest_shape"]
    unit: Positive
    max_tokens: Positive
    around: NotNegative = 0
    """Tokens before and after the image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        down, across = height / self.unit, width / self.unit
        shape = across / down
        if down * across > self.max_tokens:
            down = (self.max_tokens / shape) ** 0.5
            across = down * shape
        # A set, as in the processor: of equally close grids the first in the set's order is taken.
        beside = set(
            itertools.product((math.floor(down), math.ceil(down)), (math.floor(across), math.ceil(across)))
        )
        grids = [(d, a) for d, a in beside if d >= 1 and a >= 1 and d * a <= self.max_tokens]
        rows, columns = min(
            grids or [(max(1, round(down)), max(1, round(across)))],
            key=lambda grid: abs(grid[0] / grid[1] - height / width),
        )
        return rows * columns + self.around
