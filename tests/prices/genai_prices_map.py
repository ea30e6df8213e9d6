"""Which models are compared with genai-prices: those that it lists and whose prices were read from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, Provider

from tokenquote.catalog import Catalog
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources import read_genai_prices, read_source_names

__all__ = ["GenaiModel", "compared_models"]


@dataclass(frozen=True)
class GenaiModel:
    """A model of genai-prices, found by its place: some of their models do not match their own id."""

    provider: Provider
    model: ModelInfo

    def price(self, usage: Usage, at: dt.datetime, context: dict[str, str] | None = None) -> Decimal:
        """The price by genai-prices' own calculator, in USD."""
        return self.model.calc_price(
            usage, self.provider, genai_request_timestamp=at, price_context=context
        ).total_price


@cache
def genai_index() -> ListingIndex:
    """The models of the installed genai-prices."""
    return ListingIndex(read_genai_prices(read_source_names(), dt.date(2026, 11, 12)))


@cache
def by_place() -> dict[str, GenaiModel]:
    return {
        f"{provider.id}: {model.id}": GenaiModel(provider, model)
        for provider in get_snapshot().providers
        for model in provider.models
    }


def compared_models(catalog: Catalog) -> dict[str, GenaiModel]:
    """Return the model of genai-prices for each id whose prices were read from there.

    A model whose figures were corrected from another source is compared no more.
    """
    found = {}
    for model in catalog.models.values():
        if any("genai-prices" in block.source for block in model.entry.prices):
            listed = genai_index().find(model)
            if listed is not None:
                found[model.id] = by_place()[listed.key]
    return found
