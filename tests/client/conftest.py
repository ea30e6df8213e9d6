"""Clients of both kinds, the estimator, and a little server that answers whatever bytes a test wants."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tokenquote import AsyncClient, Client, Estimator

Ask = Callable[..., Any]
"""`ask("quote", plan)`: a method by name, its answer awaited and its iterator emptied."""


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("TOKENQUOTE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(params=["Client", "AsyncClient"])
def connect(request: pytest.FixtureRequest) -> Iterator[Callable[..., Ask]]:
    """Make a client of either kind, with the options of its constructor."""
    with ExitStack() as stack:
        if request.param == "Client":
            yield lambda *args, **options: _asking(stack.enter_context(Client(*args, **options)))
        else:
            runner = stack.enter_context(asyncio.Runner())
            yield lambda *args, **options: _asking_async(stack, runner, AsyncClient(*args, **options))


@pytest.fixture(params=["Client", "AsyncClient", "Estimator"])
def ask(request: pytest.FixtureRequest, estimator: Estimator) -> Iterator[Ask]:
    """The three ways to the same answers: two over a socket, one in process."""
    with ExitStack() as stack:
        if request.param == "Estimator":
            yield _asking(estimator)
            return
        base_url = request.getfixturevalue("base_url")
        if request.param == "Client":
            yield _asking(stack.enter_context(Client(base_url)))
        else:
            runner = stack.enter_context(asyncio.Runner())
            yield _asking_async(stack, runner, AsyncClient(base_url))


def _asking(quoter: Client | Estimator) -> Ask:
    def ask(method: str, *args: Any, **kwargs: Any) -> Any:
        answer = getattr(quoter, method)(*args, **kwargs)
        return list(answer) if isinstance(answer, Iterator) else answer

    return ask


def _asking_async(stack: ExitStack, runner: asyncio.Runner, client: AsyncClient) -> Ask:
    async def answer_of(method: str, args: Any, kwargs: Any) -> Any:
        answer = getattr(client, method)(*args, **kwargs)
        return [item async for item in answer] if isinstance(answer, AsyncIterator) else await answer

    stack.callback(lambda: runner.run(client.aclose()))
    return lambda method, *args, **kwargs: runner.run(answer_of(method, args, kwargs))


class _Scripted:
    """Listens on a socket; the nth connection gets the nth answer, later ones the last."""

    def __init__(self, answers: tuple[bytes, ...], received: list[bytes], pause: float, hold: bool) -> None:
        self._answers = answers
        self._received = received
        self._pause = pause
        self._hold = hold
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive()
        self._listener.close()

    def _listen(self) -> None:
        connections = 0
        while not self._stop.is_set():
            try:
                peer, _ = self._listener.accept()
            except TimeoutError:
                continue
            answer = self._answers[min(connections, len(self._answers) - 1)]
            connections += 1
            self._threads.append(threading.Thread(target=self._answer, args=(peer, answer)))
            self._threads[-1].start()

    def _answer(self, peer: socket.socket, answer: bytes) -> None:
        with peer:
            peer.settimeout(5)
            try:
                self._received.append(_request(peer))
                self._send(peer, answer)
            except OSError:
                pass  # the client has given up, as it should
            if self._hold:
                self._stop.wait()

    def _send(self, peer: socket.socket, answer: bytes) -> None:
        if not self._pause:
            peer.sendall(answer)
            return
        for i in range(len(answer)):
            peer.sendall(answer[i : i + 1])
            if self._stop.wait(self._pause):
                return


def _request(peer: socket.socket) -> bytes:
    """Head and body of the request, read so that closing the socket resets nothing."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += (more := peer.recv(65536))
        if not more:
            return received
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    missing = int(lengths[0].partition(b":")[2]) - len(body) if lengths else 0
    while missing > 0 and (more := peer.recv(65536)):
        received, missing = received + more, missing - len(more)
    return received


@pytest.fixture
def received() -> list[bytes]:
    """The requests that the scripted server got."""
    return []


@pytest.fixture
def serve(received: list[bytes]) -> Iterator[Callable[..., str]]:
    """`serve(b"HTTP/1.1 …", b"…")` starts a server of these answers and returns its base URL.

    With `pause` it sends byte by byte, so many seconds apart; with `hold` it closes no connection.
    """
    servers: list[_Scripted] = []

    def start(*answers: bytes, pause: float = 0, hold: bool = False) -> str:
        servers.append(_Scripted(answers, received, pause, hold))
        return servers[-1].base_url

    yield start
    for server in servers:
        server.stop()
