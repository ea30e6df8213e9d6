"""The queue of questions: its room, its order, and who has to come again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.http.fair_queue import Crowded, FairQueue


def in_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        asyncio.run(test())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def work(queue: FairQueue, name: str, done: list[str], seconds: float = 1.0) -> None:
    async with queue.place(name[0], seconds):
        await asyncio.sleep(0)
        done.append(name)


@in_loop
async def test_addresses_take_turns() -> None:
    """One address has ten pieces waiting; another that comes later waits for a few of them, not for ten."""
    queue, done = FairQueue(1, 100), list[str]()
    tasks = [asyncio.create_task(work(queue, f"a{n}", done)) for n in range(10)]
    await asyncio.sleep(0)
    tasks += [asyncio.create_task(work(queue, f"b{n}", done)) for n in range(2)]
    await asyncio.gather(*tasks)
    assert [name for name in done if name[0] == "a"] == [f"a{n}" for n in range(10)]
    assert done.index("b0") <= 3
    assert done.index("b1") <= 5


@in_loop
async def test_one_address_leaves_room_for_others() -> None:
    queue, done = FairQueue(1, 10), list[str]()
    async with queue.place("a", 1.0):
        tasks = [asyncio.create_task(work(queue, f"a{n}", done)) for n in range(6)]
        await asyncio.sleep(0)
        with pytest.raises(Crowded) as refused:
            await work(queue, "a6", done)
        assert refused.value.by_the_asker
        assert refused.value.retry_after == 7
        tasks.append(asyncio.create_task(work(queue, "b0", done, 3.0)))
        await asyncio.sleep(0)
        with pytest.raises(Crowded) as refused:
            await work(queue, "c0", done)
        assert not refused.value.by_the_asker
        assert refused.value.retry_after == 10
    await asyncio.gather(*tasks)
    assert len(done) == 7


@in_loop
async def test_an_empty_queue_takes_work_of_any_length() -> None:
    done: list[str] = []
    await work(FairQueue(1, 1.0), "a0", done, 1_000.0)
    assert done == ["a0"]


@in_loop
async def test_who_leaves_gives_up_its_room_and_its_turn() -> None:
    queue, done = FairQueue(1, 10), list[str]()
    async with queue.place("a", 1.0):
        tasks = [asyncio.create_task(work(queue, f"b{n}", done, 2.0)) for n in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        tasks[1].cancel()
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(work(queue, "b3", done, 4.0)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == ["b2", "b3"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 3)), max_size=30),
       st.integers(1, 3))  # fmt: skip
def test_places_are_never_lost_nor_lent_twice(pieces: list[tuple[str, bool, int]], places: int) -> None:
    """Whatever is cancelled at whatever moment, the queue ends empty with all of its places."""

    async def run() -> None:
        queue, now, most = FairQueue(places, 1_000), 0, 0

        async def piece(address: str, pauses: int) -> None:
            nonlocal now, most
            async with queue.place(address, 1.0):
                now += 1
                most = max(most, now)
                try:
                    for _ in range(pauses):
                        await asyncio.sleep(0)
                finally:
                    now -= 1

        tasks = []
        for address, cancels, pauses in pieces:
            tasks.append(asyncio.create_task(piece(address, pauses)))
            if cancels:
                await asyncio.sleep(0)
                tasks[len(tasks) // 2].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert most <= places
        assert now == 0
        holds = [queue.place("z", 1.0) for _ in range(places)]
        for hold in holds:
            assert queue.is_free
            await hold.__aenter__()
        assert not queue.is_free

    asyncio.run(run())
