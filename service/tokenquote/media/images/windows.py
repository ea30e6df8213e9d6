"""Step's pictures: windows whose side follows the shape, and the whole besides.

Source: transformers 5.23.0, `_plan_patches` of image_processing_step3p7.py.
"""

from __future__ import annotations

from tokenquote.catalog.schema.tile_rules import WindowsRule

__all__ = ["windows_tokens"]

_THIN, _VERY_LONG, _LONG = 32, 4, 1.5
"""A side shorter than this in a shape longer than that is padded to a square; from which shape on a picture
that fits the view is cut all the same."""


def windows_tokens(rule: WindowsRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    width, height = _normalised(rule, width, height)
    window = _window(rule, max(width, height), min(width, height))
    if not window:
        return rule.overview
    columns, rows = (max(1, _snapped(side, window)) for side in (width, height))
    return columns * rows * rule.tile + (rows - 1) * rule.per_break + rule.overview


def _normalised(rule: WindowsRule, width: int, height: int) -> tuple[int, int]:
    long, short = max(width, height), min(width, height)
    if short < _THIN and long / short > _VERY_LONG:
        width = height = long
    if long > rule.max_edge:
        scale = rule.max_edge / long
        return int(width * scale), int(height * scale)
    return width, height


def _window(rule: WindowsRule, long: int, short: int) -> int:
    """Side of a window; 0: the picture is not cut."""
    if long <= rule.view_edge:
        return short if long / short > _LONG else 0
    return min(short, rule.window) if long / short > _VERY_LONG else rule.window


def _snapped(side: int, window: int) -> int:
    """Whole windows of a side, one more where more than a fifth is left over."""
    return side // window + (side % window > 0.2 * window) if side >= window else 0
