"""GLM-5's pictures: sides rounded up to units; what is too much finds its height by bisection.

Source: transformers 5.23.0, `smart_resize` of image_processing_glm5_next.py.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import CroppedHeightRule

__all__ = ["cropped_height_tokens"]


def cropped_height_tokens(rule: CroppedHeightRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    tokens = _units(rule, width) * _units(rule, height)
    if tokens < rule.min_tokens:
        scale = math.sqrt(rule.min_tokens * rule.unit**2 / (width * height))
        tokens = _units(rule, math.ceil(width * scale)) * _units(rule, math.ceil(height * scale))
    return tokens if tokens <= rule.max_tokens else _fitted(rule, width, height)


def _fitted(rule: CroppedHeightRule, width: int, height: int) -> int:
    """Tokens at the last height that the bisection found to fit."""
    best, low, high = 1, 1, height
    while low <= high:
        middle = (low + high) // 2
        tokens = _units(rule, middle) * _units(rule, max(1, math.floor(width * middle / height)))
        if tokens <= rule.max_tokens:
            best, low = tokens, middle + 1
        else:
            high = middle - 1
    return best


def _units(rule: CroppedHeightRule, side: int) -> int:
    return -(-side // rule.unit)
