"""The largest of neighbours by two look-ups, beside a plain `max` over each run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.ledger.media_sums import LargestOfNeighbours


@pytest.mark.parametrize(
    ("first", "last", "largest"), [(0, 1, 3), (0, 3, 9), (2, 5, 4), (3, 5, 4), (0, 6, 9), (5, 6, 2)]
)
def test_runs_of_a_row(first: int, last: int, largest: int) -> None:
    row = LargestOfNeighbours()
    for number in (3, 9, 1, 4, 4, 2):
        row.add(number)
    assert row.between(first, last) == largest


@given(st.lists(st.integers(0, 20), min_size=1, max_size=40))
def test_every_run_while_the_row_grows(numbers: list[int]) -> None:
    row = LargestOfNeighbours()
    for last, number in enumerate(numbers, 1):
        row.add(number)
        for first in range(last):
            assert row.between(first, last) == max(numbers[first:last])
    for first in range(len(numbers)):
        for last in range(first + 1, len(numbers) + 1):
            assert row.between(first, last) == max(numbers[first:last])
