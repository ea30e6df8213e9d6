"""Tokens of an image, by the rule that its model names.

Each kind of rule is a function of resize_rules.py, patch_rules.py, tile_rules.py or crop_rules.py; this front
picks the one that a rule is of. tile_grids.py knows how many tiles an image is cut into.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tokenquote.catalog.schema.image_rules import ImageRule, PatchesRule, TilesRule
from tokenquote.catalog.schema.resize_rules import (
    AreaRule,
    BisectionRule,
    ClosestShapeRule,
    CroppedHeightRule,
    CropsRule,
    FixedRule,
    LineGridRule,
    PaddedPatchesRule,
    PatchRangeRule,
    RowBreaksRule,
    SmartResizeRule,
    SquareBudgetRule,
)
from tokenquote.catalog.schema.tile_rules import (
    JoinedTilesRule,
    OverlappingCropsRule,
    PanAndScanRule,
    PictureWindowsRule,
    SlicesRule,
    TileGridRule,
    TilesOrResizeRule,
)
from tokenquote.counts import Count
from tokenquote.media.image_sizes import ImageRefused
from tokenquote.media.images import crop_rules, patch_rules, resize_rules, tile_rules

__all__ = [
    "ImageCount",
    "ImageRefused",
    "count_image",
    "count_image_of_unknown_size",
    "details_of",
    "is_shrunk",
]

_COUNTERS: Mapping[type[Any], Callable[[Any, int, int, str | None], int]] = {
    AreaRule: resize_rules.area_tokens,
    BisectionRule: resize_rules.bisection_tokens,
    ClosestShapeRule: resize_rules.closest_shape_tokens,
    CroppedHeightRule: resize_rules.cropped_height_tokens,
    FixedRule: resize_rules.fixed_tokens,
    SmartResizeRule: resize_rules.smart_resize_tokens,
    SquareBudgetRule: resize_rules.square_budget_tokens,
    LineGridRule: patch_rules.line_grid_tokens,
    PaddedPatchesRule: patch_rules.padded_patches_tokens,
    PatchRangeRule: patch_rules.patch_range_tokens,
    PatchesRule: patch_rules.patches_tokens,
    RowBreaksRule: patch_rules.row_breaks_tokens,
    JoinedTilesRule: tile_rules.joined_tiles_tokens,
    TileGridRule: tile_rules.tile_grid_tokens,
    TilesOrResizeRule: tile_rules.tiles_or_resize_tokens,
    TilesRule: tile_rules.tiles_tokens,
    CropsRule: crop_rules.crops_tokens,
    OverlappingCropsRule: crop_rules.overlapping_crops_tokens,
    PanAndScanRule: crop_rules.pan_and_scan_tokens,
    SlicesRule: crop_rules.slices_tokens,
    PictureWindowsRule: crop_rules.windows_tokens,
}
_SHRINKS: Mapping[type[Any], Callable[[Any, int, int, str | None], bool]] = {
    BisectionRule: resize_rules.shrinks_to_squares,
    SmartResizeRule: resize_rules.shrinks_to_pixels,
    PatchesRule: patch_rules.shrinks_to_patches,
    RowBreaksRule: patch_rules.shrinks_to_edge,
    TilesRule: tile_rules.shrinks_to_tiles,
}
"""Only for the rules that hosted APIs have."""

_USUAL_SIZE = (1280, 960)
"""Taken for the expected count where nobody states a size: a screenshot or a photograph made smaller for the
web."""
_OTHER_SIZES = (
    (1, 1), (64, 64), (640, 480), (1568, 784), (1920, 1080), (2576, 1456), (4032, 3024), (3024, 4032),
    (8000, 8000), (4800, 6400),
)  # fmt: skip
"""From an icon to the largest that the providers take; with them the ends of every rule's range, such as the
1,568 and 4,784 tokens of Claude's largest images."""


@dataclass(frozen=True, slots=True)
class ImageCount:
    """Tokens of one image."""

    count: Count
    extra_in_chat: int = 0
    """What a Chat Completions body adds for it."""
    in_message: int = 0
    """What stands around it in a message, besides."""


def count_image(rule: ImageRule, width: int, height: int, detail: str | None = None) -> ImageCount:
    """Count an image.

    Args:
        rule: the model's rule.
        width: pixels, after the orientation of its header was applied; at least 1.
        height: likewise.
        detail: `low`, `high`, `original`, or None and `auto` for the model's default.

    Raises:
        ImageRefused: the provider itself would refuse the image.
    """
    tokens = _COUNTERS[type(rule)](rule, width, height, detail)
    count = Count(tokens, math.floor(tokens * rule.low), math.ceil(tokens * rule.high), rule.method)
    return ImageCount(count, rule.extra_in_chat, rule.in_message)


def count_image_of_unknown_size(rule: ImageRule, detail: str | None = None) -> ImageCount:
    """Count an image whose size nobody states, such as one behind a URL: at least, usually and at most.

    Only rule and detail are known; the band is as wide as that leaves it.
    """
    usual = count_image(rule, *_USUAL_SIZE, detail)
    others = (_count_unless_refused(rule, size, detail) for size in _OTHER_SIZES)
    counts = [usual.count, *(one.count for one in others if one is not None)]
    low, high = min(count.low for count in counts), max(count.high for count in counts)
    method = usual.count.method if low == high else "assumed"
    return ImageCount(Count(usual.count.tokens, low, high, method), usual.extra_in_chat, usual.in_message)


def _count_unless_refused(rule: ImageRule, size: tuple[int, int], detail: str | None) -> ImageCount | None:
    try:
        return count_image(rule, *size, detail)
    except ImageRefused:
        return None


def is_shrunk(rule: ImageRule, width: int, height: int, detail: str | None = None) -> bool:
    """Whether a provider makes an image smaller before it looks at it, so that detail is lost; False too for
    kinds of rule that scale any image, or none.
    """
    shrinks = _SHRINKS.get(type(rule))
    return shrinks is not None and shrinks(rule, width, height, detail)


def details_of(rule: ImageRule) -> frozenset[str]:
    """The details that change what an image costs; any other has no effect."""
    return rule.details
