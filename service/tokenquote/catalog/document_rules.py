"""Rules by which models count documents: each page as an image, and its text where that is charged."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Self

from pydantic import StrictBool, model_validator

from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.rule_kinds import BandedRule
from tokenquote.catalog.schema.catalog_entry import Entry, Money, NotNegative, Positive, Word
from tokenquote.counts import Count

__all__ = ["DocumentCounter", "DocumentRule", "TextPerPage"]

_POINTS_PER_INCH = 72
_LETTER = (612, 792)
"""Points of a US Letter page, taken where a page's size is not known; A4 is 595 x 842."""


class TextPerPage(Entry):
    """Tokens of a page's text."""

    low: NotNegative
    expected: NotNegative
    high: NotNegative

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if not self.low <= self.expected <= self.high:
            raise ValueError("the band must hold what is expected: low <= expected <= high")
        return self


class DocumentRule(BandedRule):
    """A rule by which a model counts documents: pages as images, and text where the provider adds that."""

    page: Word | None = None
    """The rule of image_rules.yaml that counts a page; None: the model's own."""
    detail: str | None = None
    """The detail at which pages are looked at, unless the caller says otherwise."""
    dots_per_inch: Positive = 72
    """The resolution at which a page becomes an image, where its rule asks for pixels."""
    as_images: Literal["always", "seldom"] = "always"
    """Which pages are looked at as images; `seldom`: only those that hold images themselves, and no page is
    expected to."""
    text: TextPerPage = TextPerPage(low=0, expected=0, high=0)
    text_factor: Money = Decimal(1)
    """Tokens of a page's text for each token of what we read of it: the provider may read it otherwise."""
    around: NotNegative = 0
    """Tokens of a document besides its pages."""
    text_file_slack: NotNegative = 0
    """The tokens by which a text file, or a document that is shown as its text alone, may be off on either
    side; 0: its text and what stands around it are as sure as any text."""
    text_only_in_converse: StrictBool = False
    """Whether Bedrock's Converse shows the model only the text, unless citations are asked for."""
    extra_in_chat: NotNegative = 0
    """More tokens for each document in a Chat Completions body."""

    def count_usual_text(self, pages: int) -> Count:
        """Count the text of pages that nobody has read, by the rule's figure for a page."""
        text = self.text
        method: Literal["rule", "assumed"] = "rule" if text.low == text.high else "assumed"
        return Count(text.expected * pages, text.low * pages, text.high * pages, method)


@dataclass(frozen=True)
class DocumentCounter:
    """A rule for documents with the rule for its pages: how one model counts a document."""

    rule: DocumentRule
    page: ImageRule

    def count_pages(
        self, pages: int, size: tuple[float, float] | None = None, detail: str | None = None
    ) -> Count:
        """Count pages of one size as images, without their text.

        Args:
            pages: their number, or 0 for a document without pages.
            size: width and height in points (1/72 inch); None: US Letter.
            detail: how closely pages are looked at; None: the rule's default.

        Raises:
            ImageRefused: the model would refuse pages of this shape.
        """
        rule = self.rule
        width, height = (
            max(1, round(side * rule.dots_per_inch / _POINTS_PER_INCH)) for side in size or _LETTER
        )
        page = self.page.count(width, height, detail or rule.detail)
        expected, low = (page.tokens, page.low) if rule.as_images == "always" else (0, 0)
        return rule.widen(Count(expected * pages, low * pages, page.high * pages, page.method))
