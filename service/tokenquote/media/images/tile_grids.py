"""How many tiles across and down an image is cut into: one function for each way of choosing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
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
from tokenquote.media.image_sizes import begun_units

__all__ = ["TileCount", "choose_grid", "least_resize"]

TileCount = tuple[int, int]
"""Tiles across and down."""


def choose_grid(grid: Grid, width: int, height: int) -> TileCount | None:
    """Tiles across and down; None: the image is not cut."""
    return _CHOOSERS[type(grid)](grid, width, height)


@cache
def _grids_by_size(most: int, least: int = 1) -> tuple[TileCount, ...]:
    """Every grid of so many tiles, the fewest tiles first, then the narrowest."""
    sides = range(1, most + 1)
    grids = [(across, down) for across in sides for down in sides if least <= across * down <= most]
    return tuple(sorted(grids, key=lambda grid: grid[0] * grid[1]))


@cache
def _grids_in_set_order(most: int, least: int = 1) -> tuple[TileCount, ...]:
    """Likewise, grids of equally many tiles in the order of a CPython set.

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


def _closest_aspect_grid(grid: ClosestAspectGrid, width: int, height: int) -> TileCount | None:
    """InternVL's: of equally close grids the larger, while the image fills half of it.

    Source: transformers 5.23.0, `get_optimal_tiled_canvas` of image_processing_got_ocr2.py.
    """
    if max(width, height) <= grid.whole_up_to:
        return None
    if grid.whole_grid_first:
        begun = begun_units(width, grid.edge), begun_units(height, grid.edge)
        if begun[0] * begun[1] <= grid.max_tiles:
            return begun
    candidates = _grids_in_set_order if grid.as_set else _grids_by_size
    aspect, best, best_off = width / height, (1, 1), math.inf
    for columns, rows in candidates(grid.max_tiles, grid.min_tiles):
        off = abs(aspect - columns / rows)
        filled = width * height > 0.5 * grid.edge * grid.edge * columns * rows
        if off < best_off or (off == best_off and filled):
            best, best_off = (columns, rows), off
    return best


def _closest_log_aspect_grid(grid: ClosestLogAspectGrid, width: int, height: int) -> TileCount | None:
    """MiniCPM-V's slices: as many as the area asks for, or one more or less.

    Source: transformers 5.23.0, `get_sliced_grid` of image_processing_minicpmv4_6.py.
    """
    wanted = min(math.ceil(width * height / (grid.edge * grid.edge)), grid.max_tiles)
    if wanted <= 1:
        return None
    shape, best, best_off = math.log(width / height), (1, 1), math.inf
    for tiles in (wanted - 1, wanted, wanted + 1):
        if tiles == 1 or tiles > grid.max_tiles:
            continue
        for rows in (rows for rows in range(1, tiles + 1) if tiles % rows == 0):
            off = abs(shape - math.log(tiles // rows / rows))
            if off < best_off or (off == best_off and rows > best[1]):
                best, best_off = (tiles // rows, rows), off
    return best


def _covering_grid(grid: CoveringGrid, width: int, height: int) -> TileCount:
    """Ovis2's: the fewest tiles that keep a share of the pixels; of equals what keeps most.

    Source: transformers 5.23.0, `get_min_tile_covering_grid` of image_processing_ovis2.py, where the first
    number of a grid counts rows while it is cut and columns afterwards.
    """
    kept = {one: _share_kept(grid.edge, width, height, one) for one in _grids_by_size(grid.max_tiles)}
    enough = [one for one, share in kept.items() if share > float(grid.share)]
    if enough:
        return min(enough, key=lambda one: (one[0] * one[1], -kept[one]))
    return min(kept, key=lambda one: (-kept[one], one[0] * one[1]))


def _share_kept(edge: int, width: int, height: int, grid: TileCount) -> float:
    """The share of the image's pixels that tiles keep; longer ones are shrunk to their edge."""
    down, across = grid
    heights = [height // down] * (down - 1) + [height - height // down * (down - 1)]
    widths = [width // across] * (across - 1) + [width - width // across * (across - 1)]
    return sum(_pixels_kept(edge, w, h) for h in heights for w in widths) / (width * height)


def _pixels_kept(edge: int, width: int, height: int) -> float:
    long, short = max(width, height), min(width, height)
    return short / long * edge * edge if long > edge else long * short


def _largest_canvas_grid(grid: LargestCanvasGrid, width: int, height: int) -> TileCount:
    """Perception-LM's: the canvas that holds the image and lets it grow most, the last of equals.

    Source: transformers 5.23.0, image_processing_perception_lm.py.
    """
    by_aspect = _grids_by_aspect(grid.max_tiles)
    best: TileCount | None = None
    best_grown = 0.0
    for columns, rows in (one for alike in by_aspect.values() for one in alike):
        if columns * grid.edge < width or rows * grid.edge < height:
            continue
        grown = _grown_short_side(width, height, min(columns * grid.edge / width, rows * grid.edge / height))
        if best is None or grown >= best_grown:
            best, best_grown = (columns, rows), grown
    return best or _closest_by_aspect(by_aspect, width / height)


def _grown_short_side(width: int, height: int, scale: float) -> float:
    """The short side once the image fills the canvas."""
    aspect = width / height
    if aspect > 1.0:
        return math.floor(scale * width / aspect)
    return math.floor(scale * height * aspect) if aspect < 1.0 else scale * height


def _closest_by_aspect(by_aspect: dict[float, list[TileCount]], aspect: float) -> TileCount:
    if aspect >= 1:
        near = min((one for one in by_aspect if one <= aspect), key=lambda one: abs(one - aspect))
        return max(by_aspect[near], key=lambda one: one[0])
    near = min((one for one in by_aspect if one > aspect), key=lambda one: abs(1 / one - 1 / aspect))
    return max(by_aspect[near], key=lambda one: one[1])


def _grids_by_aspect(most: int) -> dict[float, list[TileCount]]:
    """Grids by their aspect ratio, the most tiles first."""
    found: dict[float, list[TileCount]] = {}
    for tiles in range(most, 0, -1):
        for columns in (columns for columns in range(1, tiles + 1) if tiles % columns == 0):
            found.setdefault(columns / (tiles // columns), []).append((columns, tiles // columns))
    return found


def least_resize(edge: int, max_tiles: int, width: int, height: int) -> TileCount:
    """The canvas that needs the least enlarging, else the least shrinking; of equals the smallest.

    Llama 4, Cohere's Command A Vision, Molmo. Sides of 0 or less are what Molmo's margins leave of a tiny
    image; its division by them is kept.
    """
    scaled = [
        (min(_enlargement(columns * edge, width), _enlargement(rows * edge, height)), (columns, rows))
        for columns, rows in _grids_by_size(max_tiles)
    ]
    enlarging = [one for one in scaled if one[0] >= 1]
    chosen = min(enlarging, key=lambda one: one[0]) if enlarging else max(scaled, key=lambda one: one[0])
    return chosen[1]


def _enlargement(length: int, side: int) -> float:
    return length / side if side else math.inf


def _least_resize_grid(grid: LeastResizeGrid, width: int, height: int) -> TileCount:
    return least_resize(grid.edge, grid.max_tiles, width, height)


def _pinpoints_grid(grid: PinpointsGrid, width: int, height: int) -> TileCount:
    """LLaVA-NeXT's `select_best_resolution`: most of the image kept, then least of the canvas wasted."""
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
        rows = math.ceil(int(columns * grid.edge / (long / _next_even(int(long / aspect)))) / grid.edge)
    else:
        rows = math.ceil(long / grid.edge)
        columns = math.ceil(int(rows * grid.edge * (_next_even(int(long * aspect)) / long)) / grid.edge)
    return (columns, rows) if columns * rows > 1 else None


def _next_even(length: int) -> int:
    return max(1, length + length % 2)


def _ceiling_grid(grid: CeilingGrid, width: int, height: int) -> TileCount:
    """Cohere's API: shrunk into a box whichever way round it is, then begun tiles."""
    scale = min(1.0, grid.box_long / max(width, height), grid.box_short / min(width, height))
    columns, rows = (max(1, math.ceil(int(side * scale) / grid.edge)) for side in (width, height))
    return columns, rows


_CHOOSERS: Mapping[type[Any], Callable[[Any, int, int], TileCount | None]] = {
    ClosestAspectGrid: _closest_aspect_grid,
    ClosestLogAspectGrid: _closest_log_aspect_grid,
    LeastResizeGrid: _least_resize_grid,
    CoveringGrid: _covering_grid,
    LargestCanvasGrid: _largest_canvas_grid,
    PinpointsGrid: _pinpoints_grid,
    WidestGrid: _widest_grid,
    LongestSideGrid: _longest_side_grid,
    CeilingGrid: _ceiling_grid,
}
