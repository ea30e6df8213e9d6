"""Qwen's smart resize, which many others took over: sides to whole units, pixels into a range.

    each side: round(side / unit) x unit, half to even
    too many pixels: b = sqrt(w x h / max); floor(side / b / unit) x unit, at least a unit
    too few:         b = sqrt(min / (w x h)); ceil(side x b / unit) x unit
    tokens = the unit squares

Source: `smart_resize` of transformers' image_processing_qwen2_vl.py; in binary floats, as the processors do.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import SmartResizeRule
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["resized_units", "shrinks_to_pixels", "smart_resize_tokens"]


def smart_resize_tokens(rule: SmartResizeRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture.

    Raises:
        ImageRefused: a shape longer than the processor takes.
    """
    for flat, tokens in rule.flat.items():
        if flat == detail:
            return tokens
    most = _most_pixels(rule, detail)
    if rule.enlarge_tiny is not None:
        width, height = _at_least_a_unit(rule, width, height)
    if max(width, height) / min(width, height) > rule.max_aspect:
        raise ImageRefused(f"a shape of more than {rule.max_aspect} to 1")
    columns, rows = resized_units(width, height, rule.unit, rule.min_pixels, most)
    return rows * (columns + rule.row_break) + rule.around


def shrinks_to_pixels(rule: SmartResizeRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the picture is made smaller before it is counted."""
    across, down = round(width / rule.unit), round(height / rule.unit)
    return detail not in rule.flat and across * down * rule.unit**2 > _most_pixels(rule, detail)


def _most_pixels(rule: SmartResizeRule, detail: str | None) -> int:
    return rule.max_pixels_at_high if detail == "high" and rule.max_pixels_at_high else rule.max_pixels


def _at_least_a_unit(rule: SmartResizeRule, width: int, height: int) -> tuple[int, int]:
    if min(width, height) >= rule.unit:
        return width, height
    if rule.enlarge_tiny == "cut":
        scale = max(rule.unit / height, rule.unit / width)
        return int(width * scale), int(height * scale)
    if height < rule.unit:
        width, height = round(width * rule.unit / height), rule.unit
    if width < rule.unit:
        width, height = rule.unit, round(height * rule.unit / width)
    return width, height


def resized_units(
    width: int, height: int, unit: int, least: int, most: int, frames: int = 1, at_least: int = 0
) -> tuple[int, int]:
    """Unit squares across and down; `least` and `most` are pixels of all frames together.

    `at_least` is the fewest units of a side that is neither shrunk nor enlarged: 0, or 1 in some processors.
    """
    across, down = max(at_least, round(width / unit)), max(at_least, round(height / unit))
    pixels = frames * across * down * unit * unit
    if pixels > most:
        scale = math.sqrt(frames * width * height / most)
        return max(1, math.floor(width / scale / unit)), max(1, math.floor(height / scale / unit))
    if pixels < least:
        scale = math.sqrt(least / (frames * width * height))
        return math.ceil(width * scale / unit), math.ceil(height * scale / unit)
    return across, down
