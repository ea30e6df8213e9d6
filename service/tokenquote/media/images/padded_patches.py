"""Kimi's pictures: shrunk to a number of patches, padded to whole units.

    scale = min(1, sqrt(most patches / (w // patch x h // patch)), most patches of a side x patch / side)
    tokens = unit squares of the padded picture

Source: transformers 5.23.0, `navit_resize` of image_processing_kimi_k25.py; mlx-vlm 0.7.10, kimi_vl.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import PaddedPatchesRule
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["padded_patches_tokens"]


def padded_patches_tokens(rule: PaddedPatchesRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture.

    Raises:
        ImageRefused: more patches along a side than the model has positions for.
    """
    patches = max(1, width // rule.patch) * max(1, height // rule.patch)
    scale = min(1.0, math.sqrt(rule.max_patches / patches))
    if rule.max_side_patches is not None:
        scale = min(scale, rule.max_side_patches * rule.patch / max(width, height))
    unit = rule.patch * rule.merge
    units = [-(-_side(rule, side, scale) // unit) for side in (width, height)]
    if rule.reject_side_patches is not None and max(units) * rule.merge >= rule.reject_side_patches:
        raise ImageRefused(f"a side of {max(units) * rule.merge} patches, {rule.reject_side_patches} or more")
    return units[0] * units[1]


def _side(rule: PaddedPatchesRule, side: int, scale: float) -> int:
    scaled = max(1, int(side * scale))
    return min(scaled, rule.max_side_patches * rule.patch) if rule.max_side_patches else scaled
