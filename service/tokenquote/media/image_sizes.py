"""The size of an image: its pixels, its sides in whole units, and sizes that a provider refuses.

What reads headers and what counts tokens both build on this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["ImageRefused", "ImageSize", "begun_units", "resized_units"]


class ImageRefused(ValueError):
    """The provider itself would refuse the image."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """Pixels as they are shown."""

    width: int
    height: int


def begun_units(length: int, unit: int) -> int:
    """So many units hold the length; the last may be only begun."""
    return -(-length // unit)


def resized_units(
    width: int, height: int, unit: int, least: int, most: int, frames: int = 1, at_least: int = 0
) -> tuple[int, int]:
    """Unit squares across and down after Qwen's smart resize, which many others took over.

        each side: round(side / unit) x unit, half to even
        too many pixels: b = sqrt(w x h / most); floor(side / b / unit) x unit, at least a unit
        too few:         b = sqrt(least / (w x h)); ceil(side x b / unit) x unit

    Source: `smart_resize` of transformers' image_processing_qwen2_vl.py; in binary floats, as the processors
    do.

    Args:
        width: pixels.
        height: likewise.
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
