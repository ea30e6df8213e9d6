"""Kinds of picture rules that resize to a grid of units and count the grid: parameters in pixels.

Each kind is one processor's way of choosing the grid; `media/images/` has a function `KIND_tokens` for each.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tokenquote.catalog.schema.catalog_entry import BandedRule, Money, NotNegative, Positive, Word

__all__ = [
    "AreaRule",
    "BisectionRule",
    "ClosestShapeRule",
    "CroppedHeightRule",
    "CropsRule",
    "FixedRule",
    "LineGridRule",
    "PaddedPatchesRule",
    "PatchRangeRule",
    "PictureRule",
    "Resolution",
    "RowBreaksRule",
    "SmartResizeRule",
    "SquareBudgetRule",
]

Resolution = Literal["low", "medium", "high", "ultra_high"]


class PictureRule(BandedRule):
    """What every kind of rule for pictures has."""

    in_message: NotNegative = 0
    """Tokens that stand around the picture in a message and are no part of its own count: put there by a
    chat template, or known from bills."""
    extra_in_chat: NotNegative = 0
    """More tokens for each picture in a Chat Completions body."""

    @property
    def details(self) -> frozenset[str]:
        """The details that change what a picture costs; any other has no effect."""
        return frozenset()


class FixedRule(PictureRule):
    """So many tokens whatever the size: the picture is resized to one square."""

    kind: Literal["fixed"]
    tokens: Positive
    at_detail: dict[Word, Positive] = Field(default={})
    """Details at which it is another number."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.at_detail)


class AreaRule(PictureRule):
    """So many tokens, and one for so many pixels: for providers that publish only examples."""

    kind: Literal["area"]
    base: NotNegative = 0
    pixels_per_token: Positive
    max_tokens: Positive | None = None


class BisectionRule(PictureRule):
    """So many tokens for each unit square, after the largest size that fits is found by bisection."""

    kind: Literal["bisection"]
    unit: Positive
    max_edge: Positive
    max_tokens: Positive
    tokens_per_unit: Positive = 1
    rounding: Literal["round", "floor"] = "round"
    """How the short side becomes whole pixels; `round` is half to even."""
    reject_over_edge: Positive | None = None
    """A longer side than this is refused by the provider."""


class SquareBudgetRule(PictureRule):
    """Scaled up or down to as many unit squares as a budget holds; only the shape matters."""

    kind: Literal["square_budget"]
    budgets: dict[Resolution, Positive] = Field(min_length=1)
    default: Resolution
    around: NotNegative = 0
    """Tokens before and after the picture."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.budgets)


class SmartResizeRule(PictureRule):
    """Both sides to multiples of a unit, the pixels into a range; one token for each unit square."""

    kind: Literal["smart_resize"]
    unit: Positive
    min_pixels: Positive
    max_pixels: Positive
    max_pixels_at_high: Positive | None = None
    """At detail `high`, where the provider has a switch for it."""
    max_aspect: Positive = 200
    """A longer shape than this is refused."""
    enlarge_tiny: Literal["round", "cut"] | None = None
    """Whether a picture with a side shorter than a unit is first scaled up, and how its other side becomes
    whole."""
    row_break: NotNegative = 0
    """Tokens after each row."""
    around: NotNegative = 0
    """Tokens before and after the picture."""
    flat: dict[Literal["low"], Positive] = Field(default={})
    """Details at which a picture of any size costs so many tokens."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.flat) | ({"high"} if self.max_pixels_at_high else frozenset())


class RowBreaksRule(PictureRule):
    """Shrunk to a longest side, cut into patches that are merged; a break after each row."""

    kind: Literal["row_breaks"]
    max_edge: Positive
    patch: Positive
    merge: Positive = 1
    """So many patches a side become one token; what is left over is dropped."""
    rounding: Literal["round", "floor"]
    """How the shrunk sides become whole pixels; `round` is half to even."""
    row_break: NotNegative


class PaddedPatchesRule(PictureRule):
    """Shrunk by the square root of what is too many patches, then padded to whole units."""

    kind: Literal["padded_patches"]
    patch: Positive
    merge: Positive
    """So many patches a side are one token."""
    max_patches: Positive
    max_side_patches: Positive | None = None
    """The most patches of a side; a longer side is shrunk."""
    reject_side_patches: Positive | None = None
    """So many patches of a side or more are refused."""


class CroppedHeightRule(PictureRule):
    """Sides rounded up to units; if too many, the largest height that fits is found by bisection."""

    kind: Literal["cropped_height"]
    unit: Positive
    min_tokens: Positive
    max_tokens: Positive


class LineGridRule(PictureRule):
    """Enlarged to a least area, padded to patches, so many patches a side one token; a break per line."""

    kind: Literal["line_grid"]
    patch: Positive
    merge: Positive
    """So many patches a side are one token; what is begun counts."""
    min_pixels: Positive
    max_tokens: Positive
    """With the breaks of the lines and `around`."""
    around: NotNegative


class ClosestShapeRule(PictureRule):
    """Of the whole grids beside the ideal one, within a budget, the closest to the picture's shape."""

    kind: Literal["closest_shape"]
    unit: Positive
    max_tokens: Positive
    around: NotNegative = 0


class PatchRangeRule(PictureRule):
    """A grid of patches scaled into a range of numbers, sides made multiples of what is merged."""

    kind: Literal["patch_range"]
    patch: Positive
    merge: Positive
    """So many patches a side are one token."""
    min_patches: Positive
    max_patches: Positive
    around: NotNegative = 0


class CropsRule(PictureRule):
    """One tile if small; else square crops whose side is a share of the short side."""

    kind: Literal["crops"]
    small_edge: Positive
    """Up to this on both sides, a picture is one tile."""
    tile: Positive
    divisor: Money
    min_crop: Positive
    max_crop: Positive
    flat: dict[Literal["low", "medium"], Positive] = Field(default={})
    """Resolutions at which a picture of any size costs so many tokens."""
    overview: bool = False
    """Whether crops come with a tile of the whole picture."""
    unless_high: Positive | None = None
    """Tokens of a picture of any size that is not looked at in resolution `high`."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.flat) | {"high"}
