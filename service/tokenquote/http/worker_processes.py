"""The workers that there are: each is forked, listened to, and replaced once it has ended by itself."""

from __future__ import annotations

import json
import os
import selectors
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tokenquote.http.access_log import log_worker
from tokenquote.http.forking import Forking, channel
from tokenquote.http.saturation import add_fullness

__all__ = ["Heard", "WorkerProcess", "WorkerProcesses"]

_MESSAGE_BYTES = 256 * 1024
"""More than a message between two of our processes can have."""
_RESTART_SECONDS = 1.0
"""The shortest life of a worker after which the next begins at once."""


@dataclass(slots=True)
class WorkerProcess:
    """A worker, seen from the process that forked it."""

    pid: int
    control: socket.socket
    """What the worker says comes here."""
    started: float
    """When it was forked, by the clock of `time.monotonic`."""
    in_flight: int = 0
    """The requests that it is answering, as it said last."""
    fullness: Mapping[str, float] = field(default_factory=dict)
    """How full it is, as it said last."""


Heard: TypeAlias = Callable[[WorkerProcess, dict[str, Any], Sequence[int]], None]
"""Takes what a worker says, with the descriptors that came with it."""


class WorkerProcesses:
    """Keeps as many workers as there shall be."""

    def __init__(
        self,
        number: int,
        forking: Forking,
        selector: selectors.BaseSelector,
        become: Callable[[socket.socket], None],
        heard: Heard,
        keep: Sequence[socket.socket],
    ) -> None:
        """Start none yet.

        Args:
            number: how many there shall be.
            forking: forks them.
            selector: tells when one of them has said something, by calling the data of the key.
            become: is the life of a worker, given its end of the way here.
            heard: takes what one says.
            keep: the sockets on which their connections come.
        """
        self._forking = forking
        self._selector = selector
        self._become = become
        self._heard = heard
        self._keep = keep
        self._by_pid: dict[int, WorkerProcess] = {}
        self._starts: list[float] = [0.0] * number
        """When each worker that is missing may begin, by the clock of `time.monotonic`."""

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        return list(self._by_pid)

    @property
    def in_flight(self) -> int:
        """The requests that all of them are answering."""
        return sum(worker.in_flight for worker in self._by_pid.values())

    def measure_fullness(self) -> dict[str, float]:
        """Add up how full they are."""
        return add_fullness(worker.fullness for worker in self._by_pid.values())

    @property
    def next_start(self) -> float | None:
        """When the next one may begin, by the clock of `time.monotonic`; None: none is missing."""
        return min(self._starts, default=None)

    def start_missing(self) -> None:
        """Start those that are missing and may begin."""
        now = time.monotonic()
        due = [start for start in self._starts if start <= now]
        self._starts = [start for start in self._starts if start > now]
        for _ in due:
            self._start()

    def start_no_more(self) -> None:
        """Let those that end have no successor."""
        self._starts.clear()

    def signal(self, number: int) -> None:
        """Send a signal to each."""
        for pid in self._by_pid:
            os.kill(pid, number)  # it is our child, so the number is nobody else's until we have buried it

    def ended(self, pid: int, status: int, *, was_asked: bool) -> bool:
        """Take note that a process has ended, which may be none of these.

        Args:
            pid: the process.
            status: what `os.waitpid` says of it.
            was_asked: whether it was asked to; if not, it gets a successor.

        Returns:
            Whether it was a worker that nobody had asked to end.
        """
        worker = self._by_pid.pop(pid, None)
        if worker is None:
            return False
        self._hear_no_more(worker)
        self._forking.close(worker.control)
        if not was_asked:
            log_worker("worker.ended", pid, os.waitstatus_to_exitcode(status))
            self._starts.append(worker.started + _RESTART_SECONDS)
        return not was_asked

    def _start(self) -> None:
        ours, theirs = channel()
        self._forking.hold(ours)
        pid = self._forking.fork(lambda: self._become(theirs), keep=self._keep)
        theirs.close()
        worker = self._by_pid[pid] = WorkerProcess(pid, ours, time.monotonic())
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._hear(worker))

    def _hear(self, worker: WorkerProcess) -> None:
        if worker.control.fileno() < 0:
            return  # it has been buried since its message was noticed
        try:
            message, descriptors, _, _ = socket.recv_fds(worker.control, _MESSAGE_BYTES, 1)
        except ConnectionResetError:  # it ended before it had read all
            message, descriptors = b"", []
        if message:
            self._heard(worker, json.loads(message), descriptors)
        else:
            self._hear_no_more(worker)

    def _hear_no_more(self, worker: WorkerProcess) -> None:
        if worker.control in [key.fileobj for key in self._selector.get_map().values()]:
            self._selector.unregister(worker.control)
