"""Which models of the catalog a list is asked for."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tokenquote.catalog import Model
from tokenquote.ledger.prices import tariff_on
from tokenquote_client.catalog import ModelListParameters

__all__ = ["passes_filters"]


def passes_filters(model: Model, asked: ModelListParameters, at: dt.datetime) -> bool:
    """Return whether a model passes every filter that is stated, but for that of the provider."""
    window = model.entry.context.window
    return (
        asked.kind in (None, model.entry.kind)
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
