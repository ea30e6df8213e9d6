"""Documents to tokens."""

from __future__ import annotations

import pytest

from tokenquote.catalog import Catalog, Model
from tokenquote.counts import Count
from tokenquote.media import Document, Length, count_item
from tokenquote.media.headers import PageSize


def count(
    model: Model,
    pages: int,
    width: int | None = None,
    height: int | None = None,
    *,
    detail: str | None = None,
    text: Count | None = None,
    in_chat: bool = False,
) -> Count:
    sizes = {PageSize(width, height): pages} if width and height else {}
    document = Document(Length.exactly(pages), sizes, detail=detail, text=text)
    return count_item(document, model.media, in_chat=in_chat)


def test_gemini_2_counts_258_a_page_and_no_text(catalog: Catalog) -> None:
    counted = count(catalog.resolve("gemini-2.5-flash"), 10)
    assert (counted.tokens, counted.low, counted.high, counted.method) == (2580, 2580, 2580, "rule")
    assert counted.media.image == 2580


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        (None, 532),  # 28 x 19 of at most 560
        ("low", 266),  # 19 x 14 of 280
        ("high", 1092),  # 39 x 28 of 1,120
    ],
)
def test_gemini_3_counts_a_page_as_an_image_of_its_shape(
    catalog: Catalog, detail: str | None, expected: int
) -> None:
    """A4, 595 x 842 points; ai.google.dev/gemini-api/docs/media-resolution gives the maxima."""
    counted = count(catalog.resolve("gemini-3.5-flash"), 1, 595, 842, detail=detail)
    assert counted.media.image == expected


def test_gemini_2_0_counts_a_page_as_an_image_of_its_points(catalog: Catalog) -> None:
    """US Letter, 612 x 792: crops of 408, 2 x 2, and the whole: 5 x 258, as it was billed."""
    assert count(catalog.resolve("gemini-2.0-flash"), 1).tokens == 1290


def test_gemini_3_counts_a_us_letter_page_as_26_by_20(catalog: Catalog) -> None:
    """As it was billed on gemini-3.5-flash."""
    assert count(catalog.resolve("gemini-3.5-flash"), 1).tokens == 520


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-sonnet-5"])
@pytest.mark.parametrize(
    ("width", "height", "text", "billed"),
    [
        (612, 792, 4, 1576),  # 45 x 34 squares, 43 around, and the thirteen letters of the page
        (595, 842, 4, 1598),  # 47 x 33
    ],
)
def test_claude_counts_a_page_by_the_standard_tier_whatever_the_model(
    catalog: Catalog, model: str, width: int, height: int, text: int, billed: int
) -> None:
    """Bills of Sonnet 4 and 4.5 less the question; two tokens either way for the text of the page."""
    words = Count(text, text, text, "calibrated")
    counted = count(catalog.resolve(model), 1, width, height, text=words)
    assert abs(counted.tokens - billed) <= 4


def test_openai_counts_a_page_of_text_alone_by_its_text(catalog: Catalog) -> None:
    """150 letters were billed as 38 tokens in Responses on gpt-4.1-nano, 51 on gpt-5.4; chat adds 215."""
    words = Count(37, 37, 37, "calibrated")
    nano = catalog.resolve("gpt-4.1-nano")
    counted = count(nano, 1, text=words)
    assert counted.media.image == 0
    assert counted.high > counted.tokens == 38
    assert count(nano, 1, text=words, in_chat=True).tokens == 38 + 215
    assert count(catalog.resolve("gpt-5.4"), 1, text=words).tokens == 51


@pytest.mark.parametrize(("model", "around", "slack"), [("claude-sonnet-4-5", 43, 13), ("gpt-5.4", 14, 25)])
def test_what_stands_around_a_text_file_is_known_to_some_tokens(
    catalog: Catalog, model: str, around: int, slack: int
) -> None:
    """Claude: five bills in Bedrock's Converse, 8 over to 3 under; gpt-5.4: one bill, 18 under."""
    words = Count(100, 100, 100, "exact")
    counted = count(catalog.resolve(model), 0, text=words)
    assert (counted.tokens, counted.low, counted.high) == (
        100 + around,
        100 + around - slack,
        100 + around + slack,
    )
    assert counted.method == "calibrated"


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "gpt-4o", "gpt-5-mini"])
def test_a_page_whose_image_nobody_documents_has_a_band(catalog: Catalog, model: str) -> None:
    counted = count(catalog.resolve(model), 3)
    assert counted.method == "assumed"
    assert counted.low < counted.tokens < counted.high


def test_text_that_is_known_takes_the_place_of_the_usual_figure(catalog: Catalog) -> None:
    known = Count(1234, 1234, 1234, "exact")
    assert count(catalog.resolve("claude-opus-4-8"), 3, text=known).tokens == 3 * 1530 + 1234 + 43
