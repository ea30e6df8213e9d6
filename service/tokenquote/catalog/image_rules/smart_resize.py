"""Qwen's smart resize, which many others took over: sides to whole units, pixels into a range."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule
from tokenquote.catalog.schema.catalog_entry import NotNegative, Positive

__all__ = ["SmartResizeRule", "resize_to_units"]


def resize_to_units(
    width: int, height: int, unit: int, least: int, most: int, frames: int = 1, at_least: int = 0
) -> tuple[int, int]:
    """Return the unit squares across and down after Qwen's smart resize.

        each side: round(side / unit) x unit, half to even
        too many pixels: b = sqrt(w x h / most); floor(side / b / unit) x unit, at least a unit
        too few:         b = sqrt(least / (w x h)); ceil(side x b / unit) x unit

    Source: `smart_resize` of transformers' image_processing_qwen2_vl.py; in binary floats, as the processors
    do.

    Args:
        width: pixels.
        height: pixels.
        unit: pixels of a unit's side.
        least: the fewest pixels of all frames together.
        most: the most pixels of all frames together.
        frames: how many images of this size share the pixels.
        at_least: the fewest units of a side that is neither shrunk nor enlarged: 0, or 1 in some processors.
    """
    across, down = max(at_least, round(width / unit)), max(at_least, round(height / unit))
    pixels = frames * across * down * unit * unit
    if pixels > most:
        scale = math.sqrt(frames * width * height / most)
        return max(1, math.floor(width / scale / unit)), max(1, math.floor(height / scale / unit))
    if pixels < least:
        scale = math.sqrt(least / (frames * width * height))
        return math.ceil(width * scale / unit), math.ceil(height * scale / unit)
    return across, down


class SmartResizeRule(ImageRule):
    """Qwen's smart resize: both sides to multiples of a unit, the pixels into a range; one token for each
    unit square. `resize_to_units` has the formula and its source.
    """

    kind: Literal["smart_resize"]
    unit: Positive
    min_pixels: Positive
    max_pixels: Positive
    max_pixels_at_high: Positive | None = None
    """The most pixels at detail `high`, where the provider has a switch for it."""
    max_aspect: Positive = 200
    """The longest shape, long side by short side; a longer one is refused."""
    enlarge_tiny: Literal["round", "cut"] | None = None
    """How the other side becomes whole where an image with a side shorter than a unit is first scaled up;
    None: it is not scaled up."""
    row_break: NotNegative = 0
    """Tokens after each row."""
    around: NotNegative = 0
    """Tokens before and after the image."""
    flat: dict[Literal["low"], Positive] = Field(default={})
    """The tokens of an image of any size, by the details that have a flat price."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.flat) | ({"high"} if self.max_pixels_at_high else frozenset())

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        for flat, tokens in self.flat.items():
            if flat == detail:
                return tokens
        if self.enlarge_tiny is not None:
            width, height = self._enlarge_to_unit(width, height)
        if max(width, height) / min(width, height) > self.max_aspect:
            raise ImageRefused(f"a shape of more than {self.max_aspect} to 1")
        columns, rows = resize_to_units(width, height, self.unit, self.min_pixels, self._max_pixels(detail))
        return rows * (columns + self.row_break) + self.around

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        across, down = round(width / self.unit), round(height / self.unit)
        return detail not in self.flat and across * down * self.unit**2 > self._max_pixels(detail)

    def _max_pixels(self, detail: str | None) -> int:
        return self.max_pixels_at_high if detail == "high" and self.max_pixels_at_high else self.max_pixels

    def _enlarge_to_unit(self, width: int, height: int) -> tuple[int, int]:
        """Return the sides, scaled up until neither is shorter than a unit."""
        if min(width, height) >= self.unit:
            return width, height
        if self.enlarge_tiny == "cut":
            scale = max(self.unit / height, self.unit / width)
            return int(width * scale), int(height * scale)
        if height < self.unit:
            width, height = round(width * self.unit / height), self.unit
        if width < self.unit:
            width, height = self.unit, round(height * self.unit / width)
        return width, height
