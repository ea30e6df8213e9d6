"""Kinds that write an image row by row, with a break after each: Pixtral's and Mistral's, DeepSeek-V4.1's."""

from __future__ import annotations

import math
from typing import Literal

from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule
from tokenquote.catalog.schema.catalog_entry import NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = ["LineGridRule", "RowBreaksRule"]


class RowBreaksRule(ImageRule):
    """Pixtral's and Mistral's images: shrunk to a longest side, patches merged, a break after each row; none
    where so little is left that no patches can be merged.

        ratio = longest side / limit
        if it is more than 1, both sides / ratio, at least a pixel where they are rounded
        patches of a side = (side - 1) // patch + 1; tokens = (columns + break) x rows

    Source: mistral-common 1.13.1, ImageEncoder; transformers 5.23.0, PixtralProcessor and
    LightOnOcrProcessor.
    """

    kind: Literal["row_breaks"]
    max_edge: Positive
    patch: Positive
    merge: Positive = 1
    """A token is a square of `merge` x `merge` patches; patches that fill none are dropped."""
    rounding: Literal["round", "floor"]
    """How the shrunk sides become whole pixels; `round` is half to even."""
    row_break: NotNegative

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        ratio = max(width, height) / self.max_edge
        if ratio > 1:
            width, height = self._to_pixels(width / ratio), self._to_pixels(height / ratio)
        columns, rows = (((side - 1) // self.patch + 1) // self.merge for side in (width, height))
        return (columns + self.row_break) * rows

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        return max(width, height) > self.max_edge

    def _to_pixels(self, side: float) -> int:
        if self.rounding == "round":
            return max(round(side), 1)
        if side < 1:
            raise ImageRefused("a shape so long that nothing is left of its short side")
        return math.floor(side)


class LineGridRule(ImageRule):
    """DeepSeek-V4.1's images: enlarged to a least area, padded to patches, a break after each line of tokens.

        tokens = lines x (tokens of a line + 1) + 2; if too many, the largest grid of the image's shape

    Source: sglang 0.5.23, deepseek_v41_image_processing.py.
    """

    kind: Literal["line_grid"]
    patch: Positive
    merge: Positive
    """A token is a square of `merge` x `merge` patches, the last of a line or column perhaps only begun."""
    min_pixels: Positive
    max_tokens: Positive
    """The most tokens, the breaks of the lines and `around` included."""
    around: NotNegative
    """Tokens before and after the image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        if width * height < self.min_pixels:
            ratio = (self.min_pixels / (width * height)) ** 0.5
            width, height = int(width * ratio), int(height * ratio)
        tokens = self._count_lines(ceil_div(width, self.patch), ceil_div(height, self.patch))
        return tokens if tokens <= self.max_tokens else self._count_largest_grid(width, height)

    def _count_largest_grid(self, width: int, height: int) -> int:
        shape = height / width
        room = self.max_tokens - self.around
        across = math.sqrt(room / shape + 0.25) - 0.5
        down = across * shape
        if across < 1.0:
            return room // 2 * 2 + self.around
        if down < 1.0:
            return room + self.around
        cell = self.patch * self.merge
        scale = min(math.floor(across) * cell / width, math.floor(down) * cell / height)
        patches_across, patches_down = (math.floor(side * scale / self.patch) for side in (width, height))
        return self._count_lines(patches_across, patches_down)

    def _count_lines(self, patches_across: int, patches_down: int) -> int:
        across, down = ceil_div(patches_across, self.merge), ceil_div(patches_down, self.merge)
        return down * (across + 1) + self.around
