"""Documents to tokens."""

from __future__ import annotations

import pytest

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.media_rules_schema import DocumentRule
from tokenquote.counts import Count
from tokenquote.media import count_document


def rule(model: Model) -> DocumentRule:
    assert model.documents is not None
    return model.documents


def test_gemini_2_counts_258_a_page_and_no_text(catalog: Catalog) -> None:
    counted = count_document(rule(catalog.resolve("gemini-2.5-flash")), 10)
    assert counted.total == Count(2580, 2580, 2580, "rule")
    assert counted.text.tokens == 0


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (None, 532),  # 28 x 19 of at most 560
        ("low", 266),  # 19 x 14 of 280
        ("high", 1092),  # 39 x 28 of 1,120
    ],
)
def test_gemini_3_counts_a_page_as_a_picture_of_its_shape(
    catalog: Catalog, detail: str | None, expected: int
) -> None:
    """A4, 595 x 842 points; ai.google.dev/gemini-api/docs/media-resolution gives the maxima."""
    counted = count_document(rule(catalog.resolve("gemini-3.5-flash")), 1, 595, 842, detail=detail)
    assert counted.pages.tokens == expected


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "gpt-4o", "gpt-5-mini"])
def test_a_page_whose_picture_nobody_documents_has_a_band(catalog: Catalog, model: str) -> None:
    counted = count_document(rule(catalog.resolve(model)), 3)
    assert counted.total.method == "assumed"
    assert counted.total.low < counted.total.tokens < counted.total.high


def test_text_that_is_known_takes_the_place_of_the_usual_figure(catalog: Catalog) -> None:
    known = Count(1234, 1234, 1234, "exact")
    assert count_document(rule(catalog.resolve("claude-opus-4-8")), 3, text=known).text == known
