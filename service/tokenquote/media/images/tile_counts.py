"""The grids that a number of tiles can form."""

from __future__ import annotations

from functools import cache

__all__ = ["TileCount", "grids_from_set", "grids_of_at_most"]

TileCount = tuple[int, int]
"""Tiles across and down."""


@cache
def grids_of_at_most(most: int, least: int = 1) -> tuple[TileCount, ...]:
    """Every grid of so many tiles, the fewest tiles first, then the narrowest."""
    sides = range(1, most + 1)
    grids = [(across, down) for across in sides for down in sides if least <= across * down <= most]
    return tuple(sorted(grids, key=lambda grid: grid[0] * grid[1]))


@cache
def grids_from_set(most: int, least: int = 1) -> tuple[TileCount, ...]:
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
