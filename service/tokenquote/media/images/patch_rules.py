"""Rules that count an image in the patches of its encoder, several of which may be merged to one token.

OpenAI's `patches`, Mistral's `row_breaks`, Kimi's `padded_patches`, DeepSeek-V4.1's `line_grid` and
Nemotron's `patch_range` differ in how an image with too many patches, or too few, is scaled.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.image_rules import PatchDetail, PatchesRule
from tokenquote.catalog.schema.resize_rules import (
    LineGridRule,
    PaddedPatchesRule,
    PatchRangeRule,
    RowBreaksRule,
)
from tokenquote.media.image_sizes import ImageRefused, begun_units

__all__ = [
    "line_grid_tokens",
    "padded_patches_tokens",
    "patch_range_tokens",
    "patches_tokens",
    "row_breaks_tokens",
    "shrinks_to_edge",
    "shrinks_to_patches",
]


def patches_tokens(rule: PatchesRule, width: int, height: int, detail: str | None) -> int:
    """OpenAI's patches of 32 pixels: shrunk to a longest side, then into a budget, times a multiplier.

        s = sqrt(32² x budget / (w x h))
        the side that loses more by whole patches decides how much smaller still
        tokens = ceil(patches x multiplier), exactly: 300 x 1.62 is 486, where binary floats make it 487

    Source: https://developers.openai.com/api/docs/guides/images-vision#patch-based-image-tokenization

    Raises:
        ImageRefused: more patches than the provider takes at this detail.
    """
    chosen = _rule_at_detail(rule, detail)
    patches = _patches_within_budget(chosen, rule.patch_edge, width, height)
    if chosen.reject_over is not None and patches > chosen.reject_over:
        raise ImageRefused(f"{patches} patches; the provider refuses more than {chosen.reject_over}")
    return math.ceil(patches * rule.multiplier)


def shrinks_to_patches(rule: PatchesRule, width: int, height: int, detail: str | None) -> bool:
    """Whether the image is made smaller before it is counted."""
    chosen = _rule_at_detail(rule, detail)
    within = chosen.budget is None or _begun_patches(width, height, rule.patch_edge) <= chosen.budget
    return max(width, height) > chosen.max_edge or not within


def _rule_at_detail(rule: PatchesRule, detail: str | None) -> PatchDetail:
    default = rule.by_detail[rule.default]
    return next((one for name, one in rule.by_detail.items() if name == detail), default)


def _patches_within_budget(detail: PatchDetail, edge: int, width: int, height: int) -> int:
    width, height = _shrunk_to_edge(width, height, detail.max_edge)
    patches = _begun_patches(width, height, edge)
    if detail.budget is None or patches <= detail.budget:
        return patches
    scale = math.sqrt(edge * edge * detail.budget / (width * height))
    across, down = width * scale / edge, height * scale / edge
    scale *= min(math.floor(across) / across, math.floor(down) / down)
    return min(detail.budget, _begun_patches(max(1, int(width * scale)), max(1, int(height * scale)), edge))


def _shrunk_to_edge(width: int, height: int, max_edge: int) -> tuple[int, int]:
    longest = max(width, height)
    if longest <= max_edge:
        return width, height
    return max(1, width * max_edge // longest), max(1, height * max_edge // longest)


def _begun_patches(width: int, height: int, edge: int) -> int:
    return begun_units(width, edge) * begun_units(height, edge)


def row_breaks_tokens(rule: RowBreaksRule, width: int, height: int, _detail: str | None) -> int:
    """Pixtral's and Mistral's images: shrunk to a longest side, patches merged, a break after each row; none
    where so little is left that no patches can be merged.

        ratio = longest side / limit
        if it is more than 1, both sides / ratio, at least a pixel where they are rounded
        patches of a side = (side - 1) // patch + 1; tokens = (columns + break) x rows

    Source: mistral-common 1.13.1, ImageEncoder; transformers 5.23.0, PixtralProcessor and
    LightOnOcrProcessor.

    Raises:
        ImageRefused: a shape so long that nothing is left of the short side.
    """
    ratio = max(width, height) / rule.max_edge
    if ratio > 1:
        width, height = _whole_pixels(rule, width / ratio), _whole_pixels(rule, height / ratio)
    columns, rows = (((side - 1) // rule.patch + 1) // rule.merge for side in (width, height))
    return (columns + rule.row_break) * rows


def shrinks_to_edge(rule: RowBreaksRule, width: int, height: int, _detail: str | None) -> bool:
    """Whether the image is made smaller before it is counted."""
    return max(width, height) > rule.max_edge


def _whole_pixels(rule: RowBreaksRule, side: float) -> int:
    if rule.rounding == "round":
        return max(round(side), 1)
    if side < 1:
        raise ImageRefused("a shape so long that nothing is left of its short side")
    return math.floor(side)


def padded_patches_tokens(rule: PaddedPatchesRule, width: int, height: int, _detail: str | None) -> int:
    """Kimi's images: shrunk to a number of patches, padded to whole units.

        scale = min(1, sqrt(most patches / (w // patch x h // patch)), most patches of a side x patch / side)
        tokens = unit squares of the padded image

    Source: transformers 5.23.0, `navit_resize` of image_processing_kimi_k25.py; mlx-vlm 0.7.10, kimi_vl.

    Raises:
        ImageRefused: more patches along a side than the model has positions for.
    """
    patches = max(1, width // rule.patch) * max(1, height // rule.patch)
    scale = min(1.0, math.sqrt(rule.max_patches / patches))
    if rule.max_side_patches is not None:
        scale = min(scale, rule.max_side_patches * rule.patch / max(width, height))
    unit = rule.patch * rule.merge
    units = [begun_units(_scaled_side(rule, side, scale), unit) for side in (width, height)]
    if rule.reject_side_patches is not None and max(units) * rule.merge >= rule.reject_side_patches:
        raise ImageRefused(f"a side of {max(units) * rule.merge} patches, {rule.reject_side_patches} or more")
    return units[0] * units[1]


def _scaled_side(rule: PaddedPatchesRule, side: int, scale: float) -> int:
    scaled = max(1, int(side * scale))
    return min(scaled, rule.max_side_patches * rule.patch) if rule.max_side_patches else scaled


def line_grid_tokens(rule: LineGridRule, width: int, height: int, _detail: str | None) -> int:
    """DeepSeek-V4.1's images: enlarged to a least area, padded to patches, a break after each line of tokens.

        tokens = lines x (tokens of a line + 1) + 2; if too many, the largest grid of the image's shape

    Source: sglang 0.5.23, deepseek_v41_image_processing.py.
    """
    if width * height < rule.min_pixels:
        ratio = (rule.min_pixels / (width * height)) ** 0.5
        width, height = int(width * ratio), int(height * ratio)
    tokens = _tokens_of_lines(rule, begun_units(width, rule.patch), begun_units(height, rule.patch))
    return tokens if tokens <= rule.max_tokens else _tokens_of_largest_lines(rule, width, height)


def _tokens_of_largest_lines(rule: LineGridRule, width: int, height: int) -> int:
    shape = height / width
    room = rule.max_tokens - rule.around
    across = math.sqrt(room / shape + 0.25) - 0.5
    down = across * shape
    if across < 1.0:
        return room // 2 * 2 + rule.around
    if down < 1.0:
        return room + rule.around
    cell = rule.patch * rule.merge
    scale = min(math.floor(across) * cell / width, math.floor(down) * cell / height)
    patches_across, patches_down = (math.floor(side * scale / rule.patch) for side in (width, height))
    return _tokens_of_lines(rule, patches_across, patches_down)


def _tokens_of_lines(rule: LineGridRule, patches_across: int, patches_down: int) -> int:
    across, down = begun_units(patches_across, rule.merge), begun_units(patches_down, rule.merge)
    return down * (across + 1) + rule.around


def patch_range_tokens(rule: PatchRangeRule, width: int, height: int, _detail: str | None) -> int:
    """Nemotron's images: a grid of patches scaled into a range, its sides made multiples of what is merged.

    Source: transformers 5.23.0, `get_patch_grid_size` of image_processing_nemotron_h_omni.py.
    """
    down, across = round(height / rule.patch + 0.5), round(width / rule.patch + 0.5)
    down, across = _patches_in_range(rule, down, across)
    down = _multiple_of_merged(rule, down, across)
    across = _multiple_of_merged(rule, across, down)
    return down * across // rule.merge**2 + rule.around


def _patches_in_range(rule: PatchRangeRule, down: int, across: int) -> tuple[int, int]:
    factor = min(math.sqrt(rule.max_patches / (down * across)), 1.0)
    down, across = math.floor(factor * down), math.floor(factor * across)
    if down * across < rule.min_patches:
        factor = math.sqrt(rule.min_patches / max(1, down * across))
        down, across = math.ceil(factor * down), math.ceil(factor * across)
    return down, across


def _multiple_of_merged(rule: PatchRangeRule, side: int, other: int) -> int:
    """Up to the next multiple where that fits, else down."""
    over = side % rule.merge
    if not over:
        return side
    up = side + rule.merge - over
    return up if up * other <= rule.max_patches else max(rule.merge, side - over)
