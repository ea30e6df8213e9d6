"""Nemotron's pictures: a grid of patches scaled into a range, its sides made multiples of what is merged.

Source: transformers 5.23.0, `get_patch_grid_size` of image_processing_nemotron_h_omni.py.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import PatchRangeRule

__all__ = ["patch_range_tokens"]


def patch_range_tokens(rule: PatchRangeRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    down, across = round(height / rule.patch + 0.5), round(width / rule.patch + 0.5)
    down, across = _scaled(rule, down, across)
    down = _merged(rule, down, across)
    across = _merged(rule, across, down)
    return down * across // rule.merge**2 + rule.around


def _scaled(rule: PatchRangeRule, down: int, across: int) -> tuple[int, int]:
    factor = min(math.sqrt(rule.max_patches / (down * across)), 1.0)
    down, across = math.floor(factor * down), math.floor(factor * across)
    if down * across < rule.min_patches:
        factor = math.sqrt(rule.min_patches / max(1, down * across))
        down, across = math.ceil(factor * down), math.ceil(factor * across)
    return down, across


def _merged(rule: PatchRangeRule, side: int, other: int) -> int:
    """Up to the next multiple where that fits, else down."""
    over = side % rule.merge
    if not over:
        return side
    up = side + rule.merge - over
    return up if up * other <= rule.max_patches else max(rule.merge, side - over)
