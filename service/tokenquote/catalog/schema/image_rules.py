"""What image_rules.yaml may say: one shape for each kind of rule that providers and processors use."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Money, Positive, Word
from tokenquote.catalog.schema.resize_rules import (
    AreaRule,
    BisectionRule,
    ClosestShapeRule,
    CroppedHeightRule,
    CropsRule,
    FixedRule,
    LineGridRule,
    PaddedPatchesRule,
    PatchRangeRule,
    PictureRule,
    RowBreaksRule,
    SmartResizeRule,
    SquareBudgetRule,
)
from tokenquote.catalog.schema.tile_rules import (
    JoinedTilesRule,
    OverlappingCropsRule,
    PanAndScanRule,
    PictureWindowsRule,
    SlicesRule,
    TileGridRule,
    TilesOrResizeRule,
)

__all__ = ["Detail", "ImageRule", "ImageRulesFile", "PatchDetail", "PatchesRule", "TilesRule"]

Detail = Literal["low", "high", "original"]


class TilesRule(PictureRule):
    """Shrunk into a box, the short side to a length; then a base and so much for each tile."""

    kind: Literal["tiles"]
    base: Positive
    """Tokens of any picture; all of them at detail `low`."""
    tile: Positive
    tile_edge: Positive = 512
    box_edge: Positive = 2048
    short_edge: Positive = 768

    @property
    def details(self) -> frozenset[str]:
        return frozenset({"low", "high"})


class PatchDetail(Entry):
    """How a picture is shrunk at one detail."""

    max_edge: Positive
    """The longest side that is kept."""
    budget: Positive | None = None
    """The most patches that are kept."""
    reject_over: Positive | None = None
    """More patches than this are refused by the provider."""


class PatchesRule(PictureRule):
    """Patches of 32 pixels within a budget, times a multiplier, rounded up."""

    kind: Literal["patches"]
    multiplier: Money
    patch_edge: Positive = 32
    by_detail: dict[Detail, PatchDetail] = Field(min_length=1)
    default: Detail
    """What `auto`, no detail, or one that the model does not have, means."""

    @model_validator(mode="after")
    def _default_is_there(self) -> Self:
        if self.default not in self.by_detail:
            raise ValueError(f"default {self.default!r} is not among by_detail")
        return self

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.by_detail)


ImageRule = Annotated[
    TilesRule
    | PatchesRule
    | CropsRule
    | FixedRule
    | AreaRule
    | BisectionRule
    | SquareBudgetRule
    | SmartResizeRule
    | RowBreaksRule
    | PaddedPatchesRule
    | CroppedHeightRule
    | LineGridRule
    | ClosestShapeRule
    | PatchRangeRule
    | TileGridRule
    | JoinedTilesRule
    | TilesOrResizeRule
    | SlicesRule
    | OverlappingCropsRule
    | PictureWindowsRule
    | PanAndScanRule,
    Field(discriminator="kind"),
]


class ImageRulesFile(Entry):
    """image_rules.yaml"""

    image_rules: dict[Word, ImageRule]
