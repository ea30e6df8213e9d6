"""Connections that are held: by nothing, by half a head, by a body that stalls, by a client that is gone."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import time
from pathlib import Path

from tests.http.service_process import LONG, SMALL, ServiceProcess
from tests.trials.another_client import request
from tests.trials.crowds import for_seconds, open_from
from tests.trials.seen import Seen

__all__ = ["half_heads", "half_open", "idle", "stalled"]

_HEAD = b"POST /v1/quotes HTTP/1.1\r\nHost: localhost\r\n"
_LONG_BODY_BYTES = 9_800_000
_GONE = "10.98.76.54"
"""An address of ours that goes away in the middle of the trial, with all that was connected from it."""
_CLOSING_SECONDS = 60
"""Longer than a connection may idle, send its body and leave its answer, one after the other."""


async def stalled(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Fifty clients of fifty addresses send 9.8 of 9.9 MB and then nothing more."""
    head = _HEAD + b"Content-Length: 9900000\r\n\r\n"
    await _hold(service, seen, seconds, 50, head + b"x" * _LONG_BODY_BYTES)


async def idle(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Five thousand connections on which nothing comes."""
    await _hold(service, seen, seconds, 5_000, b"")


async def half_heads(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Five hundred connections on which half the head of a request comes, and no more."""
    await _hold(service, seen, seconds, 500, _HEAD)


async def half_open(service: ServiceProcess, seen: Seen, seconds: float) -> None:
    """Clients that ask in four ways, and whose network then goes away, so that no end of theirs ever comes.

    One hundred have an answer and are idle, one hundred have sent half a body, twenty wait for long work, and
    twenty read nothing of an answer of megabytes.
    """
    _ip("address", "add", f"{_GONE}/32", "dev", "lo")
    before = _open_descriptors(service)
    large = {**LONG, "turns": [{**LONG["turns"][0], "repeat": 10_000}]}
    asked = [
        *[request("POST", "/v1/quotes", SMALL, closes=False)] * 100,
        *[_HEAD + b"Content-Length: 9900000\r\n\r\n" + b"x" * 500_000] * 100,
        *[request("POST", "/v1/quotes", LONG, closes=False)] * 20,
        *[request("POST", "/v1/quotes", large, closes=False)] * 20,
    ]
    held = [await asyncio.to_thread(_send_from_gone, service.port, sent) for sent in asked]
    await asyncio.sleep(2)
    seen.note(f"{_open_descriptors(service) - before} were held")
    _ip("address", "delete", f"{_GONE}/32", "dev", "lo")
    began = time.monotonic()
    while (more := _open_descriptors(service) - before) > 10:
        if time.monotonic() - began > seconds + _CLOSING_SECONDS:
            seen.fault(f"{more} descriptors are still held after {seconds + _CLOSING_SECONDS:.0f} s")
            break
        await asyncio.sleep(0.5)
    seen.note(f"none after {time.monotonic() - began:.0f} s")
    for connection in held:
        connection.close()


def _send_from_gone(port: int, sent: bytes) -> socket.socket:
    """Send this, and read nothing of what comes back."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=60, source_address=(_GONE, 0))
    connection.sendall(sent)
    return connection


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _open_descriptors(service: ServiceProcess) -> int:
    """The descriptors of the worker, which is the child that was forked first."""
    return len(list(Path(f"/proc/{service.children()[0]}/fd").iterdir()))


async def _hold(service: ServiceProcess, seen: Seen, seconds: float, number: int, sent: bytes) -> None:
    """Open connections, send this on each, and wait for what the service does about it."""

    async def hold(of: int) -> None:
        try:
            reader, writer = await open_from(f"127.0.0.{10 + of % 50}", service.port)
            try:
                writer.write(sent)
                await writer.drain()
                answer = await reader.read(12)
                seen.note(answer[9:].decode() if answer else "closed")
            finally:
                writer.transport.abort()
        except ConnectionError:
            seen.note("closed")

    most = seconds + _CLOSING_SECONDS
    await for_seconds(most, *(hold(of) for of in range(number)))
    if (waiting := number - seen.outcomes.total()) > 0:
        seen.fault(f"{waiting} connections are still held after {most:.0f} s")
