"""How many tiles across and down a picture is cut into: one function for each way of choosing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tokenquote.catalog.schema.tile_rules import (
    CeilingGrid,
    ClosestAspectGrid,
    ClosestLogAspectGrid,
    CoveringGrid,
    Grid,
    LargestCanvasGrid,
    LeastResizeGrid,
    LongestSideGrid,
    PinpointsGrid,
    WidestGrid,
)
from tokenquote.media.images.grids_by_aspect import (
    closest_aspect_grid,
    closest_log_aspect_grid,
    covering_grid,
    largest_canvas_grid,
)
from tokenquote.media.images.tile_counts import TileCount, grids_of_at_most

__all__ = ["choose_grid", "least_resize"]


def choose_grid(grid: Grid, width: int, height: int) -> TileCount | None:
    """Tiles across and down; None: the picture is not cut."""
    return _CHOOSERS[type(grid)](grid, width, height)


def least_resize(edge: int, max_tiles: int, width: int, height: int) -> TileCount:
    """The canvas that needs the least enlarging, else the least shrinking; of equals the smallest.

    Llama 4, Cohere's Command A Vision, Molmo. Sides of 0 or less are what Molmo's margins leave of a tiny
    picture; its division by them is kept.
    """
    scaled = [
        (min(_ratio(columns * edge, width), _ratio(rows * edge, height)), (columns, rows))
        for columns, rows in grids_of_at_most(max_tiles)
    ]
    enlarging = [one for one in scaled if one[0] >= 1]
    chosen = min(enlarging, key=lambda one: one[0]) if enlarging else max(scaled, key=lambda one: one[0])
    return chosen[1]


def _ratio(length: int, side: int) -> float:
    return length / side if side else math.inf


def _least_resize_grid(grid: LeastResizeGrid, width: int, height: int) -> TileCount:
    return least_resize(grid.edge, grid.max_tiles, width, height)


def _pinpoints_grid(grid: PinpointsGrid, width: int, height: int) -> TileCount:
    """LLaVA-NeXT's `select_best_resolution`: most of the picture kept, then least of the canvas wasted."""
    best, best_kept, best_wasted = (1, 1), 0, math.inf
    for rows, columns in grid.grids:
        scale = min(columns * grid.edge / width, rows * grid.edge / height)
        kept = min(int(width * scale) * int(height * scale), width * height)
        wasted = columns * rows * grid.edge**2 - kept
        if kept > best_kept or (kept == best_kept and wasted < best_wasted):
            best, best_kept, best_wasted = (columns, rows), kept, wasted
    return best


def _widest_grid(grid: WidestGrid, width: int, height: int) -> TileCount:
    """Phi-3's HD transform: as many tiles along the long side as there may be at this shape."""
    long, short = max(width, height), min(width, height)
    ratio = long / short
    along = 1
    while along * math.ceil(along / ratio) <= grid.max_tiles:
        along += 1
    along -= 1
    beside = math.ceil(int(along * grid.edge / ratio) / grid.edge)
    return (along, beside) if width >= height else (beside, along)


def _longest_side_grid(grid: LongestSideGrid, width: int, height: int) -> TileCount | None:
    """Idefics3's and SmolVLM's: the long side to a length, made even, then whole tiles of both sides."""
    aspect = width / height
    long = min(grid.long_side, grid.max_side)
    if width >= height:
        columns = math.ceil(long / grid.edge)
        rows = math.ceil(int(columns * grid.edge / _aspect(long, _even(int(long / aspect)))) / grid.edge)
    else:
        rows = math.ceil(long / grid.edge)
        columns = math.ceil(int(rows * grid.edge * _aspect(_even(int(long * aspect)), long)) / grid.edge)
    return (columns, rows) if columns * rows > 1 else None


def _even(length: int) -> int:
    return max(1, length + length % 2)


def _aspect(width: int, height: int) -> float:
    return width / height


def _ceiling_grid(grid: CeilingGrid, width: int, height: int) -> TileCount:
    """Cohere's API: shrunk into a box whichever way round it is, then begun tiles."""
    scale = min(1.0, grid.box_long / max(width, height), grid.box_short / min(width, height))
    columns, rows = (max(1, math.ceil(int(side * scale) / grid.edge)) for side in (width, height))
    return columns, rows


_CHOOSERS: Mapping[type[Any], Callable[[Any, int, int], TileCount | None]] = {
    ClosestAspectGrid: closest_aspect_grid,
    ClosestLogAspectGrid: closest_log_aspect_grid,
    LeastResizeGrid: _least_resize_grid,
    CoveringGrid: covering_grid,
    LargestCanvasGrid: largest_canvas_grid,
    PinpointsGrid: _pinpoints_grid,
    WidestGrid: _widest_grid,
    LongestSideGrid: _longest_side_grid,
    CeilingGrid: _ceiling_grid,
}
