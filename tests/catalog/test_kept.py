"""What is kept with a catalog: made once for each key, bounded, and gone with the catalog."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.conftest import NOW

from tokenquote.api.quotes import draft_answer
from tokenquote.catalog import Catalog, load_catalog
from tokenquote.catalog.kept import Kept
from tokenquote.tokens import Vocabularies
from tokenquote_client import Comparison, Plan


def counting() -> tuple[list[int], Callable[[int], str]]:
    asked: list[int] = []

    def make(number: int) -> str:
        asked.append(number)
        return f"made of {number}"

    return asked, make


def test_each_thing_is_made_once() -> None:
    asked, make = counting()
    kept = Kept()
    assert [kept.find(make, n, of=(n,)) for n in (1, 2, 1, 2)] == ["made of 1", "made of 2"] * 2
    assert asked == [1, 2]


def test_what_makes_it_is_part_of_the_key() -> None:
    kept = Kept()
    assert kept.find(str, 1, of=(1,)) == "1"
    assert kept.find(float, 1, of=(1,)) == 1.0


def test_there_is_an_end_to_what_is_kept() -> None:
    asked, make = counting()
    kept = Kept(at_most=3)
    for n in (1, 2, 3, 4, 4, 1):
        kept.find(make, n, of=(n,))
    assert asked == [1, 2, 3, 4, 1]


def test_what_is_kept_goes_with_its_catalog() -> None:
    catalog = load_catalog()
    plan = Plan.model_validate({"model": "openai/gpt-5.4-mini", "turns": [{"user": 1, "assistant": 1}]})
    draft_answer(plan, catalog, Vocabularies(catalog.vocabularies), NOW)
    kept = weakref.ref(catalog.kept)
    assert kept() is not None
    del catalog
    gc.collect()
    assert kept() is None


def test_another_mode_hour_or_model_has_a_tariff_of_its_own(catalog: Catalog) -> None:
    """One catalog answers all of them, in any order, as a new one would."""
    asked: list[dict[str, Any]] = [
        {"model": "openai/gpt-5.4-mini"},
        {"model": "openai/gpt-5.4-mini", "mode": "batch"},
        {"model": "openai/gpt-5.4-mini", "mode": "flex"},
        {"model": "openai/gpt-4o"},
        {"model": "openai/gpt-5.4-mini", "rates": {"input": "3"}},
        {"model": "deepseek/deepseek-chat", "at": "2026-01-02T02:00:00Z"},
        {"model": "deepseek/deepseek-chat", "at": "2025-03-02T20:00:00Z"},
    ]
    plans = [Plan.model_validate({**plan, "turns": [{"user": 1000, "assistant": 10}]}) for plan in asked]
    vocabularies = Vocabularies(catalog.vocabularies)
    for plan in [*plans, *reversed(plans)]:
        found = draft_answer(plan, catalog, vocabularies, NOW)
        expected = draft_answer(plan, replace(catalog), vocabularies, NOW)  # one that keeps nothing yet
        assert not isinstance(found, Comparison)
        assert not isinstance(expected, Comparison)
        assert found.write() == expected.write()
