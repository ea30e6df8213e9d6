"""What each name has used of its limits, in memory that all workers share: requests, and work of a day.

A record is changed under a lock that the system takes back from a process that ends, so that a worker may be
killed at any moment; the sums are exact however many workers there are. Only names with limits have records.
"""

from __future__ import annotations

import hashlib
import math
import mmap
import os
import struct
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

from tokenquote.http.access.keys import Key

__all__ = ["Allowances"]

_RECORD = struct.Struct("<QQQQ")
"""The name as a number, the day of UTC that the work is of, the work in microseconds, and the instant until
which the requests that were made fill the minute, in nanoseconds of the monotonic clock."""
_RECORDS = 8_192
"""Four times as many as there may be keys, so that one is found after a step or two."""
_DAY_SECONDS = 86_400
_MINUTE_NS = 60 * 10**9


class Allowances:
    """The requests and the work that names with limits have had.

    It belongs to the event loops of this process and of its forks, one thread in each.
    """

    def __init__(self, records: int = _RECORDS) -> None:
        """Take the memory, 256 KiB for 8,192 records, which every fork of this process shares."""
        self._records = records
        length = records * _RECORD.size
        self._file = _open_in_memory()
        """What is locked, as memory cannot be."""
        weakref.finalize(self, os.close, self._file)
        os.ftruncate(self._file, length)
        self._memory = mmap.mmap(self._file, length)
        self._places: dict[str, tuple[int, int]] = {}
        """The number of each name, and where its record was found last."""

    def take_request(self, key: Key, now_ns: int | None = None) -> int:
        """Count a request, if there is room for it.

        A name may make all requests of a minute at once; then it gets one back in each part of the minute.

        Args:
            key: whose request it is.
            now_ns: the instant by the monotonic clock; None: now.

        Returns:
            0, or the seconds after which there is room.
        """
        if key.requests_per_minute is None:
            return 0
        now = time.monotonic_ns() if now_ns is None else now_ns
        each = _MINUTE_NS // key.requests_per_minute
        with self._locked():
            place, number = self._find(key.name, _today())
            _, day, work, filled_until = _RECORD.unpack_from(self._memory, place)
            filled_until = max(now, filled_until) + each
            if filled_until - now > each * key.requests_per_minute:
                return _whole_seconds((filled_until - now - each * key.requests_per_minute) / 1e9)
            _RECORD.pack_into(self._memory, place, number, day, work, filled_until)
        return 0

    def take_work(self, key: Key, seconds: float, today: int | None = None) -> int:
        """Count work before it is done, if so much is left of the day.

        Args:
            key: whose work it is.
            seconds: the guess of it, as queues have it.
            today: the days since 1970; None: today.

        Returns:
            0, or the seconds after which there is room: until the day is over.
        """
        if key.work_seconds_per_day is None:
            return 0
        day = _today() if today is None else today
        with self._locked():
            place, number = self._find(key.name, day)
            _, _, work, filled_until = _RECORD.unpack_from(self._memory, place)
            work += _microseconds(seconds)
            if work > _microseconds(key.work_seconds_per_day):
                return _whole_seconds(_DAY_SECONDS - time.time() % _DAY_SECONDS)
            _RECORD.pack_into(self._memory, place, number, day, work, filled_until)
        return 0

    def give_back(self, key: Key, seconds: float) -> None:
        """Take back work that was counted and is not done."""
        if key.work_seconds_per_day is None:
            return
        day = _today()
        with self._locked():
            place, number = self._find(key.name, day)
            _, _, work, filled_until = _RECORD.unpack_from(self._memory, place)
            work = max(0, work - _microseconds(seconds))
            _RECORD.pack_into(self._memory, place, number, day, work, filled_until)

    def _find(self, name: str, day: int) -> tuple[int, int]:
        """Return where the record of a name is, of this day from now on, and its number."""
        place, number = self._places.get(name, (0, 0))
        if not number:
            number = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) or 1
        found, of_day, _, filled_until = _RECORD.unpack_from(self._memory, place)
        if found != number:
            place = self._search(number, day)
            self._places[name] = (place, number)
            found, of_day, _, filled_until = _RECORD.unpack_from(self._memory, place)
        if found != number:
            _RECORD.pack_into(self._memory, place, number, day, 0, 0)
        elif of_day != day:
            _RECORD.pack_into(self._memory, place, number, day, 0, filled_until)
        return place, number

    def _search(self, number: int, day: int) -> int:
        """Return the place of a record, or the one for a new record: free, of another day, or the first."""
        old = None
        for step in range(self._records):
            place = (number + step) % self._records * _RECORD.size
            found, of_day, _, _ = _RECORD.unpack_from(self._memory, place)
            if found == number:
                return place
            if not found:
                return place if old is None else old
            if of_day != day and old is None:
                old = place
        return number % self._records * _RECORD.size if old is None else old

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes out; the system ends the lock of a process that dies."""
        if sys.platform == "win32":  # there is one process
            yield
            return
        import fcntl

        fcntl.lockf(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN)


def _open_in_memory() -> int:
    """Open a file that is on no disk where the system has such files: the disk may be read-only, or full."""
    if sys.platform == "linux":
        return os.memfd_create("tokenquote-allowances")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _today() -> int:
    return int(time.time()) // _DAY_SECONDS


def _microseconds(seconds: float) -> int:
    return round(seconds * 1e6)


def _whole_seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))
