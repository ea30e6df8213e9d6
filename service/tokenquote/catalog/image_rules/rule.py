"""What every kind of rule for images has and can do, whatever its kind."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.catalog.rule_kinds import BandedRule
from tokenquote.catalog.schema.catalog_entry import NotNegative
from tokenquote.counts import Count

__all__ = ["ImageRefused", "ImageRule", "ImageSize"]

_USUAL_SIZE = (1280, 960)
"""The size taken for the expected count where nobody states one: a screenshot or a photograph made smaller
for the web."""
_OTHER_SIZES = (
    (1, 1), (64, 64), (640, 480), (1568, 784), (1920, 1080), (2576, 1456), (4032, 3024), (3024, 4032),
    (8000, 8000), (4800, 6400),
)  # fmt: skip
"""Sizes from an icon to the largest that the providers take; with them the ends of every rule's range, such
as the 1,568 and 4,784 tokens of Claude's largest images."""


class ImageRefused(ValueError):
    """The provider itself would refuse the image."""


@dataclass(frozen=True, slots=True)
class ImageSize:
    """The size of an image or of a video's frames in pixels, as it is shown."""

    width: int
    height: int


class ImageRule(BandedRule):
    """A rule by which a model counts images.

    A kind is a subclass: its fields are its parameters, `count_tokens` is its arithmetic, and `kind` its word
    in image_rules.yaml.
    """

    kind: str
    in_message: NotNegative = 0
    """Tokens that stand around the image in a message and are no part of its own count: put there by a
    chat template, or known from bills."""
    extra_in_chat: NotNegative = 0
    """More tokens for each image in a Chat Completions body."""

    @property
    def details(self) -> frozenset[str]:
        """The details that change what an image costs; any other has no effect."""
        return frozenset()

    @abstractmethod
    def count_tokens(self, width: int, height: int, detail: str | None) -> int:
        """Return the tokens of an image.

        Args:
            width: pixels, after the orientation of its header was applied; at least 1.
            height: pixels, after the orientation of its header was applied; at least 1.
            detail: `low`, `high`, `original`, or None and `auto` for the model's default.

        Raises:
            ImageRefused: the provider itself would refuse the image.
        """

    def shrinks(self, width: int, height: int, detail: str | None = None) -> bool:
        """Whether the provider makes an image smaller before it looks at it, so that detail is lost.

        False too for kinds that scale any image, or none; only the kinds that hosted APIs have say otherwise.
        """
        return False

    def count(self, width: int, height: int, detail: str | None = None) -> Count:
        """Count an image with the rule's band; arguments and errors are those of `count_tokens`."""
        return self.with_band(self.count_tokens(width, height, detail))

    def count_any_size(self, detail: str | None = None) -> Count:
        """Count an image whose size nobody states, such as one behind a URL: at least, usually and at most.

        Only rule and detail are known; the band is as wide as that leaves it.
        """
        usual = self.count(*_USUAL_SIZE, detail)
        counts = [usual, *self._counts_of_other_sizes(detail)]
        low, high = min(count.low for count in counts), max(count.high for count in counts)
        return Count(usual.tokens, low, high, usual.method if low == high else "assumed")

    def _counts_of_other_sizes(self, detail: str | None) -> Iterator[Count]:
        for width, height in _OTHER_SIZES:
            try:
                yield self.count(width, height, detail)
            except ImageRefused:
                continue
