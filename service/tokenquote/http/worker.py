"""A process that answers requests: uvicorn with our bounds on connections, and an end without a cut."""

from __future__ import annotations

import asyncio
import logging
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

from tokenquote.http.app import create_app
from tokenquote.http.connections import Connections
from tokenquote.http.service_state import ServiceState
from tokenquote.settings import Settings

__all__ = ["STOP_NOW", "run_worker"]

STOP_NOW = signal.SIGUSR1 if sys.platform != "win32" else signal.SIGINT
"""The signal after which a worker takes no request any more, not even for the time that SIGTERM leaves."""
_OWN_DESCRIPTORS = 32
"""What a worker needs besides connections: its files, the ways to other processes, the catalog's files."""
_TAKEN_AT_ONCE = 4
"""The connections that asyncio takes in one go. They count and make room for each other only a few rounds of
the loop later, and without a free descriptor asyncio takes none for a second: all of these rounds together
must stay within `_OWN_DESCRIPTORS`."""
_TAKEN_AT_ONCE_OF_SEVERAL = 1
"""The same where several workers take connections: the one that wakes first would take all that come
together. Of eight connections one of two workers then had none or one."""
_BACKLOG = 2048
"""The connections that may wait to be taken."""
_WRITING_SECONDS = 1.0
"""What is left before the end of the process to send the answers that say so."""
_SAME_LOG_SECONDS = 10.0


def run_worker(
    settings: Settings,
    state: ServiceState,
    listeners: Sequence[socket.socket],
    besides: Sequence[Callable[[], Coroutine[Any, Any, None]]] = (),
) -> None:
    """Answer requests until a signal ends it.

    Args:
        settings: the settings.
        state: what the routes share, with a catalog that is loaded.
        listeners: the sockets on which connections come.
        besides: what runs all the while and is cancelled at the end.
    """
    connections = Connections(
        most=_most_connections(settings.max_connections),
        idle_seconds=settings.header_seconds,
        write_seconds=settings.write_seconds,
    )
    drain_seconds = min(settings.drain_seconds, max(0.0, settings.shutdown_seconds - 2 * _WRITING_SECONDS))
    state.connections = connections
    config = uvicorn.Config(
        create_app(settings, state),
        http=connections.protocol,  # type: ignore[arg-type]  # uvicorn calls it as it would call the class
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=_TAKEN_AT_ONCE if settings.workers == 1 else _TAKEN_AT_ONCE_OF_SEVERAL,
        timeout_keep_alive=int(settings.header_seconds) + 1,  # `Connections` closes them first
        timeout_graceful_shutdown=max(1, int(settings.shutdown_seconds - drain_seconds)),
    )
    server = _Server(config, state, drain_seconds, settings.shutdown_seconds - _WRITING_SECONDS)
    asyncio.run(_serve(server, listeners, [connections.watch, *besides]))


async def _serve(
    server: _Server,
    listeners: Sequence[socket.socket],
    besides: Sequence[Callable[[], Coroutine[Any, Any, None]]],
) -> None:
    asyncio.get_running_loop().set_exception_handler(_log_seldom())
    tasks = [asyncio.create_task(task()) for task in besides]
    try:
        await server.serve(sockets=list(listeners))
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Server(uvicorn.Server):
    """uvicorn, which goes on taking requests for a while after SIGTERM and then answers what it has taken."""

    def __init__(
        self, config: uvicorn.Config, state: ServiceState, drain_seconds: float, answer_seconds: float
    ) -> None:
        super().__init__(config)
        self._state = state
        self._drain_seconds = drain_seconds
        self._answer_seconds = answer_seconds

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal ends it; SIGHUP loads the catalog's files anew."""
        self._loop = asyncio.get_running_loop()
        if sys.platform != "win32":
            signal.signal(STOP_NOW, self.handle_exit)
            signal.signal(signal.SIGHUP, lambda *_: self._state.look_at_files())
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})  # it came blocked from the fork
        await super().serve(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, few at once, while as many as before may wait for that."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(_BACKLOG)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take all connections that wait, and no more; uvicorn then lets those end that there are."""
        listeners = sockets or []
        give_up = self._loop.time() + _WRITING_SECONDS
        while select.select(listeners, [], [], 0)[0] and self._loop.time() < give_up:
            await asyncio.sleep(0)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to end; asked a second time, take no request any more."""
        asked_before = not self._state.ready
        self._state.ready = False
        seconds = self._drain_seconds if sig == signal.SIGTERM and not asked_before else 0.0
        self._loop.call_soon_threadsafe(self._end_after, seconds)

    def _end_after(self, seconds: float) -> None:
        self._loop.call_later(seconds, self._stop)
        self._loop.call_later(max(seconds, self._answer_seconds), self._state.answering.end_all)

    def _stop(self) -> None:
        self.should_exit = True


def _most_connections(wished: int) -> int:
    """Return how many connections may be open: as many as are wished, if the system lets us have them."""
    if sys.platform == "win32":
        return wished
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wished + _OWN_DESCRIPTORS:
        soft = (
            wished + _OWN_DESCRIPTORS
            if hard == resource.RLIM_INFINITY
            else min(hard, wished + _OWN_DESCRIPTORS)
        )
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return wished if soft == resource.RLIM_INFINITY else max(1, min(wished, soft - _OWN_DESCRIPTORS))


def _log_seldom() -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return a handler of the loop's own faults that logs each kind once in a while.

    Without a free descriptor, asyncio reports as many faults a second as connections wait.
    """
    logged: dict[str, float] = {}

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        what, now = str(context.get("message", "")), time.monotonic()
        if now - logged.get(what, -_SAME_LOG_SECONDS) < _SAME_LOG_SECONDS:
            return
        if len(logged) > 100:
            logged.clear()
        logged[what] = now
        fault = type(context.get("exception")).__name__
        logging.getLogger("tokenquote").error(
            "loop.failure", extra={"fields": {"detail": what, "error": fault}}
        )

    return handle
