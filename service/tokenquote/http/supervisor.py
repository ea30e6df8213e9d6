"""The process that holds the catalog: it forks the workers, and a process for each long question.

It answers nothing itself and has one thread, so that it can fork at any moment. What it has loaded is shared
by all that it forks. It adds up the metrics of the workers, puts a new worker in the place of one that has
died, and hands signals on.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from tokenquote.http.access_log import log_worker
from tokenquote.http.counting import Increment
from tokenquote.http.forked import Bounds, answer_a_question
from tokenquote.http.forks import Forks, InForks, RelayedTelemetry
from tokenquote.http.service_state import ServiceState
from tokenquote.http.telemetry import Telemetry
from tokenquote.http.worker import STOP_NOW, run_worker
from tokenquote.settings import Settings

__all__ = ["Supervisor"]

_MESSAGE_BYTES = 256 * 1024
"""More than a message between two of our processes can have."""
_RESTART_SECONDS = 1.0
"""The shortest life of a worker after which the next begins at once."""
_KILL_SECONDS = 2.0
"""What a worker may take longer than it should to end, before it is killed."""
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass(slots=True)
class _WorkerProcess:
    """A worker, seen from here."""

    pid: int
    control: socket.socket
    """What the worker says comes here."""
    started: float
    """When it was forked, by the clock of `time.monotonic`."""
    in_flight: int = 0


class Supervisor:
    """Forks workers and keeps them, until a signal ends them all."""

    def __init__(
        self, settings: Settings, state: ServiceState, telemetry: Telemetry, listener: socket.socket
    ) -> None:
        """Take what the workers inherit.

        Args:
            settings: the settings.
            state: the state with a catalog that is loaded.
            telemetry: the metrics of all workers, which the state describes its catalog to.
            listener: the socket on which the connections of all workers come.
        """
        self._settings = settings
        self._state = state
        self._telemetry = telemetry
        self._listener = listener
        self._workers: dict[int, _WorkerProcess] = {}
        self._selector = selectors.DefaultSelector()
        self._wake, self._wakened = socket.socketpair()
        self._starts: list[float] = [0.0] * settings.workers
        """When each worker that is missing may begin, by the clock of `time.monotonic`."""
        self._wanted: set[str] = set()
        """Vocabularies that a long question had to load by itself, and the next one shall find here."""
        self._kill_at: float | None = None
        """When workers are killed that have not ended by themselves; None: nobody has asked them to end."""

    def run(self) -> None:
        """Run until a signal has ended all workers."""
        for signal_number in _SIGNALS:
            signal.signal(signal_number, lambda *_: None)  # the number comes through the socket
        self._wake.setblocking(False)
        self._wakened.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno())
        self._selector.register(self._wakened, selectors.EVENT_READ)
        self._keep_for_good()
        next_look = time.monotonic()
        while self._workers or self._kill_at is None:
            self._start_missing()
            for key, _ in self._selector.select(self._pause(next_look)):
                self._take(key.data)
            self._load_a_vocabulary()
            if self._kill_at is not None and time.monotonic() > self._kill_at:
                self._signal_workers(signal.SIGKILL)
            if self._settings.reload_seconds and time.monotonic() >= next_look:
                self._look_at_catalog(anyway=False)
                next_look = time.monotonic() + self._settings.reload_seconds
        signal.set_wakeup_fd(-1)

    def _pause(self, next_look: float) -> float:
        if self._wanted and self._kill_at is None:
            return 0.0
        times = [*self._starts, *([next_look] if self._settings.reload_seconds else [])]
        if self._kill_at is not None:
            times.append(self._kill_at)
        return max(0.0, min(times, default=time.monotonic() + 60) - time.monotonic())

    def _take(self, worker: _WorkerProcess | None) -> None:
        """Take what has come: signals, or what a worker says."""
        if worker is None:
            for number in self._wakened.recv(_MESSAGE_BYTES):
                self._handle_signal(number)
            return
        if worker.control.fileno() < 0:
            return  # it has been buried since its message was noticed
        try:
            message, descriptors, _, _ = socket.recv_fds(worker.control, _MESSAGE_BYTES, 1)
        except ConnectionResetError:  # it ended before it had read all
            message, descriptors = b"", []
        if not message:
            self._selector.unregister(worker.control)
            return
        said = json.loads(message)
        if "fork" in said:
            with socket.socket(fileno=descriptors[0]) as asker:
                self._fork_for(said, asker)
        elif "vocabularies" in said:
            self._wanted.update(said["vocabularies"])
        else:
            self._count(worker, said)

    def _handle_signal(self, number: int) -> None:
        if number == signal.SIGCHLD:
            self._bury()
        elif number == signal.SIGHUP:
            self._signal_workers(signal.SIGHUP)
            self._look_at_catalog(anyway=True)
        elif number in (signal.SIGTERM, signal.SIGINT):
            # Ctrl-C asks for an end now, and so does asking twice.
            at_once = number == signal.SIGINT or self._kill_at is not None
            self._signal_workers(STOP_NOW if at_once else signal.SIGTERM)
            self._kill_at = (
                self._kill_at or time.monotonic() + self._settings.shutdown_seconds + _KILL_SECONDS
            )
            self._starts.clear()

    def _signal_workers(self, number: int) -> None:
        for pid in self._workers:
            os.kill(pid, number)  # it is our child, so the number is nobody else's until we have buried it

    def _bury(self) -> None:
        """Take note of processes that have ended; a worker that nobody asked to end gets a successor."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            worker = self._workers.pop(pid, None)
            if worker is None:
                continue  # it answered one question
            self._telemetry.pids.remove(pid)
            self._leave(worker)
            if self._kill_at is None:
                log_worker("worker.ended", pid, os.waitstatus_to_exitcode(status))
                self._starts.append(worker.started + _RESTART_SECONDS)

    def _leave(self, worker: _WorkerProcess) -> None:
        if worker.control in [key.fileobj for key in self._selector.get_map().values()]:
            self._selector.unregister(worker.control)
        worker.control.close()
        worker.in_flight = 0
        self._show_in_flight()

    def _start_missing(self) -> None:
        now = time.monotonic()
        due = [start for start in self._starts if start <= now]
        self._starts = [start for start in self._starts if start > now]
        for _ in due:
            self._start_worker()

    def _start_worker(self) -> None:
        # Messages stay apart on such sockets, and come whole or not at all.
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = self._fork(lambda: self._become_worker(ours, theirs), keep=[theirs, self._listener])
        theirs.close()
        self._telemetry.pids.append(pid)
        worker = self._workers[pid] = _WorkerProcess(pid, ours, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ, worker)

    def _become_worker(self, not_ours: socket.socket, control: socket.socket) -> None:
        not_ours.close()  # or the worker would never notice that nobody is there any more
        forks = Forks(control)
        telemetry = RelayedTelemetry(forks)
        self._state.belong_to_worker(telemetry, InForks(forks, self._state.recent))
        run_worker(self._settings, self._state, self._listener, [telemetry.report_often])

    def _fork_for(self, said: dict[str, Any], asker: socket.socket) -> None:
        """Fork a process that answers on this socket."""
        if said["fork"] == "metrics":
            self._fork(lambda: self._send_metrics(asker), keep=[asker])
            return
        if said["revision"] != self._state.serving.catalog.revision:
            self._look_at_catalog(anyway=False)
        bounds = Bounds(self._settings.answer_seconds, self._settings.long_memory_bytes)
        serving, apps = self._state.serving, self._settings.apps
        self._fork(lambda: answer_a_question(Connection(asker.detach()), serving, apps, bounds), keep=[asker])

    def _send_metrics(self, asker: socket.socket) -> None:
        with Connection(asker.detach()) as asked:
            asked.send_bytes(self._telemetry.exposition())

    def _fork(self, run: Callable[[], None], keep: list[socket.socket]) -> int:
        """Fork a process that does this and then ends, with no socket but those that it keeps."""
        # SIGHUP waits until a worker can take it; by default it would end a process that has just begun.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        pid = os.fork()
        if pid:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
            return pid
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the parent tells us
            for held in self._held():
                if held not in keep:
                    held.close()
            run()
            code = 0
        except (EOFError, OSError):
            pass  # nobody waits for the answer any more
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _held(self) -> Iterator[socket.socket]:
        yield from (self._listener, self._wake, self._wakened)
        yield from (worker.control for worker in self._workers.values())
        self._selector.close()

    def _count(self, worker: _WorkerProcess, said: dict[str, Any]) -> None:
        for method, route, status, seconds in said["requests"]:
            self._telemetry.finished(method, route, status, seconds)
        self._telemetry.add(
            Increment(name, tuple(labels), amount) for name, labels, amount in said["counted"]
        )
        worker.in_flight = said["in_flight"]
        self._show_in_flight()

    def _show_in_flight(self) -> None:
        self._telemetry.in_flight.set(sum(worker.in_flight for worker in self._workers.values()))

    def _look_at_catalog(self, *, anyway: bool) -> None:
        """Load the catalog's files if they have changed; the workers do so too, each by itself."""
        outcome = self._state.watch.look(anyway=anyway)
        if outcome is not None:
            self._state.take(outcome)
            self._keep_for_good()

    def _load_a_vocabulary(self) -> None:
        """Load one that is wanted: each takes a second or more, in which workers wait for what they ask."""
        vocabularies = self._state.serving.vocabularies
        self._wanted -= vocabularies.loaded
        if self._wanted and self._kill_at is None:
            vocabularies.trouble(self._wanted.pop())  # why it cannot be used, the answer has said
            self._keep_for_good()

    def _keep_for_good(self) -> None:
        """Leave what is loaded out of garbage collection, which would copy the pages that processes share."""
        gc.collect()
        gc.freeze()
