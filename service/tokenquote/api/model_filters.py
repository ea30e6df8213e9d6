"""Which models of the catalog a list is asked for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.models import OPEN_WEIGHTS
from tokenquote.errors import LocatedError
from tokenquote.errors.field_faults import did_you_mean
from tokenquote.ledger.prices import tariff_on
from tokenquote_client.catalog import ModelListParameters

__all__ = ["find_provider", "passes_filters"]


def find_provider(word: str, catalog: Catalog) -> str:
    """Return the id of the provider that a word means: its id, or another word for it such as `vertex_ai`.

    Raises:
        LocatedError: the catalog has no such provider.
    """
    known = {alias: provider.id for provider in catalog.providers.values() for alias in provider.aliases}
    known |= {provider: provider for provider in (*catalog.providers, OPEN_WEIGHTS.id)}
    if word not in known:
        near = did_you_mean(word, known)
        there_are = near or f"; there are {', '.join(sorted((*catalog.providers, OPEN_WEIGHTS.id)))}"
        raise LocatedError(None, f"query parameter provider: the catalog has no such provider{there_are}")
    return known[word]


def passes_filters(model: Model, asked: ModelListParameters, at: dt.datetime) -> bool:
    """Return whether a model passes every filter that is stated."""
    window = model.entry.context.window
    return (
        asked.provider in (None, model.provider.id)
        and asked.kind in (None, model.entry.kind)
        and asked.open_weights in (None, model.weights is not None)
        and (asked.window is None or (window is not None and window >= asked.window))
        and (asked.retiring is None or _ends_within(model, asked.retiring, at))
        and (asked.inputs is None or model.media.rule_names.keys() >= set(asked.inputs.split(",")))
        and _costs_at_most(model, "input", asked.max_input_price, at)
        and _costs_at_most(model, "output", asked.max_output_price, at)
    )


def _ends_within(model: Model, days: int, at: dt.datetime) -> bool:
    end = model.answers_until()
    return end is not None and at < end <= at + dt.timedelta(days=days)


def _costs_at_most(model: Model, kind: str, most: Decimal | None, at: dt.datetime) -> bool:
    """Return whether a kind of token has a rate of at most so much, if any is asked for."""
    if most is None:
        return True
    rate = tariff_on(model.prices_on(at), at).tiers[0].rates.get(kind)
    return rate is not None and rate <= most
