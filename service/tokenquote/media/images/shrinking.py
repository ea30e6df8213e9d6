"""Whether a provider makes a picture smaller before it looks at it, for the rules that hosted APIs have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tokenquote.catalog.schema.image_rules import ImageRule, PatchesRule, TilesRule
from tokenquote.catalog.schema.resize_rules import BisectionRule, RowBreaksRule, SmartResizeRule
from tokenquote.media.images.bisection import shrinks_to_squares
from tokenquote.media.images.patches import shrinks_to_patches
from tokenquote.media.images.row_breaks import shrinks_to_edge
from tokenquote.media.images.smart_resize import shrinks_to_pixels
from tokenquote.media.images.tiles import shrinks_to_tiles

__all__ = ["is_shrunk"]

_SHRINKS: Mapping[type[Any], Callable[[Any, int, int, str | None], bool]] = {
    BisectionRule: shrinks_to_squares,
    PatchesRule: shrinks_to_patches,
    RowBreaksRule: shrinks_to_edge,
    SmartResizeRule: shrinks_to_pixels,
    TilesRule: shrinks_to_tiles,
}


def is_shrunk(rule: ImageRule, width: int, height: int, detail: str | None = None) -> bool:
    """Whether detail is lost; False too for kinds of rule that scale any picture, or none."""
    shrinks = _SHRINKS.get(type(rule))
    return shrinks is not None and shrinks(rule, width, height, detail)
