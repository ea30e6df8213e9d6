"""What holidays.yaml may say: the public holidays on which some providers' peak hours do not hold.

calendars:
  cn:
    name: Public holidays of China
    years: [2026]
    holidays: [2026-01-01, ...]          every day off that a holiday brings, weekends among them too
    make_up_days: [2026-01-04, ...]      weekend days on which people work in return
    source: https://...
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import Field, StrictInt, field_serializer, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Word

__all__ = ["HolidayCalendar", "HolidaysFile"]


class HolidayCalendar(Entry):
    """The public holidays of one country."""

    name: str
    """The name that people read."""
    years: tuple[StrictInt, ...] = Field(min_length=1)
    """The years whose holidays are published; of any other year nothing is known."""
    holidays: frozenset[dt.date] = Field(min_length=1)
    """The days off, by the clock of the window that names the calendar."""
    make_up_days: frozenset[dt.date] = frozenset()
    """The weekend days that are working days in return for days off; by default there are none."""
    source: str = Field(min_length=1)
    """Where the days are published."""
    checked: dt.date
    """The day on which somebody last compared the days with the source."""

    @field_serializer("holidays", "make_up_days")
    def _in_order(self, days: frozenset[dt.date]) -> list[dt.date]:
        """List the days in order: a set has another in each process, and the catalog's revision must not."""
        return sorted(days)

    @model_validator(mode="after")
    def _within_the_years(self) -> Self:
        for day in sorted(self.holidays | self.make_up_days):
            if day.year not in self.years:
                raise ValueError(f"{day} lies in none of `years`")
        for day in sorted(self.holidays & self.make_up_days):
            raise ValueError(f"{day} stands both in `holidays` and in `make_up_days`")
        return self


class HolidaysFile(Entry):
    """The file holidays.yaml."""

    calendars: dict[Word, HolidayCalendar]
    """The calendars by the word that windows name them by."""
