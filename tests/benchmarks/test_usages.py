"""Recorded usages beside genai-prices: equal to the last digit, or different for a reason of the table."""

from __future__ import annotations

from itertools import islice

import pytest
from benchmarks.recordings.calls import SHARED
from benchmarks.usages.against_genai_prices import compare_usages, usage_table
from tests.conftest import shipped

PATHS = [SHARED / "recordings_2.jsonl.gz"]


@pytest.mark.skipif(not all(path.is_file() for path in PATHS), reason="no recordings at ../shared/truth")
def test_recorded_usages_cost_what_genai_prices_says_or_differ_for_a_reason() -> None:
    """The first 400 of the second set; `accuracy.py usages` compares all of both."""
    compared = list(islice(compare_usages(PATHS, shipped()), 400))
    assert len(compared) == 400
    assert [one.id for one in compared if not one.same and one.reason is None] == [], usage_table(compared)
    assert sum(one.same for one in compared) >= 360
