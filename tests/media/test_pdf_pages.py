"""Pages of real PDF files, and an end to the work that hostile ones make."""

from __future__ import annotations

import sys
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.media.made_files import encoded, gif, pdf, written_pdf

from tokenquote.media.headers import DocumentBudget, HeaderError, PageSize, read_pdf_pages
from tokenquote.media.headers.work_limit import WorkBudget

STRANGERS = "open sesame"
A4, LETTER = (595.28, 841.89), (612, 792)


def test_pages_are_counted_by_size() -> None:
    pages = read_pdf_pages(encoded(pdf(A4, A4, LETTER)))
    assert pages.count == 3
    assert pages.sizes == {PageSize(595, 842): 2, PageSize(612, 792): 1}


def test_a_turned_page_is_as_wide_as_it_was_high() -> None:
    assert read_pdf_pages(encoded(pdf(A4, rotation=90))).sizes == {PageSize(842, 595): 1}


def test_a_document_that_opens_without_a_password_is_read() -> None:
    assert read_pdf_pages(encoded(pdf(A4, password=""))).count == 1


def test_a_thousand_pages_are_counted() -> None:
    assert read_pdf_pages("data:application/pdf;base64," + encoded(pdf(*[A4] * 1000))).count == 1000


def test_the_text_of_the_first_pages_is_read() -> None:
    """Of eight, as the work allows; a page without text has none."""
    assert read_pdf_pages(encoded(written_pdf("Hello world", "and again"))).texts == (
        "Hello world",
        "and again",
    )
    assert read_pdf_pages(encoded(pdf(A4))).texts == ("",)
    long = read_pdf_pages(encoded(written_pdf(*["Hello world"] * 30)))
    assert (long.count, long.texts) == (30, ("Hello world",) * 8)


def test_text_that_takes_too_much_work_is_left_out() -> None:
    """A million letters shown one by one; the pages are counted all the same."""
    page = ") Tj (".join("x" * 60_000)
    found = read_pdf_pages(encoded(written_pdf("Hello world", page, "and again")))
    assert (found.count, found.texts) == (3, ("Hello world",))


OBJECT_STREAM = zlib.compress(b"1 0 " + b"[1 2 3 4]" * 1_500_000)


def object_streams(count: int) -> bytes:
    """Each 10 kB that become 13 MB."""
    head = b"%%d 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(OBJECT_STREAM)
    streams = b"".join(head % i + OBJECT_STREAM + b"\nendstream endobj\n" for i in range(1, count))
    return b"%PDF-1.5\n" + streams + b"trailer<</Root 1 0 R/Size 400>>"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "not a PDF", id="nothing"),
        pytest.param(gif(5, 5) + pdf(A4), "not a PDF", id="a gif that is a pdf as well"),
        pytest.param(pdf(A4)[:300], "cut off or damaged", id="cut off"),
        pytest.param(pdf(A4, password=STRANGERS), "encrypted; state its `pages`", id="encrypted"),
        pytest.param(pdf(), "no pages|damaged", id="no pages"),
        pytest.param(pdf((0, 842)), "a page of 0 x 842 points", id="a page without width"),
        pytest.param(pdf((1e9, 842)), "a page of 1000000000 x", id="a page of 350 km"),
        pytest.param(pdf(*[A4] * 6000), "too much work|damaged", id="6,000 pages"),
        pytest.param(b"%PDF-1.4\n" + b"[" * 1_000_000, "damaged", id="lists in lists"),
        pytest.param(b"%PDF-1.4\n" + b"1 0 obj\n(" * 100_000, "damaged|work", id="strings without end"),
        pytest.param(object_streams(40), "damaged|work", id="object streams that swell"),
    ],
)
def test_what_is_no_document_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(HeaderError, match=said):
        read_pdf_pages(encoded(content))


def test_documents_share_what_they_may_take_together() -> None:
    """Some 1,000 calls a page: of two documents of 20 pages, 30,000 calls are enough for one."""
    budget = DocumentBudget(pages=WorkBudget(30_000))
    assert read_pdf_pages(encoded(pdf(*[A4] * 20)), budget).count == 20
    assert 0 < budget.pages.calls_left < 15_000
    with pytest.raises(HeaderError, match="too much work to read; state its `pages`"):
        read_pdf_pages(encoded(pdf(*[A4] * 20)), budget)


def test_texts_that_are_not_read_leave_the_pages_countable() -> None:
    budget = DocumentBudget(texts=WorkBudget(0))
    found = read_pdf_pages(encoded(written_pdf("Hello world")), budget)
    assert (found.count, found.texts) == (1, ())


def test_a_profiler_goes_on_after_a_document() -> None:
    seen: list[str] = []

    def profile(_frame: object, event: str, _arg: object) -> None:
        seen.append(event)

    sys.setprofile(profile)
    try:
        read_pdf_pages(encoded(pdf(A4)))
        assert sys.getprofile() is profile
    finally:
        sys.setprofile(None)
    assert seen


def test_memory_is_bounded() -> None:
    """40 streams of 13 MB in 400 kB: no more than a few of them at once."""
    data = encoded(object_streams(40))
    tracemalloc.start()
    with pytest.raises(HeaderError):
        read_pdf_pages(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000_000


WHOLE = pdf(A4, LETTER)


@settings(max_examples=60)
@given(st.data())
def test_damaged_files_are_read_or_refused(data: st.DataObject) -> None:
    damaged = bytearray(WHOLE[: data.draw(st.integers(0, len(WHOLE)))])
    for _ in range(data.draw(st.integers(0, 4))):
        if damaged:
            damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(HeaderError):
        assert read_pdf_pages(encoded(bytes(damaged))).count >= 1
