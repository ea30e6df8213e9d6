"""A queue for a few places that is bounded by work and fair between those who ask."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

__all__ = ["Crowded", "FairQueue"]

_ONE_ADDRESS_SHARE = 0.75
"""The share of the room that one address may take: what is left is enough for others to be let in."""
_LONGEST_WAIT_SECONDS = 60
"""The longest `Retry-After`: clients wait no longer than that, and nobody knows what is then."""


class Crowded(Exception):
    """There is no room for more work."""

    def __init__(self, *, by_the_asker: bool, retry_after: int) -> None:
        """State whether the asker has more of the room than its share, and the seconds to wait."""
        super().__init__("no room")
        self.by_the_asker = by_the_asker
        self.retry_after = retry_after


@dataclass(eq=False, slots=True)
class _Asker:
    """The work of one address: what waits, and how many seconds of it wait or are done."""

    waiting: deque[asyncio.Future[None]]
    pieces: int = 0
    seconds: float = 0.0


class FairQueue:
    """Gives a few places to work, to each address in turn, however much another address has waiting.

    It belongs to one event loop.
    """

    def __init__(self, places: int, room_seconds: float) -> None:
        """Make an empty queue.

        Args:
            places: the number of pieces of work that are done at the same time.
            room_seconds: the work in seconds that may wait or be done; a single piece may be longer.
        """
        self._free = places
        self.places = places
        self.room_seconds = room_seconds
        self.work_seconds = 0.0
        """The work that waits or is done."""
        self._askers: dict[str, _Asker] = {}
        """The addresses that have work here, the one whose turn is next first."""

    @property
    def is_free(self) -> bool:
        """Whether work would begin at once."""
        return self._free > 0

    @property
    def running(self) -> int:
        """The number of pieces of work that are being done."""
        return self.places - self._free

    @property
    def waiting(self) -> int:
        """The number of pieces of work that wait."""
        return sum(asker.pieces for asker in self._askers.values()) - self.running

    @asynccontextmanager
    async def place(self, address: str, seconds: float) -> AsyncIterator[None]:
        """Wait for a place, and hold it for work of these `seconds`.

        Raises:
            Crowded: so much waits already that this work is not let in.
        """
        asker = self._let_in(address, seconds)
        try:
            await self._wait(asker)
            try:
                yield
            finally:
                self._free += 1
                self._call_next()
        finally:
            self.work_seconds -= seconds
            asker.seconds -= seconds
            asker.pieces -= 1
            if not asker.pieces:
                del self._askers[address]

    def _let_in(self, address: str, seconds: float) -> _Asker:
        asker = self._askers.get(address)
        if asker is not None and asker.seconds + seconds > self.room_seconds * _ONE_ADDRESS_SHARE:
            raise Crowded(by_the_asker=True, retry_after=self._wait_seconds(asker.seconds))
        if self._askers and self.work_seconds + seconds > self.room_seconds:
            raise Crowded(by_the_asker=False, retry_after=self._wait_seconds(self.work_seconds))
        if asker is None:
            asker = self._askers[address] = _Asker(deque())
        asker.pieces += 1
        asker.seconds += seconds
        self.work_seconds += seconds
        return asker

    def _wait_seconds(self, seconds: float) -> int:
        return min(_LONGEST_WAIT_SECONDS, max(1, math.ceil(seconds / self.places)))

    async def _wait(self, asker: _Asker) -> None:
        if self._free > 0:
            self._free -= 1
            return
        called = asyncio.get_running_loop().create_future()
        asker.waiting.append(called)
        try:
            await called
        except asyncio.CancelledError:
            if not called.cancelled():  # it was called at the moment in which it gave up
                self._free += 1
                self._call_next()
            raise

    def _call_next(self) -> None:
        """Give a free place to the address whose turn it is, which is then the last in the order."""
        for address, asker in list(self._askers.items()):
            while asker.waiting and self._free:
                called = asker.waiting.popleft()
                if called.cancelled():
                    continue
                self._free -= 1
                called.set_result(None)
                self._askers[address] = self._askers.pop(address)
                break
