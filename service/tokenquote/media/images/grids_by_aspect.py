"""Grids of tiles that are chosen by the picture's shape."""

from __future__ import annotations

import math

from tokenquote.catalog.schema.tile_rules import (
    ClosestAspectGrid,
    ClosestLogAspectGrid,
    CoveringGrid,
    LargestCanvasGrid,
)
from tokenquote.media.images.tile_counts import TileCount, grids_from_set, grids_of_at_most

__all__ = ["closest_aspect_grid", "closest_log_aspect_grid", "covering_grid", "largest_canvas_grid"]


def closest_aspect_grid(grid: ClosestAspectGrid, width: int, height: int) -> TileCount | None:
    """InternVL's: of equally close grids the larger, while the picture fills half of it.

    Source: transformers 5.23.0, `get_optimal_tiled_canvas` of image_processing_got_ocr2.py.
    """
    if max(width, height) <= grid.whole_up_to:
        return None
    if grid.whole_grid_first:
        begun = -(-width // grid.edge), -(-height // grid.edge)
        if begun[0] * begun[1] <= grid.max_tiles:
            return begun
    candidates = grids_from_set if grid.as_set else grids_of_at_most
    aspect, best, best_off = width / height, (1, 1), math.inf
    for columns, rows in candidates(grid.max_tiles, grid.min_tiles):
        off = abs(aspect - columns / rows)
        filled = width * height > 0.5 * grid.edge * grid.edge * columns * rows
        if off < best_off or (off == best_off and filled):
            best, best_off = (columns, rows), off
    return best


def closest_log_aspect_grid(grid: ClosestLogAspectGrid, width: int, height: int) -> TileCount | None:
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


def covering_grid(grid: CoveringGrid, width: int, height: int) -> TileCount:
    """Ovis2's: the fewest tiles that keep a share of the pixels; of equals what keeps most.

    Source: transformers 5.23.0, `get_min_tile_covering_grid` of image_processing_ovis2.py, where the first
    number of a grid counts rows while it is cut and columns afterwards.
    """
    kept = {one: _kept(grid.edge, width, height, one) for one in grids_of_at_most(grid.max_tiles)}
    enough = [one for one, share in kept.items() if share > float(grid.share)]
    if enough:
        return min(enough, key=lambda one: (one[0] * one[1], -kept[one]))
    return min(kept, key=lambda one: (-kept[one], one[0] * one[1]))


def _kept(edge: int, width: int, height: int, grid: TileCount) -> float:
    """The share of the picture's pixels that tiles keep; longer ones are shrunk to their edge."""
    down, across = grid
    heights = [height // down] * (down - 1) + [height - height // down * (down - 1)]
    widths = [width // across] * (across - 1) + [width - width // across * (across - 1)]
    return sum(_area(edge, w, h) for h in heights for w in widths) / (width * height)


def _area(edge: int, width: int, height: int) -> float:
    long, short = max(width, height), min(width, height)
    return short / long * edge * edge if long > edge else long * short


def largest_canvas_grid(grid: LargestCanvasGrid, width: int, height: int) -> TileCount:
    """Perception-LM's: the canvas that holds the picture and lets it grow most, the last of equals.

    Source: transformers 5.23.0, image_processing_perception_lm.py.
    """
    by_aspect = _by_aspect(grid.max_tiles)
    best: TileCount | None = None
    best_grown = 0.0
    for columns, rows in (one for alike in by_aspect.values() for one in alike):
        if columns * grid.edge < width or rows * grid.edge < height:
            continue
        grown = _grown(width, height, min(columns * grid.edge / width, rows * grid.edge / height))
        if best is None or grown >= best_grown:
            best, best_grown = (columns, rows), grown
    return best or _closest(by_aspect, width / height)


def _grown(width: int, height: int, scale: float) -> float:
    """The short side once the picture fills the canvas."""
    aspect = width / height
    if aspect > 1.0:
        return math.floor(scale * width / aspect)
    return math.floor(scale * height * aspect) if aspect < 1.0 else scale * height


def _closest(by_aspect: dict[float, list[TileCount]], aspect: float) -> TileCount:
    if aspect >= 1:
        near = min((one for one in by_aspect if one <= aspect), key=lambda one: abs(one - aspect))
        return max(by_aspect[near], key=lambda one: one[0])
    near = min((one for one in by_aspect if one > aspect), key=lambda one: abs(1 / one - 1 / aspect))
    return max(by_aspect[near], key=lambda one: one[1])


def _by_aspect(most: int) -> dict[float, list[TileCount]]:
    """Grids by their aspect ratio, the most tiles first."""
    found: dict[float, list[TileCount]] = {}
    for tiles in range(most, 0, -1):
        for columns in (columns for columns in range(1, tiles + 1) if tiles % columns == 0):
            found.setdefault(columns / (tiles // columns), []).append((columns, tiles // columns))
    return found
