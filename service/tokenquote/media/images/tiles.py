"""OpenAI's tiles: a base, and so much for each square of 512 pixels.

    fit into 2048 x 2048, then the short side to 768, only ever shrinking; tokens = base + tile x squares

Source: https://developers.openai.com/api/docs/guides/images-vision#tile-based-image-tokenization
"""

from __future__ import annotations

from fractions import Fraction

from tokenquote.catalog.schema.image_rules import TilesRule

__all__ = ["shrinks_to_tiles", "tile_tokens"]


def tile_tokens(rule: TilesRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture; detail `low` costs the base whatever the size."""
    if detail == "low":
        return rule.base
    scale = _scale(rule, width, height)
    tiles = _tiles(width * scale, rule.tile_edge) * _tiles(height * scale, rule.tile_edge)
    return rule.base + rule.tile * tiles


def shrinks_to_tiles(rule: TilesRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the picture is made smaller before it is counted."""
    return detail != "low" and _scale(rule, width, height) < 1


def _scale(rule: TilesRule, width: int, height: int) -> Fraction:
    into_box = min(Fraction(1), Fraction(rule.box_edge, max(width, height)))
    return into_box * min(Fraction(1), Fraction(rule.short_edge) / (min(width, height) * into_box))


def _tiles(length: Fraction, edge: int) -> int:
    """Squares along a side; the scaled side is a whole number of pixels, at least one."""
    return -(-max(1, int(length)) // edge)
