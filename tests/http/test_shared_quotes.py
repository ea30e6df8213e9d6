"""The memory of recent quotes that workers share: across processes, bounded, and never half a record."""

from __future__ import annotations

import os
import sys
from decimal import Decimal

import pytest

from tokenquote.api.usage.recent_quotes import MAX_KEPT, RecentQuotes
from tokenquote.errors import LocatedError
from tokenquote.http.shared_quotes import SharedQuotes
from tokenquote_client.usage import QuotedBefore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


def sums(number: int, model: str = "openai/gpt-5.4-mini") -> QuotedBefore:
    return QuotedBefore(
        id=f"q_{number}", model=model, requests=number, input_tokens=10**9 + number, output_tokens=5,
        cost=Decimal("0.123456789012345"), complete=True,
    )  # fmt: skip


def test_what_one_process_keeps_another_finds() -> None:
    shared = SharedQuotes()
    pid = os.fork()
    if not pid:
        shared.add([sums(1), sums(2)])
        os._exit(0)
    os.waitpid(pid, 0)
    assert shared.find("q_1") == sums(1)
    assert shared.find("q_2") == sums(2)
    with pytest.raises(LocatedError, match="none of the latest"):
        shared.find("q_3")


def test_the_latest_ten_thousand_are_kept_and_old_ones_make_room() -> None:
    shared = SharedQuotes()
    for number in range(6 * MAX_KEPT):
        shared.add([sums(number)])
    kept = [number for number in range(6 * MAX_KEPT) if shared.look_up(f"q_{number}") is not None]
    latest = [number for number in kept if number >= 5 * MAX_KEPT]
    assert len(latest) >= MAX_KEPT - 2
    assert all(shared.find(f"q_{number}") == sums(number) for number in latest[::100])
    assert len(kept) <= 2_048 * 16


def test_a_quote_that_is_made_again_takes_the_place_of_what_it_was() -> None:
    shared = SharedQuotes()
    for number in range(20_000):
        shared.add([sums(7, model=f"provider/model-{number}")])
    shared.add([sums(8)])
    assert shared.find("q_7").model == "provider/model-19999"
    assert shared.find("q_8") == sums(8)


def test_a_record_in_part_counts_as_none() -> None:
    shared = SharedQuotes()
    shared.add([sums(1)])
    place = shared._memory.find(b"q_1")
    shared._memory[place + 1 : place + 3] = b"_2"
    assert shared.look_up("q_1") is None
    shared.add([sums(1)])
    assert shared.find("q_1") == sums(1)


def test_a_record_that_has_no_room_is_not_kept() -> None:
    shared, alone = SharedQuotes(), RecentQuotes()
    long = sums(1, model="provider/" + "x" * 600)
    for recent in (shared, alone):
        recent.add([long, sums(2)])
    assert shared.look_up("q_1") is None
    assert alone.look_up("q_1") == long
    assert shared.look_up("q_2") == sums(2)


def test_a_fork_has_all_of_the_memory_before_it_makes_quotes() -> None:
    """Else it would seem to leak: each quote touches some pages that this process never had."""
    shared = SharedQuotes()
    grown, told = os.pipe()
    pid = os.fork()
    if not pid:
        before = resident_bytes()
        shared.hold()
        held = resident_bytes()
        for number in range(4_000):
            shared.add([sums(number)])
        os.write(told, f"{held - before} {resident_bytes() - held}".encode())
        os._exit(0)
    os.waitpid(pid, 0)
    by_holding, by_quotes = map(int, os.read(grown, 100).split())
    assert by_holding > 12 * 2**20
    assert by_quotes < 4 * 2**20


def resident_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
