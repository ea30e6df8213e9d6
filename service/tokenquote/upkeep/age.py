"""How old the checks of the catalog's prices are, and what is due: prices that change, models that retire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low

from tokenquote.catalog import Catalog, Model
from tokenquote.upkeep.choosing import sold_models

__all__ = ["CatalogAge", "CheckedPrice", "Due", "ProviderAge", "find_age"]


@dataclass(frozen=True, slots=True)
class CheckedPrice:
    """The price of one model that is in force, and when somebody last compared it with its source."""

    model: str
    checked: dt.date
    days: int
    source: str


@dataclass(frozen=True, slots=True)
class ProviderAge:
    """The age of the checks of one provider, in days."""

    provider: str
    models: int
    oldest: int
    median: int
    newest: int


@dataclass(frozen=True, slots=True)
class Due:
    """Something that happens soon, of which the catalog or a reader should take note."""

    model: str
    what: str
    """`price_changes` or `retires`."""
    at: dt.datetime
    days: int
    """The whole days that are left."""


@dataclass(frozen=True, slots=True)
class CatalogAge:
    """The checks, the oldest first, and what is due, the earliest first."""

    providers: tuple[ProviderAge, ...]
    prices: tuple[CheckedPrice, ...]
    due: tuple[Due, ...]


def find_age(catalog: Catalog, at: dt.datetime, days: int) -> CatalogAge:
    """Return how old the prices in force are at an instant, and what is due within a number of days.

    Models that their provider no longer answers with are left out: nobody checks their prices any more.
    """
    sold = [model for model in sold_models(catalog) if not model.has_retired(at)]
    prices = sorted(_checks(sold, at), key=lambda price: (-price.days, price.model))
    providers = sorted(_by_provider(prices), key=lambda age: (-age.oldest, -age.median, age.provider))
    due = sorted(_due(sold, at, days), key=lambda item: (item.at, item.model))
    return CatalogAge(tuple(providers), tuple(prices), tuple(due))


def _checks(sold: list[Model], at: dt.datetime) -> Iterator[CheckedPrice]:
    for model in sold:
        block = model.prices_on(at)
        if block is not None:
            age = (at.astimezone(dt.UTC).date() - block.checked).days
            yield CheckedPrice(model.id, block.checked, age, block.source)


def _by_provider(prices: list[CheckedPrice]) -> Iterator[ProviderAge]:
    ages: dict[str, list[int]] = {}
    for price in prices:
        ages.setdefault(price.model.split("/", 1)[0], []).append(price.days)
    for provider, days in ages.items():
        yield ProviderAge(provider, len(days), max(days), median_low(days), min(days))


def _due(sold: list[Model], at: dt.datetime, days: int) -> Iterator[Due]:
    last = at + dt.timedelta(days=days)
    for model in sold:
        for block in model.price_changes(at, days):
            if block.begins is not None:
                yield Due(model.id, "price_changes", block.begins, (block.begins - at).days)
        end = model.answers_until()
        if end is not None and at < end <= last:
            yield Due(model.id, "retires", end, (end - at).days)
