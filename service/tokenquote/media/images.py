"""A picture's tokens by the rule that its model names."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tokenquote.catalog.image_rules_schema import (
    BisectionRule,
    CropsRule,
    FixedRule,
    ImageRule,
    PatchesRule,
    SmartResizeRule,
    SquareBudgetRule,
    TilesRule,
)
from tokenquote.counts import Count
from tokenquote.media.bisection import bisection_tokens
from tokenquote.media.crops import crops_tokens
from tokenquote.media.fixed import fixed_tokens
from tokenquote.media.patches import patch_tokens
from tokenquote.media.refusals import ImageRefused
from tokenquote.media.smart_resize import smart_resize_tokens
from tokenquote.media.square_budget import square_budget_tokens
from tokenquote.media.tiles import tile_tokens

__all__ = ["ImageCount", "ImageRefused", "count_image", "details_of"]


@dataclass(frozen=True, slots=True)
class ImageCount:
    """Tokens of one picture."""

    count: Count
    extra_in_chat: int = 0
    """What a Chat Completions body adds for it."""


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
    tokens = _tokens(rule, width, height, detail)
    low = rule.tile if isinstance(rule, CropsRule) else math.floor(tokens * rule.low)
    count = Count(tokens, low, math.ceil(tokens * rule.high), rule.method)
    return ImageCount(count, rule.extra_in_chat if isinstance(rule, PatchesRule) else 0)


def details_of(rule: ImageRule) -> frozenset[str]:
    """The details that change what a picture costs; any other has no effect."""
    match rule:
        case TilesRule():
            return frozenset({"low", "high"})
        case PatchesRule():
            return frozenset(rule.details)
        case BisectionRule():
            return frozenset()
        case CropsRule():
            return frozenset({*rule.flat, "high"})
        case SquareBudgetRule():
            return frozenset(rule.budgets)
        case FixedRule():
            return frozenset(rule.details)
        case SmartResizeRule():
            return frozenset(rule.flat) | ({"high"} if rule.max_pixels_at_high else frozenset())


def _tokens(rule: ImageRule, width: int, height: int, detail: str | None) -> int:
    match rule:
        case TilesRule():
            return tile_tokens(rule, width, height, detail)
        case PatchesRule():
            return patch_tokens(rule, width, height, detail)
        case BisectionRule():
            return bisection_tokens(rule, width, height)
        case CropsRule():
            return crops_tokens(rule, width, height, detail)
        case SquareBudgetRule():
            return square_budget_tokens(rule, width, height, detail)
        case FixedRule():
            return fixed_tokens(rule, detail)
        case SmartResizeRule():
            return smart_resize_tokens(rule, width, height, detail)
