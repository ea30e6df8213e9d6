"""Kinds whose tiles are joined to one map with a break after each of its rows, and the whole image beside it.

`joined_tiles` of LLaVA-NeXT, DeepSeek-VL2 and Phi; Molmo's `overlapping_crops`.
"""

from __future__ import annotations

import math
from typing import Literal

from pydantic import StrictBool

from tokenquote.catalog.image_rules.canvas_grids import AnyGrid, find_least_resize
from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule
from tokenquote.catalog.image_rules.tile_grids import TileCount
from tokenquote.catalog.schema.catalog_entry import NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = ["JoinedTilesRule", "OverlappingCropsRule"]

_SHORTEST_SIDE = 10
"""Pixels; Phi-4's processor refuses images that become shorter than this."""


class JoinedTilesRule(ImageRule):
    """Images whose tiles are joined to one map with a break after each row: LLaVA-NeXT, DeepSeek-VL2, Phi.

    tokens = overview + rows of the map x (columns of the map + 1)
    """

    kind: Literal["joined_tiles"]
    grid: AnyGrid
    side: Positive
    """Tokens of a tile's side."""
    overview: Positive
    """Tokens of the whole image, with all that stands once."""
    padding: Literal["kept", "cut_by_aspect", "cut_by_patch"] = "kept"
    """Whether the part of the map that only holds padding is cut off, and how it is found."""
    max_tiles_of_map: Positive | None = None
    """A map of more tiles than this, and a fifth, is scaled down to it; None: it is not scaled."""
    patch: Positive = 14
    """Pixels of a patch, where padding is cut by patch; a token is two patches a side."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        grid = self.grid.count_tiles(width, height)
        if grid is None:
            return self.overview
        columns, rows = self._map_size(grid, width, height)
        if self.max_tiles_of_map is not None:
            ratio = math.sqrt(columns * rows / (self.max_tiles_of_map * self.side**2))
            if ratio > 1.1:
                columns, rows = int(columns // ratio), int(rows // ratio)
        return self.overview + rows * (columns + 1)

    def _map_size(self, grid: TileCount, width: int, height: int) -> tuple[int, int]:
        """Return the columns and rows of the map, without what is cut off of its padding."""
        match self.padding:
            case "kept":
                return grid[0] * self.side, grid[1] * self.side
            case "cut_by_aspect":
                return _cut_padding(grid[0] * self.side, grid[1] * self.side, width, height)
            case "cut_by_patch":
                return self._cut_padded_patches(grid, width, height)

    def _cut_padded_patches(self, grid: TileCount, width: int, height: int) -> tuple[int, int]:
        """Phi-4's attention mask: whole patches of padding are cut off; two patches a side are a token."""
        canvas = grid[0] * self.grid.edge, grid[1] * self.grid.edge
        by_width, by_height = canvas[0] / width, canvas[1] / height
        if by_width < by_height:
            filled = canvas[0], int(height * by_width)
        else:
            filled = int(width * by_height), canvas[1]
        if min(filled) < _SHORTEST_SIDE:
            raise ImageRefused(f"a shape so long that one side becomes {min(filled)} pixels")
        columns, rows = (
            ceil_div(whole // self.patch - (whole - full) // self.patch, 2)
            for whole, full in zip(canvas, filled, strict=True)
        )
        return columns, rows


def _cut_padding(columns: int, rows: int, width: int, height: int) -> tuple[int, int]:
    """LLaVA's unpadding: half of what is too much is cut off on both sides, rounded down."""
    if width / height > columns / rows:
        return columns, rows - (rows - int(round(height * (columns / width), 7))) // 2 * 2
    return columns - (columns - int(round(width * (rows / height), 7))) // 2 * 2, rows


class OverlappingCropsRule(ImageRule):
    """Molmo's images: overlapping crops joined to one map, and the whole image.

        a crop shows `crop / patch` patches, of which `margin` on each side overlap with the next
        tokens = view of the whole + rows x (columns + 1) + around, two patches a side one token

    Source: transformers 5.23.0, image_processing_molmo2.py; mlx-vlm 0.7.10, processing_molmo.py.
    """

    kind: Literal["overlapping_crops"]
    crop: Positive
    patch: Positive
    pool: Positive
    """A token is a square of `pool` x `pool` patches, the last perhaps only begun."""
    margin: NotNegative
    """Patches on each side that overlap with the next crop."""
    max_crops: Positive
    overview_breaks: StrictBool
    """Whether the view of the whole has breaks after its rows too."""
    around: NotNegative
    """Tokens before and after both."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        margins = 2 * self.margin
        window = self.crop // self.patch - margins
        columns, rows = find_least_resize(
            window * self.patch,
            self.max_crops,
            width - margins * self.patch,
            height - margins * self.patch,
        )
        across, down = (ceil_div(crops * window + margins, self.pool) for crops in (columns, rows))
        side = ceil_div(self.crop // self.patch, self.pool)
        return side * (side + self.overview_breaks) + down * (across + 1) + self.around
