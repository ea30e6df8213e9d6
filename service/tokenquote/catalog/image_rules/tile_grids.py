"""How many tiles across and down an image is cut into, by its shape and by the length of a tile's side.

Each way of choosing is one class, and `choose` its word. canvas_grids.py has the ways that compare what whole
grids do to the image.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from functools import cache
from typing import Literal

from pydantic import StrictBool

from tokenquote.catalog.schema.catalog_entry import Entry, NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = [
    "CeilingGrid",
    "ClosestAspectGrid",
    "ClosestLogAspectGrid",
    "LongestSideGrid",
    "TileCount",
    "TileGrid",
    "WidestGrid",
    "list_grids",
]

TileCount = tuple[int, int]
"""Tiles across and down."""


class TileGrid(Entry):
    """A way to choose how many tiles across and down an image is cut into."""

    choose: str
    edge: Positive
    """Pixels of a tile's side."""

    @abstractmethod
    def count_tiles(self, width: int, height: int) -> TileCount | None:
        """Return the tiles across and down; None: the image is not cut."""


@cache
def list_grids(most: int, least: int = 1) -> tuple[TileCount, ...]:
    """List every grid of `least` to `most` tiles, the fewest tiles first, then the narrowest."""
    sides = range(1, most + 1)
    grids = [(across, down) for across in sides for down in sides if least <= across * down <= most]
    return tuple(sorted(grids, key=lambda grid: grid[0] * grid[1]))


@cache
def _list_grids_in_set_order(most: int, least: int = 1) -> tuple[TileCount, ...]:
    """List the same grids, those of equally many tiles in the order of a CPython set.

    InternVL's remote code, DeepSeek-OCR, Phi-4 and LFM2 collect them in a set before they sort.
    """
    grids = {
        (across, down)
        for tiles in range(least, most + 1)
        for across in range(1, tiles + 1)
        for down in range(1, tiles + 1)
        if least <= across * down <= most
    }
    return tuple(sorted(grids, key=lambda grid: grid[0] * grid[1]))


class ClosestAspectGrid(TileGrid):
    """InternVL's: the closest aspect ratio; of equals the larger, while the image fills half of it.

    Source: transformers 5.23.0, `get_optimal_tiled_canvas` of image_processing_got_ocr2.py.
    """

    choose: Literal["closest_aspect"]
    min_tiles: Positive = 1
    max_tiles: Positive
    whole_up_to: NotNegative = 0
    """Images whose longer side is at most this many pixels are not cut."""
    whole_grid_first: StrictBool = False
    """Whether the grid of begun tiles is taken as it is when it has few enough tiles."""
    as_set: StrictBool = False
    """Whether grids of one size are tried in the order of a CPython set instead of by width."""

    def count_tiles(self, width: int, height: int) -> TileCount | None:
        if max(width, height) <= self.whole_up_to:
            return None
        if self.whole_grid_first:
            begun = ceil_div(width, self.edge), ceil_div(height, self.edge)
            if begun[0] * begun[1] <= self.max_tiles:
                return begun
        candidates = _list_grids_in_set_order if self.as_set else list_grids
        tile_pixels = 0.5 * self.edge * self.edge
        aspect, best, best_off = width / height, (1, 1), math.inf
        for columns, rows in candidates(self.max_tiles, self.min_tiles):
            off = abs(aspect - columns / rows)
            filled = width * height > tile_pixels * columns * rows
            if off < best_off or (off == best_off and filled):
                best, best_off = (columns, rows), off
        return best


class ClosestLogAspectGrid(TileGrid):
    """MiniCPM-V's: as many tiles as the area asks for, or one more or less, in the grid of the closest log
    aspect.

    Source: transformers 5.23.0, `get_sliced_grid` of image_processing_minicpmv4_6.py.
    """

    choose: Literal["closest_log_aspect"]
    max_tiles: Positive

    def count_tiles(self, width: int, height: int) -> TileCount | None:
        wanted = min(math.ceil(width * height / (self.edge * self.edge)), self.max_tiles)
        if wanted <= 1:
            return None
        shape, best, best_off = math.log(width / height), (1, 1), math.inf
        for tiles in (wanted - 1, wanted, wanted + 1):
            if tiles == 1 or tiles > self.max_tiles:
                continue
            for rows in (rows for rows in range(1, tiles + 1) if tiles % rows == 0):
                off = abs(shape - math.log(tiles // rows / rows))
                if off < best_off or (off == best_off and rows > best[1]):
                    best, best_off = (tiles // rows, rows), off
        return best


class WidestGrid(TileGrid):
    """Phi-3's HD transform: as many tiles along the long side as there may be at the image's aspect ratio."""

    choose: Literal["widest"]
    max_tiles: Positive

    def count_tiles(self, width: int, height: int) -> TileCount:
        long, short = max(width, height), min(width, height)
        ratio = long / short
        along = 1
        while along * math.ceil(along / ratio) <= self.max_tiles:
            along += 1
        along -= 1
        beside = math.ceil(int(along * self.edge / ratio) / self.edge)
        return (along, beside) if width >= height else (beside, along)


class LongestSideGrid(TileGrid):
    """Idefics3's and SmolVLM's: the long side to a length, enlarged if need be, made even; then whole tiles
    of both sides.
    """

    choose: Literal["longest_side"]
    long_side: Positive
    max_side: Positive = 4096

    def count_tiles(self, width: int, height: int) -> TileCount | None:
        edge, aspect = self.edge, width / height
        long = min(self.long_side, self.max_side)
        if width >= height:
            columns = math.ceil(long / edge)
            rows = math.ceil(int(columns * edge / (long / _make_even(int(long / aspect)))) / edge)
        else:
            rows = math.ceil(long / edge)
            columns = math.ceil(int(rows * edge * (_make_even(int(long * aspect)) / long)) / edge)
        return (columns, rows) if columns * rows > 1 else None


def _make_even(length: int) -> int:
    return max(1, length + length % 2)


class CeilingGrid(TileGrid):
    """Cohere's API: shrunk if need be into a box, whichever way round it is; then begun tiles."""

    choose: Literal["ceiling"]
    box_short: Positive
    box_long: Positive
    max_tiles: Positive | None = None

    def count_tiles(self, width: int, height: int) -> TileCount:
        scale = min(1.0, self.box_long / max(width, height), self.box_short / min(width, height))
        columns, rows = (max(1, math.ceil(int(side * scale) / self.edge)) for side in (width, height))
        return columns, rows
