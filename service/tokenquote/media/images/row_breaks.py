"""Pixtral's and Mistral's pictures: shrunk to a longest side, patches merged, a break after each row.

    ratio = longest side / limit; if more than 1, both sides / ratio, at least a pixel where they are rounded
    patches of a side = (side - 1) // patch + 1; tokens = (columns + break) x rows

Source: mistral-common 1.13.1, ImageEncoder; transformers 5.23.0, PixtralProcessor and LightOnOcrProcessor.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import RowBreaksRule
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["row_breaks_tokens", "shrinks_to_edge"]


def row_breaks_tokens(rule: RowBreaksRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture; none where so little is left that no patches can be merged.

    Raises:
        ImageRefused: a shape so long that nothing is left of the short side.
    """
    ratio = max(width, height) / rule.max_edge
    if ratio > 1:
        width, height = _whole(rule, width / ratio), _whole(rule, height / ratio)
    columns, rows = (((side - 1) // rule.patch + 1) // rule.merge for side in (width, height))
    return (columns + rule.row_break) * rows


def shrinks_to_edge(rule: RowBreaksRule, width: int, height: int, _detail: str | None) -> bool:
    """Whether the picture is made smaller before it is counted."""
    return max(width, height) > rule.max_edge


def _whole(rule: RowBreaksRule, side: float) -> int:
    if rule.rounding == "round":
        return max(round(side), 1)
    if side < 1:
        raise ImageRefused("a shape so long that nothing is left of its short side")
    return math.floor(side)
