"""What is worked out from a catalog alone and kept with it: it goes when the catalog does."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

__all__ = ["Kept"]

T = TypeVar("T")

_AT_MOST = 8192
"""The most things that are kept: some for each model, mode and region, of a few kilobytes at most."""


class Kept:
    """Things that depend on nothing but a catalog and their key; threads may share it."""

    def __init__(self, at_most: int = _AT_MOST) -> None:
        """Keep nothing yet; once there are `at_most` things, keeping begins anew."""
        self._at_most = at_most
        self._by_key: dict[tuple[Callable[..., Any], Hashable], Any] = {}

    def find(self, make: Callable[..., T], *key: Hashable, of: tuple[Any, ...] = ()) -> T:
        """Return what a function makes, which is called once for each key.

        Args:
            make: makes it, and never returns None.
            key: what it depends on besides the catalog.
            of: the arguments of `make`, which the key and the catalog decide.
        """
        found: T | None = self._by_key.get((make, key))
        if found is None:
            found = make(*of)
            if len(self._by_key) >= self._at_most:
                self._by_key.clear()
            self._by_key[make, key] = found
        return found
