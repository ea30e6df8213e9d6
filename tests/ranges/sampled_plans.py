"""Samples of a plan, as the quote draws them."""

from __future__ import annotations

import datetime as dt

from tokenquote.api.quotes import _Quoting
from tokenquote.api.quotes.cast import choose_cast
from tokenquote.api.quotes.histories import choose_history
from tokenquote.api.quotes.participants import Participants
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.catalog import Catalog
from tokenquote.ledger.history import WholeHistory
from tokenquote.ledger.ranges import Draws, Sampled, sample
from tokenquote.ledger.retries import Retries
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan

__all__ = ["sampled", "take_parts"]


SEED = 7


def take_parts(
    plan: Plan, catalog: Catalog, vocabularies: Vocabularies, at: dt.datetime
) -> tuple[Participants, WholeHistory]:
    """Return the models of a plan, and its history strategy."""
    quoting = _Quoting(plan, catalog, vocabularies, at, "", False)
    model = quoting._find_answering(catalog.resolve(plan.model or ""))
    cast = choose_cast(plan, model, catalog, at)
    parts = Participants(
        {name: quoting._participant(each, own=each is model) for name, each in cast.models.items()},
        cast,
        plan,
        tuple(quoting._searcher(purpose, each) for purpose, each in cast.searchers.items()),
    )
    searches = tuple(searcher.search for searcher in parts.searchers)
    return parts, choose_history(plan.history, cast, searches)


def sampled(
    plan: Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    at: dt.datetime,
    samples: int,
    retries: Retries | None = None,
) -> tuple[Draws, Sampled]:
    """Draw the samples of a plan; return with them what draws them."""
    parts, history = take_parts(plan, catalog, vocabularies, at)
    draws = Draws(next(iter(parts.by_id.values())).resolved.ranges, SEED)
    planned = plan_samples(parts, history, parts.replay(history), draws, samples, retries)
    return draws, sample(planned)
