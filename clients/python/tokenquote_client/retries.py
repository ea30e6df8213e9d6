"""When to ask again, and how long to wait before that, decided without I/O: the clients do the sleeping.

Asking twice is harmless, because a quote changes nothing.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from tokenquote_client.errors import ClientError, ConnectionFailed, ServiceError

__all__ = ["DEFAULT_RETRIES", "LONGEST_RETRY_AFTER_SECONDS", "Retries", "retry_after_seconds"]

DEFAULT_RETRIES = 2
"""The number of further tries unless the client says otherwise."""
LONGEST_RETRY_AFTER_SECONDS = 60.0
"""The longest `Retry-After`, in seconds, that a client waits for; after a longer one the error is raised."""

_FIRST_DELAY_SECONDS = 0.25
_LONGEST_DELAY_SECONDS = 8.0
_PASSING_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    """The number of further tries, each after a random delay."""

    retries: int = DEFAULT_RETRIES
    """The number of further tries, from 0; anything else is a ValueError."""

    def __post_init__(self) -> None:
        if not isinstance(self.retries, int) or isinstance(self.retries, bool) or self.retries < 0:
            raise ValueError(f"retries must be a whole number from 0, not {self.retries!r}")

    def delay_after(
        self,
        failures: int,
        error: ClientError,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> float | None:
        """Return the seconds to wait before the next try; None if there is none.

        Args:
            failures: the number of tries that have failed, this one included.
            error: the error that this one ended in.
            uniform: the source of randomness: a number between its two arguments.
        """
        if failures > self.retries or not _passing(error):
            return None
        wished = error.retry_after if isinstance(error, ServiceError) else None
        if wished is None:
            # Full jitter: clients that failed together do not come back together.
            return uniform(0.0, _backoff(failures - 1))
        return wished if wished <= LONGEST_RETRY_AFTER_SECONDS else None


def _passing(error: ClientError) -> bool:
    """Return whether the next try may well succeed."""
    if isinstance(error, ServiceError):
        return error.status in _PASSING_STATUSES
    return isinstance(error, ConnectionFailed)


def _backoff(n: int) -> float:
    # 2.0**1024 overflows; from n = 5 on, the longest delay applies anyway.
    return min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2.0 ** min(n, 10))


def retry_after_seconds(header: str | None, now: dt.datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date (RFC 9110, 10.2.3); None if it is neither."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _seconds_until(header, now)
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _seconds_until(date: str, now: dt.datetime) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        if then.tzinfo is None:  # "-0000": UTC of unknown origin
            then = then.replace(tzinfo=dt.UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
