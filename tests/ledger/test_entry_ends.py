"""Which of the ends that requests leave in a cache a later request finds."""

from __future__ import annotations

import pytest

from tokenquote.ledger.entry_ends import EntryEnds


@pytest.mark.parametrize(
    ("left", "alike", "blocks", "found"),
    [
        ([], 100, 1, 0),
        ([(40, 2), (90, 5)], 100, 6, 90),
        ([(40, 2), (90, 5)], 89, 6, 40),
        ([(40, 2), (90, 5)], 39, 6, 0),
        # 20 blocks are looked at, that of the breakpoint among them.
        ([(90, 5)], 100, 24, 90),
        ([(90, 5)], 100, 25, 0),
        # Blocks of no tokens between two ends: the later one is found, whichever is longer ago.
        ([(90, 5), (90, 8)], 100, 27, 90),
        ([(90, 5), (90, 8)], 100, 28, 0),
        ([(90, 8), (90, 5)], 100, 27, 90),
    ],
)
def test_the_nearest_end_is_found(left: list[tuple[int, int]], alike: int, blocks: int, found: int) -> None:
    ends = EntryEnds(20)
    for tokens, before in left:
        ends.leave(tokens, before)
    assert ends.find(alike, blocks) == found


def test_without_a_reach_any_end_is_found_and_what_was_passed_by_is_forgotten() -> None:
    ends = EntryEnds(None)
    ends.leave(40, 2)
    ends.leave(90, 5)
    assert ends.find(100, 10_000) == 90
    assert ends.find(50, 10_000) == 40
    assert ends.find(100, 10_000) == 40
