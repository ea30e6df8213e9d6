"""Samples of a plan, as the quote draws them."""

from __future__ import annotations

import datetime as dt

from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.gathering import Gatherer
from tokenquote.api.quotes.sampling import plan_samples
from tokenquote.catalog import Catalog
from tokenquote.catalog.reroutes import find_answering
from tokenquote.ledger.ranges import Draws, Sampled, sample
from tokenquote.ledger.retries import RetryTerms
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan

__all__ = ["gather", "sampled"]

SEED = 7


def gather(plan: Plan, catalog: Catalog, vocabularies: Vocabularies, at: dt.datetime) -> Company:
    """Return the conversations of a plan, as its models count them."""
    model = find_answering(catalog.resolve(plan.model or ""), catalog.models, at)
    return Gatherer(plan, catalog, vocabularies, at).gather(model)


def sampled(
    plan: Plan,
    catalog: Catalog,
    vocabularies: Vocabularies,
    at: dt.datetime,
    samples: int,
    retries: RetryTerms | None = None,
) -> tuple[Draws, Sampled]:
    """Draw the samples of a plan; return with them what draws them."""
    company = gather(plan, catalog, vocabularies, at)
    draws = Draws(company.ranges, SEED)
    planned = plan_samples(company, company.replay(), draws, samples, retries)
    return draws, sample(planned)
