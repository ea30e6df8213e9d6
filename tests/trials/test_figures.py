"""The figures of the trials: how they are reckoned, and that docs/operations.md has those of every trial."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.trials.__main__ import TRIALS
from tests.trials.seen import Seen, quantile
from tests.trials.soak import Soaked, questions

from tokenquote_client.endpoints import ENDPOINTS

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.99, 0.0),
        ([3.0], 0.5, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.99, 99.0),
        ([float(n) for n in range(1, 101)], 1, 100.0),
    ],
)
def test_a_quantile_is_a_value_that_was_seen(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_the_documents_have_a_row_for_each_trial() -> None:
    rows = [
        line.split("|")[1].strip() for line in OPERATIONS.read_text().splitlines() if line.startswith("|")
    ]
    assert [name for name in TRIALS if name not in rows] == []


def test_what_the_machine_holds_up_is_no_fault_of_the_service() -> None:
    held_up, slow = Seen(small=[1.5], bare=[0.7]), Seen(small=[1.5], bare=[0.1])
    for seen in (held_up, slow):
        seen.check_everywhere()
    assert held_up.faults == []
    assert slow.faults == ["a small quote took 1.50 s"]


@pytest.mark.parametrize(
    ("status", "faults"), [(200, []), (500, ["the log has 1019200 bytes besides answered requests"])]
)
def test_a_log_may_grow_by_requests_that_are_answered_and_not_by_others(
    status: int, faults: list[str]
) -> None:
    line = (
        f'{{"level": "info", "event": "http.request", "route": "/v1/quotes", "status": {status}, "key": 1}}\n'
    )
    seen = Seen()
    seen.read_log(line * 11_200)
    seen.check_everywhere()
    assert (seen.log_bytes, seen.faults) == (11_200 * 91, faults)


def test_memory_that_grows_after_the_warm_up_shows_as_a_slope() -> None:
    looks = [
        (60.0 * minute, 100_000_000 + (minute < 2) * -50_000_000 + 300_000 * minute, 20)
        for minute in range(10)
    ]
    soaked = Soaked(looks=looks)
    assert soaked.slope() == pytest.approx(300_000)
    assert soaked.descriptors() == (20, 20)


def test_a_soak_asks_every_route() -> None:
    paths = {path.split("?")[0] for _, path, _ in questions()}
    assert len(paths) == len(ENDPOINTS) + 1
    assert "/metrics" in paths


def test_a_trial_that_timed_nothing_was_not_kept() -> None:
    timed, nothing = Seen(small=[0.1], livez=[0.1], bare=[0.1]), Seen(small=[0.1])
    for seen in (timed, nothing):
        seen.check_another_client()
    assert timed.faults == []
    assert nothing.faults == ["no answer of a /livez was timed", "no answer of a bare server was timed"]
