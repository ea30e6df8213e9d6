"""Where a question is answered, when, and when it is given up.

A quick one is answered at once, for any other place costs as much as its answer. A short one gets a thread of
this process. A long one waits for its turn and is answered elsewhere: in a process of its own under
`tokenquote serve`, which ends as soon as nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Protocol

import anyio.to_thread
from anyio import CapacityLimiter
from litestar.types import Receive

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.api.work import QUICK_SECONDS, READ_BYTES, SHORT_SECONDS, estimate_seconds
from tokenquote.http.access import Asker
from tokenquote.http.fair_queue import Crowded, FairQueue
from tokenquote.http.questions import Answered, Question, Serving, make_answer
from tokenquote.http.refusals import broke_off, busy, shutting_down, took_too_long
from tokenquote.tokens import NotLoaded, loaded_only
from tokenquote_client.endpoints import Endpoints

__all__ = ["Answering", "InThreads", "MakesAnswers"]

_AT_ONCE_SECONDS = 0.05
"""The seconds that quick questions may take of one round of the event loop, in which nothing else gets its
turn; further ones are answered as short ones are, within the bounds of their queue. The clock is that of the
wall, for to ask for processor time is a system call, which in a sandbox takes a tenth of a small quote."""
_SHORT_ROOM_SECONDS = 5.0
"""The short questions that may wait, in seconds of their work: about a thousand."""
_LONG_ROOM_SHARE = 0.25
"""The share of the time for an answer that long questions may fill by the guess of their work: a machine that
is busy with something else takes several times as long, and what has been let in shall be answered."""


class MakesAnswers(Protocol):
    """A place where questions are answered."""

    async def make(self, asked: Question, serving: Serving) -> Answered:
        """Answer a question from one catalog; once it is cancelled, it returns when its work has ended.

        Raises:
            NotServed: the place is gone, or the answer takes too much memory.
        """


class InThreads:
    """Answers in threads of this process."""

    def __init__(self, apps: Collection[str], recent: RecentQuotes) -> None:
        """Name the apps that the metrics know, and what keeps the quotes that are made."""
        self._apps = apps
        self._recent = recent
        self._limiter: CapacityLimiter | None = None

    def make_now(self, asked: Question, serving: Serving) -> Answered | None:
        """Answer before anything else is done; None if a vocabulary would have to be loaded for it."""
        try:
            with loaded_only():
                return make_answer(asked, serving, self._recent, self._apps)
        except NotLoaded:
            return None

    async def make(self, asked: Question, serving: Serving) -> Answered:
        """Answer in a thread; work that has begun is finished whether it is cancelled or not."""
        if self._limiter is None:  # a limiter belongs to an event loop; how many may run, the queues say
            self._limiter = CapacityLimiter(1_000)
        return await anyio.to_thread.run_sync(
            lambda: make_answer(asked, serving, self._recent, self._apps), limiter=self._limiter
        )


class Answering:
    """Lets questions wait for their turn, short and long ones apart."""

    def __init__(
        self, here: InThreads, elsewhere: MakesAnswers, *, short: int, long: int, seconds: float
    ) -> None:
        """Make two empty queues.

        Args:
            here: where short questions are answered.
            elsewhere: where long questions are answered.
            short: the number of short questions that are answered at the same time.
            long: the number of long questions that are answered at the same time.
            seconds: the time that an answer may take, waiting included.
        """
        self._here = here
        self._elsewhere = elsewhere
        self._short = FairQueue(short, _SHORT_ROOM_SECONDS)
        self._long = FairQueue(long, long * seconds * _LONG_ROOM_SHARE)
        self.queues = {"short": self._short, "long": self._long}
        self._seconds = seconds
        self._over = asyncio.Event()
        self._at_once = 0.0
        """What quick questions have taken of this round of the event loop."""

    def end_all(self) -> None:
        """Answer all that still waits, or that is being computed, with 503, for the process ends."""
        self._over.set()

    async def answer(self, asked: Question, serving: Serving, asker: Asker, receive: Receive) -> Answered:
        """Answer a question when it is its turn.

        Args:
            asked: the question, whose body has been read.
            serving: the catalog to answer from.
            asker: who asks.
            receive: tells when the client leaves.

        Raises:
            NotServed: there is no room or no time for it, or the client left.
        """
        seconds = await _guess_seconds(asked)
        asker.charge(seconds)
        if seconds <= QUICK_SECONDS and (answered := self._answer_at_once(asked, serving)) is not None:
            return answered
        # A usage is laid beside a quote that this process has kept, and costs little however long it is.
        is_short = seconds <= SHORT_SECONDS or asked.row is Endpoints.usage
        queue, place = (self._short, self._here) if is_short else (self._long, self._elsewhere)
        work = _Turn(queue, asker.name, seconds, lambda: place.make(asked, serving))
        try:
            if is_short and queue.is_free:
                return await work.done()
            return await self._done_in_time(work, receive)
        except Crowded as crowded:
            asker.give_back(seconds)
            raise busy(crowded.retry_after, by=asker.kind if crowded.by_the_asker else None) from None

    def _answer_at_once(self, asked: Question, serving: Serving) -> Answered | None:
        """Answer a quick question on the event loop; None if it has to be answered elsewhere."""
        if self._at_once >= _AT_ONCE_SECONDS:
            return None
        if not self._at_once:
            asyncio.get_running_loop().call_soon(self._begin_round)
        began = time.perf_counter()
        answered = self._here.make_now(asked, serving)
        self._at_once += time.perf_counter() - began
        return answered

    def _begin_round(self) -> None:
        self._at_once = 0.0

    async def _done_in_time(self, work: _Turn, receive: Receive) -> Answered:
        """Wait for the work, until the client leaves, or the time is over, or the process ends."""
        doing = asyncio.create_task(work.done())
        left = asyncio.create_task(_until_left(receive))
        over = asyncio.create_task(self._over.wait())
        try:
            await asyncio.wait(
                {doing, left, over}, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if doing.done():
                return doing.result()
            if left.done():
                raise broke_off()
            raise shutting_down() if over.done() else took_too_long(self._seconds, began=work.began)
        finally:
            left.cancel()
            over.cancel()
            if not doing.done():
                # Work in a thread holds its place until it ends by itself; nobody reads its outcome.
                doing.add_done_callback(lambda task: task.cancelled() or task.exception())
                doing.cancel()


class _Turn:
    """A question that waits for its turn and is then answered."""

    def __init__(
        self, queue: FairQueue, address: str, seconds: float, make: Callable[[], Awaitable[Answered]]
    ) -> None:
        self._queue, self._address, self._seconds, self._make = queue, address, seconds, make
        self.began = False

    async def done(self) -> Answered:
        async with self._queue.place(self._address, self._seconds):
            self.began = True
            return await self._make()


async def _guess_seconds(asked: Question) -> float:
    """Guess the work of a question; a long body, whose guess takes up to 50 ms, in a thread."""
    if len(asked.body) <= READ_BYTES:
        return estimate_seconds(asked.row, asked.body, asked.data)
    return await anyio.to_thread.run_sync(estimate_seconds, asked.row, asked.body, asked.data)


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
