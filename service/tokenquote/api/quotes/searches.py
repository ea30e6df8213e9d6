"""The requests by which retrieval finds passages: an embedding of each question, and a search."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.histories import count_questions
from tokenquote.api.quotes.participants import Searcher
from tokenquote.api.quotes.uses import PASSAGES_PER_SEARCH
from tokenquote.catalog import Model
from tokenquote.counts import ceil_div
from tokenquote.ledger.fees import Use
from tokenquote.ledger.history import SearchRequest
from tokenquote.ledger.prices import Tariff, find_rate
from tokenquote.ledger.rows import Purpose
from tokenquote_client import plan as wire

__all__ = ["find_searcher"]


def find_searcher(
    plan: wire.Plan, purpose: Purpose, model: Model, tariff: Tariff, counter: AmountCounter
) -> Searcher:
    """Count the questions as a model does that embeds them or ranks passages for them.

    Raises:
        LocatedError: a question holds media.
    """
    search = SearchRequest(purpose, model.id, count_questions(plan, counter))
    uses = tuple(_rank(plan.history, tariff)) if purpose == "rerank" else ()
    return Searcher(model, tariff, search, counter.counts, uses)


def _rank(history: wire.History, tariff: Tariff) -> Iterator[Use]:
    """Yield the use of one search; passages billed by their tokens have no price, for none states those."""
    if not tariff.has_fee("search"):
        if find_rate(tariff, "input", 0) != 0:  # where tokens are free, so are those of the passages
            yield Use("passages", {})
        return
    candidates = history.candidates if isinstance(history, wire.Retrieval) else None
    searches = ceil_div(candidates or PASSAGES_PER_SEARCH, PASSAGES_PER_SEARCH)
    yield Use("search", {"query": Decimal(searches)})
