"""What names have used of their limits: exact for any number of processes, and never stuck."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.http.access.allowances import Allowances
from tokenquote.http.access.keys import Key

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

SECOND = 10**9


def limited(name: str, per_minute: int | None = None, work: float | None = None) -> Key:
    return Key(name, bytes(32), frozenset({"quote"}), None, per_minute, work)


def test_a_minute_may_be_used_at_once_and_comes_back_bit_by_bit() -> None:
    used, key = Allowances(), limited("a", per_minute=6)
    start = 1_000 * SECOND
    assert [used.take_request(key, start) for _ in range(7)] == [0] * 6 + [10]
    assert used.take_request(key, start + 9 * SECOND) == 1
    assert [used.take_request(key, start + 10 * SECOND) for _ in range(2)] == [0, 10]
    assert [used.take_request(key, start + 600 * SECOND) for _ in range(7)] == [0] * 6 + [10]


def test_a_day_of_work_ends_to_the_microsecond_and_begins_anew() -> None:
    used, key = Allowances(), limited("a", work=1.0)
    assert [used.take_work(key, 0.25, today=5) > 0 for _ in range(5)] == [False] * 4 + [True]
    assert used.take_work(key, 0.000001, today=5) > 0
    assert [used.take_work(key, seconds, today=6) > 0 for seconds in (0.999999, 0.000002, 0.000001)] == [
        False, True, False,
    ]  # fmt: skip


def test_work_that_is_not_done_is_given_back() -> None:
    used, key = Allowances(), limited("a", work=1.0)
    assert used.take_work(key, 1.0) == 0
    assert used.take_work(key, 0.5) > 0
    used.give_back(key, 0.5)
    assert used.take_work(key, 0.5) == 0


def test_names_without_limits_have_no_record() -> None:
    used, key = Allowances(), limited("a")
    assert {used.take_request(key) for _ in range(100)} | {used.take_work(key, 1e9)} == {0}
    used.give_back(key, 1e9)
    assert used._memory[:].count(0) == len(used._memory)


def test_each_name_has_its_own_and_those_of_another_day_make_room() -> None:
    """Also where more names than places come in one day, nothing breaks."""
    used = Allowances(records=64)
    for number in range(100):
        assert used.take_work(limited(f"old-{number}", work=1), 1, today=1) == 0
    names = [limited(f"new-{number}", per_minute=1, work=1) for number in range(64)]
    assert {used.take_work(key, 1, today=2) for key in names} == {0}
    assert 0 not in {used.take_work(key, 1, today=2) for key in names}


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 0.4)), max_size=40))
def test_sums_are_those_of_a_plain_loop(asked: list[tuple[int, float]]) -> None:
    used, left = Allowances(), [1_000_000] * 4
    for name, seconds in asked:
        wanted = round(seconds * 1e6)
        assert (used.take_work(limited(str(name), work=1), seconds, today=1) == 0) == (wanted <= left[name])
        left[name] -= wanted if wanted <= left[name] else 0


def test_processes_use_one_allowance_to_the_last_piece() -> None:
    """Four processes ask for all they can get at the same time; 1,000 requests and 1,000 pieces are given."""
    used = Allowances()
    asking, working = limited("asking", per_minute=1_000), limited("working", work=10)
    reading, writing = os.pipe()
    now = time.monotonic_ns()
    pids = []
    for _ in range(4):
        pid = os.fork()
        if not pid:
            requests = sum(used.take_request(asking, now) == 0 for _ in range(1_000))
            pieces = sum(used.take_work(working, 0.01, today=1) == 0 for _ in range(1_000))
            os.write(writing, f"{requests} {pieces}\n".encode())
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    given = [tuple(map(int, line.split())) for line in os.read(reading, 4096).decode().splitlines()]
    assert [sum(column) for column in zip(*given, strict=True)] == [1_000, 1_000]


def test_a_process_that_is_killed_while_it_counts_holds_nobody_up() -> None:
    used, key = Allowances(), limited("a", work=1)
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        fcntl.lockf(used._file, fcntl.LOCK_EX)
        os.write(writing, b"locked")
        signal.pause()
    os.read(reading, 6)
    with pytest.raises(OSError, match="unavailable"):
        fcntl.lockf(used._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    assert used.take_work(key, 1) == 0
