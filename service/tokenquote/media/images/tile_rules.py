"""Rules that cut an image into a grid of tiles of one size, most with a view of the whole besides.

OpenAI's `tiles`; `tile_grid`, where tiles stand each by itself; `joined_tiles`, where they are joined to one
map; LFM2's `tiles_or_resize`. tile_grids.py knows how many tiles there are across and down.
"""

from __future__ import annotations

import math
from fractions import Fraction

from tokenquote.catalog.schema.image_rules import TilesRule
from tokenquote.catalog.schema.tile_rules import JoinedTilesRule, TileGridRule, TilesOrResizeRule
from tokenquote.media.image_sizes import ImageRefused, begun_units, resized_units
from tokenquote.media.images.tile_grids import TileCount, choose_grid

__all__ = [
    "joined_tiles_tokens",
    "shrinks_to_tiles",
    "tile_grid_tokens",
    "tiles_or_resize_tokens",
    "tiles_tokens",
]

_SHORTEST_SIDE = 10
"""Phi-4's processor refuses images that become shorter than this."""


def tiles_tokens(rule: TilesRule, width: int, height: int, detail: str | None) -> int:
    """OpenAI's tiles: a base, and so much for each square of 512 pixels; detail `low` costs the base whatever
    the size.

        fit into 2048 x 2048, then the short side to 768, only ever shrinking; tokens = base + tile x squares

    Source: https://developers.openai.com/api/docs/guides/images-vision#tile-based-image-tokenization
    """
    if detail == "low":
        return rule.base
    scale = _scale_into_box(rule, width, height)
    tiles = _tiles_of_side(width * scale, rule.tile_edge) * _tiles_of_side(height * scale, rule.tile_edge)
    return rule.base + rule.tile * tiles


def shrinks_to_tiles(rule: TilesRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the image is made smaller before it is counted."""
    return detail != "low" and _scale_into_box(rule, width, height) < 1


def _scale_into_box(rule: TilesRule, width: int, height: int) -> Fraction:
    into_box = min(Fraction(1), Fraction(rule.box_edge, max(width, height)))
    return into_box * min(Fraction(1), Fraction(rule.short_edge) / (min(width, height) * into_box))


def _tiles_of_side(length: Fraction, edge: int) -> int:
    """Squares along a side; the scaled side is a whole number of pixels, at least one."""
    return begun_units(max(1, int(length)), edge)


def tile_grid_tokens(rule: TileGridRule, width: int, height: int, detail: str | None) -> int:
    """Images cut into tiles that stand each by itself, with the whole besides: InternVL, Llama 4 and more."""
    if rule.at_low is not None and _is_looked_at_as_low(rule, width, height, detail):
        return rule.at_low
    grid = choose_grid(rule.grid, width, height)
    if grid is None:
        return rule.uncut or rule.single
    if grid == (1, 1):
        return rule.single
    columns, rows = grid
    return columns * rows * rule.tile + rows * rule.per_row + rule.overview


def _is_looked_at_as_low(rule: TileGridRule, width: int, height: int, detail: str | None) -> bool:
    return detail == "low" or (detail != "high" and max(width, height) <= rule.low_up_to)


def tiles_or_resize_tokens(rule: TilesOrResizeRule, width: int, height: int, _detail: str | None) -> int:
    """LFM2's images: resized to whole units; what is far too large is cut into tiles beside that.

    Source: transformers 5.23.0, image_processing_lfm2_vl.py.
    """
    pixels = rule.unit * rule.unit
    across, down = resized_units(
        width, height, rule.unit, rule.min_tokens * pixels, rule.max_tokens * pixels, at_least=1
    )
    whole = across * down + rule.around
    if not _is_too_large_to_resize(rule, width, height):
        return whole
    columns, rows = choose_grid(rule.grid, width, height) or (1, 1)
    return whole + rule.beside_tiles + columns * rows * rule.tile if columns * rows > 1 else whole


def _is_too_large_to_resize(rule: TilesOrResizeRule, width: int, height: int) -> bool:
    # A side that rounds to no unit is taken as half a one, the encoder's patch.
    sides = [max(rule.unit // 2, round(side / rule.unit) * rule.unit) for side in (width, height)]
    return sides[0] * sides[1] > rule.max_tokens * rule.unit**2 * rule.tolerance


def joined_tiles_tokens(rule: JoinedTilesRule, width: int, height: int, _detail: str | None) -> int:
    """Images whose tiles are joined to one map with a break after each row: LLaVA-NeXT, DeepSeek-VL2, Phi.

        tokens = overview + rows of the map x (columns of the map + 1)

    Raises:
        ImageRefused: a shape longer than the processor takes.
    """
    grid = choose_grid(rule.grid, width, height)
    if grid is None:
        return rule.overview
    columns, rows = _joined_map(rule, grid, width, height)
    if rule.max_tiles_of_map is not None:
        ratio = math.sqrt(columns * rows / (rule.max_tiles_of_map * rule.side**2))
        if ratio > 1.1:
            columns, rows = int(columns // ratio), int(rows // ratio)
    return rule.overview + rows * (columns + 1)


def _joined_map(rule: JoinedTilesRule, grid: TileCount, width: int, height: int) -> tuple[int, int]:
    """Columns and rows of the map, without what is cut off of its padding."""
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
        begun_units(whole // rule.patch - (whole - full) // rule.patch, 2)
        for whole, full in zip(canvas, filled, strict=True)
    )
    return columns, rows
