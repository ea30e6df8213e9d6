"""Molmo's pictures: overlapping crops joined to one map, and the whole besides.

    a crop shows `crop / patch` patches, of which `margin` on each side overlap with the next
    tokens = view of the whole + rows x (columns + 1) + around, two patches a side one token

Source: transformers 5.23.0, image_processing_molmo2.py; mlx-vlm 0.7.10, processing_molmo.py.
"""

from __future__ import annotations

from tokenquote.catalog.schema.tile_rules import OverlappingCropsRule
from tokenquote.media.images.grids import least_resize

__all__ = ["overlapping_crops_tokens"]


def overlapping_crops_tokens(rule: OverlappingCropsRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    margins = 2 * rule.margin
    window = rule.crop // rule.patch - margins
    columns, rows = least_resize(
        window * rule.patch,
        rule.max_crops,
        width - margins * rule.patch,
        height - margins * rule.patch,
    )
    across, down = _pooled(rule, columns * window + margins), _pooled(rule, rows * window + margins)
    side = _pooled(rule, rule.crop // rule.patch)
    return side * (side + rule.overview_breaks) + down * (across + 1) + rule.around


def _pooled(rule: OverlappingCropsRule, patches: int) -> int:
    return -(-patches // rule.pool)
