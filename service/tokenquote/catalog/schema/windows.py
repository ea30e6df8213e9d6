"""Time windows: the rates of some hours of some days.

windows:
  - name: peak
    timezone: Asia/Shanghai
    days: [mon, tue, wed, thu, fri]
    except_holidays: cn                  a calendar of holidays.yaml
    hours: ["09:00-12:00", "14:00-18:00"]
    rates: {input: "0.3", output: "1.2"}
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import Field, PrivateAttr, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Word
from tokenquote.catalog.schema.holidays import HolidayCalendar
from tokenquote.catalog.schema.rates import RateCard
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["WEEKDAYS", "Window"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(RateCard):
    """Rates that hold during some hours of some days."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """The name of the window in a quote, such as `peak`."""
    timezone: str
    """The IANA name of the time zone in which `days` and `hours` are meant."""
    days: tuple[Weekday, ...] = Field(default=WEEKDAYS, min_length=1)
    """The days on which the window holds; by default all."""
    hours: tuple[
        Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")], ...
    ] = Field(min_length=1)
    """The spans of hours: `09:00-12:00` begins at nine and ends before noon. A span may not pass midnight."""
    except_holidays: Word | None = None
    """The calendar of holidays.yaml on whose holidays the window does not hold. None: it holds on holidays
    too."""
    on_make_up_days: bool = False
    """Whether the window holds as well on the weekend days that the calendar of `except_holidays` makes
    working days; by default it does not."""
    _calendar: HolidayCalendar | None = PrivateAttr(default=None)

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            near = did_you_mean(name, available_timezones(), cutoff=0.9)
            raise ValueError(f"no such IANA time zone: {name!r}{near}") from error
        return name

    @field_validator("hours")
    @classmethod
    def _forward(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        for span in hours:
            start, end = span.split("-")
            if start >= end:
                raise ValueError(f"{span!r} ends before it starts; write two spans around midnight")
        return hours

    @model_validator(mode="after")
    def _states_rates(self) -> Self:
        if not self.rates.stated() and not self.tiers:
            raise ValueError("a window without `rates` changes nothing: state them, or leave the window out")
        return self

    @model_validator(mode="after")
    def _make_up_days_of_a_calendar(self) -> Self:
        if self.on_make_up_days and self.except_holidays is None:
            raise ValueError("`on_make_up_days` needs the calendar that `except_holidays` names")
        return self

    def observing(self, calendars: Mapping[str, HolidayCalendar]) -> Self:
        """Return the window with the calendar that it names, which `holds` needs."""
        if self.except_holidays is None:
            return self
        window = self.model_copy()
        window._calendar = calendars[self.except_holidays]
        return window

    def holds(self, at: dt.datetime) -> bool:
        """Return whether the instant lies in the window."""
        day, in_hours = self._local(at)
        if not in_hours:
            return False
        calendar = self._known_calendar()
        if calendar is not None and day in calendar.holidays:
            return False
        made_up = self.on_make_up_days and calendar is not None and day in calendar.make_up_days
        return made_up or WEEKDAYS[day.weekday()] in self.days

    def year_without_holidays(self, at: dt.datetime) -> int | None:
        """Return the year of the instant if its holidays are not known and could matter; None: all is known.

        Such a year is taken to have no holidays.
        """
        day, in_hours = self._local(at)
        calendar = self._known_calendar()
        return day.year if calendar is not None and in_hours and day.year not in calendar.years else None

    def _local(self, at: dt.datetime) -> tuple[dt.date, bool]:
        local = at.astimezone(ZoneInfo(self.timezone))
        clock = local.strftime("%H:%M")
        in_hours = any(start <= clock < end for start, end in (span.split("-") for span in self.hours))
        return local.date(), in_hours

    def _known_calendar(self) -> HolidayCalendar | None:
        if self.except_holidays is not None and self._calendar is None:
            raise ValueError(f"the window {self.name!r} has not been given its calendar: call `observing`")
        return self._calendar
