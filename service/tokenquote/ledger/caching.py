"""Prompt caching as a replay over the ledger: what each request reads and what it writes.

A prefix cache is hit by what a request shares with the one before it; the provider's rule says how much of
that counts. Caches with breakpoints hold prefixes only up to marks after the tools, after the system message
and after the last message.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog.schema.providers import Caching
from tokenquote.ledger.replay import Row

__all__ = ["CacheUse", "replay_cache", "ttl_seconds"]

_UNIT_SECONDS = {"m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Tokens of one request's input: read from the cache, and written to it at a write rate."""

    read: int = 0
    write: int = 0


def replay_cache(
    rows: Sequence[Row],
    rule: Caching,
    *,
    ttl: str | None,
    hit_rate: Decimal = Decimal(1),
    bills_writes: bool,
    marks: tuple[int, ...] = (),
) -> list[CacheUse]:
    """Every row's use of the cache.

    Args:
        rows: the requests of one conversation, in order.
        rule: what the provider's cache does.
        ttl: time to live in force, such as `5m`; None if it is not known, and then it is taken as lasting.
        hit_rate: the share of possible reads that happen.
        bills_writes: whether writing has a price of its own; otherwise nothing counts as written.
        marks: positions of the breakpoints at the head of the prompt, in tokens.
    """
    lasting = ttl_seconds(ttl) if ttl is not None else None
    uses: list[CacheUse] = []
    written = set(marks)  # where a breakpoint stood that has not lapsed
    for i, row in enumerate(rows):
        if lasting is not None and row.gap_seconds > lasting:
            written.clear()
            possible = 0
        else:
            possible = _possible_read(rows[i - 1], row, rule, written) if i else 0
        written.update((*marks, row.input))
        read = int(possible * hit_rate)
        write = row.input - read if bills_writes and row.input >= rule.minimum_tokens else 0
        uses.append(CacheUse(read, write))
    return uses


def ttl_seconds(ttl: str) -> int:
    """Seconds of a time to live such as `5m` or `12h`."""
    return int(ttl[:-1]) * _UNIT_SECONDS[ttl[-1]]


def _possible_read(before: Row, row: Row, rule: Caching, written: Set[int]) -> int:
    shared = row.shared
    if rule.includes_output and shared == before.input:
        shared = min(shared + before.visible, row.input)
    if rule.breakpoints:
        # Nearly always an earlier request ended just there; else the longest prefix that one of them marked.
        shared = shared if shared in written else max((m for m in written if m <= shared), default=0)
    if shared < rule.minimum_tokens:
        return 0
    return shared // rule.step_tokens * rule.step_tokens
