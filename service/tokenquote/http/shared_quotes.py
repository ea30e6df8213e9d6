"""What recent quotes said, in memory that workers share: a bill may come to another one than its quote.

A record has a few places that it may lie in, by its id, and takes the one whose record is the oldest. Nobody
locks anything, so that no worker waits for another, not even for one that is stopped or killed while it
writes: a record that is written by two at once, or in part, does not add up to its check and counts as none.
"""

from __future__ import annotations

import hashlib
import mmap
import struct
import time
import zlib
from collections.abc import Iterable, Iterator

from pydantic_core import from_json

from tokenquote.api.usage.recent_quotes import RecentQuotes
from tokenquote_client.usage import QuotedBefore

__all__ = ["SharedQuotes"]

_HEAD = struct.Struct("<QQLL")
"""When it was written, the id as a number, the check of what follows, and its length."""
_RECORD_BYTES = 512
"""A record has 200 to 300; one that is longer, by a model's very long name, is not kept."""
_PLACES = 16
"""With 10,000 quotes, five of them share the 16 places on average; that a 17th comes, one in 50,000 shows
(Poisson)."""
_GROUPS = 2_048


class SharedQuotes(RecentQuotes):
    """Keeps at least the latest 10,000 quotes, in 16 MiB of memory that every fork of this process shares."""

    def __init__(self) -> None:
        """Take all of the memory, so that the service does not seem to grow with the quotes that it makes."""
        super().__init__()
        flags = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE
        self._memory = mmap.mmap(-1, _GROUPS * _PLACES * _RECORD_BYTES, flags=flags)

    def hold(self) -> None:
        """Take all of the memory in this process too: a fork has none of what is shared until it touches it.

        Else a worker grows by up to 16 MiB with the quotes that it makes, for hours.
        """
        self._memory[:: mmap.PAGESIZE]

    def add(self, sums: Iterable[QuotedBefore]) -> None:
        """Keep what quotes said; the oldest ones make room."""
        for quoted in sums:
            content = quoted.model_dump_json().encode()
            if _HEAD.size + len(content) > _RECORD_BYTES:
                continue
            key = _number(quoted.id)
            head = _HEAD.pack(time.monotonic_ns(), key, zlib.crc32(content), len(content))
            place = self._place_for(key)
            self._memory[place : place + len(head) + len(content)] = head + content

    def look_up(self, quote_id: str) -> QuotedBefore | None:
        """Return what the quote of this id said; None if it is not kept."""
        key = _number(quote_id)
        for place in _places(key):
            _, found, check, length = _HEAD.unpack_from(self._memory, place)
            if found != key or _HEAD.size + length > _RECORD_BYTES:
                continue
            content = self._memory[place + _HEAD.size : place + _HEAD.size + length]
            if zlib.crc32(content) == check:
                quoted = QuotedBefore.model_validate(from_json(content))
                if quoted.id == quote_id:
                    return quoted
        return None

    def _place_for(self, key: int) -> int:
        """Return where a record goes: where the same id is, or else where the oldest is."""
        oldest, oldest_at = 0, 2**64
        for place in _places(key):
            at, found, _, _ = _HEAD.unpack_from(self._memory, place)
            if found == key and at:
                return place
            if at < oldest_at:
                oldest, oldest_at = place, at
        return oldest


def _number(quote_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(quote_id.encode(), digest_size=8).digest())


def _places(key: int) -> Iterator[int]:
    first = key % _GROUPS * _PLACES * _RECORD_BYTES
    return iter(range(first, first + _PLACES * _RECORD_BYTES, _RECORD_BYTES))
