"""Who asks, as queues and memory share what there is: a name with a key, else an address."""

from __future__ import annotations

from typing import Any

from tokenquote.http.access.allowances import Allowances
from tokenquote.http.access.denials import quota_is_used
from tokenquote.http.access.keys import Key

__all__ = ["Asker", "find_asker"]


class Asker:
    """Who asks, and what is left of its work of the day."""

    __slots__ = ("_allowances", "_key", "name")

    def __init__(self, name: str, key: Key | None = None, allowances: Allowances | None = None) -> None:
        """Name the asker, with its key and what its name has used if there is a key."""
        self.name = name
        """The address, or `key ` and the name of the key."""
        self._key = key
        self._allowances = allowances

    @property
    def kind(self) -> str:
        """What it is known by: `key` or `address`."""
        return "address" if self._key is None else "key"

    def charge(self, seconds: float) -> None:
        """Take work from what is left of the day.

        Raises:
            NotServed: 429, so much is not left.
        """
        key = self._key
        if key is None or self._allowances is None or key.work_seconds_per_day is None:
            return
        wait = self._allowances.take_work(key, seconds)
        if wait:
            raise quota_is_used(key.name, key.work_seconds_per_day, wait)

    def give_back(self, seconds: float) -> None:
        """Give back what was taken, as the work is not done."""
        if self._key is not None and self._allowances is not None:
            self._allowances.give_back(self._key, seconds)


def find_asker(scope: Any) -> Asker:
    """Return who asks in a request with this ASGI scope."""
    asker = scope["state"].get("asker")
    if isinstance(asker, Asker):
        return asker
    return Asker(scope["client"][0] if scope["client"] else "")
