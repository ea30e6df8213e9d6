"""Pictures whose tiles are joined to one map with a break after each row: LLaVA-NeXT, DeepSeek-VL2, Phi.

tokens = overview + rows of the map x (columns of the map + 1)
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.tile_rules import JoinedTilesRule
from tokenquote.media.images.grids import choose_grid
from tokenquote.media.images.refusals import ImageRefused
from tokenquote.media.images.tile_counts import TileCount

__all__ = ["joined_tiles_tokens"]

_SHORTEST_SIDE = 10
"""Phi-4's processor refuses pictures that become shorter than this."""


def joined_tiles_tokens(rule: JoinedTilesRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture.

    Raises:
        ImageRefused: a shape longer than the processor takes.
    """
    grid = choose_grid(rule.grid, width, height)
    if grid is None:
        return rule.overview
    columns, rows = _map(rule, grid, width, height)
    if rule.max_tiles_of_map is not None:
        ratio = math.sqrt(columns * rows / (rule.max_tiles_of_map * rule.side**2))
        if ratio > 1.1:
            columns, rows = int(columns // ratio), int(rows // ratio)
    return rule.overview + rows * (columns + 1)


def _map(rule: JoinedTilesRule, grid: TileCount, width: int, height: int) -> tuple[int, int]:
    match rule.padding:
        case "kept":
            return grid[0] * rule.side, grid[1] * rule.side
        case "cut_by_aspect":
            return _without_padding(grid[0] * rule.side, grid[1] * rule.side, width, height)
        case "cut_by_patch":
            return _without_padded_patches(rule, grid, width, height)


def _without_padding(columns: int, rows: int, width: int, height: int) -> tuple[int, int]:
    """LLaVA's unpadding: half of what is too much is cut off on both sides, rounded down."""
    if width / height > columns / rows:
        return columns, rows - (rows - int(round(height * (columns / width), 7))) // 2 * 2
    return columns - (columns - int(round(width * (rows / height), 7))) // 2 * 2, rows


def _without_padded_patches(
    rule: JoinedTilesRule, grid: TileCount, width: int, height: int
) -> tuple[int, int]:
    """Phi-4's attention mask: whole patches of padding are cut off; two patches a side are a token."""
    canvas = grid[0] * rule.grid.edge, grid[1] * rule.grid.edge
    by_width, by_height = canvas[0] / width, canvas[1] / height
    if by_width < by_height:
        filled = canvas[0], int(height * by_width)
    else:
        filled = int(width * by_height), canvas[1]
    if min(filled) < _SHORTEST_SIDE:
        raise ImageRefused(f"a shape so long that one side becomes {min(filled)} pixels")
    columns, rows = (
        -(-(whole // rule.patch - (whole - full) // rule.patch) // 2)
        for whole, full in zip(canvas, filled, strict=True)
    )
    return columns, rows
