"""Every answer is measured and logged, from outside the application: even an answer of no route."""

from __future__ import annotations

import asyncio
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from tokenquote.http.access_log import LOGGED, log_request
from tokenquote.http.page_policy import ANSWER_HEADERS
from tokenquote.http.problem_responses import send_failure
from tokenquote.http.refusals import NotServed, contradictory_length, malformed, shutting_down
from tokenquote.http.request_ids import ensure_request_id
from tokenquote.http.service_state import ServiceState

__all__ = ["observed"]

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_CLOSE = (b"connection", b"close")
_PIECE_BYTES = 256 * 1024
"""A longer answer is handed on in pieces of this length, each once the client has taken those before."""


def observed(app: ASGIApp, service: ServiceState) -> ASGIApp:
    """Wrap the application so that every answer is measured and logged."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        answer = _Answer(scope, send, service)
        service.telemetry.change_in_flight(1)
        try:
            refused = _refused_at_once(scope)
            if refused is None:
                await app(scope, receive, answer.send)
            else:
                await send_failure(refused, scope, answer.send)
        except asyncio.CancelledError:
            # uvicorn does not wait any longer, for the process ends; else it would answer 500.
            if not answer.has_begun:
                await send_failure(shutting_down(), scope, answer.send)
        finally:
            service.telemetry.change_in_flight(-1)
            answer.record()

    return call


class _Answer:
    """One answer on its way out."""

    def __init__(self, scope: HTTPScope, send: Send, service: ServiceState) -> None:
        self._scope, self._send, self._service = scope, send, service
        self._came = time.perf_counter()
        self._request_id = ensure_request_id(scope)
        self._status = 500
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Hand on the answer with its id, a long body in pieces."""
        if message["type"] == "http.response.start":
            self._status, self.has_begun = message["status"], True
            headers = [*message["headers"], (b"x-request-id", self._request_id.encode())]
            stated = {name for name, _ in headers}
            headers += [header for header in ANSWER_HEADERS if header[0] not in stated]
            if not self._service.ready and _CLOSE not in headers:
                headers.append(_CLOSE)  # the process ends: the client's next request goes elsewhere
            message["headers"] = headers
        elif message["type"] == "http.response.body":
            message["body"] = await self._send_pieces(bytes(message["body"]))
        await self._send(message)

    async def _send_pieces(self, body: bytes) -> bytes:
        """Send all of a long body but its last piece, which is returned."""
        start = 0
        while len(body) - start > _PIECE_BYTES:
            piece = body[start : start + _PIECE_BYTES]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            start += _PIECE_BYTES
        return body[start:]

    def record(self) -> None:
        """Measure and log it."""
        seconds = time.perf_counter() - self._came
        method = self._scope["method"] if self._scope["method"] in _METHODS else "_OTHER"
        route = str(self._scope.get("path_template") or "unmatched")
        state = self._scope["state"]
        self._service.telemetry.finished(method, route, self._status, seconds, state.get("shed"))
        about = {name: state[name] for name in LOGGED if name in state}
        log_request(method, route, self._status, seconds, self._request_id, about)


def _refused_at_once(scope: Scope) -> NotServed | None:
    """Return why a request is answered by no route at all; None if it may pass."""
    if scope["state"].get("malformed"):
        return malformed()
    names = {name for name, _ in scope["headers"]}
    return contradictory_length() if {b"content-length", b"transfer-encoding"} <= names else None
