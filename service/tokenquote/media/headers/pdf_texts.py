"""The text of a PDF's pages, as far as a bounded amount of work goes. It is counted, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pypdf

from tokenquote.media.headers.base64_file import HeaderError
from tokenquote.media.headers.work_limit import WorkBudget, at_most

__all__ = ["texts_of"]

MAX_PAGES_OF_TEXT = 8
# A full page takes some 130,000 calls.
_MAX_CALLS = 1_000_000


def texts_of(document: pypdf.PdfReader, budget: WorkBudget) -> tuple[str, ...]:
    """The text of the first pages in order, up to the first that cannot be read."""
    texts: list[str] = []
    with suppress(HeaderError):  # what was read in time is more than nothing
        at_most(_MAX_CALLS, budget, lambda: texts.extend(_texts(document)))
    return tuple(texts)


def _texts(document: pypdf.PdfReader) -> Iterator[str]:
    for page in islice(document.pages, MAX_PAGES_OF_TEXT):
        try:
            yield page.extract_text()
        except Exception:  # the library raises whatever a damaged page leads it to
            return
