"""Kinds of picture rules that cut a picture into tiles and look at the whole of it besides.

A rule says how the grid of tiles is chosen (`grid`), and what tiles, rows and the view of the whole cost.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Money, NotNegative, Positive
from tokenquote.catalog.schema.resize_rules import PictureRule

__all__ = [
    "CeilingGrid",
    "ClosestAspectGrid",
    "ClosestLogAspectGrid",
    "CoveringGrid",
    "Grid",
    "JoinedTilesRule",
    "LargestCanvasGrid",
    "LeastResizeGrid",
    "LongestSideGrid",
    "OverlappingCropsRule",
    "PanAndScanRule",
    "PictureWindowsRule",
    "PinpointsGrid",
    "SlicesRule",
    "TileGridRule",
    "TilesOrResizeRule",
    "WidestGrid",
]


class ClosestAspectGrid(Entry):
    """The grid whose aspect ratio is closest; of equals the larger, while the picture fills half of it."""

    choose: Literal["closest_aspect"]
    edge: Positive
    min_tiles: Positive = 1
    max_tiles: Positive
    whole_up_to: NotNegative = 0
    """Pictures whose longer side is at most this are not cut."""
    whole_grid_first: bool = False
    """Whether the grid of begun tiles is taken as it is when it has few enough tiles."""
    as_set: bool = False
    """Whether grids of one size are tried in the order of a CPython set instead of by width."""


class ClosestLogAspectGrid(Entry):
    """As many tiles as the area asks for, or one more or less, in the grid of the closest log aspect."""

    choose: Literal["closest_log_aspect"]
    edge: Positive
    max_tiles: Positive


class LeastResizeGrid(Entry):
    """The canvas that needs the least enlarging, else the least shrinking; of equals the smallest."""

    choose: Literal["least_resize"]
    edge: Positive
    max_tiles: Positive


class CoveringGrid(Entry):
    """The smallest grid whose tiles keep a share of the picture's pixels, else the best there is."""

    choose: Literal["covering"]
    edge: Positive
    max_tiles: Positive
    share: Money


class LargestCanvasGrid(Entry):
    """The canvas that holds the picture and lets it grow most; else the closest aspect ratio."""

    choose: Literal["largest_canvas"]
    edge: Positive
    max_tiles: Positive


class PinpointsGrid(Entry):
    """Of listed grids the one that keeps most of the picture, then wastes least."""

    choose: Literal["pinpoints"]
    edge: Positive
    grids: tuple[tuple[Positive, Positive], ...] = Field(min_length=1)
    """Rows and columns, in the order in which they are tried."""


class WidestGrid(Entry):
    """As many tiles along the long side as there may be at the picture's aspect ratio."""

    choose: Literal["widest"]
    edge: Positive
    max_tiles: Positive


class LongestSideGrid(Entry):
    """The long side resized to a length, enlarged if need be; then begun tiles."""

    choose: Literal["longest_side"]
    edge: Positive
    long_side: Positive
    max_side: Positive = 4096


class CeilingGrid(Entry):
    """Shrunk into a box if need be; then begun tiles, at most so many."""

    choose: Literal["ceiling"]
    edge: Positive
    box_short: Positive
    box_long: Positive
    max_tiles: Positive | None = None


Grid = Annotated[
    ClosestAspectGrid
    | ClosestLogAspectGrid
    | LeastResizeGrid
    | CoveringGrid
    | LargestCanvasGrid
    | PinpointsGrid
    | WidestGrid
    | LongestSideGrid
    | CeilingGrid,
    Field(discriminator="choose"),
]


class TileGridRule(PictureRule):
    """Each tile by itself, with the whole picture besides."""

    kind: Literal["tile_grid"]
    grid: Grid
    single: Positive
    """Tokens of a picture that is one tile."""
    uncut: Positive | None = None
    """Tokens of a picture that is not cut; none: as `single`."""
    tile: Positive
    """Tokens of a tile, its mark included."""
    per_row: NotNegative = 0
    """Tokens after each row of tiles."""
    overview: NotNegative
    """Tokens of the whole picture beside tiles, with all that stands once."""
    at_low: Positive | None = None
    """Tokens of any picture at detail `low`."""
    low_up_to: NotNegative = 0
    """Without a detail, pictures with no side longer than this are looked at as at `low`."""

    @property
    def details(self) -> frozenset[str]:
        return frozenset({"low", "high"}) if self.at_low is not None else frozenset()


class JoinedTilesRule(PictureRule):
    """The tiles' features laid out as one map, a break after each of its rows; the whole picture besides."""

    kind: Literal["joined_tiles"]
    grid: Grid
    side: Positive
    """Tokens of a tile's side."""
    overview: Positive
    """Tokens of the whole picture, with all that stands once."""
    padding: Literal["kept", "cut_by_aspect", "cut_by_patch"] = "kept"
    """Whether the part of the map that only holds padding is cut off, and how it is found."""
    max_tiles_of_map: Positive | None = None
    """A map of more tiles than this, and a fifth, is scaled down to it."""
    patch: Positive = 14
    """Pixels of a patch, where padding is cut by patch; a token is two patches a side."""


class TilesOrResizeRule(PictureRule):
    """Resized like `smart_resize`; what is far too large for that is cut into tiles beside it."""

    kind: Literal["tiles_or_resize"]
    unit: Positive
    min_tokens: Positive
    max_tokens: Positive
    tolerance: Positive
    """Up to so many times `max_tokens`, a picture is only resized."""
    grid: Grid
    tile: Positive
    """Tokens of a tile, its mark included."""
    beside_tiles: NotNegative
    """More tokens for the resized picture where there are tiles."""
    around: NotNegative


class SlicesRule(PictureRule):
    """Slices in the grid of the closest log aspect, resized each for itself, and the whole besides."""

    kind: Literal["slices"]
    edge: Positive
    max_slices: Positive
    patch: Positive
    merge: Positive
    """Sides are multiples of so many patches."""
    patches_per_token: Positive
    per_slice: NotNegative
    """Marks of each slice."""
    around: NotNegative
    """Tokens before and after the whole picture."""


class OverlappingCropsRule(PictureRule):
    """Overlapping crops joined to one map with a break after each row; the whole picture besides."""

    kind: Literal["overlapping_crops"]
    crop: Positive
    patch: Positive
    pool: Positive
    """So many patches a side are one token; what is begun counts."""
    margin: NotNegative
    """Patches on each side that overlap with the next crop."""
    max_crops: Positive
    overview_breaks: bool
    """Whether the view of the whole has breaks after its rows too."""
    around: NotNegative
    """Tokens before and after both."""


class PictureWindowsRule(PictureRule):
    """Windows whose side follows the shape, snapped to whole ones; the whole picture besides."""

    kind: Literal["windows"]
    view_edge: Positive
    """Up to this, a picture is not cut unless it is long."""
    window: Positive
    max_edge: Positive
    tile: Positive
    """Tokens of a window, its marks included."""
    per_break: NotNegative
    """Tokens between two rows of windows."""
    overview: Positive


class PanAndScanRule(PictureRule):
    """Long shapes are cut along their long side; every crop costs what the whole does."""

    kind: Literal["pan_and_scan"]
    min_crop: Positive
    max_crops: Positive
    min_aspect: Money
    tokens: Positive
    """Of the whole picture, and of each crop."""

    @model_validator(mode="after")
    def _more_than_one(self) -> Self:
        if self.max_crops < 2:
            raise ValueError("one crop would be the picture itself")
        return self
