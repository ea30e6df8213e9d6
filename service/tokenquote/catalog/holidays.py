"""Gives the time windows of a model's prices the calendars of holidays that they name."""

from __future__ import annotations

from collections.abc import Mapping

from tokenquote.catalog.schema.holidays import HolidayCalendar
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ModelEntry

__all__ = ["observe_holidays"]


def observe_holidays(
    entry: ModelEntry | OpenWeightsEntry, calendars: Mapping[str, HolidayCalendar]
) -> ModelEntry | OpenWeightsEntry:
    """Return the entry with calendars in its windows; most models have no window that names one."""
    if not any(window.except_holidays for block in entry.prices for window in block.windows):
        return entry
    prices = tuple(_observe(block, calendars) for block in entry.prices)
    return entry.model_copy(update={"prices": prices})


def _observe(block: PriceBlock, calendars: Mapping[str, HolidayCalendar]) -> PriceBlock:
    return block.model_copy(
        update={"windows": tuple(window.observing(calendars) for window in block.windows)}
    )
