"""What a recorded call was billed for, and when it was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["Bill", "read_bill", "read_repository"]

_WRITES = frozenset({"cache_creation_input_tokens", "cache_write_tokens", "cacheWriteInputTokens"})
"""The members in which usages tell cache writes: Anthropic's, OpenAI's with OpenRouter's, Bedrock's."""
_HOUR = "ephemeral_1h_input_tokens"
"""The member in which Anthropic tells the writes that last an hour."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The tokens of one request as the provider billed them."""

    input: int
    output: int
    """Visible tokens and reasoning."""
    read: int
    """The part of the input that was read from the cache."""
    write: int | None
    """The part of the input that was billed at a write rate; None: the usage does not tell."""
    hour_write: int
    """The part of `write` that was to last an hour."""
    at: dt.datetime | None
    """When the call was made; None: the recording does not say."""


def read_bill(call: Mapping[str, Any]) -> Bill:
    """Read the bill of a recorded call."""
    told = dict(_members(call.get("usage")))
    return Bill(
        input=call.get("input_tokens") or 0,
        output=call.get("output_tokens") or 0,
        read=call.get("cached_tokens") or 0,
        write=(call.get("cache_write_tokens") or 0) if _WRITES & told.keys() else None,
        hour_write=told.get(_HOUR) or 0,
        at=_read_instant(call.get("date")),
    )


def read_repository(call: Mapping[str, Any]) -> str:
    """Return the repository that recorded a call: `owner/name`."""
    return str(call.get("source") or "").split(":")[0]


def _members(usage: object) -> Iterator[tuple[str, Any]]:
    """Yield the members of a usage object and of the objects in it."""
    if isinstance(usage, Mapping):
        for name, value in usage.items():
            yield name, value
            yield from _members(value)


def _read_instant(date: object) -> dt.datetime | None:
    """Read an HTTP date or an ISO time with its offset; a day alone is no instant."""
    if not isinstance(date, str):
        return None
    for read in (parsedate_to_datetime, dt.datetime.fromisoformat):
        try:
            instant = read(date)
        except ValueError:
            continue
        return instant if instant.tzinfo is not None else None
    return None
