"""Documents to tokens: each page as an image, and its text beside it where the provider adds that."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tokenquote.catalog.schema.media_rules import DocumentEntry, DocumentRule
from tokenquote.counts import Count, least_certain
from tokenquote.media.images import count_image

__all__ = ["DocumentCount", "count_document"]

POINTS_PER_INCH = 72
LETTER = (612, 792)
"""Points of a US Letter page, taken where a page's size is not known; A4 is 595 x 842."""


@dataclass(frozen=True, slots=True)
class DocumentCount:
    """Tokens of one document; some providers price images apart."""

    pages: Count
    text: Count
    around: Count
    """What stands around the document, whatever its pages."""
    extra_in_chat: int = 0
    """What a Chat Completions body adds for it."""

    @property
    def total(self) -> Count:
        """All together."""
        return self.pages + self.text + self.around


def count_document(
    rule: DocumentRule,
    pages: int,
    page_width: float | None = None,
    page_height: float | None = None,
    *,
    detail: str | None = None,
    text: Count | None = None,
) -> DocumentCount:
    """Count a document whose pages are all of one size.

    Args:
        rule: the model's rule.
        pages: how many, at least 1.
        page_width: points (1/72 inch); None with `page_height`: US Letter.
        page_height: likewise.
        detail: how closely pages are looked at; None: the rule's default.
        text: tokens of the whole document's text where they are known; None: the rule's figure for a page.

    Raises:
        ImageRefused: the model would refuse pages of this shape.
    """
    width, height = (page_width, page_height) if page_width and page_height else LETTER
    pixels = [max(1, round(side * rule.entry.dots_per_inch / POINTS_PER_INCH)) for side in (width, height)]
    page = count_image(rule.page, pixels[0], pixels[1], detail or rule.entry.detail).count
    expected, low = (page.tokens, page.low) if rule.entry.pictured == "always" else (0, 0)
    pictures = Count(
        expected * pages,
        math.floor(low * pages * rule.entry.low),
        math.ceil(page.high * pages * rule.entry.high),
        least_certain(page.method, rule.entry.method),
    )
    around = Count(rule.entry.around, rule.entry.around, rule.entry.around, rule.entry.method)
    words = text if text is not None else _assumed_text(rule.entry, pages)
    return DocumentCount(pictures, words, around, rule.entry.extra_in_chat)


def _assumed_text(entry: DocumentEntry, pages: int) -> Count:
    text = entry.text
    certain = text.low == text.high
    return Count(text.expected * pages, text.low * pages, text.high * pages, "rule" if certain else "assumed")
