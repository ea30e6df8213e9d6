"""The requests by which retrieval finds passages: an embedding of each question, and a search."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.histories import count_questions, count_search_text
from tokenquote.api.quotes.participants import Searcher
from tokenquote.api.quotes.uses import PASSAGES_PER_SEARCH
from tokenquote.catalog import Model
from tokenquote.counts import Count, ceil_div
from tokenquote.ledger.fees import Use
from tokenquote.ledger.history import SearchRequest
from tokenquote.ledger.prices import Tariff, find_rate
from tokenquote.ledger.rows import Purpose
from tokenquote_client import plan as wire

__all__ = ["find_searcher"]


def find_searcher(
    plan: wire.Plan, purpose: Purpose, model: Model, tariff: Tariff, counter: AmountCounter
) -> Searcher:
    """Count the questions, or what is searched in their place, as a model does that embeds or ranks.

    Raises:
        LocatedError: a question holds media.
    """
    written = _count_written(plan.history, counter) if purpose == "embedding" else []
    sent = [(count,) * len(plan.turns) for count in written] or [count_questions(plan, counter)]
    searches = tuple(SearchRequest(purpose, model.id, counts) for counts in sent)
    uses = tuple(_rank(plan.history, tariff)) if purpose == "rerank" else ()
    return Searcher(purpose, model, tariff, searches, counter.counts, uses)


def _count_written(history: wire.History, counter: AmountCounter) -> list[Count]:
    """Count each query and the hypothetical answer that are embedded in place of a question."""
    if not isinstance(history, wire.Retrieval):
        return []
    counts = []
    if history.queries is not None and history.query is not None:
        counts += [count_search_text(history.query, ("history", "query"), "user", counter)] * history.queries
    if history.hypothesis is not None:
        counts.append(count_search_text(history.hypothesis, ("history", "hypothesis"), "assistant", counter))
    return counts


def _rank(history: wire.History, tariff: Tariff) -> Iterator[Use]:
    """Yield the use of one search; passages billed by their tokens have no price, for none states those."""
    if not tariff.has_fee("search"):
        if find_rate(tariff, "input", 0) != 0:  # where tokens are free, so are those of the passages
            yield Use("passages", {})
        return
    candidates = history.candidates if isinstance(history, wire.Retrieval) else None
    searches = ceil_div(candidates or PASSAGES_PER_SEARCH, PASSAGES_PER_SEARCH)
    yield Use("search", {"query": Decimal(searches)})
