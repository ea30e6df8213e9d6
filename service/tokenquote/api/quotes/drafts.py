"""A quote whose requests and counts are still columns: it becomes a model, or is written as its model is.

Most quotes are only sent, and what takes longest about them are the objects for each request and each count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tokenquote.api.quotes.quoted_counts import QuotedCount, build_counts, write_counts
from tokenquote.api.quotes.quoted_requests import QuotedRequests
from tokenquote.counts import Method
from tokenquote_client.quote import Quote

__all__ = ["DraftedQuote"]

_NO_REQUESTS = ',"requests":[],'
_NO_COUNTS = ',"counts":[],'
"""The empty lists as pydantic writes them. A text in an answer cannot hold them, for its quotation marks are
escaped there; no other list before them has these names, which a test proves."""


@dataclass(frozen=True, slots=True)
class DraftedQuote:
    """A quote with its requests and counts apart from the rest."""

    quote: Quote
    """The quote with empty lists in their place."""
    counts: Sequence[QuotedCount]
    requests: QuotedRequests | None
    """The requests. None: only the summary was asked for."""

    def count_methods(self) -> Counter[Method]:
        """Count the counts by how each is known."""
        return Counter(count.method for _, count, _ in self.counts)

    def complete(self) -> Quote:
        """Return the quote with an object for each request and each count."""
        update: dict[str, object] = {"counts": build_counts(self.counts)}
        if self.requests is not None:
            update["requests"] = self.requests.build()
        return self.quote.model_copy(update=update)

    def write(self) -> bytes:
        """Return the JSON of the complete quote; a summary leaves out its requests altogether."""
        left_out = {"requests"} if self.requests is None else None
        text = self.quote.model_dump_json(exclude=left_out)
        if self.requests is not None:
            text = _fill(text, _NO_REQUESTS, self.requests.write())
        return _fill(text, _NO_COUNTS, write_counts(self.counts)).encode()


def _fill(text: str, empty: str, items: Iterable[str]) -> str:
    """Put items into the first list of an answer that is written as this empty one."""
    before, found, after = text.partition(empty)
    if not found:
        raise ValueError(f"the answer has no {empty}")
    return f"{before}{empty[:-2]}{','.join(items)}{empty[-2:]}{after}"
