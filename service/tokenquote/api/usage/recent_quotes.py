"""Keeps what recent quotes said, so that a bill can be laid beside the quote that was made for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from tokenquote.errors import LocatedError
from tokenquote_client.quote import Comparison, Quote
from tokenquote_client.usage import QuotedBefore

__all__ = ["MAX_KEPT", "RecentQuotes"]

MAX_KEPT = 10_000
"""The most quotes that are kept: some 14 MB, as only their sums are."""


class RecentQuotes:
    """The latest quotes by id, in the memory of one process; threads may share it.

    Only sums are kept, nothing of a plan's texts. A quote that is asked for again counts as new.
    """

    def __init__(self, at_most: int = MAX_KEPT) -> None:
        self._at_most = at_most
        self._by_id: OrderedDict[str, QuotedBefore] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, answered: Quote | Comparison) -> None:
        """Keep what a quote says, or each quote of a comparison; the oldest ones make room."""
        quotes = answered.quotes if isinstance(answered, Comparison) else [answered]
        self.add([_sum_up(quote) for quote in quotes if isinstance(quote, Quote)])

    def kept(self) -> list[QuotedBefore]:
        """Return what is kept, the latest last."""
        with self._lock:
            return list(self._by_id.values())

    def add(self, sums: Iterable[QuotedBefore]) -> None:
        """Keep what another process kept of quotes that it made; the oldest ones make room."""
        with self._lock:
            for quoted in sums:
                self._by_id[quoted.id] = quoted
                self._by_id.move_to_end(quoted.id)
            while len(self._by_id) > self._at_most:
                self._by_id.popitem(last=False)

    def find(self, quote_id: str) -> QuotedBefore:
        """Return what the quote of this id said.

        Raises:
            LocatedError: there is no such quote, or newer ones took its place.
        """
        found = self.look_up(quote_id)
        if found is None:
            detail = (
                f"none of the latest {self._at_most:,} quotes that were made here: ask for the quote again "
                "(the same plan with the same `at` has the same id), or leave it out"
            )
            raise LocatedError(("quote_id",), detail)
        return found

    def look_up(self, quote_id: str) -> QuotedBefore | None:
        """Return what the quote of this id said; None if it is not kept."""
        with self._lock:
            return self._by_id.get(quote_id)


def _sum_up(quote: Quote) -> QuotedBefore:
    totals = quote.totals
    return QuotedBefore(
        id=quote.id,
        model=quote.model,
        requests=totals.requests,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost=totals.cost,
        complete=totals.complete,
    )
