"""A service under loads that are not fair, and what another client sees meanwhile: `make trials`.

Each trial starts a service of its own, loads it, and asks it for a small quote and for /livez all the while.
Printed are how long these two took, what became of the load, the memory of all processes (shared pages
counted once) before, at most and after, and the length of the log: the figures of docs/operations.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from tests.http.service_process import LONG, SMALL, ServiceProcess, serving

from tokenquote_client import AsyncClient

_HEAD = b"POST /v1/quotes HTTP/1.1\r\nHost: service\r\n"
_PROBE_SECONDS = 0.05
_LONG_BODY_BYTES = 9_800_000


@dataclass
class Seen:
    """What was seen during a trial."""

    small: list[float] = field(default_factory=list)
    """The seconds that each small quote took."""
    livez: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often each status came, or each error instead of one."""
    most_bytes: int = 0

    def note(self, outcome: object) -> None:
        self.outcomes[str(outcome)] += 1


Load = Callable[[ServiceProcess, Seen, float], Coroutine[Any, Any, None]]


async def crowd(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Twenty clients ask for the longest plan, again and again; who is sent away comes back when it may."""

    async def ask(http: httpx2.AsyncClient) -> None:
        while True:
            answer = await http.post("/v1/quotes", params={"detail": "summary"}, json=LONG)
            seen.note(answer.status_code)
            await asyncio.sleep(float(answer.headers.get("retry-after", 0)))

    async with _http(service) as http:
        await _for(seconds, *(ask(http) for _ in range(20)))


async def abandoned(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Sixty clients send bodies of 9.8 MB and leave."""
    text = json.dumps({**SMALL, "system": "x" * _LONG_BODY_BYTES}).encode()

    async def send(http: httpx2.AsyncClient) -> None:
        answer = await http.post("/v1/quotes", content=text)
        seen.note(answer.status_code)

    async with _http(service) as http:
        await _for(seconds / 2, *(send(http) for _ in range(60)))
    await asyncio.sleep(seconds / 2)


async def stalled(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Fifty clients send 9.8 of 9.9 MB and then nothing more."""
    head = _HEAD + b"Content-Length: 9900000\r\n\r\n"
    await _hold(service, seen, seconds, 50, head + b"x" * _LONG_BODY_BYTES)


async def idle(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Five thousand connections on which nothing comes."""
    await _hold(service, seen, seconds, 5_000, b"")


async def half_heads(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Five hundred connections on which half the head of a request comes, and no more."""
    await _hold(service, seen, seconds, 500, _HEAD)


async def killed(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Four clients with retries ask without a pause while a worker is killed every two seconds."""

    async def kill() -> None:
        while True:
            await asyncio.sleep(2)
            os.kill(service.children()[0], signal.SIGKILL)
            seen.note("killed")

    await _for(seconds, kill(), *(_quote_again_and_again(service, seen) for _ in range(4)))


async def stopped(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Four clients ask on connections of their own, and the service is told to end; a cut is an error."""

    async def ask() -> None:
        while True:
            try:
                async with _http(service) as http:
                    seen.note((await http.post("/v1/quotes", json=SMALL)).status_code)
            except httpx2.ConnectError:
                return  # nobody listens any more

    async def stop() -> None:
        await asyncio.sleep(seconds / 4)
        service.process.send_signal(signal.SIGTERM)

    asking = [asyncio.create_task(ask()) for _ in range(4)]
    await stop()
    await asyncio.gather(*asking)


async def _quote_again_and_again(service: ServiceProcess, seen: Seen) -> None:
    async with AsyncClient(service.url, retries=4, timeout=30) as client:
        while True:
            await client.quote(**SMALL)
            seen.note("quoted")


async def _hold(service: ServiceProcess, seen: Seen, seconds: float, number: int, sent: bytes) -> None:
    """Open connections, send this on each, and wait for what the service does about it."""

    async def hold() -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
            try:
                writer.write(sent)
                await writer.drain()
                answer = await reader.read(12)
                seen.note(answer[9:].decode() if answer else "closed")
            finally:
                writer.close()
        except ConnectionError:
            seen.note("closed")

    await _for(seconds, *(hold() for _ in range(number)))


async def _for(seconds: float, *works: Awaitable[None]) -> None:
    """Do all of this for so long at most; what is not done by then is given up."""
    tasks = [asyncio.ensure_future(work) for work in works]
    _, waiting = await asyncio.wait(tasks, timeout=seconds)
    for task in waiting:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome


@asynccontextmanager
async def _http(service: ServiceProcess) -> AsyncIterator[httpx2.AsyncClient]:
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(base_url=service.url, timeout=120, limits=limits) as http:
        yield http


async def _probe(service: ServiceProcess, seen: Seen) -> None:
    """Ask as another client does, and look at the memory."""
    async with _http(service) as http:
        while True:
            for method, path, body, took in (
                ("POST", "/v1/quotes", SMALL, seen.small),
                ("GET", "/livez", None, seen.livez),
            ):
                began = time.perf_counter()
                (await http.request(method, path, json=body)).raise_for_status()
                took.append(time.perf_counter() - began)
            seen.most_bytes = max(seen.most_bytes, service.resident_bytes())
            await asyncio.sleep(_PROBE_SECONDS)


async def _run(load: Load, service: ServiceProcess, seconds: float) -> Seen:
    seen = Seen()
    probing = asyncio.create_task(_probe(service, seen)) if load is not stopped else None
    await load(service, seen, seconds)
    if probing is not None:
        assert not probing.done(), probing.exception()
        probing.cancel()
    return seen


_LOADS: dict[str, Load] = {
    load.__name__: load for load in (crowd, abandoned, stalled, idle, half_heads, killed, stopped)
}


def _quantiles(seconds: list[float]) -> str:
    ordered = sorted(seconds) or [0.0]
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99, 1)]
    return " / ".join(f"{1000 * each:.0f}" for each in at)


def run_trial(name: str, seconds: float, descriptors: int | None = None) -> Seen:
    """Run one trial and print a row of the table of docs/operations.md."""
    with serving(descriptors, workers=2 if name == "killed" else 1) as service:
        before = service.resident_bytes()
        seen = asyncio.run(_run(_LOADS[name], service, seconds))
        time.sleep(2)
        after = service.resident_bytes()
        outcomes = ", ".join(f"{count} × {outcome}" for outcome, count in seen.outcomes.most_common())
        memory = " → ".join(f"{each // 10**6}" for each in (before, seen.most_bytes, after))
        sys.stdout.write(
            f"| {name} | {_quantiles(seen.small)} | {_quantiles(seen.livez)} | {outcomes} | {memory} "
            f"| {len(service.log()) // 1000} |\n"
        )
        sys.stdout.flush()
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trials", nargs="*", default=[*_LOADS], help="the trials to run; all by default")
    parser.add_argument("--seconds", type=float, default=30, help="the length of each load; 30 by default")
    parser.add_argument("--descriptors", type=int, help="as `ulimit -n` for the service; none by default")
    chosen = parser.parse_args()
    sys.stdout.write("| trial | small quote, ms p50 / p99 / max | /livez | outcomes | MB | log kB |\n")
    sys.stdout.write("|---|---|---|---|---|---:|\n")
    for trial in chosen.trials:
        run_trial(trial, chosen.seconds, chosen.descriptors)
