"""Processes end while clients ask: a worker, one of three services behind a proxy, the service itself."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import ExitStack

import httpx2
from tests.http.service_process import LONG, SMALL, ServiceProcess, serving
from tests.trials.crowds import for_seconds
from tests.trials.proxy import proxied
from tests.trials.seen import Seen

from tokenquote_client import AsyncClient

__all__ = ["killed", "replicas", "stopped"]

_MEDIUM = {**LONG, "turns": [{**LONG["turns"][0], "repeat": 2_000}]}
_RETRIES = 4
_LONGEST_SECONDS = 10.0
"""What a quote may take whose connection was cut, the pauses before the next tries included."""


async def killed(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Four clients with retries ask without a pause while a worker is killed every two seconds."""
    seen.longest_small_seconds = _LONGEST_SECONDS

    async def kill() -> None:
        while True:
            await asyncio.sleep(2)
            os.kill(service.children()[0], signal.SIGKILL)
            seen.note("killed")

    await for_seconds(seconds, kill(), *(_quote_again_and_again(service.url, seen) for _ in range(4)))


async def replicas(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Eight clients without retries ask three services behind our nginx; one of these is killed for good."""
    seen.longest_small_seconds = _LONGEST_SECONDS
    with ExitStack() as stack:
        others = [stack.enter_context(serving()) for _ in range(2)]
        url = stack.enter_context(proxied([each.port for each in (service, *others)]))

        async def kill() -> None:
            await asyncio.sleep(seconds / 3)
            for pid in (others[0].process.pid, *others[0].children()):
                os.kill(pid, signal.SIGKILL)
            seen.note("killed")
            await asyncio.sleep(seconds)

        asking = (_quote_again_and_again(url, seen, retries=0) for _ in range(8))
        await for_seconds(seconds, kill(), *asking)


async def stopped(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Four clients ask on connections of their own, and the service is told to end; a cut is a fault."""
    over = asyncio.Event()

    async def ask(plan: dict[str, object]) -> None:
        while not over.is_set():
            async with httpx2.AsyncClient(base_url=service.url, timeout=60) as http:
                try:
                    answer = await http.post("/v1/quotes", json=plan)
                except httpx2.ConnectError:
                    over.set()  # nobody listens any more
                    return
                except httpx2.TransportError as error:
                    seen.fault(f"cut: {error!r}")
                    return
                seen.note(answer.status_code)
                if answer.status_code == 503 and "retry-after" not in answer.headers:
                    seen.fault(answer.json()["detail"])

    asking = [asyncio.create_task(ask(plan)) for plan in (SMALL, SMALL, SMALL, _MEDIUM)]
    await asyncio.sleep(seconds / 4)
    service.process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    await asyncio.gather(*asking)
    code = await asyncio.to_thread(service.process.wait, 60)
    if code:
        seen.fault(f"the service ended with code {code}")
    seen.note(f"exit code {code} after {time.monotonic() - began:.1f} s")


async def _quote_again_and_again(url: str, seen: Seen, retries: int = _RETRIES) -> None:
    async with AsyncClient(url, retries=retries, timeout=30) as client:
        while True:
            began = time.perf_counter()
            await client.quote(**SMALL)
            seen.small.append(time.perf_counter() - began)
            seen.note("quoted")
