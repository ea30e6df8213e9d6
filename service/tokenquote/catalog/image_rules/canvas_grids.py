"""How many tiles across and down an image is cut into, where whole canvases of tiles are compared.

They are compared by how much the image is enlarged or shrunk, or by how many of its pixels are kept.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from tokenquote.catalog.image_rules.tile_grids import TileCount, TileGrid, list_grids
from tokenquote.catalog.rule_kinds import ByWord
from tokenquote.catalog.schema.catalog_entry import Money, Positive

__all__ = [
    "AnyGrid",
    "CoveringGrid",
    "LargestCanvasGrid",
    "LeastResizeGrid",
    "PinpointsGrid",
    "find_least_resize",
]


class CoveringGrid(TileGrid):
    """Ovis2's: the fewest tiles that keep a share of the image's pixels; of equals what keeps most; else the
    best there is.

    Source: transformers 5.23.0, `get_min_tile_covering_grid` of image_processing_ovis2.py, where the first
    number of a grid counts rows while it is cut and columns afterwards.
    """

    choose: Literal["covering"]
    max_tiles: Positive
    share: Money

    def count_tiles(self, width: int, height: int) -> TileCount:
        kept = {grid: self._share_kept(width, height, grid) for grid in list_grids(self.max_tiles)}
        enough = [grid for grid, share in kept.items() if share > float(self.share)]
        if enough:
            return min(enough, key=lambda grid: (grid[0] * grid[1], -kept[grid]))
        return min(kept, key=lambda grid: (-kept[grid], grid[0] * grid[1]))

    def _share_kept(self, width: int, height: int, grid: TileCount) -> float:
        """Return the share of the image's pixels that tiles keep; longer ones are shrunk to their edge."""
        down, across = grid
        heights = [height // down] * (down - 1) + [height - height // down * (down - 1)]
        widths = [width // across] * (across - 1) + [width - width // across * (across - 1)]
        return sum(self._pixels_kept(w, h) for h in heights for w in widths) / (width * height)

    def _pixels_kept(self, width: int, height: int) -> float:
        long, short = max(width, height), min(width, height)
        return short / long * self.edge * self.edge if long > self.edge else long * short


class LargestCanvasGrid(TileGrid):
    """Perception-LM's: the canvas that holds the image and lets it grow most, the last of equals; where none
    holds it, the closest aspect ratio.

    Source: transformers 5.23.0, image_processing_perception_lm.py.
    """

    choose: Literal["largest_canvas"]
    max_tiles: Positive

    def count_tiles(self, width: int, height: int) -> TileCount:
        edge = self.edge
        by_aspect = _grids_by_aspect(self.max_tiles)
        best: TileCount | None = None
        best_grown = 0.0
        for columns, rows in (grid for alike in by_aspect.values() for grid in alike):
            if columns * edge < width or rows * edge < height:
                continue
            grown = _grow_short_side(width, height, min(columns * edge / width, rows * edge / height))
            if best is None or grown >= best_grown:
                best, best_grown = (columns, rows), grown
        return best or _closest_by_aspect(by_aspect, width / height)


def _grow_short_side(width: int, height: int, scale: float) -> float:
    """Return the short side once the image fills the canvas."""
    aspect = width / height
    if aspect > 1.0:
        return math.floor(scale * width / aspect)
    return math.floor(scale * height * aspect) if aspect < 1.0 else scale * height


def _closest_by_aspect(by_aspect: dict[float, list[TileCount]], aspect: float) -> TileCount:
    if aspect >= 1:
        near = min((known for known in by_aspect if known <= aspect), key=lambda known: abs(known - aspect))
        return max(by_aspect[near], key=lambda grid: grid[0])
    near = min(
        (known for known in by_aspect if known > aspect), key=lambda known: abs(1 / known - 1 / aspect)
    )
    return max(by_aspect[near], key=lambda grid: grid[1])


def _grids_by_aspect(most: int) -> dict[float, list[TileCount]]:
    """Return the grids by their aspect ratio, the most tiles first."""
    found: dict[float, list[TileCount]] = {}
    for tiles in range(most, 0, -1):
        for columns in (columns for columns in range(1, tiles + 1) if tiles % columns == 0):
            found.setdefault(columns / (tiles // columns), []).append((columns, tiles // columns))
    return found


class LeastResizeGrid(TileGrid):
    """The canvas that needs the least enlarging, else the least shrinking; of equals the smallest.

    Llama 4, Cohere's Command A Vision, Molmo.
    """

    choose: Literal["least_resize"]
    max_tiles: Positive

    def count_tiles(self, width: int, height: int) -> TileCount:
        return find_least_resize(self.edge, self.max_tiles, width, height)


def find_least_resize(edge: int, max_tiles: int, width: int, height: int) -> TileCount:
    """Return the grid of `LeastResizeGrid`.

    Sides of 0 or less are what Molmo's margins leave of a tiny image; its division by them is kept.
    """
    scaled = [
        (min(_enlargement(columns * edge, width), _enlargement(rows * edge, height)), (columns, rows))
        for columns, rows in list_grids(max_tiles)
    ]
    enlarging = [candidate for candidate in scaled if candidate[0] >= 1]
    if enlarging:
        return min(enlarging, key=lambda candidate: candidate[0])[1]
    return max(scaled, key=lambda candidate: candidate[0])[1]


def _enlargement(length: int, side: int) -> float:
    return length / side if side else math.inf


class PinpointsGrid(TileGrid):
    """LLaVA-NeXT's `select_best_resolution`: of listed grids the one that keeps most of the image, then
    wastes least of the canvas.
    """

    choose: Literal["pinpoints"]
    grids: tuple[tuple[Positive, Positive], ...] = Field(min_length=1)
    """Rows and columns, in the order in which they are tried."""

    def count_tiles(self, width: int, height: int) -> TileCount:
        best, best_kept, best_wasted = (1, 1), 0, math.inf
        for rows, columns in self.grids:
            scale = min(columns * self.edge / width, rows * self.edge / height)
            kept = min(int(width * scale) * int(height * scale), width * height)
            wasted = columns * rows * self.edge**2 - kept
            if kept > best_kept or (kept == best_kept and wasted < best_wasted):
                best, best_kept, best_wasted = (columns, rows), kept, wasted
        return best


AnyGrid = Annotated[TileGrid, ByWord("choose")]
"""A field that is read as the class of this module or of tile_grids.py whose word it states."""
