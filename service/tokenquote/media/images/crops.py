"""Gemini's pictures up to 2.0: one tile if both sides are small, else square crops.

    crop = floor(min(w, h) / 1.5), between 256 and 768; tokens = 258 x ceil(w / crop) x ceil(h / crop)

Source: https://ai.google.dev/gemini-api/docs/image-understanding; 960x540: crops of 360, six tiles, 1,548.
Bills of gemini-2.0-flash hold one tile more, that of the whole picture: 640x480 is 5 x 258, 540x360 7 x 258.
"""

from __future__ import annotations

from tokenquote.catalog.schema.resize_rules import CropsRule

__all__ = ["crops_tokens"]


def crops_tokens(rule: CropsRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture; at a lower resolution any size costs the same."""
    for resolution, tokens in rule.flat.items():
        if resolution == detail:
            return tokens
    if rule.unless_high is not None and detail != "high":
        return rule.unless_high
    if max(width, height) <= rule.small_edge:
        return rule.tile
    crop = int(min(width, height) / rule.divisor)
    crop = min(max(crop, rule.min_crop), rule.max_crop)
    return rule.tile * (-(-width // crop) * -(-height // crop) + rule.overview)
