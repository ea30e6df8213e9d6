"""Kinds that cut an image into a grid of tiles of one size that stand each by itself, most with a view of the
whole image too.

OpenAI's `tiles`; `tile_grid`, of many open-weight models; LFM2's `tiles_or_resize`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from tokenquote.catalog.image_rules.canvas_grids import AnyGrid
from tokenquote.catalog.image_rules.rule import ImageRule
from tokenquote.catalog.image_rules.smart_resize import resize_to_units
from tokenquote.catalog.schema.catalog_entry import NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = ["TileGridRule", "TilesOrResizeRule", "TilesRule"]


class TilesRule(ImageRule):
    """OpenAI's tiles: a base, and a figure for each square of 512 pixels; detail `low` costs the base
    whatever the size.

        fit into 2048 x 2048, then the short side to 768, only ever shrinking; tokens = base + tile x squares

    Source: https://developers.openai.com/api/docs/guides/images-vision#tile-based-image-tokenization
    """

    kind: Literal["tiles"]
    base: Positive
    """Tokens of any image; all of them at detail `low`."""
    tile: Positive
    """Tokens of a tile."""
    tile_edge: Positive = 512
    box_edge: Positive = 2048
    short_edge: Positive = 768

    @property
    def details(self) -> frozenset[str]:
        return frozenset({"low", "high"})

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        if detail == "low":
            return self.base
        scale = self._scale_into_box(width, height)
        return self.base + self.tile * self._count_tiles(width * scale) * self._count_tiles(height * scale)

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        return detail != "low" and self._scale_into_box(width, height) < 1

    def _scale_into_box(self, width: int, height: int) -> Fraction:
        into_box = min(Fraction(1), Fraction(self.box_edge, max(width, height)))
        return into_box * min(Fraction(1), Fraction(self.short_edge) / (min(width, height) * into_box))

    def _count_tiles(self, length: Fraction) -> int:
        """Return the squares along a side; the scaled side is a whole number of pixels, at least one."""
        return ceil_div(max(1, int(length)), self.tile_edge)


class TileGridRule(ImageRule):
    """Images cut into tiles that stand each by itself, with the whole besides: InternVL, Llama 4 and more."""

    kind: Literal["tile_grid"]
    grid: AnyGrid
    single: Positive
    """Tokens of an image that is one tile."""
    uncut: Positive | None = None
    """Tokens of an image that is not cut; None: the same as `single`."""
    tile: Positive
    """Tokens of a tile, its mark included."""
    per_row: NotNegative = 0
    """Tokens after each row of tiles."""
    overview: NotNegative
    """Tokens of the whole image beside tiles, with all that stands once."""
    at_low: Positive | None = None
    """Tokens of any image at detail `low`; None: details have no effect."""
    low_up_to: NotNegative = 0
    """Without a detail, images with no side longer than this are looked at as at `low`."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset({"low", "high"}) if self.at_low is not None else frozenset()

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        if self.at_low is not None and self._is_looked_at_as_low(width, height, detail):
            return self.at_low
        grid = self.grid.count_tiles(width, height)
        if grid is None:
            return self.uncut or self.single
        if grid == (1, 1):
            return self.single
        columns, rows = grid
        return columns * rows * self.tile + rows * self.per_row + self.overview

    def _is_looked_at_as_low(self, width: int, height: int, detail: str | None) -> bool:
        return detail == "low" or (detail != "high" and max(width, height) <= self.low_up_to)


class TilesOrResizeRule(ImageRule):
    """LFM2's images: resized to whole units like `smart_resize`; what is far too large for that is cut into
    tiles beside it.

    Source: transformers 5.23.0, image_processing_lfm2_vl.py.
    """

    kind: Literal["tiles_or_resize"]
    unit: Positive
    min_tokens: Positive
    max_tokens: Positive
    tolerance: Positive
    """The multiple of `max_tokens` up to which an image is only resized."""
    grid: AnyGrid
    tile: Positive
    """Tokens of a tile, its mark included."""
    beside_tiles: NotNegative
    """More tokens for the resized image where there are tiles."""
    around: NotNegative
    """Tokens before and after the image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        pixels = self.unit * self.unit
        across, down = resize_to_units(
            width, height, self.unit, self.min_tokens * pixels, self.max_tokens * pixels, at_least=1
        )
        whole = across * down + self.around
        if not self._is_too_large_to_resize(width, height):
            return whole
        columns, rows = self.grid.count_tiles(width, height) or (1, 1)
        return whole + self.beside_tiles + columns * rows * self.tile if columns * rows > 1 else whole

    def _is_too_large_to_resize(self, width: int, height: int) -> bool:
        # A side that rounds to no unit is taken as half a unit, the encoder's patch.
        sides = [max(self.unit // 2, round(side / self.unit) * self.unit) for side in (width, height)]
        return sides[0] * sides[1] > self.max_tokens * self.unit**2 * self.tolerance
