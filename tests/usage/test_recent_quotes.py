"""The memory of recent quotes: bounded, the oldest one leaves first, and safe for threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote import Comparison, Estimator, FullQuote, Plan, Turn
from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.errors import LocatedError


@pytest.fixture(scope="module")
def quote(estimator: Estimator) -> FullQuote:
    turns = [Turn(user="a secret question", assistant=5, reasoning=0)]
    return estimator.quote(Plan(model="gpt-4o", turns=turns))


def renamed(quote: FullQuote, number: int) -> FullQuote:
    return quote.model_copy(update={"id": f"q_{number}"})


@given(numbers=st.lists(st.integers(0, 8), max_size=30), at_most=st.integers(1, 5))
def test_it_keeps_what_a_list_of_the_latest_different_ids_would(
    quote: FullQuote, numbers: list[int], at_most: int
) -> None:
    recent = RecentQuotes(at_most)
    kept: list[int] = []
    for number in numbers:
        recent.keep(renamed(quote, number))
        kept = [*(other for other in kept if other != number), number][-at_most:]
    for number in range(9):
        if number in kept:
            assert recent.find(f"q_{number}").id == f"q_{number}"
        else:
            with pytest.raises(LocatedError, match=f"none of the latest {at_most} quotes") as raised:
                recent.find(f"q_{number}")
            assert raised.value.location == ("quote_id",)


def test_a_comparison_larger_than_the_memory_leaves_its_last_quotes(quote: FullQuote) -> None:
    recent = RecentQuotes(2)
    recent.keep(Comparison(quotes=[renamed(quote, number) for number in range(5)]))
    assert recent.find("q_4").id == "q_4"
    with pytest.raises(LocatedError):
        recent.find("q_2")


def test_nothing_of_a_plans_texts_is_kept(quote: FullQuote) -> None:
    recent = RecentQuotes()
    recent.keep(quote)
    kept = recent.find(quote.id)
    assert kept.cost == quote.totals.cost != Decimal(0)
    assert set(kept.model_dump()) == {
        "id", "model", "requests", "input_tokens", "output_tokens", "cost", "complete"
    }  # fmt: skip


def test_threads_share_it(quote: FullQuote) -> None:
    recent = RecentQuotes(50)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: recent.keep(renamed(quote, number)), range(2000)))
        found = pool.map(lambda number: _is_kept(recent, number), range(2000))
        assert sum(found) == 50


def _is_kept(recent: RecentQuotes, number: int) -> bool:
    try:
        return recent.find(f"q_{number}").id == f"q_{number}"
    except LocatedError:
        return False
