"""What a log line says of a request, and what is counted of one that is sent away."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from tokenquote.http.app import create_app, create_state
from tokenquote.http.refusals import SHED_REASONS, NotServed, busy, no_room_for_body, took_too_long
from tokenquote.http.telemetry import Telemetry
from tokenquote.settings import Settings

MEBIBYTE = 2**20


def ask(app: Any, body_bytes: int) -> int:
    """Announce a body of this length to the application, without a server, and return the status."""
    headers = [
        (b"host", b"localhost"), (b"content-type", b"application/json"), (b"x-request-id", b"id-1"),
        (b"content-length", str(body_bytes).encode()),
    ]  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": "/v1/quotes", "raw_path": b"/v1/quotes",
        "query_string": b"", "headers": headers, "client": ("192.0.2.1", 1), "server": ("localhost", 80),
        "scheme": "http",
        "http_version": "1.1", "root_path": "", "state": {}, "asgi": {"version": "3.0"},
    }  # fmt: skip
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(scope, receive, send))
    return statuses[0]


def test_a_body_without_room_is_counted_and_logged_as_sent_away(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(buffer_bytes=MEBIBYTE, reload_seconds=0)
    telemetry = Telemetry()
    app = create_app(settings, create_state(settings, telemetry))
    with caplog.at_level(logging.INFO):
        assert ask(app, 900_000) == 503
    assert b'tokenquote_http_requests_shed_total{reason="body_memory"} 1.0' in telemetry.exposition()
    line = json.loads("{" + caplog.records[-1].written + "}")  # type: ignore[attr-defined]
    assert line.pop("duration_seconds") >= 0
    assert line == {
        "event": "http.request", "method": "POST", "route": "/v1/quotes", "status": 503, "request_id": "id-1",
        "shed": "body_memory",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (busy(1), "queue"),
        (busy(1, by="address"), "asker"),
        (no_room_for_body(1), "body_memory"),
        (took_too_long(1, began=True), "time"),
        (took_too_long(1, began=False), "time"),
    ],
)
def test_what_is_full_has_a_name_among_the_metrics(refusal: NotServed, reason: str) -> None:
    assert refusal.shed == reason
    assert reason in SHED_REASONS
