"""Documents whose data are at hand: their pages as images, and their own text where it is charged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.media.made_files import encoded, gif, pdf, written_pdf

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.media.items import ItemReader
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError
from tokenquote_client import DocumentPart, Quote

Ask = Callable[..., Quote]
HELLO = "Hello world"


def document(content: bytes, label: str = "application/pdf") -> dict[str, Any]:
    return {"type": "document", "data": f"data:{label};base64,{encoded(content)}"}


def first_count(quote: Quote) -> tuple[int, str, int, int]:
    counted = quote.counts[0]
    return counted.tokens, counted.method, counted.low, counted.high


def ask(quoted: Ask, model: str, part: Any) -> Quote:
    return quoted(model=model, turns=[{"user": [part], "assistant": 0, "reasoning": 0}])


def test_a_pages_own_text_takes_the_place_of_what_is_usual(quoted: Ask) -> None:
    """claude-sonnet-4-5: `Hello world` is 2 tokens on each of two pages."""
    stated = ask(quoted, "claude-sonnet-4-5", {"type": "document", "pages": 2, "text_tokens": 0})
    read = ask(quoted, "claude-sonnet-4-5", document(written_pdf(HELLO, HELLO)))
    assert read.totals.image_tokens == stated.totals.image_tokens > 2000
    assert read.totals.input_tokens - stated.totals.input_tokens == 4
    usual = ask(quoted, "claude-sonnet-4-5", {"type": "document", "pages": 2})
    assert usual.totals.input_tokens - stated.totals.input_tokens == 2 * 1100


def test_a_provider_that_does_not_charge_the_text_beside_pages_charges_none(quoted: Ask) -> None:
    """gemini-2.5-flash: 258 a page, and nothing for what stands on it."""
    read = ask(quoted, "gemini-2.5-flash", document(written_pdf(HELLO, HELLO)))
    assert (read.totals.image_tokens, first_count(read)[0]) == (516, 516)
    stated = ask(quoted, "gemini-2.5-flash", {"type": "document", "pages": 2, "text_tokens": 900})
    assert first_count(stated)[0] == 516


def test_of_a_long_document_the_first_pages_stand_for_the_others(quoted: Ask) -> None:
    """gpt-4o: 2 tokens on each of 8 pages read, so 40 on all 20, between half and twice as many."""
    quote = ask(quoted, "gpt-4o", document(written_pdf(*[HELLO] * 20)))
    tokens, method, low, high = first_count(quote)
    assert (tokens - quote.totals.image_tokens, method) == (40, "assumed")
    assert low <= 20
    assert high >= 80


@pytest.mark.parametrize("label", ["text/plain", "text/csv", "application/json", "application/octet-stream"])
@pytest.mark.parametrize("model", ["gpt-4o", "gemini-2.5-flash", "claude-sonnet-4-5"])
def test_a_text_file_is_text_and_has_no_pages(quoted: Ask, model: str, label: str) -> None:
    quote = ask(quoted, model, document(HELLO.encode(), label))
    assert (quote.totals.image_tokens, first_count(quote)[0]) == (0, 2)
    assert quote.totals.input_tokens <= 2 + 60


@pytest.mark.parametrize(
    ("content", "label"),
    [
        pytest.param(HELLO.encode(), "application/pdf", id="a text that is labelled PDF"),
        pytest.param(gif(5, 5), "application/octet-stream", id="an image"),
        pytest.param(b"PK\x03\x04 a docx", "application/zip", id="a docx"),
        pytest.param(b"\xff\xfe\x00 not UTF-8", "text/plain", id="not UTF-8"),
        pytest.param(b"a\x00b", "text/plain", id="a NUL"),
        pytest.param(b"", "text/plain", id="nothing"),
        pytest.param(b"  %PDF-1.7 and no more", "text/plain", id="a PDF that is labelled text"),
    ],
)
def test_what_is_neither_is_an_error(quoted: Ask, content: bytes, label: str) -> None:
    with pytest.raises(LocatedError, match=r"not a PDF document, nor a text|cut off or damaged") as error:
        ask(quoted, "gpt-4o", document(content, label))
    assert error.value.location == ("turns", 0, "user", 0, "data")


def test_the_text_of_a_document_is_in_no_error_and_no_answer(quoted: Ask) -> None:
    written = "the launch is on Friday"
    quote = ask(quoted, "claude-sonnet-4-5", document(written_pdf(written)))
    assert "Friday" not in quote.model_dump_json()
    with pytest.raises(LocatedError) as error:
        ask(quoted, "claude-sonnet-4-5", document(pdf((595, 842))[:200] + written.encode()))
    assert "Friday" not in str(error.value)


def test_what_cannot_be_read_is_read_once_for_all_models(catalog: Catalog) -> None:
    """A comparison of a hundred models does not take the work a hundred times."""
    reader = ItemReader()
    damaged = DocumentPart(type="document", data=encoded(written_pdf(HELLO)[:400]))
    left = []
    for name in ("claude-sonnet-4-5", "gpt-4o", "gemini-2.5-flash"):
        counter = MediaCounter(catalog.find_media_rules(name), catalog.profiles, reader)
        with pytest.raises(LocatedError, match="cut off or damaged"):
            counter.count_part(damaged, ())
        left.append(reader.work.pages.calls_left)
    assert left[0] == left[1] == left[2] < 6_000_000
