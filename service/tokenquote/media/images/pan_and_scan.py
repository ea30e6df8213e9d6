"""Gemma 3's pan and scan: long shapes are cut along their long side, every crop costs what the whole does.

Source: transformers 5.23.0, `pan_and_scan_batched` of image_processing_gemma3.py.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.tile_rules import PanAndScanRule

__all__ = ["pan_and_scan_tokens"]


def pan_and_scan_tokens(rule: PanAndScanRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture."""
    return (1 + _crops(rule, max(width, height), min(width, height))) * rule.tokens


def _crops(rule: PanAndScanRule, long: int, short: int) -> int:
    """Crops beside the whole."""
    if long / short < rule.min_aspect:
        return 0
    crops = min(math.floor(long / rule.min_crop), math.floor(long / short + 0.5))
    crops = min(max(2, crops), rule.max_crops)
    return crops if min(math.ceil(long / crops), short) >= rule.min_crop else 0
