"""Every route of a service for a long time, at seven tenths of what it can: `python -m tests.trials.soak`.

First eight connections ask as fast as they are answered, which shows what the service can; then they ask at
seven tenths of that. Printed are the failures, how long the answers took, and how memory and descriptors of
its processes went, once a fifth of the time has warmed it up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import numpy as np
from tests.http.service_process import SMALL, ServiceProcess, serving
from tests.trials.seen import quantile

from tokenquote_client.endpoints import ENDPOINTS

_CONNECTIONS = 8
_LOAD_SHARE = 0.7
_WARM_UP_SHARE = 0.2
_MAXIMUM_SECONDS = 20.0
_LOOK_SECONDS = 3.0
_MOST_SLOPE_BYTES = 0.2e6
"""What memory may grow in a minute (issue 17)."""
_LONG = {**SMALL, "turns": [{**SMALL["turns"][0], "repeat": 2_000}]}
_SHARE_OF_ONE = 10
"""Of this number of questions, times the number of routes, one is long and has a process of its own."""


@dataclass
class Soaked:
    """What a soak has seen."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    looks: list[tuple[float, int, int]] = field(default_factory=list)
    """Since when it runs in seconds, the bytes and the descriptors of the processes that last."""

    def slope(self) -> float:
        """Return by how many bytes a minute memory grows after the warm-up: the median of pairs of looks."""
        looks = np.array(self._warm())
        first, second = np.triu_indices(len(looks), k=1)
        grown = (looks[second, 1] - looks[first, 1]) / (looks[second, 0] - looks[first, 0])
        return float(np.median(grown)) * 60  # Theil and Sen's estimate

    def descriptors(self) -> tuple[int, int]:
        """Return the descriptors after the warm-up and at the end: the median of a quarter of the looks."""
        looks = [count for _, _, count in self._warm()]
        part = max(1, len(looks) // 4)
        return sorted(looks[:part])[part // 2], sorted(looks[-part:])[part // 2]

    def _warm(self) -> Sequence[tuple[float, int, int]]:
        return self.looks[int(len(self.looks) * _WARM_UP_SHARE) :]


def questions() -> list[tuple[str, str, bytes]]:
    """Return method, path and body of the example of each route, and of a long question among many."""
    asked = []
    for row in ENDPOINTS:
        if row.method == "POST":
            asked.append(("POST", row.path, json.dumps(row.example).encode()))
        else:
            query = {name: value for name, value in row.example.items() if name not in row.path_parameters}
            path = row.path.format(**row.example)
            asked.append(("GET", f"{path}?{urlencode(query)}" if query else path, b""))
    asked.append(("GET", "/metrics", b""))
    return [*(asked * _SHARE_OF_ONE), ("POST", "/v1/quotes?detail=summary", json.dumps(_LONG).encode())]


async def ask_all(url: str, seconds: float, pause: float, soaked: Soaked) -> int:
    """Ask on all connections for some seconds, each at a fixed pace; return the answers."""
    over = time.monotonic() + seconds
    answered = 0

    async def ask(seed: int) -> None:
        nonlocal answered
        shuffled = questions()
        random.Random(seed).shuffle(shuffled)
        async with httpx2.AsyncClient(base_url=url, timeout=60) as http:
            due, number = time.monotonic(), 0
            while due < over:
                method, path, body = shuffled[number % len(shuffled)]
                began, number = time.monotonic(), number + 1
                try:
                    answer = await http.request(method, path, content=body)
                    if answer.status_code != 200:
                        soaked.failures[f"{method} {path}: {answer.status_code}"] += 1
                except httpx2.TransportError as error:
                    soaked.failures[f"{method} {path}: {error!r}"] += 1
                soaked.seconds.append(time.monotonic() - began)
                answered += 1
                # What was missed is not made up for: that would be more than the share of the load.
                due = max(due + pause, time.monotonic())
                await asyncio.sleep(due - time.monotonic())

    await asyncio.gather(*(ask(seed) for seed in range(_CONNECTIONS)))
    return answered


async def _look(service: ServiceProcess, soaked: Soaked) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        with suppress(OSError):  # of a process that has just ended
            pids = _lasting_processes(service)
            descriptors = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
            taken = service.resident_bytes_of_each(pids)
            soaked.looks.append((time.monotonic() - began, sum(taken), descriptors))


def _lasting_processes(service: ServiceProcess) -> list[int]:
    """Return those that do not live for one long question alone, which have a lower priority."""
    own = os.getpriority(os.PRIO_PROCESS, service.process.pid)
    return [pid for pid in service.processes() if os.getpriority(os.PRIO_PROCESS, pid) <= own]


async def _soak(service: ServiceProcess, minutes: float) -> Soaked:
    fastest = Soaked()
    most = await ask_all(service.url, _MAXIMUM_SECONDS, 0, fastest) / _MAXIMUM_SECONDS
    soaked = Soaked(failures=fastest.failures)
    looking = asyncio.create_task(_look(service, soaked))
    pause = _CONNECTIONS / (most * _LOAD_SHARE)
    answered = await ask_all(service.url, minutes * 60, pause, soaked)
    looking.cancel()
    print(f"at most {most:.0f} requests a second; then {answered / minutes / 60:.0f} for {minutes:g} minutes")
    return soaked


def main() -> None:
    """Print what a soak has seen, and end with 1 if it is not what is asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--looks", type=Path, help="a file for the looks at memory and descriptors, as CSV")
    chosen = parser.parse_args()
    with serving() as service:
        soaked = asyncio.run(_soak(service, chosen.minutes))
        log_bytes = len(service.log())
    if chosen.looks:
        chosen.looks.write_text("".join(f"{at:.0f},{taken},{fds}\n" for at, taken, fds in soaked.looks))
    took = " / ".join(f"{1000 * quantile(soaked.seconds, share):.0f}" for share in (0.5, 0.99, 1))
    first, last = soaked.descriptors()
    print(f"{len(soaked.seconds)} answers, p50 / p99 / max {took} ms; load average {os.getloadavg()[0]:.1f}")
    print(f"failures: {dict(soaked.failures) or 'none'}")
    print(f"memory: {soaked.looks[0][1] / 1e6:.0f} → {soaked.looks[-1][1] / 1e6:.0f} MB", end="; ")
    print(f"{soaked.slope() / 1e6:+.2f} MB a minute after the warm-up")
    print(f"descriptors: {first} → {last}; log: {log_bytes // 1000} kB")
    sys.exit(1 if soaked.failures or soaked.slope() > _MOST_SLOPE_BYTES or last > first + 2 else 0)


if __name__ == "__main__":
    main()
