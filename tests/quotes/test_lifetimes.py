"""Law 13, what an instant means for a model: that it ends soon, has ended, or that another one answers."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.conftest import NOW
from tests.made_up_prices import made_up_catalog

from tokenquote.api.quotes import answer_plan
from tokenquote.tokens import Vocabularies
from tokenquote_client import Plan, Quote

LIFETIME = {"retired", "retires_soon", "rerouted"}


def ask(vocabularies: Vocabularies, model: str, at: str) -> Quote:
    turns = [{"user": 1_000_000, "assistant": 0, "reasoning": 0}]
    plan = Plan.model_validate({"model": f"acme/{model}", "turns": turns, "at": at})
    quote = answer_plan(plan, made_up_catalog(), vocabularies, NOW)
    assert isinstance(quote, Quote)
    return quote


@pytest.mark.parametrize(
    ("model", "at", "codes", "dollars"),
    [
        ("older", "2026-10-31T15:59:59Z", [], "9"),
        ("older", "2026-10-31T16:00:00Z", ["retires_soon"], "9"),
        ("older", "2026-11-30T15:59:59Z", ["retires_soon"], "9"),
        ("older", "2026-11-30T16:00:00Z", ["retired"], "9"),
        ("old", "2026-10-31T23:59:59Z", [], "7"),
        ("old", "2026-11-01T00:00:00Z", ["retires_soon"], "7"),
        ("old", "2026-11-30T23:59:59Z", ["retires_soon"], "7"),
        ("old", "2026-12-01T00:00:00Z", ["rerouted"], "2"),
        ("oldest", "2026-05-31T23:59:59Z", ["retires_soon"], "11"),
        ("oldest", "2026-06-01T00:00:00Z", ["rerouted"], "7"),
        ("oldest", "2026-11-30T23:59:59Z", ["rerouted", "retires_soon"], "7"),
        ("oldest", "2026-12-01T00:00:00Z", ["rerouted"], "2"),
        ("bare", "2030-01-01T00:00:00Z", [], "2"),
    ],
)
def test_law_13_on_both_sides_of_every_end(
    vocabularies: Vocabularies, model: str, at: str, codes: list[str], dollars: str
) -> None:
    quote = ask(vocabularies, model, at)
    assert [warning.code for warning in quote.warnings if warning.code in LIFETIME] == codes
    assert quote.totals.cost == Decimal(dollars)
    assert quote.model == f"acme/{model}"


@pytest.mark.parametrize(
    ("model", "at", "said"),
    [
        (
            "older",
            "2026-11-29T00:00:00Z",
            "acme/older will be switched off on 2026-11-30 16:00 UTC; its successor is acme/chat",
        ),
        (
            "older",
            "2026-12-29T00:00:00Z",
            "acme/older no longer answers since 2026-11-30 16:00 UTC; its succ",
        ),
        (
            "old",
            "2026-11-29T00:00:00Z",
            "acme/old will be switched off on 2026-12-01; from then on acme/bare answers in its place, "
            "at its own prices; its successor is acme/chat",
        ),
        (
            "old",
            "2026-12-29T00:00:00Z",
            "since 2026-12-01 acme/bare answers calls to acme/old, at its own prices, which are quoted here",
        ),
    ],
)
def test_law_13_the_warning_says_the_day_and_what_follows(
    vocabularies: Vocabularies, model: str, at: str, said: str
) -> None:
    assert any(warning.detail.startswith(said) for warning in ask(vocabularies, model, at).warnings)


@pytest.mark.parametrize(
    ("at", "warned"),
    [("2026-12-31T02:00:00Z", False), ("2027-01-04T02:00:00Z", True), ("2027-01-04T05:00:00Z", False)],
)
def test_peak_hours_of_a_year_without_known_holidays_are_told(
    vocabularies: Vocabularies, at: str, warned: bool
) -> None:
    """Monday, 4 January 2027, ten in the morning in Beijing; at one in the afternoon no holiday matters."""
    plan = Plan.model_validate({"model": "deepseek-v4-pro", "turns": [{"user": 1}], "at": at})
    catalog = made_up_catalog()
    known = catalog.models["deepseek/deepseek-v4-pro"].entry.prices[-1].windows[0]
    quote = answer_plan(plan, catalog, vocabularies, NOW)
    assert isinstance(quote, Quote)
    assert known.except_holidays == "cn"
    assert ("holidays_unknown" in [warning.code for warning in quote.warnings]) is warned


@pytest.mark.parametrize(
    ("model", "follower"),
    [("gemini-2.5-pro", "gemini-3.8-flash"), ("gemini-2.5-flash", "gemini-3.5-flash-lite")],
)
def test_law_13_gemini_2_5_is_answered_by_its_followers_from_december(
    vocabularies: Vocabularies, model: str, follower: str
) -> None:
    def ask_for(name: str, at: str) -> Quote:
        turns = [{"user": "Where is my order?", "assistant": 1000, "reasoning": 0, "repeat": 3}]
        plan = Plan.model_validate({"model": name, "turns": turns, "at": at})
        quote = answer_plan(plan, made_up_catalog(), vocabularies, NOW)
        assert isinstance(quote, Quote)
        return quote

    def is_rerouted(quote: Quote) -> bool:
        return "rerouted" in [warning.code for warning in quote.warnings]

    before, after = ask_for(model, "2026-11-30T23:59:59Z"), ask_for(model, "2026-12-01T00:00:00Z")
    assert (is_rerouted(before), is_rerouted(after)) == (False, True)
    assert after.totals == ask_for(follower, "2026-12-01T00:00:00Z").totals
