"""Connections end that hold a place and do nothing: idle ones, half-sent heads, answers that nobody takes."""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

import h11
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

__all__ = ["Connections"]

_LOOK_SECONDS = 0.5
_LAST_SECONDS = 0.5
"""For how long an idle connection is held once the process ends: its next request may be on its way."""
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)


class Connections:
    """All connections of one worker, and their bounds."""

    def __init__(self, *, most: int, idle_seconds: float, write_seconds: float) -> None:
        """Set the bounds.

        Args:
            most: the number of connections; above it the one that has been idle longest is closed.
            idle_seconds: the time without a whole head of a request.
            write_seconds: the time in which the client takes nothing of an answer.
        """
        self.most = most
        self._idle_seconds = idle_seconds
        self._write_seconds = write_seconds
        self._open: dict[_Connection, None] = {}
        """The connections, the one that has waited longest for its next request first."""

    @property
    def open_now(self) -> int:
        """The number of connections that are open."""
        return len(self._open)

    def protocol(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], **_: Any
    ) -> _Connection:
        """Make the protocol of a new connection, as uvicorn asks for it."""
        return _Connection(self, config, server_state, app_state)

    async def watch(self) -> None:
        """Close connections whose time is over, until the task is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            now = time.monotonic()
            for connection in list(self._open):
                if connection.idle_since is not None and now - connection.idle_since > self._idle_seconds:
                    connection.end_idling()
                if connection.stuck_seconds(now) > self._write_seconds:
                    connection.transport.abort()

    def opened(self, connection: _Connection) -> bool:
        """Hold a new connection; return False if there is no place for it."""
        if len(self._open) >= self.most and not self._close_an_idle_one():
            return False
        self._open[connection] = None
        return True

    def rests(self, connection: _Connection) -> None:
        """Note that a connection waits for its next request from now on."""
        if connection in self._open:
            del self._open[connection]
            self._open[connection] = None

    def closed(self, connection: _Connection) -> None:
        """Forget a connection."""
        self._open.pop(connection, None)

    def _close_an_idle_one(self) -> bool:
        for connection in self._open:
            if connection.idle_since is not None:
                del self._open[connection]
                connection.transport.abort()
                return True
        return False


class _Connection(H11Protocol):
    """uvicorn's protocol, which knows when it began to wait and answers what is no HTTP as all else."""

    def __init__(
        self, connections: Connections, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._connections = connections
        self.idle_since: float | None = None
        """When the connection began to wait for the head of a request; None while one is answered."""
        self._lingers = False
        """Whether all has been answered, and only what the client still sends is waited for."""
        self._unsent = (0, 0.0)
        """The bytes that the client has not taken, and since when it is that number."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._answers = _AnswersOf(self)
        self.idle_since = time.monotonic()
        if not self._connections.opened(self):
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.closed(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what has come; the rest of a body that was refused costs nothing but to be thrown away."""
        if not self._lingers:
            super().data_received(data)

    def end_after_answer(self) -> None:
        """End the connection, on which all has been answered.

        While a body is on its way, or what is no HTTP, only our side of it ends, and the rest when the client
        has ended its own, or with the time for idle connections: who sends to a closed connection loses the
        answer with it.
        """
        is_sending = self.conn.their_state in (h11.SEND_BODY, h11.ERROR)
        if is_sending and self.transport.can_write_eof():
            self._lingers = True
            self.transport.write_eof()
        else:
            self.transport.close()

    def shutdown(self) -> None:
        """Let the connection end, once a request that is on its way can have come."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(_LAST_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def handle_events(self) -> None:
        super().handle_events()
        if self.cycle is not None and not self.cycle.response_complete:
            self.idle_since = None
            self._let_answer(self.cycle)

    def on_response_complete(self) -> None:
        self.idle_since = time.monotonic()
        self._connections.rests(self)
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Let the application answer what is no HTTP, so that it has an id and is measured as all else.

        Of a request whose head was good the body ends here, and whoever reads it sees the mark.
        """
        if self.cycle is not None and not self.cycle.response_complete:
            self.scope["state"]["malformed"] = True
            self.cycle.keep_alive = False
            self.cycle.more_body = False
            self.cycle.message_event.set()
        elif self.conn.our_state is h11.IDLE:
            self._answer_no_request()
        else:
            self.transport.close()

    def _answer_no_request(self) -> None:
        self.scope = {
            "type": "http", "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1", "server": self.server, "client": self.client, "scheme": "http",
            "method": "_OTHER", "root_path": self.root_path, "path": "", "raw_path": b"", "query_string": b"",
            "headers": [], "state": {**self.app_state, "malformed": True},
        }  # fmt: skip
        self.idle_since = None
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            conn=self.conn,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            on_response=self.on_response_complete,
        )
        self._let_answer(self.cycle)
        task = self.loop.create_task(self.cycle.run_asgi(self.app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def _let_answer(self, cycle: RequestResponseCycle) -> None:
        """Let the answer to a request be sent, and end the connection, in our own way."""
        answers = cast(asyncio.Transport, self._answers)
        if cycle.transport is not answers:  # this is called for each piece of the body that comes
            self._answers.begin()
            cycle.transport = answers

    def stuck_seconds(self, now: float) -> float:
        """Return for how long the client has taken nothing of what is sent to it."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent[0]:
            self._unsent = (unsent, now)
        return now - self._unsent[1]

    def end_idling(self) -> None:
        """Close the connection, on which no request is being answered."""
        if not self.transport.is_closing():
            self.transport.close()


class _AnswersOf:
    """The transport of a connection as answers have it.

    They end the connection in its own way. The head of an answer is sent with the first bytes of its body, as
    each call of the system costs a tenth of a small quote.
    """

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._head: bytes | None = None
        """The head that waits for the body; None: no head has come yet."""

    def begin(self) -> None:
        """Expect the head of the next answer."""
        self._head = None

    def write(self, content: bytes) -> None:
        """Send a part of an answer."""
        if self._head is None and self._connection.conn.our_state is h11.SEND_BODY:
            self._head = content
            return
        self._connection.transport.write(self._head + content if self._head else content)
        if self._head:
            self._head = b""

    def close(self) -> None:
        self._connection.end_after_answer()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection.transport, name)
