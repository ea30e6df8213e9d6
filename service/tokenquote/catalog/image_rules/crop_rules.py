"""Kinds that look at crops of an image, whose size or place follows its shape, and at the whole image too.

Gemini's `crops`, MiniCPM-V's `slices`, Step's `windows` and Gemma 3's `pan_and_scan`.
"""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import Field, StrictBool, model_validator

from tokenquote.catalog.image_rules.rule import ImageRule
from tokenquote.catalog.image_rules.tile_grids import ClosestLogAspectGrid
from tokenquote.catalog.schema.catalog_entry import Money, NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = ["CropsRule", "ImageWindowsRule", "PanAndScanRule", "SlicesRule"]

_THIN, _VERY_LONG, _LONG = 32, 4, 1.5
"""Bounds of `windows`: a side shorter than this in a shape longer than that is padded to a square; from which
shape on an image that fits the view is cut all the same."""


class CropsRule(ImageRule):
    """Gemini's images up to 2.0: one tile if both sides are small, else square crops; at a lower resolution
    any size costs the same.

        crop = floor(min(w, h) / 1.5), between 256 and 768; tokens = 258 x ceil(w / crop) x ceil(h / crop)

    Source: https://ai.google.dev/gemini-api/docs/image-understanding; 960x540: crops of 360, six tiles,
    1,548. Bills of gemini-2.0-flash hold one tile more, that of the whole image: 640x480 is 5 x 258, 540x360
    7 x 258.
    """

    kind: Literal["crops"]
    small_edge: Positive
    """The longest sides, in pixels, of an image that is one tile."""
    tile: Positive
    """Tokens of a tile."""
    divisor: Money
    min_crop: Positive
    max_crop: Positive
    flat: dict[Literal["low", "medium"], Positive] = Field(default={})
    """The tokens of an image of any size, by the resolutions that have a flat price."""
    overview: StrictBool = False
    """Whether crops come with a tile of the whole image."""
    unless_high: Positive | None = None
    """Tokens of an image of any size that is not looked at in resolution `high`; None: those of its crops."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.flat) | {"high"}

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        for resolution, tokens in self.flat.items():
            if resolution == detail:
                return tokens
        if self.unless_high is not None and detail != "high":
            return self.unless_high
        if max(width, height) <= self.small_edge:
            return self.tile
        crop = int(min(width, height) / self.divisor)
        crop = min(max(crop, self.min_crop), self.max_crop)
        return self.tile * (ceil_div(width, crop) * ceil_div(height, crop) + self.overview)


class SlicesRule(ImageRule):
    """MiniCPM-V 4.6's images: slices in the grid of the closest log aspect, each resized for itself,
    and the whole image.

    Source: transformers 5.23.0, image_processing_minicpmv4_6.py.
    """

    kind: Literal["slices"]
    edge: Positive
    max_slices: Positive
    patch: Positive
    merge: Positive
    """Sides are multiples of `merge` patches."""
    patches_per_token: Positive
    per_slice: NotNegative
    """Tokens of the marks of each slice."""
    around: NotNegative
    """Tokens before and after the whole image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        chooser = ClosestLogAspectGrid(choose="closest_log_aspect", edge=self.edge, max_tiles=self.max_slices)
        grid = chooser.count_tiles(width, height)
        whole = self._count_slice(width, height, enlarge=grid is None) + self.around
        if grid is None:
            return whole
        columns, rows = grid
        slice_width = _nearest_multiple(width, columns) / columns
        slice_height = _nearest_multiple(height, rows) / rows
        per_slice = self._count_slice(slice_width, slice_height, enlarge=True) + self.per_slice
        return whole + columns * rows * per_slice + rows - 1  # a line break between rows

    def _count_slice(self, width: float, height: float, *, enlarge: bool) -> int:
        """Return the tokens of a slice or of the whole, made about as large as a square of `edge`."""
        if enlarge or width * height > self.edge * self.edge:
            aspect = width / height
            height = int(self.edge / math.sqrt(aspect))
            width = int(height * aspect)
        step = self.patch * self.merge
        columns, rows = (_nearest_multiple(side, step) // self.patch for side in (width, height))
        return columns * rows // self.patches_per_token


def _nearest_multiple(length: float, step: int) -> int:
    return max(round(length / step) * step, step)


class ImageWindowsRule(ImageRule):
    """Step's images: windows whose side follows the shape, snapped to whole ones, and the whole image.

    Source: transformers 5.23.0, `_plan_patches` of image_processing_step3p7.py.
    """

    kind: Literal["windows"]
    view_edge: Positive
    """The longest side, in pixels, up to which an image is not cut unless it is long."""
    window: Positive
    max_edge: Positive
    tile: Positive
    """Tokens of a window, its marks included."""
    per_break: NotNegative
    """Tokens between two rows of windows."""
    overview: Positive
    """Tokens of the whole image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        width, height = self._pad_and_shrink(width, height)
        window = self._window_side(max(width, height), min(width, height))
        if not window:
            return self.overview
        columns, rows = (max(1, _count_windows(side, window)) for side in (width, height))
        return columns * rows * self.tile + (rows - 1) * self.per_break + self.overview

    def _pad_and_shrink(self, width: int, height: int) -> tuple[int, int]:
        long, short = max(width, height), min(width, height)
        if short < _THIN and long / short > _VERY_LONG:
            width = height = long
        if long > self.max_edge:
            scale = self.max_edge / long
            return int(width * scale), int(height * scale)
        return width, height

    def _window_side(self, long: int, short: int) -> int:
        """Return the side of a window in pixels; 0: the image is not cut."""
        if long <= self.view_edge:
            return short if long / short > _LONG else 0
        return min(short, self.window) if long / short > _VERY_LONG else self.window


def _count_windows(side: int, window: int) -> int:
    """Return the whole windows of a side, one more where the rest is more than a fifth of a window."""
    return side // window + (side % window > 0.2 * window) if side >= window else 0


class PanAndScanRule(ImageRule):
    """Gemma 3's pan and scan: long shapes are cut along their long side, every crop costs what the whole
    does.

    Source: transformers 5.23.0, `pan_and_scan_batched` of image_processing_gemma3.py.
    """

    kind: Literal["pan_and_scan"]
    min_crop: Positive
    max_crops: Positive
    min_aspect: Money
    tokens: Positive
    """Tokens of the whole image, and of each crop."""

    @model_validator(mode="after")
    def _has_more_than_one_crop(self) -> Self:
        if self.max_crops < 2:
            raise ValueError("one crop would be the image itself")
        return self

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        return (1 + self._count_crops(max(width, height), min(width, height))) * self.tokens

    def _count_crops(self, long: int, short: int) -> int:
        """Return the number of crops beside the whole."""
        if long / short < self.min_aspect:
            return 0
        crops = min(math.floor(long / self.min_crop), math.floor(long / short + 0.5))
        crops = min(max(2, crops), self.max_crops)
        return crops if min(math.ceil(long / crops), short) >= self.min_crop else 0
