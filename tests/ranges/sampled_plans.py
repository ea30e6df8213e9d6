"""Samples of a plan, as the quote draws them."""

from __future__ import annotations

import datetime as dt

from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.gathering import Gatherer
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.catalog import Catalog
from tokenquote.ledger.ranges import Draws, Sampled, sample
from tokenquote.ledger.retries import Retries
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan

__all__ = ["sampled"]


def sampled(
    plan: Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    at: dt.datetime,
    samples: int,
    retries: Retries | None = None,
) -> tuple[Draws, Sampled]:
    """Draw the samples of a plan; return with them what draws them."""
    model = catalog.resolve(plan.model or "")
    parts = Gatherer(plan, catalog, vocabularies, at).gather(model).own
    replayed = Company(parts).replay()
    draws = Draws(parts.own.resolved.ranges, 7)
    planned = plan_samples(parts, parts.history, replayed, draws, samples, retries)
    return draws, sample(planned)
