"""`tokenquote serve` as a process of its own, for tests and trials that stop, kill or crowd it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.conftest import START_SECONDS

PATIENCE_SECONDS = 90
"""What something may take on a machine that is busy with other things."""

_START = "from tokenquote.cli import main; main()"

LONG: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 1, "assistant": 1, "reasoning": 0, "repeat": 100_000}],
}
"""A short body that is as much work as a plan may be."""
MEDIUM: dict[str, Any] = {**LONG, "turns": [{**LONG["turns"][0], "repeat": 2_000}]}
"""Long enough for a process of its own, and soon answered."""
SMALL: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 10, "assistant": 5, "reasoning": 0}],
}


@dataclass
class ServiceProcess:
    """A running service."""

    process: subprocess.Popen[bytes]
    log_file: Path
    url: str = ""

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def log(self) -> str:
        return self.log_file.read_text()

    def children(self) -> list[int]:
        """The processes that it has forked: workers, and those that answer one question."""
        return _children(self.process.pid)

    def processes(self) -> list[int]:
        """All its processes: itself, and what it has forked and they have forked."""
        found = [self.process.pid]
        for pid in found:
            found += _children(pid)
        return found

    def resident_bytes(self) -> int:
        """The memory of all its processes, shared pages counted once."""
        return sum(_bytes_of(pid, "smaps_rollup", "Pss") for pid in self.processes())

    def resident_bytes_of_each(self, pids: Iterable[int] | None = None) -> list[int]:
        """The memory of each of its processes, or of some, with the pages that others have too."""
        return [_bytes_of(pid, "status", "VmRSS") for pid in (self.processes() if pids is None else pids)]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=START_SECONDS)

    def send_raw(self, sent: bytes) -> bytes:
        """What comes back until the service closes the connection."""
        with self.connect() as connection:
            connection.sendall(sent)
            received = b""
            while part := connection.recv(65_536):
                received += part
            return received


def until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def workers_of(service: ServiceProcess, number: int) -> list[int]:
    """Its workers, once what it forked for questions and metrics before has ended and is buried."""
    until(lambda: len(service.children()) == number)
    return service.children()


@contextmanager
def serving(
    descriptors: int | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **settings: object,
) -> Iterator[ServiceProcess]:
    """Run a service until the end of the block.

    Args:
        descriptors: as `ulimit -n` for the service; None: as this process has it.
        folder: where the log is written; None: in a temporary folder.
        environment: what else the environment holds.
        settings: the settings without their prefix, in any case.
    """
    own = {f"TOKENQUOTE_{name.upper()}": str(value) for name, value in settings.items()}
    limit = ["prlimit", f"--nofile={descriptors}:{descriptors}"] if descriptors else []
    with tempfile.TemporaryDirectory() as temporary:
        log_file = (folder or Path(temporary)) / "log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                [*limit, sys.executable, "-c", _START, "serve", "--port", "0"],
                env={**os.environ, **own, **(environment or {})}, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        service = ServiceProcess(process, log_file)
        try:
            _wait_until_ready(service)
            yield service
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            finally:
                process.kill()


def _wait_until_ready(service: ServiceProcess) -> None:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        assert service.process.poll() is None, service.log()
        found = re.search(r"running on (http://127\.0\.0\.1:\d+)", service.log())
        if found:
            service.url = found[1]
            with suppress(httpx2.TransportError):
                if httpx2.get(f"{service.url}/readyz").status_code == 200:
                    return
        time.sleep(0.05)
    raise AssertionError(f"the service did not start: {service.log()}")


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _bytes_of(pid: int, file: str, name: str) -> int:
    """What a file of the process says in kB; 0 if the process has ended."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
    return 0
