"""Fees, windows and calendars of catalog files: the mistakes that they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.holidays import HolidayCalendar
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.windows import Window

CALENDAR: dict[str, Any] = {
    "name": "Days off",
    "years": [2026],
    "holidays": [dt.date(2026, 10, 1)],
    "make_up_days": [dt.date(2026, 10, 10)],
    "source": "made up",
    "checked": dt.date(2026, 11, 29),
}
WINDOW: dict[str, Any] = {
    "name": "peak",
    "timezone": "Asia/Shanghai",
    "days": ["mon", "tue", "wed", "thu", "fri"],
    "hours": ["09:00-12:00"],
    "except_holidays": "cn",
    "rates": {"input": "2"},
}


def block(**fields: Any) -> PriceBlock:
    return PriceBlock.model_validate({"source": "made up", "checked": dt.date(2026, 11, 29), **fields})


@pytest.mark.parametrize(
    ("fees", "told"),
    [
        (
            [{"what": "output_image", "price": "1", "unit": "page"}],
            "output_image is billed by image or megapixel or pixel, not by page",
        ),
        ([{"what": "search", "price": "1", "unit": "call"}], "search is billed by query, not by call"),
        (
            [{"what": "web_search", "price": "1", "unit": "call"}] * 2,
            "two fees for the same `what` and `when`",
        ),
    ],
    ids=["image-by-page", "search-by-call", "twice"],
)
def test_fees_that_nobody_could_bill_are_refused(fees: list[dict[str, str]], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        block(fees=fees)
    with pytest.raises(ValidationError, match=told):
        block(modes={"batch": {"fees": fees}})


def test_fees_of_a_mode_need_no_rates_beside_them() -> None:
    mode = block(modes={"batch": {"fees": [{"what": "search", "price": "1", "unit": "query"}]}}).modes[
        "batch"
    ]
    assert mode.fees == (Fee.model_validate({"what": "search", "price": "1", "unit": "query"}),)


@pytest.mark.parametrize(
    ("at", "holds", "on_make_up_days"),
    [
        ("2026-10-02T09:00:00+08:00", True, True),
        ("2026-10-01T09:00:00+08:00", False, False),
        ("2026-10-10T09:00:00+08:00", False, True),
        ("2026-10-17T09:00:00+08:00", False, False),
        ("2026-10-10T12:00:00+08:00", False, False),
        ("2026-09-30T18:00:00-07:00", False, False),
        ("2027-10-01T09:00:00+08:00", True, True),
    ],
    ids=["friday", "holiday", "make-up", "saturday", "noon", "holiday-there", "year-not-known"],
)
def test_a_window_keeps_the_holidays_of_its_own_clock(at: str, holds: bool, on_make_up_days: bool) -> None:
    calendars = {"cn": HolidayCalendar.model_validate(CALENDAR)}
    instant = dt.datetime.fromisoformat(at)
    assert Window.model_validate(WINDOW).observing(calendars).holds(instant) is holds
    made_up = Window.model_validate({**WINDOW, "on_make_up_days": True}).observing(calendars)
    assert made_up.holds(instant) is on_make_up_days


@pytest.mark.parametrize(
    ("at", "year"),
    [
        ("2026-12-31T09:00:00+08:00", None),
        ("2027-01-01T09:00:00+08:00", 2027),
        ("2027-01-01T08:00:00+08:00", None),
        ("2025-12-31T09:00:00+08:00", 2025),
    ],
)
def test_a_year_whose_holidays_are_not_known_is_told_where_they_matter(at: str, year: int | None) -> None:
    window = Window.model_validate(WINDOW).observing({"cn": HolidayCalendar.model_validate(CALENDAR)})
    assert window.year_without_holidays(dt.datetime.fromisoformat(at)) == year


def test_a_window_without_its_calendar_refuses_to_guess() -> None:
    with pytest.raises(ValueError, match="has not been given its calendar"):
        Window.model_validate(WINDOW).holds(dt.datetime(2026, 10, 1, 2, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"years": [2025]}, "2026-10-01 lies in none of `years`"),
        ({"make_up_days": [dt.date(2026, 10, 1)]}, "2026-10-01 stands both in"),
    ],
    ids=["other-year", "both"],
)
def test_calendars_that_contradict_themselves_are_refused(change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        HolidayCalendar.model_validate({**CALENDAR, **change})


def test_make_up_days_need_a_calendar() -> None:
    fields = {name: value for name, value in WINDOW.items() if name != "except_holidays"}
    with pytest.raises(ValidationError, match="needs the calendar"):
        Window.model_validate({**fields, "on_make_up_days": True})


@pytest.mark.parametrize(
    ("begins", "instant"),
    [
        (dt.date(2026, 8, 17), "2026-08-17T00:00:00+00:00"),
        ("2026-08-17", "2026-08-17T00:00:00+00:00"),
        ("2026-08-16T16:00:00Z", "2026-08-16T16:00:00+00:00"),
        ("2026-08-17T00:00:00+08:00", "2026-08-16T16:00:00+00:00"),
    ],
    ids=str,
)
def test_a_block_begins_with_its_day_or_at_its_instant(begins: object, instant: str) -> None:
    assert block(**{"from": begins}).begins == dt.datetime.fromisoformat(instant)
