"""What image_rules.yaml may say: one shape for each kind of rule that providers use."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.banded_rule import BandedRule, NotNegative, Positive
from tokenquote.catalog.prices_schema import Entry, Money
from tokenquote.catalog.schema import Word

__all__ = [
    "BisectionRule",
    "CropsRule",
    "Detail",
    "FixedRule",
    "ImageRule",
    "ImageRulesFile",
    "PatchDetail",
    "PatchesRule",
    "SmartResizeRule",
    "SquareBudgetRule",
    "TilesRule",
]

Detail = Literal["low", "high", "original"]
Resolution = Literal["low", "medium", "high", "ultra_high"]


class TilesRule(BandedRule):
    """Shrunk into a box, the short side to a length; then a base and so much for each tile."""

    kind: Literal["tiles"]
    base: Positive
    """Tokens of any picture; all of them at detail `low`."""
    tile: Positive
    tile_edge: Positive = 512
    box_edge: Positive = 2048
    short_edge: Positive = 768


class PatchDetail(Entry):
    """How a picture is shrunk at one detail."""

    max_edge: Positive
    """The longest side that is kept."""
    budget: Positive | None = None
    """The most patches that are kept."""
    reject_over: Positive | None = None
    """More patches than this are refused by the provider."""


class PatchesRule(BandedRule):
    """Patches of 32 pixels within a budget, times a multiplier, rounded up."""

    kind: Literal["patches"]
    multiplier: Money
    patch_edge: Positive = 32
    details: dict[Detail, PatchDetail] = Field(min_length=1)
    default: Detail
    """What `auto`, no detail, or one that the model does not have, means."""
    extra_in_chat: Annotated[StrictInt, Field(ge=0)] = 0
    """More tokens for each picture in a Chat Completions body."""

    @model_validator(mode="after")
    def _default_is_there(self) -> Self:
        if self.default not in self.details:
            raise ValueError(f"default {self.default!r} is not among details")
        return self


class BisectionRule(BandedRule):
    """One token for each unit square, after the largest size that fits is found by bisection."""

    kind: Literal["bisection"]
    unit: Positive
    max_edge: Positive
    max_tokens: Positive
    reject_over_edge: Positive | None = None
    """A longer side than this is refused by the provider."""


class CropsRule(BandedRule):
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


class SquareBudgetRule(BandedRule):
    """Scaled up or down to as many unit squares as a budget holds; only the shape matters."""

    kind: Literal["square_budget"]
    budgets: dict[Resolution, Positive]
    default: Resolution


class FixedRule(BandedRule):
    """So many tokens whatever the size: the picture is resized to one square."""

    kind: Literal["fixed"]
    tokens: Positive
    details: dict[Resolution, Positive] = Field(default={})
    """Details at which it is another number."""


class SmartResizeRule(BandedRule):
    """Both sides to multiples of a unit, the pixels into a range; one token for each unit square."""

    kind: Literal["smart_resize"]
    unit: Positive
    min_pixels: Positive
    max_pixels: Positive
    max_pixels_at_high: Positive | None = None
    """At detail `high`, where the provider has a switch for it."""
    max_aspect: Positive = 200
    """A longer shape than this is refused."""
    enlarge_tiny: bool = False
    """Whether a side shorter than a unit is first scaled up to one."""
    row_break: NotNegative = 0
    """Tokens after each row."""
    around: NotNegative = 0
    """Tokens before and after the picture."""
    flat: dict[Literal["low"], Positive] = Field(default={})
    """Details at which a picture of any size costs so many tokens."""


ImageRule = Annotated[
    TilesRule | PatchesRule | BisectionRule | CropsRule | SquareBudgetRule | FixedRule | SmartResizeRule,
    Field(discriminator="kind"),
]


class ImageRulesFile(Entry):
    """image_rules.yaml"""

    image_rules: dict[Word, ImageRule]
