"""API keys: random texts, of which the service knows hashes alone, each with what it may ask for.

A key has 256 random bits, so that one round of SHA-256 hides it as well as a slow hash would: nobody can try
them all, and nobody chooses one by hand. To find a key takes as long whether it is there or not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest

from tokenquote_client.endpoint import Scope

__all__ = ["Key", "Keys", "hash_secret", "make_secret"]

_PREFIX = "tq_"
"""How every key begins, so that scanners of published code can recognise one."""
_SECRET_BYTES = 32
_IN_A_BUCKET = 4
"""The keys of a bucket on average: few enough to compare all of them in a microsecond, and enough that hardly
any bucket is without one, as what is touched often is found sooner."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the service knows it."""

    name: str
    """Whose it is; several keys may have one name, and then share its limits."""
    digest: bytes
    """The SHA-256 of the key itself."""
    scopes: frozenset[Scope]
    """What it may ask for."""
    expires: dt.datetime | None = None
    """When it is good no more; None: never."""
    requests_per_minute: int | None = None
    """The most requests of its name in a minute; None: any number."""
    work_seconds_per_day: float | None = None
    """The most seconds of work that its name may ask for in a day of UTC; None: any number."""

    def has_expired(self, now: dt.datetime) -> bool:
        """Return whether the key is good no more."""
        return self.expires is not None and now >= self.expires


_NOBODY = Key("", bytes(32), frozenset())
"""Fills places that no key has; no text is known whose hash has only zeros."""


class Keys:
    """All keys that are good now."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Sort the keys into buckets by their hash; all buckets are made equally long."""
        self.all = tuple(keys)
        """The keys in the order of their file."""
        number = max(1, len(self.all) // _IN_A_BUCKET)
        buckets: list[list[Key]] = [[] for _ in range(number)]
        for key in self.all:
            buckets[_number(key.digest) % number].append(key)
        longest = max(1, *(len(bucket) for bucket in buckets))
        self._buckets = [(*bucket, *[_NOBODY] * (longest - len(bucket))) for bucket in buckets]

    def find(self, secret: bytes) -> Key | None:
        """Return the key of this text, which may have expired; None: there is none.

        Every key of its bucket is compared to the end, and the same steps are taken whether one is found.
        """
        digest = hashlib.sha256(secret).digest()
        found = _NOBODY
        for key in self._buckets[_number(digest) % len(self._buckets)]:
            found = (found, key)[compare_digest(key.digest, digest)]
        return None if found is _NOBODY else found


def make_secret() -> str:
    """Make a new key: `tq_` and 43 letters, digits, `-` and `_`."""
    return _PREFIX + secrets.token_urlsafe(_SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """Return the hash of a key as its line in the file has it, 64 hexadecimal digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _number(digest: bytes) -> int:
    return int.from_bytes(digest[:4])
