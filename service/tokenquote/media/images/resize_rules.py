"""Rules that resize an image to whole unit squares, each worth the same, and those that need no grid at all.

`fixed` and `area` need none. Claude's `bisection`, Gemini 3's `square_budget`, Qwen's `smart_resize`, GLM-5's
`cropped_height` and Muse's `closest_shape` each choose the grid of squares in a way of their own.
"""

from __future__ import annotations

import itertools
import math

from tokenquote.catalog.schema.resize_rules import (
    AreaRule,
    BisectionRule,
    ClosestShapeRule,
    CroppedHeightRule,
    FixedRule,
    SmartResizeRule,
    SquareBudgetRule,
)
from tokenquote.media.image_sizes import ImageRefused, begun_units, resized_units

__all__ = [
    "area_tokens",
    "bisection_tokens",
    "closest_shape_tokens",
    "cropped_height_tokens",
    "fixed_tokens",
    "shrinks_to_pixels",
    "shrinks_to_squares",
    "smart_resize_tokens",
    "square_budget_tokens",
]


def fixed_tokens(rule: FixedRule, _width: int, _height: int, detail: str | None) -> int:
    """Images that cost the same whatever their size, because they are resized to one square."""
    return next((tokens for name, tokens in rule.at_detail.items() if name == detail), rule.tokens)


def area_tokens(rule: AreaRule, width: int, height: int, _detail: str | None) -> int:
    """Images of providers that publish examples and no formula: a base, and a token for so many pixels."""
    tokens = rule.base + begun_units(width * height, rule.pixels_per_token)
    return min(tokens, rule.max_tokens or tokens)


def bisection_tokens(rule: BisectionRule, width: int, height: int, _detail: str | None) -> int:
    """Claude's images: one token for each square of 28 pixels, after the largest size that fits; in the Haiku
    models of the third generation, four for each square of 56. Shrunk if need be, never enlarged.

    The long side is found by bisection, the short side follows rounded half to even, as in the reference
    implementation of https://platform.claude.com/docs/en/build-with-claude/vision-coordinates.

    Raises:
        ImageRefused: a side is longer than the provider takes.
    """
    long, short = max(width, height), min(width, height)
    if rule.reject_over_edge is not None and long > rule.reject_over_edge:
        raise ImageRefused(f"{long} pixels a side; the provider refuses more than {rule.reject_over_edge}")
    if not _squares_fit(rule, long, short):
        long, short = _largest_that_fits(rule, long, short)
    return begun_units(long, rule.unit) * begun_units(short, rule.unit) * rule.tokens_per_unit


def shrinks_to_squares(rule: BisectionRule, width: int, height: int, _detail: str | None) -> bool:
    """Whether the image is made smaller before it is counted."""
    return not _squares_fit(rule, max(width, height), min(width, height))


def _largest_that_fits(rule: BisectionRule, long: int, short: int) -> tuple[int, int]:
    """The largest long side that fits, and the short side that goes with it."""

    def short_for(candidate: int) -> int:
        if rule.rounding == "floor":
            return max(candidate * short // long, 1)
        return max(_half_to_even(candidate * short, long), 1)

    fitting, too_long = 1, long
    while too_long - fitting > 1:
        middle = (fitting + too_long) // 2
        if _squares_fit(rule, middle, short_for(middle)):
            fitting = middle
        else:
            too_long = middle
    return fitting, short_for(fitting)


def _half_to_even(numerator: int, denominator: int) -> int:
    """Python's `round` of a fraction, exactly."""
    whole, rest = divmod(numerator, denominator)
    above = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + above


def _squares_fit(rule: BisectionRule, long: int, short: int) -> bool:
    units = begun_units(long, rule.unit), begun_units(short, rule.unit)
    return (
        max(units) * rule.unit <= rule.max_edge
        and units[0] * units[1] * rule.tokens_per_unit <= rule.max_tokens
    )


def square_budget_tokens(rule: SquareBudgetRule, width: int, height: int, detail: str | None) -> int:
    """Gemini 3's images: scaled, up or down, to as many unit squares as the budget B holds; only the shape
    matters.

        tokens = floor(sqrt(B x h / w)) x floor(sqrt(B x w / h)); any square is 33 x 33 = 1,089 at B = 1,120

    The provider publishes B as a maximum; the count is Gemma 4's resize, which agrees with the sizes that
    were measured (square, 2:1 and 4:1).
    """
    budget = next((b for name, b in rule.budgets.items() if name == detail), rule.budgets[rule.default])
    rows = math.isqrt(budget * height // width)
    columns = math.isqrt(budget * width // height)
    if not rows:
        rows, columns = 1, min(width // height, budget)
    elif not columns:
        rows, columns = min(height // width, budget), 1
    return rows * columns + rule.around


def smart_resize_tokens(rule: SmartResizeRule, width: int, height: int, detail: str | None) -> int:
    """Qwen's smart resize, which many others took over: sides to whole units, pixels into a range; the tokens
    are the unit squares. `resized_units` has the formula and its source.

    Raises:
        ImageRefused: a shape longer than the processor takes.
    """
    for flat, tokens in rule.flat.items():
        if flat == detail:
            return tokens
    most = _most_pixels(rule, detail)
    if rule.enlarge_tiny is not None:
        width, height = _enlarged_to_a_unit(rule, width, height)
    if max(width, height) / min(width, height) > rule.max_aspect:
        raise ImageRefused(f"a shape of more than {rule.max_aspect} to 1")
    columns, rows = resized_units(width, height, rule.unit, rule.min_pixels, most)
    return rows * (columns + rule.row_break) + rule.around


def shrinks_to_pixels(rule: SmartResizeRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the image is made smaller before it is counted."""
    across, down = round(width / rule.unit), round(height / rule.unit)
    return detail not in rule.flat and across * down * rule.unit**2 > _most_pixels(rule, detail)


def _most_pixels(rule: SmartResizeRule, detail: str | None) -> int:
    return rule.max_pixels_at_high if detail == "high" and rule.max_pixels_at_high else rule.max_pixels


def _enlarged_to_a_unit(rule: SmartResizeRule, width: int, height: int) -> tuple[int, int]:
    """The sides, scaled up until neither is shorter than a unit."""
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


def cropped_height_tokens(rule: CroppedHeightRule, width: int, height: int, _detail: str | None) -> int:
    """GLM-5's images: sides rounded up to units; what is too much finds its height by bisection.

    Source: transformers 5.23.0, `smart_resize` of image_processing_glm5_next.py.
    """
    tokens = begun_units(width, rule.unit) * begun_units(height, rule.unit)
    if tokens < rule.min_tokens:
        scale = math.sqrt(rule.min_tokens * rule.unit**2 / (width * height))
        sides = (math.ceil(side * scale) for side in (width, height))
        tokens = math.prod(begun_units(side, rule.unit) for side in sides)
    return tokens if tokens <= rule.max_tokens else _tokens_at_cropped_height(rule, width, height)


def _tokens_at_cropped_height(rule: CroppedHeightRule, width: int, height: int) -> int:
    """Tokens at the last height that the bisection found to fit."""
    best, low, high = 1, 1, height
    while low <= high:
        middle = (low + high) // 2
        beside = max(1, math.floor(width * middle / height))
        tokens = begun_units(middle, rule.unit) * begun_units(beside, rule.unit)
        if tokens <= rule.max_tokens:
            best, low = tokens, middle + 1
        else:
            high = middle - 1
    return best


def closest_shape_tokens(rule: ClosestShapeRule, width: int, height: int, _detail: str | None) -> int:
    """Muse's images: of the whole grids beside the ideal one, the closest to the image's shape.

    Source: transformers 5.23.0, `smart_resize` of image_processing_muse_glimmer.py.
    """
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
