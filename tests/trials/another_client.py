"""Another client, in a process of its own, that asks for a small quote and for /livez during a trial.

It opens a connection for each request, as a new client does. It asks a bare server too, which does nothing
but answer: what that one takes is the machine's doing, not the service's.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from tests.http.service_process import SMALL
from tests.trials.seen import Seen

__all__ = ["another_client", "request"]

_PAUSE_SECONDS = 0.03
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
_PATIENCE_SECONDS = 60
_START = multiprocessing.get_context("spawn")


@contextmanager
def another_client(port: int, seen: Seen) -> Iterator[None]:
    """Ask the service on this port until the end of the block, and note what the answers took."""
    ours, theirs = _START.Pipe()
    bare, bare_port = _start_bare_server()
    asking = _START.Process(target=_ask, args=(theirs, port, bare_port), daemon=True)
    asking.start()
    theirs.close()
    try:
        ours.recv()  # it begins
        yield
    finally:
        ours.send("enough")
        seen.small, seen.livez, seen.bare, faults = ours.recv()
        seen.faults += faults
        asking.join()
        bare.terminate()
        bare.join()


def request(method: str, path: str, body: Any = None, *, closes: bool = True) -> bytes:
    """Write a request with a JSON body; None: without a body."""
    sent = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(sent)}"]
    if closes:
        head.append("Connection: close")
    return "\r\n".join([*head, "", ""]).encode() + sent


def _start_bare_server() -> tuple[Any, int]:
    ours, theirs = _START.Pipe()
    server = _START.Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    port: int = ours.recv()
    return server, port


def _serve(told: Connection) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


def _ask(told: Connection, port: int, bare_port: int) -> None:
    seen = Seen()
    quote, livez = request("POST", "/v1/quotes", SMALL), request("GET", "/livez")
    asked = ((port, quote, seen.small), (port, livez, seen.livez), (bare_port, livez, seen.bare))

    async def run() -> None:
        told.send("begins")
        while not told.poll():
            for where, sent, took in asked:
                began = time.perf_counter()
                try:
                    answer = await asyncio.wait_for(_exchange(where, sent), _PATIENCE_SECONDS)
                except (OSError, TimeoutError) as error:
                    seen.fault(f"another client had {error!r}")
                    continue
                took.append(time.perf_counter() - began)
                if not answer.startswith(b"HTTP/1.1 200"):
                    seen.fault(f"another client was answered {answer[9:12].decode()}")
            await asyncio.sleep(_PAUSE_SECONDS)

    asyncio.run(run())
    told.send((seen.small, seen.livez, seen.bare, seen.faults))


async def _exchange(port: int, sent: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        return await reader.read()
    finally:
        writer.close()
