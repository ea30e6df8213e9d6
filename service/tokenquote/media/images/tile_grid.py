"""Pictures cut into tiles that stand each by itself, with the whole besides: InternVL, Llama 4 and others."""

from __future__ import annotations

from tokenquote.catalog.schema.tile_rules import TileGridRule
from tokenquote.media.images.grids import choose_grid

__all__ = ["tile_grid_tokens"]


def tile_grid_tokens(rule: TileGridRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture."""
    if rule.at_low is not None and _looked_at_as_low(rule, width, height, detail):
        return rule.at_low
    grid = choose_grid(rule.grid, width, height)
    if grid is None:
        return rule.uncut or rule.single
    if grid == (1, 1):
        return rule.single
    columns, rows = grid
    return columns * rows * rule.tile + rows * rule.per_row + rule.overview


def _looked_at_as_low(rule: TileGridRule, width: int, height: int, detail: str | None) -> bool:
    return detail == "low" or (detail != "high" and max(width, height) <= rule.low_up_to)
