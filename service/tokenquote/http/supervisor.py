"""The process that holds the catalog: it forks the workers, and a process for each long question.

It answers nothing itself and has one thread, so that it can fork at any moment. What it has loaded is shared
by all that it forks. It adds up the metrics of the workers, puts a new worker in the place of one that has
died, and hands signals on.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import socket
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from tokenquote.http.forked import Bounds, answer_a_question
from tokenquote.http.forking import SIGNALS, Forking
from tokenquote.http.forks import Forks, InForks, RelayedTelemetry
from tokenquote.http.increments import Increment
from tokenquote.http.nursery import Nurseries, be_a_nursery
from tokenquote.http.service_state import ServiceState
from tokenquote.http.shared_quotes import SharedQuotes
from tokenquote.http.telemetry import Telemetry
from tokenquote.http.worker import STOP_NOW, run_worker
from tokenquote.http.worker_processes import WorkerProcess, WorkerProcesses
from tokenquote.settings import Settings

__all__ = ["Supervisor"]

_SIGNALS_AT_ONCE = 4096
_KILL_SECONDS = 2.0
"""What a worker may take longer than it should to end, before it is killed."""


class Supervisor:
    """Forks workers and keeps them, until a signal ends them all."""

    def __init__(
        self,
        settings: Settings,
        state: ServiceState,
        telemetry: Telemetry,
        listeners: Sequence[socket.socket],
    ) -> None:
        """Take what the workers inherit.

        Args:
            settings: the settings.
            state: the state with a catalog that is loaded.
            telemetry: the metrics of all workers, which the state describes its catalog to.
            listeners: the sockets on which the connections of all workers come.
        """
        self._settings = settings
        self._state = state
        self._telemetry = telemetry
        self._listeners = tuple(listeners)
        self._quotes = SharedQuotes()
        self._wake, self._wakened = socket.socketpair()
        selector = self._selector = selectors.DefaultSelector()
        forking = self._forking = Forking()
        self._forking.hold(*listeners, self._wake, self._wakened, selector)
        self._workers = WorkerProcesses(
            settings.workers, forking, selector, self._become_worker, self._hear, keep=listeners
        )
        self._nurseries = Nurseries(forking, selector, self._become_nursery)
        telemetry.measure = self._workers.measure_fullness
        self._kill_at: float | None = None
        """When workers are killed that have not ended by themselves; None: nobody has asked them to end."""

    def run(self) -> None:
        """Run until a signal has ended all workers."""
        for signal_number in SIGNALS:
            signal.signal(signal_number, lambda *_: None)  # the number comes through the socket
        self._wake.setblocking(False)
        self._wakened.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        self._selector.register(self._wakened, selectors.EVENT_READ, self._take_signals)
        self._keep_for_good()
        own = self._telemetry.pids[0]
        next_look = time.monotonic()
        while self._workers.pids or self._kill_at is None:
            self._workers.start_missing()
            self._telemetry.workers.set(len(self._workers.pids))
            self._telemetry.pids[:] = [own, *self._workers.pids, *self._nurseries.pids]
            for key, _ in self._selector.select(self._pause(next_look)):
                key.data()
            if self._kill_at is not None and time.monotonic() > self._kill_at:
                self._workers.signal(signal.SIGKILL)
            if self._settings.reload_seconds and time.monotonic() >= next_look:
                self._state.gate.ring.look()
                self._look_at_catalog(anyway=False)
                next_look = time.monotonic() + self._settings.reload_seconds
        signal.set_wakeup_fd(-1)

    def _pause(self, next_look: float) -> float:
        looks = next_look if self._settings.reload_seconds else None
        times = [at for at in (self._workers.next_start, looks, self._kill_at) if at is not None]
        return max(0.0, min(times, default=time.monotonic() + 60) - time.monotonic())

    def _take_signals(self) -> None:
        for number in self._wakened.recv(_SIGNALS_AT_ONCE):
            if number == signal.SIGCHLD:
                self._bury()
            elif number == signal.SIGHUP:
                self._workers.signal(signal.SIGHUP)
                self._state.gate.ring.look(anyway=True)
                self._look_at_catalog(anyway=True)
            elif number in (signal.SIGTERM, signal.SIGINT):
                self._end(number)

    def _end(self, number: int) -> None:
        # Ctrl-C asks for an end now, and so does asking twice.
        at_once = number == signal.SIGINT or self._kill_at is not None
        self._workers.signal(STOP_NOW if at_once else signal.SIGTERM)
        self._kill_at = self._kill_at or time.monotonic() + self._settings.shutdown_seconds + _KILL_SECONDS
        self._workers.start_no_more()
        # Connections that nobody takes any more are refused only once nobody holds these sockets.
        for listener in self._listeners:
            self._forking.close(listener)

    def _bury(self) -> None:
        """Take note of processes that have ended; a worker that nobody asked to end gets a successor."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if self._workers.ended(pid, status, was_asked=self._kill_at is not None):
                self._telemetry.worker_ends.inc()
            self._show_in_flight()

    def _become_worker(self, control: socket.socket) -> None:
        self._quotes.hold()
        forks = Forks(control)
        telemetry = RelayedTelemetry(forks, self._state.measure_fullness)
        self._state.belong_to_worker(telemetry, InForks(forks, self._quotes), self._quotes)
        run_worker(self._settings, self._state, self._listeners, [telemetry.report_often])

    def _become_nursery(self, control: socket.socket, wanted: Collection[str]) -> None:
        be_a_nursery(control, wanted, self._state.serving.vocabularies, self._forking, self._answer)

    def _hear(self, worker: WorkerProcess, said: dict[str, Any], descriptors: Sequence[int]) -> None:
        """Do what a worker asks for, or take what it has counted."""
        if "fork" in said:
            with socket.socket(fileno=descriptors[0]) as asker:
                self._fork_for(said, asker)
        elif "vocabularies" in said:
            self._nurseries.want(said["vocabularies"])
        else:
            self._count(worker, said)

    def _fork_for(self, said: dict[str, Any], asker: socket.socket) -> None:
        """Have a process forked that answers on this socket."""
        if said["fork"] == "metrics":
            self._send_metrics(asker)
            if self._telemetry.processes.memory_is_old:
                self._forking.fork(self._telemetry.processes.measure_memory)
            return
        if said["revision"] != self._state.serving.catalog.revision:
            self._look_at_catalog(anyway=False)
        if not self._nurseries.take(asker):
            self._forking.fork(lambda: self._answer(asker))

    def _send_metrics(self, asker: socket.socket) -> None:
        """Hand the metrics over as a file in memory, so that nobody waits here for who reads them."""
        with open(os.memfd_create("metrics"), "wb") as file, suppress(OSError):
            file.write(self._telemetry.exposition())
            file.flush()
            socket.send_fds(asker, [b"metrics"], [file.fileno()])

    def _answer(self, asker: socket.socket) -> None:
        bounds = Bounds(self._settings.answer_seconds, self._settings.long_memory_bytes)
        answer_a_question(Connection(asker.detach()), self._state.serving, self._settings.apps, bounds)

    def _count(self, worker: WorkerProcess, said: dict[str, Any]) -> None:
        for method, route, status, seconds, shed in said["requests"]:
            self._telemetry.finished(method, route, status, seconds, shed)
        self._telemetry.add(
            Increment(group, tuple(labels), amounts) for group, labels, amounts in said["counted"]
        )
        worker.in_flight, worker.fullness = said["in_flight"], said["full"]
        self._show_in_flight()

    def _show_in_flight(self) -> None:
        self._telemetry.in_flight.set(self._workers.in_flight)

    def _look_at_catalog(self, *, anyway: bool) -> None:
        """Load the catalog's files if they have changed; the workers do so too, each by itself."""
        before = self._state.serving.catalog
        outcome = self._state.watch.look(anyway=anyway)
        if outcome is not None:
            self._state.take(outcome)
            self._keep_for_good()
        if self._state.serving.catalog is not before:
            self._nurseries.renew()

    def _keep_for_good(self) -> None:
        """Leave what is loaded out of garbage collection, which would copy the pages that processes share."""
        gc.collect()
        gc.freeze()
