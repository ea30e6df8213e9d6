"""Clients who ask for more than their share, and clients who do not stay for what they have asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable

import httpx2
from tests.http.service_process import LONG, SMALL, ServiceProcess
from tests.trials.another_client import request
from tests.trials.seen import Seen, quantile

__all__ = ["abandoned", "crowd", "for_seconds", "open_from"]

_LONG_BODY_BYTES = 9_800_000
_REFUSED_SECONDS = 5.0
"""What it may take at most to be sent away: one who waits for longer has been let in."""


async def crowd(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Twenty clients of twenty addresses ask for the longest plan; whoever is sent away comes back in time.

    Nobody leaves: what was let in is to be answered, whatever else comes.
    """
    over = time.monotonic() + seconds

    async def ask(number: int) -> None:
        transport = httpx2.AsyncHTTPTransport(local_address=f"127.0.0.{10 + number}")
        async with httpx2.AsyncClient(base_url=service.url, timeout=600, transport=transport) as http:
            while time.monotonic() < over:
                began = time.monotonic()
                answer = await http.post("/v1/quotes", params={"detail": "summary"}, json=LONG)
                took = time.monotonic() - began
                seen.note(answer.status_code)
                if answer.status_code == 200:
                    continue
                wait = answer.headers.get("retry-after")
                if answer.status_code not in (429, 503) or wait is None or took > _REFUSED_SECONDS:
                    seen.fault(f"{answer.status_code} after {took:.1f} s: {answer.json()['detail']}")
                await asyncio.sleep(min(float(wait or 1), max(0.0, over - time.monotonic())))

    await asyncio.gather(*(ask(number) for number in range(20)))
    if not seen.outcomes["200"]:
        seen.fault("nobody was answered")


def check_crowd(seen: Seen) -> None:
    """Note what is more than issue 17 allows, beside what the same machine takes for a bare server."""
    for name, took, most in (("a small quote", seen.small, 0.5), ("/livez", seen.livez, 0.1)):
        if quantile(took, 0.99) > most + quantile(seen.bare, 0.99):
            seen.fault(f"p99 of {name} is {1000 * quantile(took, 0.99):.0f} ms")
    if seen.most_worker_bytes > 700e6:
        seen.fault(f"a process had {seen.most_worker_bytes // 10**6} MB")
    if seen.bytes_after > seen.bytes_before + 100e6:
        seen.fault("memory did not come back")


async def abandoned(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Sixty clients of sixty addresses send bodies of 9.8 MB and leave, before or after the last byte."""
    sent = request("POST", "/v1/quotes", {**SMALL, "system": "x" * _LONG_BODY_BYTES})

    async def send(number: int) -> None:
        await asyncio.sleep(number % 10 * seconds / 20)
        _, writer = await open_from(f"127.0.0.{10 + number}", service.port)
        try:
            writer.write(sent if number % 2 else sent[:-1000])
            await asyncio.wait_for(writer.drain(), 10)
            await asyncio.sleep(number % 3)
            seen.note("left")
        except (ConnectionError, TimeoutError):
            seen.note("sent away")
        finally:
            writer.transport.abort()

    await asyncio.gather(*(send(number) for number in range(60)))
    await asyncio.sleep(seconds / 2)


async def open_from(address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect from this address of our own."""
    return await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))


async def for_seconds(seconds: float, *works: Awaitable[None]) -> None:
    """Do all of this for so long at most; what is not done by then is given up."""
    tasks = [asyncio.ensure_future(work) for work in works]
    _, waiting = await asyncio.wait(tasks, timeout=seconds)
    for task in waiting:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
