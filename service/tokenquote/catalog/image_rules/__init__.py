"""Rules by which models count images, as image_rules.yaml states them: each kind is one class.

A class of the modules here holds the parameters of its kind and counts by them; rule.py says what every kind
can do. The file knows the words of all kinds whose modules are imported below.
"""

from typing import Annotated

from tokenquote.catalog.image_rules.bisection_rules import BisectionRule, CroppedHeightRule
from tokenquote.catalog.image_rules.budget_rules import (
    AreaRule,
    ClosestShapeRule,
    FixedRule,
    SquareBudgetRule,
)
from tokenquote.catalog.image_rules.crop_rules import (
    CropsRule,
    ImageWindowsRule,
    PanAndScanRule,
    SlicesRule,
)
from tokenquote.catalog.image_rules.joined_tiles import JoinedTilesRule, OverlappingCropsRule
from tokenquote.catalog.image_rules.patch_rules import (
    PaddedPatchesRule,
    PatchDetail,
    PatchesRule,
    PatchRangeRule,
)
from tokenquote.catalog.image_rules.row_rules import LineGridRule, RowBreaksRule
from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule, ImageSize
from tokenquote.catalog.image_rules.smart_resize import SmartResizeRule, resize_to_units
from tokenquote.catalog.image_rules.tile_rules import TileGridRule, TilesOrResizeRule, TilesRule
from tokenquote.catalog.rule_kinds import ByWord
from tokenquote.catalog.schema.catalog_entry import Entry, Word

__all__ = [
    "AreaRule", "BisectionRule", "ClosestShapeRule", "CroppedHeightRule", "CropsRule", "FixedRule",
    "ImageRefused", "ImageRule", "ImageRulesFile", "ImageSize", "ImageWindowsRule", "JoinedTilesRule",
    "LineGridRule", "OverlappingCropsRule", "PaddedPatchesRule", "PanAndScanRule", "PatchDetail",
    "PatchRangeRule", "PatchesRule", "RowBreaksRule", "SlicesRule", "SmartResizeRule", "SquareBudgetRule",
    "TileGridRule", "TilesOrResizeRule", "TilesRule", "resize_to_units",
]  # fmt: skip


class ImageRulesFile(Entry):
    """The contents of image_rules.yaml: rules for images by their names."""

    image_rules: dict[Word, Annotated[ImageRule, ByWord()]]
