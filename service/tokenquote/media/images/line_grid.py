"""DeepSeek-V4.1's pictures: enlarged to a least area, padded to patches, a break after each line of tokens.

    tokens = lines x (tokens of a line + 1) + 2; if too many, the largest grid of the picture's shape

Source: sglang 0.5.23, deepseek_v41_image_processing.py.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import LineGridRule

__all__ = ["line_grid_tokens"]


def line_grid_tokens(rule: LineGridRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    if width * height < rule.min_pixels:
        ratio = (rule.min_pixels / (width * height)) ** 0.5
        width, height = int(width * ratio), int(height * ratio)
    tokens = _tokens(rule, -(-width // rule.patch), -(-height // rule.patch))
    return tokens if tokens <= rule.max_tokens else _largest(rule, width, height)


def _largest(rule: LineGridRule, width: int, height: int) -> int:
    shape = height / width
    across = math.sqrt((rule.max_tokens - rule.around) / shape + 0.25) - 0.5
    down = across * shape
    room = rule.max_tokens - rule.around
    if across < 1.0:
        return room // 2 * 2 + rule.around
    if down < 1.0:
        return room + rule.around
    cell = rule.patch * rule.merge
    scale = min(math.floor(across) * cell / width, math.floor(down) * cell / height)
    return _tokens(rule, math.floor(width * scale / rule.patch), math.floor(height * scale / rule.patch))


def _tokens(rule: LineGridRule, patches_across: int, patches_down: int) -> int:
    across, down = -(-patches_across // rule.merge), -(-patches_down // rule.merge)
    return down * (across + 1) + rule.around
