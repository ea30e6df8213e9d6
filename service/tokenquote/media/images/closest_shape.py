"""Muse's pictures: of the whole grids beside the ideal one, the closest to the picture's shape.

Source: transformers 5.23.0, `smart_resize` of image_processing_muse_glimmer.py.
"""

from __future__ import annotations

import itertools
import math

from tokenquote.catalog.schema.resize_rules import ClosestShapeRule

__all__ = ["closest_shape_tokens"]


def closest_shape_tokens(rule: ClosestShapeRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    down, across = height / rule.unit, width / rule.unit
    shape = across / down
    if down * across > rule.max_tokens:
        down = (rule.max_tokens / shape) ** 0.5
        across = down * shape
    # A set, as in the processor: of equally close grids the first in the set's order is taken.
    beside = set(
        itertools.product((math.floor(down), math.ceil(down)), (math.floor(across), math.ceil(across)))
    )
    grids = [(d, a) for d, a in beside if d >= 1 and a >= 1 and d * a <= rule.max_tokens]
    rows, columns = min(
        grids or [(max(1, round(down)), max(1, round(across)))],
        key=lambda grid: abs(grid[0] / grid[1] - height / width),
    )
    return rows * columns + rule.around
