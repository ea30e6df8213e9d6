"""A picture's tokens by the rule that its model names."""

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
    SlicesRule,
    TileGridRule,
    TilesOrResizeRule,
    WindowsRule,
)
from tokenquote.counts import Count
from tokenquote.media.images.area import area_tokens
from tokenquote.media.images.bisection import bisection_tokens
from tokenquote.media.images.closest_shape import closest_shape_tokens
from tokenquote.media.images.cropped_height import cropped_height_tokens
from tokenquote.media.images.crops import crops_tokens
from tokenquote.media.images.fixed import fixed_tokens
from tokenquote.media.images.joined_tiles import joined_tiles_tokens
from tokenquote.media.images.line_grid import line_grid_tokens
from tokenquote.media.images.overlapping_crops import overlapping_crops_tokens
from tokenquote.media.images.padded_patches import padded_patches_tokens
from tokenquote.media.images.pan_and_scan import pan_and_scan_tokens
from tokenquote.media.images.patch_range import patch_range_tokens
from tokenquote.media.images.patches import patch_tokens
from tokenquote.media.images.refusals import ImageRefused
from tokenquote.media.images.row_breaks import row_breaks_tokens
from tokenquote.media.images.slices import slices_tokens
from tokenquote.media.images.smart_resize import smart_resize_tokens
from tokenquote.media.images.square_budget import square_budget_tokens
from tokenquote.media.images.tile_grid import tile_grid_tokens
from tokenquote.media.images.tiles import tile_tokens
from tokenquote.media.images.tiles_or_resize import tiles_or_resize_tokens
from tokenquote.media.images.windows import windows_tokens

__all__ = ["ImageCount", "ImageRefused", "count_image", "details_of"]

_COUNTERS: Mapping[type[Any], Callable[[Any, int, int, str | None], int]] = {
    AreaRule: area_tokens,
    BisectionRule: bisection_tokens,
    ClosestShapeRule: closest_shape_tokens,
    CroppedHeightRule: cropped_height_tokens,
    CropsRule: crops_tokens,
    FixedRule: fixed_tokens,
    JoinedTilesRule: joined_tiles_tokens,
    LineGridRule: line_grid_tokens,
    OverlappingCropsRule: overlapping_crops_tokens,
    PaddedPatchesRule: padded_patches_tokens,
    PanAndScanRule: pan_and_scan_tokens,
    PatchRangeRule: patch_range_tokens,
    PatchesRule: patch_tokens,
    RowBreaksRule: row_breaks_tokens,
    SlicesRule: slices_tokens,
    SmartResizeRule: smart_resize_tokens,
    SquareBudgetRule: square_budget_tokens,
    TileGridRule: tile_grid_tokens,
    TilesOrResizeRule: tiles_or_resize_tokens,
    TilesRule: tile_tokens,
    WindowsRule: windows_tokens,
}


@dataclass(frozen=True, slots=True)
class ImageCount:
    """Tokens of one picture."""

    count: Count
    extra_in_chat: int = 0
    """What a Chat Completions body adds for it."""
    in_message: int = 0
    """What stands around it in a message, besides."""


def count_image(rule: ImageRule, width: int, height: int, detail: str | None = None) -> ImageCount:
    """Count a picture.

    Args:
        rule: the model's rule.
        width: pixels, after the orientation of its header was applied; at least 1.
        height: likewise.
        detail: `low`, `high`, `original`, or None and `auto` for the model's default.

    Raises:
        ImageRefused: the provider itself would refuse the picture.
    """
    tokens = _COUNTERS[type(rule)](rule, width, height, detail)
    count = Count(tokens, math.floor(tokens * rule.low), math.ceil(tokens * rule.high), rule.method)
    return ImageCount(count, rule.extra_in_chat, rule.in_message)


def details_of(rule: ImageRule) -> frozenset[str]:
    """The details that change what a picture costs; any other has no effect."""
    return rule.details
