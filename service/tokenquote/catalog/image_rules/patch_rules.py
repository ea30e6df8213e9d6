"""Kinds that count an image in the patches of its encoder, several of which may be merged to one token.

OpenAI's `patches`, Kimi's `padded_patches` and Nemotron's `patch_range` differ in how an image with too many
patches, or too few, is scaled.
"""

from __future__ import annotations

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from tokenquote.catalog.image_rules.rule import ImageRefused, ImageRule
from tokenquote.catalog.schema.catalog_entry import Entry, Money, NotNegative, Positive
from tokenquote.counts import ceil_div

__all__ = ["DetailWord", "PaddedPatchesRule", "PatchDetail", "PatchRangeRule", "PatchesRule"]

DetailWord = Literal["low", "high", "original"]


class PatchDetail(Entry):
    """How an image is shrunk at one detail."""

    max_edge: Positive
    """The longest side that is kept, in pixels."""
    budget: Positive | None = None
    """The most patches that are kept; None: there is no such limit."""
    reject_over: Positive | None = None
    """The most patches that the provider takes; None: it refuses no number."""

    def count_patches(self, edge: int, width: int, height: int) -> int:
        """Return the patches of `edge` pixels of an image that was shrunk to this detail."""
        longest = max(width, height)
        if longest > self.max_edge:
            width = max(1, width * self.max_edge // longest)
            height = max(1, height * self.max_edge // longest)
        patches = ceil_div(width, edge) * ceil_div(height, edge)
        if self.budget is None or patches <= self.budget:
            return patches
        scale = math.sqrt(edge * edge * self.budget / (width * height))
        across, down = width * scale / edge, height * scale / edge
        scale *= min(math.floor(across) / across, math.floor(down) / down)
        width, height = max(1, int(width * scale)), max(1, int(height * scale))
        return min(self.budget, ceil_div(width, edge) * ceil_div(height, edge))


class PatchesRule(ImageRule):
    """OpenAI's patches of 32 pixels: shrunk to a longest side, then into a budget, times a multiplier.

        s = sqrt(32² x budget / (w x h))
        the side that loses more by whole patches decides how much smaller still
        tokens = ceil(patches x multiplier), exactly: 300 x 1.62 is 486, where binary floats make it 487

    Source: https://developers.openai.com/api/docs/guides/images-vision#patch-based-image-tokenization
    """

    kind: Literal["patches"]
    multiplier: Money
    patch_edge: Positive = 32
    by_detail: dict[DetailWord, PatchDetail] = Field(min_length=1)
    default: DetailWord
    """What `auto`, no detail, or one that the model does not have, means."""

    @model_validator(mode="after")
    def _default_is_there(self) -> Self:
        if self.default not in self.by_detail:
            raise ValueError(f"default {self.default!r} is not among by_detail")
        return self

    @property
    def details(self) -> frozenset[str]:
        return frozenset(self.by_detail)

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        chosen = self._settings_at(detail)
        patches = chosen.count_patches(self.patch_edge, width, height)
        if chosen.reject_over is not None and patches > chosen.reject_over:
            raise ImageRefused(f"{patches} patches; the provider refuses more than {chosen.reject_over}")
        return math.ceil(patches * self.multiplier)

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        chosen = self._settings_at(detail)
        patches = ceil_div(width, self.patch_edge) * ceil_div(height, self.patch_edge)
        within = chosen.budget is None or patches <= chosen.budget
        return max(width, height) > chosen.max_edge or not within

    def _settings_at(self, detail: str | None) -> PatchDetail:
        default = self.by_detail[self.default]
        return next((settings for name, settings in self.by_detail.items() if name == detail), default)


class PaddedPatchesRule(ImageRule):
    """Kimi's images: shrunk to a number of patches, padded to whole units.

        scale = min(1, sqrt(most patches / (w // patch x h // patch)), most patches of a side x patch / side)
        tokens = unit squares of the padded image

    Source: transformers 5.23.0, `navit_resize` of image_processing_kimi_k25.py; mlx-vlm 0.7.10, kimi_vl.
    """

    kind: Literal["padded_patches"]
    patch: Positive
    merge: Positive
    """A token is a square of `merge` x `merge` patches."""
    max_patches: Positive
    max_side_patches: Positive | None = None
    """The most patches of a side; a longer side is shrunk."""
    reject_side_patches: Positive | None = None
    """The number of patches along a side from which on the image is refused."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        patches = max(1, width // self.patch) * max(1, height // self.patch)
        scale = min(1.0, math.sqrt(self.max_patches / patches))
        if self.max_side_patches is not None:
            scale = min(scale, self.max_side_patches * self.patch / max(width, height))
        unit = self.patch * self.merge
        units = [ceil_div(self._scale_side(side, scale), unit) for side in (width, height)]
        if self.reject_side_patches is not None and max(units) * self.merge >= self.reject_side_patches:
            raise ImageRefused(
                f"a side of {max(units) * self.merge} patches, {self.reject_side_patches} or more"
            )
        return units[0] * units[1]

    def _scale_side(self, side: int, scale: float) -> int:
        scaled = max(1, int(side * scale))
        return min(scaled, self.max_side_patches * self.patch) if self.max_side_patches else scaled


class PatchRangeRule(ImageRule):
    """Nemotron's images: a grid of patches scaled into a range, its sides made multiples of what is merged.

    Source: transformers 5.23.0, `get_patch_grid_size` of image_processing_nemotron_h_omni.py.
    """

    kind: Literal["patch_range"]
    patch: Positive
    merge: Positive
    """A token is a square of `merge` x `merge` patches."""
    min_patches: Positive
    max_patches: Positive
    around: NotNegative = 0
    """Tokens before and after the image."""

    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        down, across = round(height / self.patch + 0.5), round(width / self.patch + 0.5)
        down, across = self._scale_into_range(down, across)
        down = self._make_multiple(down, across)
        across = self._make_multiple(across, down)
        return down * across // self.merge**2 + self.around

    def _scale_into_range(self, down: int, across: int) -> tuple[int, int]:
        factor = min(math.sqrt(self.max_patches / (down * across)), 1.0)
        down, across = math.floor(factor * down), math.floor(factor * across)
        if down * across < self.min_patches:
            factor = math.sqrt(self.min_patches / max(1, down * across))
            down, across = math.ceil(factor * down), math.ceil(factor * across)
        return down, across

    def _make_multiple(self, side: int, other: int) -> int:
        """Return the next multiple of what is merged where that fits, else the one below."""
        over = side % self.merge
        if not over:
            return side
        up = side + self.merge - over
        return up if up * other <= self.max_patches else max(self.merge, side - over)
