"""How a worker has questions answered by processes of their own, and has its requests counted.

The process that holds the catalog forks them: a worker hands it one end of a pair of sockets, and what is
forked answers there. Nothing comes back on the way to that process itself.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Literal, TypeAlias

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote.catalog import Catalog
from tokenquote.http.increments import Increment
from tokenquote.http.questions import Answered, Question, Serving
from tokenquote.http.refusals import worker_ended
from tokenquote.http.saturation import LAG, Fullness
from tokenquote.http.worker import STOP_NOW
from tokenquote_client.catalog import CatalogState

__all__ = ["FLUSH_SECONDS", "Forks", "InForks", "RelayedTelemetry"]

FLUSH_SECONDS = 0.1
"""How often a worker reports what it has counted: what is not reported yet is lost if it is killed."""
_BATCH = 400
"""The most counts of one message, which has at most 200 kB."""
_LAG_SECONDS = 15
"""For how long a late event loop is told of: the time between two scrapes in docker/prometheus."""
_MOST_UNREPORTED = 100_000
"""The requests that are kept for the next report; the oldest are lost if the other process hangs for long."""
_FULL_SECONDS = 0.05
"""The pause before the next try if the other process is busy and its inbox is full."""

Wanted: TypeAlias = Literal["question", "metrics"]


class Forks:
    """The way of a worker to the process that holds the catalog."""

    def __init__(self, control: socket.socket) -> None:
        """Take this end of a pair of sockets that keep messages apart."""
        control.setblocking(False)
        self._control = control

    def tell(self, message: dict[str, Any]) -> bool:
        """Send a message; return False if the inbox is full."""
        try:
            self._control.send(json.dumps(message).encode())
        except BlockingIOError:
            return False
        return True

    async def fork(self, wanted: Wanted, revision: str) -> socket.socket:
        """Have a process forked for one question; return the socket on which it is asked.

        Args:
            wanted: what it is to answer.
            revision: the revision of the catalog here, which the answer is not to be older than.

        Raises:
            NotServed: the process that holds the catalog is gone.
        """
        message = json.dumps({"fork": wanted, "revision": revision}).encode()
        ours, theirs = socket.socketpair()
        with theirs:
            while True:
                try:
                    socket.send_fds(self._control, [message], [theirs.fileno()])
                except BlockingIOError:
                    await asyncio.sleep(_FULL_SECONDS)
                except OSError:
                    ours.close()
                    raise worker_ended() from None
                else:
                    return ours


class InForks:
    """Answers each question in a process of its own."""

    def __init__(self, forks: Forks, recent: RecentQuotes) -> None:
        """Name who forks, and what keeps the quotes that are made."""
        self._forks = forks
        self._recent = recent

    async def make(self, asked: Question, serving: Serving) -> Answered:
        """Have a question answered; the process ends at once if this is cancelled.

        Raises:
            NotServed: the process ended without an answer.
        """
        ours = await self._forks.fork("question", serving.catalog.revision)
        asking = asyncio.create_task(asyncio.to_thread(self._ask, ours, asked))
        try:
            return await asyncio.shield(asking)
        except asyncio.CancelledError:
            with suppress(OSError):  # it has just ended by itself
                ours.shutdown(socket.SHUT_RDWR)
            asking.add_done_callback(lambda task: task.cancelled() or task.exception())
            raise
        except (EOFError, OSError):
            raise worker_ended() from None

    def _ask(self, ours: socket.socket, asked: Question) -> Answered:
        with ours, Connection(ours.dup().detach()) as answering:
            answering.send(asked.packed())
            problem, increments, quoted, loaded = answering.recv()
            self._recent.add(quoted)
            answered = Answered(answering.recv_bytes(), problem, increments)
        if loaded:
            with suppress(ConnectionError):  # nobody is there any more, and the answer is good
                self._forks.tell({"vocabularies": loaded})
        return answered


class RelayedTelemetry:
    """The metrics of a worker, which are added up with those of all workers where the catalog is held."""

    def __init__(self, forks: Forks, measure: Callable[[], Fullness]) -> None:
        """Name the way there, and what says how full this worker is."""
        self._forks = forks
        self._measure = measure
        self._amounts: dict[tuple[str, tuple[str, ...]], list[float]] = {}
        self._requests: deque[tuple[str, str, int, float, str | None]] = deque(maxlen=_MOST_UNREPORTED)
        self._in_flight = 0
        self._lags: deque[float] = deque(maxlen=round(_LAG_SECONDS / FLUSH_SECONDS))
        """By how much the event loop came late to each of the latest reports."""

    def add(self, increments: Iterable[Increment]) -> None:
        """Add to the counters what answers have counted."""
        for group, labels, amounts in increments:
            held = self._amounts.get((group, labels))
            if held is None:
                self._amounts[group, labels] = list(amounts)
            else:
                for i, amount in enumerate(amounts):
                    held[i] += amount

    def finished(self, method: str, route: str, status: int, seconds: float, shed: str | None = None) -> None:
        """Count a request that was answered; `shed` is why it was sent away unanswered, if it was."""
        self._requests.append((method, route, status, seconds, shed))

    def change_in_flight(self, by: int) -> None:
        """Count requests that have come, or if it is below 0, that were answered."""
        self._in_flight += by

    def describe(self, catalog: Catalog, state: CatalogState) -> None:
        """Say nothing: the process that forked this one describes the catalog that it holds."""

    def reloaded(self, outcome: Literal["loaded", "failed"]) -> None:
        """Count nothing: the process that forked this one counts what it loads."""

    def describe_keys(self, keys: int, faults: int) -> None:
        """Say nothing: the process that forked this one reads the keys too."""

    async def exposed(self) -> bytes:
        """Return the metrics of all workers in Prometheus' text format.

        Raises:
            NotServed: the process that holds them is gone.
        """
        self.report()
        ours = await self._forks.fork("metrics", "")
        content = await asyncio.to_thread(_receive_file, ours)
        if content is None:
            raise worker_ended()
        return content

    async def report_often(self) -> None:
        """Report what was counted, again and again, until the task is cancelled, and then once more.

        Once nobody is there any more to report to, this process ends too.
        """
        try:
            while True:
                due = time.monotonic() + FLUSH_SECONDS
                await asyncio.sleep(FLUSH_SECONDS)
                self._lags.append(max(0.0, time.monotonic() - due))
                self.report()
        except ConnectionError:
            signal.raise_signal(STOP_NOW)
        except asyncio.CancelledError:
            with suppress(ConnectionError):
                self.report()
            raise

    def report(self) -> None:
        """Report what was counted since the last report; what does not fit now is reported with the next."""
        while True:
            requests = [self._requests[i] for i in range(min(_BATCH, len(self._requests)))]
            amounts = list(islice(self._amounts.items(), _BATCH))
            counted = [(group, labels, added) for (group, labels), added in amounts]
            full = {**self._measure(), LAG: max(self._lags, default=0.0)}
            told = {"in_flight": self._in_flight, "full": full, "requests": requests, "counted": counted}
            if not self._forks.tell(told):
                return
            for _ in requests:
                self._requests.popleft()
            for key, _ in amounts:
                del self._amounts[key]
            if len(requests) < _BATCH and len(amounts) < _BATCH:
                return


def _receive_file(ours: socket.socket) -> bytes | None:
    """Return the content of the file that comes on this socket; None if none comes."""
    with ours:
        _, descriptors, _, _ = socket.recv_fds(ours, 16, 1)
    if not descriptors:
        return None
    with open(descriptors[0], "rb") as file:
        file.seek(0)
        return file.read()
