"""The rates in force: tiers, dates, hours and modes, on both sides of every boundary, worked out by hand.

Rates are those of models_catalog/ (checked 2026-11-12 with the providers' pages), per million tokens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import pytest
from tests.conftest import shipped
from tests.dated_prices import DOUBLES, LOSES_FAST, dated_catalog

from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.ledger.prices import (
    Line,
    Priced,
    UnknownMode,
    price,
    tariff_on,
)

CATALOG = shipped()
NOON = "2026-11-12T12:00:00+00:00"
MILLION = 1_000_000


def priced(model: str, usage: Mapping[str, int], at: str = NOON, mode: str = "standard") -> Priced:
    instant = dt.datetime.fromisoformat(at)
    found = (CATALOG if model in CATALOG.models else dated_catalog()).models[model]
    return price(tariff_on(found.prices_on(instant), instant, mode), [usage])


def block(**fields: object) -> PriceBlock:
    return PriceBlock.model_validate({"source": "made up", "checked": "2026-11-12", **fields})


def cost(prices: PriceBlock, mode: str, usage: Mapping[str, int]) -> Decimal | None:
    return price(tariff_on(prices, dt.datetime.fromisoformat(NOON), mode), [usage]).total


@pytest.mark.parametrize(
    ("model", "usage", "dollars", "tier"),
    [
        ("openai/gpt-5.6-sol", {"input": 272_000}, "1.088", "base"),
        ("openai/gpt-5.6-sol", {"input": 272_001}, "2.176008", "above 272000"),
        ("openai/gpt-5.6-sol", {"input": 272_000, "output": 1000}, "1.108", "base"),
        ("openai/gpt-5.6-sol", {"input": 272_001, "output": 1000}, "2.206008", "above 272000"),
        ("openai/gpt-5.6-sol", {"input": 1, "cache_read": 271_999, "output": 1000}, "0.1288036", "base"),
        (
            "openai/gpt-5.6-sol",
            {"input": 1, "cache_read": 272_000, "output": 1000},
            "0.247608",
            "above 272000",
        ),
        ("openai/gpt-5.6-sol", {"cache_write": 1, "cache_read": 272_000}, "0.21761", "above 272000"),
        ("openai/gpt-5.6-sol", {"input": 1000, "output": 272_001}, "5.44402", "base"),
        ("xai/grok-4.7", {"input": 199_999}, "0.399998", "base"),
        ("xai/grok-4.7", {"input": 200_000}, "0.8", "at least 200000"),
        ("qwen/qwen3-max", {"input": 32_001}, "0.0768024", "above 32000"),
        ("qwen/qwen3-max", {"input": 128_001}, "0.384003", "above 128000"),
    ],
    ids=str,
)
def test_the_whole_input_chooses_one_tier_for_all_tokens(
    model: str, usage: Mapping[str, int], dollars: str, tier: str
) -> None:
    result = priced(model, usage)
    assert result.total == Decimal(dollars)
    assert {line.tier for line in result.lines} == {tier}


def test_each_request_is_in_a_tier_of_its_own() -> None:
    instant = dt.datetime.fromisoformat(NOON)
    tariff = tariff_on(CATALOG.models["openai/gpt-5.6-sol"].prices_on(instant), instant)
    result = price(tariff, [{"input": 200_000}, {"input": 272_001}, {"input": 100_000}])
    assert result.costs == (Decimal("0.8"), Decimal("2.176008"), Decimal("0.4"))
    assert result.lines == (
        Line("input", 300_000, Decimal(4), "base", Decimal("1.2")),
        Line("input", 272_001, Decimal(8), "above 272000", Decimal("2.176008")),
    )


@pytest.mark.parametrize(
    ("at", "dollars"),
    [
        ("2026-11-30T23:59:59+00:00", 12),
        ("2026-12-01T00:00:00+00:00", 24),
        ("2026-12-01T01:59:59+02:00", 12),
        ("2026-12-01T02:00:00+02:00", 24),
        ("2026-11-30T18:59:59-05:00", 12),
        ("2026-11-30T19:00:00-05:00", 24),
    ],
)
def test_a_dated_price_begins_at_midnight_utc(at: str, dollars: int) -> None:
    assert priced(DOUBLES, {"input": MILLION, "output": MILLION}, at).total == dollars


@pytest.mark.parametrize(
    ("days", "begin"), [(18, []), (19, [dt.date(2026, 12, 1)])], ids=["too-short", "long-enough"]
)
def test_price_changes_ahead_are_those_within_so_many_days(days: int, begin: list[dt.date]) -> None:
    changes = dated_catalog().models[DOUBLES].price_changes(dt.datetime.fromisoformat(NOON), days)
    assert [change.from_ for change in changes] == begin


@pytest.mark.parametrize(
    ("at", "dollars"),
    [
        pytest.param("2026-11-09T08:59:59+08:00", "2.64", id="monday-before-nine"),
        pytest.param("2026-11-09T09:00:00+08:00", "5.28", id="monday-nine"),
        pytest.param("2026-11-09T11:59:59+08:00", "5.28", id="monday-before-noon"),
        pytest.param("2026-11-09T12:00:00+08:00", "2.64", id="monday-noon"),
        pytest.param("2026-11-09T14:00:00+08:00", "5.28", id="monday-fourteen"),
        pytest.param("2026-11-13T17:59:59+08:00", "5.28", id="friday-before-eighteen"),
        pytest.param("2026-11-13T18:00:00+08:00", "2.64", id="friday-eighteen"),
        pytest.param("2026-11-09T01:00:00+00:00", "5.28", id="monday-nine-said-in-utc"),
        pytest.param("2026-11-08T17:00:00-08:00", "5.28", id="monday-nine-said-on-a-sunday-elsewhere"),
        pytest.param("2026-11-14T10:00:00+08:00", "2.64", id="saturday"),
        pytest.param("2026-11-15T10:00:00+08:00", "2.64", id="sunday"),
        pytest.param("2026-08-22T10:00:00+08:00", "5.28", id="saturday-of-the-first-week"),
        pytest.param("2026-08-16T10:00:00+08:00", "1.305", id="before-there-were-peak-hours"),
        pytest.param("2026-08-16T15:59:59+00:00", "1.305", id="a-second-before-the-hour-of-the-change"),
        pytest.param("2026-08-16T16:00:00+00:00", "2.64", id="the-hour-of-the-change"),
        pytest.param("2026-10-01T10:00:00+08:00", "2.64", id="thursday-of-the-national-holiday"),
        pytest.param("2026-09-30T17:59:59+08:00", "5.28", id="the-evening-before-the-holiday"),
        pytest.param("2026-10-07T09:00:00+08:00", "2.64", id="last-day-of-the-holiday"),
        pytest.param("2026-10-08T09:00:00+08:00", "5.28", id="first-morning-after-the-holiday"),
        pytest.param("2026-10-10T10:00:00+08:00", "2.64", id="saturday-worked-in-return"),
    ],
)
def test_peak_hours_hold_on_the_clock_of_their_own_time_zone(at: str, dollars: str) -> None:
    total = priced("deepseek/deepseek-v4-pro", {"input": MILLION, "output": MILLION}, at).total
    assert total == Decimal(dollars)


def test_a_tariff_names_its_window() -> None:
    prices = CATALOG.models["deepseek/deepseek-v4-pro"].prices_on(dt.datetime.fromisoformat(NOON))
    assert tariff_on(prices, dt.datetime.fromisoformat("2026-11-12T02:00:00+00:00")).window == "peak"
    assert tariff_on(prices, dt.datetime.fromisoformat(NOON)).window is None


@pytest.mark.parametrize(
    ("model", "mode", "usage", "dollars"),
    [
        ("openai/gpt-5.6-sol", "batch", {"input": 272_000, "output": 1000}, "0.554"),
        ("openai/gpt-5.6-sol", "batch", {"input": 272_001, "output": 1000}, "1.103004"),
        ("openai/gpt-5.6-sol", "priority", {"input": 1000, "cache_read": 1000, "output": 1000}, "0.0488"),
        ("google/gemini-2.5-pro", "standard", {"input": 100_000, "cache_read": 100_000}, "0.1375"),
        ("google/gemini-2.5-pro", "batch", {"input": 100_000, "cache_read": 100_000}, "0.075"),
        ("google/gemini-2.5-pro", "batch", {"input": 100_001, "cache_read": 100_000}, "0.15000125"),
        ("openai/gpt-5.4", "priority", {"input": 300_000, "output": 1000}, "1.53"),
    ],
    ids=str,
)
def test_a_mode_has_its_own_rates_and_keeps_those_it_does_not_state(
    model: str, mode: str, usage: Mapping[str, int], dollars: str
) -> None:
    assert priced(model, usage, mode=mode).total == Decimal(dollars)


@pytest.mark.parametrize(("mode", "dollars"), [("standard", "24.2"), ("flex", "12.1"), ("priority", "43.56")])
def test_a_mode_that_multiplies_takes_every_rate_times_its_factor(mode: str, dollars: str) -> None:
    usage = {"input": MILLION, "cache_read": MILLION, "output": MILLION}
    result = priced("google/gemini-4-argon", usage, "2026-12-05T12:00:00+00:00", mode)
    assert result.total == Decimal(dollars)


def test_a_multiplying_mode_multiplies_tier_and_window_too() -> None:
    window = {"name": "noon", "timezone": "UTC", "hours": ["12:00-13:00"], "rates": {"output": "6"}}
    prices = block(
        rates={"input": "1", "output": "2"},
        tiers=[{"above": 10, "rates": {"input": "3"}}],
        windows=[window],
        modes={"flex": {"times": "0.5"}},
    )
    assert cost(prices, "flex", {"input": 11 * MILLION, "output": MILLION}) == Decimal("19.5")


def test_a_mode_by_times_costs_what_its_figures_would() -> None:
    rates = {"input": "0.333", "cache_read": "0.0333", "output": "2.5"}
    tiers = [
        {"above": 10, "rates": {"input": "0.666", "output": "3.75"}},
        {"at_least": 20, "rates": {"output": "5"}},
    ]
    halves = {
        "rates": {"input": "0.1665", "cache_read": "0.01665", "output": "1.25"},
        "tiers": [
            {"above": 10, "rates": {"input": "0.333", "output": "1.875"}},
            {"at_least": 20, "rates": {"output": "2.5"}},
        ],
    }
    by_times = block(rates=rates, tiers=tiers, modes={"batch": {"times": "0.5"}})
    by_figures = block(rates=rates, tiers=tiers, modes={"batch": halves})
    for tokens in (0, 10, 11, 19, 20, 10**15 + 1):
        usage = {"input": tokens, "cache_read": 0, "output": 7}
        assert cost(by_times, "batch", usage) == cost(by_figures, "batch", usage), tokens
    assert by_times.spelt_out().modes["batch"].model_dump(exclude={"times"}) == by_figures.modes[
        "batch"
    ].model_dump(exclude={"times"})
    assert by_figures.spelt_out() == by_figures


def test_figures_of_a_mode_by_times_have_no_needless_zeros() -> None:
    spelt = block(rates={"input": "20", "output": "0.5"}, modes={"flex": {"times": "0.50"}}).spelt_out()
    assert spelt.modes["flex"].model_dump(mode="json", exclude_defaults=True) == {
        "times": "0.50",
        "rates": {"input": "10", "output": "0.25"},
    }


def test_an_unknown_mode_names_those_offered() -> None:
    with pytest.raises(UnknownMode) as caught:
        priced("google/gemini-4-argon", {"input": 1}, mode="fast")
    assert caught.value.offered == ["standard", "batch", "flex", "priority"]


def test_a_mode_ends_with_its_price_block() -> None:
    day = {"before": "2026-11-29T23:59:59+00:00", "after": "2026-11-30T00:00:00+00:00"}
    assert priced(LOSES_FAST, {"input": MILLION}, day["before"], "fast").total == 10
    with pytest.raises(UnknownMode):
        priced(LOSES_FAST, {"input": MILLION}, day["after"], "fast")
