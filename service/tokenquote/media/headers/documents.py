"""How many pages a PDF has, how large they are, and the text of the first; files that are only text.

No page is rendered.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import pypdf

from tokenquote.media.headers.base64_file import Base64File, HeaderError, HeaderReader
from tokenquote.media.headers.work_limit import DocumentBudget, WorkBudget, limit_calls

__all__ = ["PageSize", "PdfPages", "read_pdf_pages", "read_text_file"]

_MAX_PAGES = 2_000
"""A longer document is refused; providers take 1,000 pages at most."""
_MAX_PAGES_OF_TEXT = 8
_MAX_TEXT_BYTES = 5_000_000
_NEVER_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
# A page takes some 700 to 1,000 calls, the text of a full page some 130,000. A hostile file is given up after
# some seconds.
_MAX_CALLS = 1_500_000
_MAX_CALLS_OF_TEXT = 1_000_000
_MAX_STREAM_BYTES = 16 << 20
_MAX_POINTS = 14_400 * 100
"""A hundred times the longest side that PDF 1.7 allows without a user unit."""
_LIMITS = pypdf.Configuration(
    zlib_maximum_output_length=_MAX_STREAM_BYTES,
    lzw_maximum_output_length=_MAX_STREAM_BYTES,
    run_length_maximum_output_length=_MAX_STREAM_BYTES,
    brotli_maximum_output_length=_MAX_STREAM_BYTES,
    stream_decoding_work_maximum_length=2 * _MAX_STREAM_BYTES,
    page_tree_maximum_entries=2 * _MAX_PAGES,
)
_SIGNATURE_WITHIN = 1024

# What it logs about damaged files may quote them.
logging.getLogger("pypdf").addHandler(logging.NullHandler())
logging.getLogger("pypdf").propagate = False


@dataclass(frozen=True, slots=True, order=True)
class PageSize:
    """Points of 1/72 inch as the page is shown, rounded."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PdfPages:
    """The pages of a document."""

    sizes: Mapping[PageSize, int]
    """The number of pages of each size."""
    texts: tuple[str, ...]
    """The text of the first pages, as far as it could be read."""
    bytes: int
    """Bytes of the whole file."""

    @property
    def count(self) -> int:
        return sum(self.sizes.values())


def read_pdf_pages(data: str, budget: DocumentBudget | None = None) -> PdfPages:
    """Return the pages of a PDF given as base64 text, with or without a `data:` prefix.

    Args:
        data: the text.
        budget: the work that is left for this and other documents; None: enough for this one.

    Raises:
        HeaderError: it is not base64, not a PDF, damaged, encrypted, without pages, or too large to read.
    """
    work = budget or DocumentBudget()
    file = Base64File(data)
    reader = HeaderReader(file, max_steps=_MAX_CALLS, max_read=max(file.size, 1))
    if not _is_pdf(reader.read(_SIGNATURE_WITHIN)):
        raise HeaderError("not a PDF document, nor a text")
    reader.seek(0)
    try:
        with pypdf.apply_configuration(_LIMITS):
            document, sizes = limit_calls(_MAX_CALLS, work.pages, lambda: _read_pages(reader))
            texts = _read_texts(document, work.texts)
    except HeaderError:
        raise
    except Exception as error:  # the library raises whatever a damaged file leads it to
        raise HeaderError(f"the document is cut off or damaged ({type(error).__name__})") from None
    if not sizes:
        raise HeaderError("the document has no pages")
    return PdfPages(sizes, texts, file.size)


def _is_pdf(head: bytes) -> bool:
    """Whether a PDF begins here; blanks or a byte order mark may come first, but no other kind of file."""
    return head.lstrip(b"\xef\xbb\xbf \t\r\n\f\0").startswith(b"%PDF-")


def _read_pages(reader: HeaderReader) -> tuple[pypdf.PdfReader, Counter[PageSize]]:
    document = pypdf.PdfReader(reader)
    return document, _page_sizes(document)


def _page_sizes(document: pypdf.PdfReader) -> Counter[PageSize]:
    if document.is_encrypted and not document.decrypt(""):
        raise HeaderError("the document is encrypted; state its `pages`")
    sizes: Counter[PageSize] = Counter()
    for page in document.pages:
        box = page.mediabox
        width, height = abs(float(box.width)), abs(float(box.height))
        if not (0 < width <= _MAX_POINTS and 0 < height <= _MAX_POINTS):
            raise HeaderError(f"a page of {width:.0f} x {height:.0f} points")
        turned = page.rotation % 180 == 90
        sides = (height, width) if turned else (width, height)
        sizes[PageSize(*(max(1, round(side)) for side in sides))] += 1
    return sizes


def _read_texts(document: pypdf.PdfReader, budget: WorkBudget) -> tuple[str, ...]:
    """Return the text of the first pages in order, up to the first that cannot be read.

    It is read as far as a bounded amount of work goes, counted, and used for nothing else.
    """
    texts: list[str] = []
    with suppress(HeaderError):  # what was read in time is more than nothing
        limit_calls(_MAX_CALLS_OF_TEXT, budget, lambda: texts.extend(_extracted_texts(document)))
    return tuple(texts)


def _extracted_texts(document: pypdf.PdfReader) -> Iterator[str]:
    for page in islice(document.pages, _MAX_PAGES_OF_TEXT):
        try:
            yield page.extract_text()
        except Exception:  # the library raises whatever a damaged page leads it to
            return


def read_text_file(data: str, media_type: str | None = None) -> str | None:
    """Return the text of a file given as base64; None if it is no UTF-8 text, or said to be something else.

    Providers take documents that are nothing but text in as such.

    Raises:
        HeaderError: it is not base64.
    """
    file = Base64File(data)
    label = file.label or (media_type or "").lower()
    if label == "application/pdf" or label.startswith(("image/", "audio/", "video/")):
        return None
    content = file.readall() if file.size <= _MAX_TEXT_BYTES else b""
    if not content or _NEVER_IN_TEXT.intersection(content):
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
