"""Reads the bodies of requests: within their length, within their time, and within the memory set aside."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from litestar.types import HTTPScope, Receive

from tokenquote.http.refusals import broke_off, malformed, no_room_for_body, sent_too_slowly, too_long

__all__ = ["HeldBytes", "Memory", "read_body"]

_SMALL_BYTES = 64 * 1024
"""A body up to this length is read even while no memory is left: large ones never keep out small ones."""
_ONE_ADDRESS_SHARE = 0.5
"""The share of the memory that one address may take with bodies that are not small."""
_RETRY_SECONDS = 2


class Memory:
    """The bytes that bodies and answers of requests in flight may take together, in one process."""

    def __init__(self, most_bytes: int) -> None:
        """Set this number of bytes aside."""
        self.most = most_bytes
        self._taken = 0
        self._by_address: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """The bytes that are taken now."""
        return self._taken

    def has_room(self, address: str, more: int) -> bool:
        """Return whether this number of bytes may be taken too."""
        if self._taken + more > self.most:
            return False
        return self._by_address[address] + more <= self.most * _ONE_ADDRESS_SHARE

    def change(self, address: str, by: int) -> None:
        """Take this number of bytes, or give them back if it is below 0."""
        self._taken += by
        self._by_address[address] += by
        if not self._by_address[address]:
            del self._by_address[address]


class HeldBytes:
    """What one request takes of the memory, until the end of the `with` block."""

    def __init__(self, memory: Memory, address: str) -> None:
        """Take nothing yet."""
        self._memory = memory
        self._address = address
        self._held = 0

    def __enter__(self) -> HeldBytes:
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.change(self._address, -self._held)

    def may_grow(self, more: int) -> bool:
        """Return whether the request may take this number of bytes too."""
        return self._held + more <= _SMALL_BYTES or self._memory.has_room(self._address, more)

    def grow(self, more: int) -> None:
        """Take this number of bytes."""
        self._memory.change(self._address, more)
        self._held += more


async def read_body(scope: HTTPScope, receive: Receive, held: HeldBytes, most: int, seconds: float) -> bytes:
    """Read the whole body of a request.

    Args:
        scope: the ASGI scope of the request.
        receive: where its parts come from.
        held: what it takes of the memory.
        most: the length of the longest body in bytes.
        seconds: the time that the body may take to come.

    Raises:
        NotServed: it is too long, comes too slowly, or there is no memory for it; or the client left, or sent
            a chunk that is none.
    """
    stated = _stated_length(scope)
    if stated > most:
        raise too_long(most)
    if not held.may_grow(stated):
        raise no_room_for_body(_RETRY_SECONDS)
    try:
        async with asyncio.timeout(seconds):
            return await _receive_all(scope, receive, held, most)
    except TimeoutError:
        raise sent_too_slowly(seconds) from None


async def _receive_all(scope: HTTPScope, receive: Receive, held: HeldBytes, most: int) -> bytes:
    body = bytearray()
    while True:
        message: Mapping[str, Any] = await receive()
        if message["type"] == "http.disconnect":
            raise broke_off()
        part = message.get("body", b"")
        if len(body) + len(part) > most:
            raise too_long(most)
        if not held.may_grow(len(part)):
            raise no_room_for_body(_RETRY_SECONDS)
        held.grow(len(part))
        body += part
        if scope["state"].get("malformed"):
            raise malformed()
        if not message.get("more_body", False):
            return bytes(body)


def _stated_length(scope: HTTPScope) -> int:
    """Return the Content-Length; 0 if there is none, as with a body in chunks."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
