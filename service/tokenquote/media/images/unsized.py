"""Pictures whose size nobody states, such as those behind a URL: at least, usually and at most."""

from __future__ import annotations

from tokenquote.catalog.schema.image_rules import ImageRule
from tokenquote.counts import Count
from tokenquote.media.images import ImageCount, count_image
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["count_image_of_unknown_size"]

_USUAL = (1280, 960)
"""Taken for the expected count: a screenshot or a photograph made smaller for the web."""
_OTHERS = (
    (1, 1), (64, 64), (640, 480), (1568, 784), (1920, 1080), (2576, 1456), (4032, 3024), (3024, 4032),
    (8000, 8000), (4800, 6400),
)  # fmt: skip
"""From an icon to the largest that the providers take; with them the ends of every rule's range, such as the
1,568 and 4,784 tokens of Claude's largest pictures."""


def count_image_of_unknown_size(rule: ImageRule, detail: str | None = None) -> ImageCount:
    """Count a picture of which only rule and detail are known; the band is as wide as that leaves it."""
    usual = count_image(rule, *_USUAL, detail)
    counts = [usual.count, *(one.count for size in _OTHERS if (one := _counted(rule, size, detail)))]
    low, high = min(count.low for count in counts), max(count.high for count in counts)
    method = usual.count.method if low == high else "assumed"
    return ImageCount(Count(usual.count.tokens, low, high, method), usual.extra_in_chat, usual.in_message)


def _counted(rule: ImageRule, size: tuple[int, int], detail: str | None) -> ImageCount | None:
    try:
        return count_image(rule, *size, detail)
    except ImageRefused:
        return None
