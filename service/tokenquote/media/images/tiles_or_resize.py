"""LFM2's pictures: resized to whole units; what is far too large is cut into tiles beside that.

Source: transformers 5.23.0, image_processing_lfm2_vl.py.
"""

from __future__ import annotations

from tokenquote.catalog.schema.tile_rules import TilesOrResizeRule
from tokenquote.media.images.grids import choose_grid
from tokenquote.media.images.smart_resize import resized_units

__all__ = ["tiles_or_resize_tokens"]


def tiles_or_resize_tokens(rule: TilesOrResizeRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    pixels = rule.unit * rule.unit
    across, down = resized_units(
        width, height, rule.unit, rule.min_tokens * pixels, rule.max_tokens * pixels, at_least=1
    )
    whole = across * down + rule.around
    if not _too_large(rule, width, height):
        return whole
    columns, rows = choose_grid(rule.grid, width, height) or (1, 1)
    return whole + rule.beside_tiles + columns * rows * rule.tile if columns * rows > 1 else whole


def _too_large(rule: TilesOrResizeRule, width: int, height: int) -> bool:
    # A side that rounds to no unit is taken as half a one, the encoder's patch.
    sides = [max(rule.unit // 2, round(side / rule.unit) * rule.unit) for side in (width, height)]
    return sides[0] * sides[1] > rule.max_tokens * rule.unit**2 * rule.tolerance
