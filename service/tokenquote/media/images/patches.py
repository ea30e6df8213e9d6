"""OpenAI's patches of 32 pixels: shrunk to a longest side, then into a budget, times a multiplier.

    s = sqrt(32² x budget / (w x h)); the side that loses more by whole patches decides how much smaller still
    tokens = ceil(patches x multiplier), exactly: 300 x 1.62 is 486, where binary floats make it 487

Source: https://developers.openai.com/api/docs/guides/images-vision#patch-based-image-tokenization
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.image_rules import PatchDetail, PatchesRule
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["patch_tokens", "shrinks_to_patches"]


def patch_tokens(rule: PatchesRule, width: int, height: int, detail: str | None) -> int:
    """Tokens of a picture.

    Raises:
        ImageRefused: more patches than the provider takes at this detail.
    """
    chosen = _chosen(rule, detail)
    patches = _patches(chosen, rule.patch_edge, width, height)
    if chosen.reject_over is not None and patches > chosen.reject_over:
        raise ImageRefused(f"{patches} patches; the provider refuses more than {chosen.reject_over}")
    return math.ceil(patches * rule.multiplier)


def shrinks_to_patches(rule: PatchesRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the picture is made smaller before it is counted."""
    chosen, edge = _chosen(rule, detail), rule.patch_edge
    within = chosen.budget is None or _grid(width, height, edge) <= chosen.budget
    return max(width, height) > chosen.max_edge or not within


def _chosen(rule: PatchesRule, detail: str | None) -> PatchDetail:
    default = rule.by_detail[rule.default]
    return next((one for name, one in rule.by_detail.items() if name == detail), default)


def _patches(detail: PatchDetail, edge: int, width: int, height: int) -> int:
    width, height = _fit_edge(width, height, detail.max_edge)
    patches = _grid(width, height, edge)
    if detail.budget is None or patches <= detail.budget:
        return patches
    scale = math.sqrt(edge * edge * detail.budget / (width * height))
    across, down = width * scale / edge, height * scale / edge
    scale *= min(math.floor(across) / across, math.floor(down) / down)
    return min(detail.budget, _grid(max(1, int(width * scale)), max(1, int(height * scale)), edge))


def _fit_edge(width: int, height: int, max_edge: int) -> tuple[int, int]:
    longest = max(width, height)
    if longest <= max_edge:
        return width, height
    return max(1, width * max_edge // longest), max(1, height * max_edge // longest)


def _grid(width: int, height: int, edge: int) -> int:
    return -(-width // edge) * -(-height // edge)
