"""MiniCPM-V 4.6's pictures: slices resized each for itself, and the whole besides.

Source: transformers 5.23.0, image_processing_minicpmv4_6.py.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.tile_rules import ClosestLogAspectGrid, SlicesRule
from tokenquote.media.images.grids_by_aspect import closest_log_aspect_grid

__all__ = ["slices_tokens"]


def slices_tokens(rule: SlicesRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    chooser = ClosestLogAspectGrid(choose="closest_log_aspect", edge=rule.edge, max_tiles=rule.max_slices)
    grid = closest_log_aspect_grid(chooser, width, height)
    whole = _resized(rule, width, height, enlarge=grid is None) + rule.around
    if grid is None:
        return whole
    columns, rows = grid
    slice_width, slice_height = _multiple(width, columns) / columns, _multiple(height, rows) / rows
    one = _resized(rule, slice_width, slice_height, enlarge=True) + rule.per_slice
    return whole + columns * rows * one + rows - 1  # a line break between rows


def _resized(rule: SlicesRule, width: float, height: float, *, enlarge: bool) -> int:
    """Tokens of one part, of about the area of a square of `edge`."""
    if enlarge or width * height > rule.edge * rule.edge:
        aspect = width / height
        height = int(rule.edge / math.sqrt(aspect))
        width = int(height * aspect)
    step = rule.patch * rule.merge
    patches = (_multiple(width, step) // rule.patch) * (_multiple(height, step) // rule.patch)
    return patches // rule.patches_per_token


def _multiple(length: float, step: int) -> int:
    return max(round(length / step) * step, step)
