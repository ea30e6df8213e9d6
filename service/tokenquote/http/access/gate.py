"""Who may ask what: checked once, before the framework and beside it, and before a body is read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from tokenquote.http.access.allowances import Allowances
from tokenquote.http.access.asker import Asker
from tokenquote.http.access.denials import (
    expired_key,
    key_lacks_scope,
    no_key,
    too_many_requests,
    two_keys,
    wrong_key,
)
from tokenquote.http.access.key_ring import KeyRing
from tokenquote.http.access.keys import Key
from tokenquote.http.access.origins import Headers, Hosts, Origins
from tokenquote.http.access.requirements import Requirement, check_content, find_requirement, read_target
from tokenquote.http.problem_responses import send_failure
from tokenquote.http.refusals import NotServed, no_such_path
from tokenquote.settings import Settings

__all__ = ["Gate"]

_BEARER = b"bearer "
_LONGEST_SECRET = 512
_SHORT_BODY_DIGITS = 5
"""The digits of the length of a body that is read although it is refused, so that its connection stays."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """What the service asks of a request before anything is done for it."""

    def __init__(self, settings: Settings, ring: KeyRing) -> None:
        """Open a gate; forks of this process share what names have used of their limits.

        Args:
            settings: the settings.
            ring: the keys.
        """
        self.ring = ring
        self._allowances = Allowances()
        self._hosts = Hosts(settings.allowed_hosts, settings.host)
        self._origins = Origins(settings.cors_origins)
        self._metrics_port = settings.metrics_port
        self._pages = settings.pages

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Wrap an application so that only requests reach it which may ask."""

        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            read_target(scope)
            headers = dict(scope["headers"])
            shared = self._origins.answer_headers(headers)
            if shared:
                send = _adding(shared, send)
            try:
                if scope["method"] == "OPTIONS" and self._origins.is_preflight(headers):
                    await self._answer_preflight(headers, send)
                    return
                await self._check(scope, headers)
            except NotServed as refused:
                if _has_long_body(headers):  # it would be read to its end, and thrown away
                    refused.headers["connection"] = "close"
                await send_failure(refused, scope, send)
                return
            await app(scope, receive, send)

        return call

    async def _check(self, scope: HTTPScope, headers: Headers) -> None:
        """Check everything that can be known before the body is read.

        Raises:
            NotServed: the request may not ask.
        """
        asked = self._find_requirement(scope)
        if asked != "nothing":
            if not self._is_on_metrics_port(scope):
                self._hosts.check(headers.get(b"host"))
            if scope["method"] not in _READING:
                self._origins.check(headers)
            if self._asks_for_key(scope, asked):
                await self._check_key(scope, headers, asked)
        if asked is None and not self.ring.is_open:
            raise no_such_path()
        if scope["method"] == "POST":
            check_content(headers)

    def _find_requirement(self, scope: HTTPScope) -> Requirement | None:
        asked = find_requirement(scope["path"])
        if self._metrics_port is None or asked == "nothing":
            return asked
        if (asked == "metrics") != self._is_on_metrics_port(scope):
            raise no_such_path()
        return asked

    def _is_on_metrics_port(self, scope: HTTPScope) -> bool:
        server = scope["server"]
        return self._metrics_port is not None and server is not None and server[1] == self._metrics_port

    def _asks_for_key(self, scope: HTTPScope, asked: Requirement | None) -> bool:
        if self.ring.is_open or (asked == "page" and self._pages == "free"):
            return False
        return not self._is_on_metrics_port(scope)

    async def _check_key(self, scope: HTTPScope, headers: Headers, asked: Requirement | None) -> None:
        """Check the key, and let the request be that of its name.

        Raises:
            NotServed: there is no key that is good for this, or its name has asked too often.
        """
        key = await self._find_key(scope, headers)
        if asked not in (None, "page", *key.scopes):
            raise key_lacks_scope(key.name, str(asked))
        wait = self._allowances.take_request(key)
        if wait:
            raise too_many_requests(key.name, key.requests_per_minute or 0, wait)
        state: dict[str, Any] = scope["state"]
        state["key"] = key.name
        state["asker"] = Asker(f"key {key.name}", key, self._allowances)

    async def _find_key(self, scope: HTTPScope, headers: Headers) -> Key:
        stated = headers.get(b"authorization")
        if stated is None:
            raise no_key()
        if _count(scope, b"authorization") > 1:
            raise two_keys()
        if stated[: len(_BEARER)].lower() != _BEARER or len(stated) > _LONGEST_SECRET:
            raise wrong_key()
        key = await self.ring.find(stated[len(_BEARER) :].strip())
        if key is None:
            raise wrong_key()
        if key.expires is not None and key.has_expired(dt.datetime.now(dt.UTC)):
            raise expired_key(key.name, key.expires.date().isoformat())
        return key

    async def _answer_preflight(self, headers: Headers, send: Send) -> None:
        """Say whether a page of another site may ask; browsers send no key with that question."""
        found = self._origins.preflight_headers(headers)
        await send({"type": "http.response.start", "status": 204, "headers": found})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _has_long_body(headers: Headers) -> bool:
    """Return whether a body follows that is longer than 99,999 bytes, or of no stated length."""
    return b"transfer-encoding" in headers or len(headers.get(b"content-length", b"0")) > _SHORT_BODY_DIGITS


def _adding(headers: list[tuple[bytes, bytes]], send: Send) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *headers]
        await send(message)

    return send_with


def _count(scope: HTTPScope, name: bytes) -> int:
    return sum(found == name for found, _ in scope["headers"])
