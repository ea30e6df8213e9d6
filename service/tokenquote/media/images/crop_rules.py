"""Rules that look at crops of an image, whose size or place follows its shape, and at the whole besides.

Gemini's `crops`, MiniCPM-V's `slices`, Molmo's `overlapping_crops`, Step's `windows` and Gemma 3's
`pan_and_scan`.
"""

from __future__ import annotations

import math

from tokenquote.catalog.schema.resize_rules import CropsRule
from tokenquote.catalog.schema.tile_rules import (
    ClosestLogAspectGrid,
    OverlappingCropsRule,
    PanAndScanRule,
    PictureWindowsRule,
    SlicesRule,
)
from tokenquote.media.image_sizes import begun_units
from tokenquote.media.images.tile_grids import choose_grid, least_resize

__all__ = [
    "crops_tokens",
    "overlapping_crops_tokens",
    "pan_and_scan_tokens",
    "slices_tokens",
    "windows_tokens",
]

_THIN, _VERY_LONG, _LONG = 32, 4, 1.5
"""Of `windows`: a side shorter than this in a shape longer than that is padded to a square; from which shape
on an image that fits the view is cut all the same."""


def crops_tokens(rule: CropsRule, width: int, height: int, detail: str | None) -> int:
    """Gemini's images up to 2.0: one tile if both sides are small, else square crops; at a lower resolution
    any size costs the same.

        crop = floor(min(w, h) / 1.5), between 256 and 768; tokens = 258 x ceil(w / crop) x ceil(h / crop)

    Source: https://ai.google.dev/gemini-api/docs/image-understanding; 960x540: crops of 360, six tiles,
    1,548. Bills of gemini-2.0-flash hold one tile more, that of the whole image: 640x480 is 5 x 258, 540x360
    7 x 258.
    """
    for resolution, tokens in rule.flat.items():
        if resolution == detail:
            return tokens
    if rule.unless_high is not None and detail != "high":
        return rule.unless_high
    if max(width, height) <= rule.small_edge:
        return rule.tile
    crop = int(min(width, height) / rule.divisor)
    crop = min(max(crop, rule.min_crop), rule.max_crop)
    return rule.tile * (begun_units(width, crop) * begun_units(height, crop) + rule.overview)


def slices_tokens(rule: SlicesRule, width: int, height: int, _detail: str | None) -> int:
    """MiniCPM-V 4.6's images: slices resized each for itself, and the whole besides.

    Source: transformers 5.23.0, image_processing_minicpmv4_6.py.
    """
    chooser = ClosestLogAspectGrid(choose="closest_log_aspect", edge=rule.edge, max_tiles=rule.max_slices)
    grid = choose_grid(chooser, width, height)
    whole = _tokens_of_slice(rule, width, height, enlarge=grid is None) + rule.around
    if grid is None:
        return whole
    columns, rows = grid
    slice_width = _nearest_multiple(width, columns) / columns
    slice_height = _nearest_multiple(height, rows) / rows
    one = _tokens_of_slice(rule, slice_width, slice_height, enlarge=True) + rule.per_slice
    return whole + columns * rows * one + rows - 1  # a line break between rows


def _tokens_of_slice(rule: SlicesRule, width: float, height: float, *, enlarge: bool) -> int:
    """Tokens of one slice or of the whole, made about as large as a square of `edge`."""
    if enlarge or width * height > rule.edge * rule.edge:
        aspect = width / height
        height = int(rule.edge / math.sqrt(aspect))
        width = int(height * aspect)
    step = rule.patch * rule.merge
    columns, rows = (_nearest_multiple(side, step) // rule.patch for side in (width, height))
    return columns * rows // rule.patches_per_token


def _nearest_multiple(length: float, step: int) -> int:
    return max(round(length / step) * step, step)


def overlapping_crops_tokens(rule: OverlappingCropsRule, width: int, height: int, _detail: str | None) -> int:
    """Molmo's images: overlapping crops joined to one map, and the whole besides.

        a crop shows `crop / patch` patches, of which `margin` on each side overlap with the next
        tokens = view of the whole + rows x (columns + 1) + around, two patches a side one token

    Source: transformers 5.23.0, image_processing_molmo2.py; mlx-vlm 0.7.10, processing_molmo.py.
    """
    margins = 2 * rule.margin
    window = rule.crop // rule.patch - margins
    columns, rows = least_resize(
        window * rule.patch,
        rule.max_crops,
        width - margins * rule.patch,
        height - margins * rule.patch,
    )
    across, down = (begun_units(crops * window + margins, rule.pool) for crops in (columns, rows))
    side = begun_units(rule.crop // rule.patch, rule.pool)
    return side * (side + rule.overview_breaks) + down * (across + 1) + rule.around


def windows_tokens(rule: PictureWindowsRule, width: int, height: int, _detail: str | None) -> int:
    """Step's images: windows whose side follows the shape, and the whole besides.

    Source: transformers 5.23.0, `_plan_patches` of image_processing_step3p7.py.
    """
    width, height = _padded_and_shrunk(rule, width, height)
    window = _window_side(rule, max(width, height), min(width, height))
    if not window:
        return rule.overview
    columns, rows = (max(1, _whole_windows(side, window)) for side in (width, height))
    return columns * rows * rule.tile + (rows - 1) * rule.per_break + rule.overview


def _padded_and_shrunk(rule: PictureWindowsRule, width: int, height: int) -> tuple[int, int]:
    long, short = max(width, height), min(width, height)
    if short < _THIN and long / short > _VERY_LONG:
        width = height = long
    if long > rule.max_edge:
        scale = rule.max_edge / long
        return int(width * scale), int(height * scale)
    return width, height


def _window_side(rule: PictureWindowsRule, long: int, short: int) -> int:
    """Side of a window; 0: the image is not cut."""
    if long <= rule.view_edge:
        return short if long / short > _LONG else 0
    return min(short, rule.window) if long / short > _VERY_LONG else rule.window


def _whole_windows(side: int, window: int) -> int:
    """Whole windows of a side, one more where more than a fifth is left over."""
    return side // window + (side % window > 0.2 * window) if side >= window else 0


def pan_and_scan_tokens(rule: PanAndScanRule, width: int, height: int, _detail: str | None) -> int:
    """Gemma 3's pan and scan: long shapes are cut along their long side, every crop costs what the whole
    does.

    Source: transformers 5.23.0, `pan_and_scan_batched` of image_processing_gemma3.py.
    """
    return (1 + _crops_along(rule, max(width, height), min(width, height))) * rule.tokens


def _crops_along(rule: PanAndScanRule, long: int, short: int) -> int:
    """Crops beside the whole."""
    if long / short < rule.min_aspect:
        return 0
    crops = min(math.floor(long / rule.min_crop), math.floor(long / short + 0.5))
    crops = min(max(2, crops), rule.max_crops)
    return crops if min(math.ceil(long / crops), short) >= rule.min_crop else 0
