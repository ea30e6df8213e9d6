"""Replays prompt caching over the ledger: what each request reads and what it writes.

A prefix cache is hit by what a request shares with the one before it; the provider's rule says how much of
that counts. Caches with breakpoints hold prefixes only up to marks: those of the caller, or else after the
tools, after the system message and after the last message. So a request comes apart into disjoint kinds of
token, each of which may have a price of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.counts import NO_MEDIA, MediaUse
from tokenquote.ledger.replay import Row

__all__ = ["CacheUse", "billed_kinds", "replay_cache", "ttl_seconds"]

_UNIT_SECONDS = {"m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class CacheUse:
    """Counts the tokens of one request's input that the cache serves or stores."""

    read: int = 0
    """Tokens that are read from the cache."""
    write: int = 0
    """Tokens that are written to the cache and billed at a write rate."""


def replay_cache(
    rows: Sequence[Row],
    rule: CachingRule,
    *,
    ttl: str | None,
    hit_rate: Decimal = Decimal(1),
    bills_writes: bool,
    marks: tuple[int, ...] = (),
    marks_last: bool = True,
) -> list[CacheUse]:
    """Work out every row's use of the cache.

    Args:
        rows: the requests of one conversation, in order.
        rule: what the provider's cache does.
        ttl: time to live in force, such as `5m`; None if it is not known, and then it is taken as lasting.
        hit_rate: the share of possible reads that happen.
        bills_writes: whether writing has a price of its own; otherwise nothing counts as written.
        marks: positions of the breakpoints that stand in every request, in tokens.
        marks_last: whether a breakpoint stands after the last message of each request as well.
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
        end = row.input if marks_last or not rule.breakpoints else max(marks, default=0)
        written.update((*marks, end))
        read = int(possible * hit_rate)
        write = max(0, end - read) if bills_writes and end >= rule.minimum_tokens else 0
        uses.append(CacheUse(read, write))
    return uses


def ttl_seconds(ttl: str) -> int:
    """Convert a time to live such as `5m` or `12h` to seconds."""
    return int(ttl[:-1]) * _UNIT_SECONDS[ttl[-1]]


def _possible_read(before: Row, row: Row, rule: CachingRule, written: Set[int]) -> int:
    shared = row.shared
    if rule.includes_output and shared == before.input:
        shared = min(shared + before.visible, row.input)
    if rule.breakpoints:
        # Nearly always an earlier request ended just there; else the longest prefix that one of them marked.
        shared = shared if shared in written else max((m for m in written if m <= shared), default=0)
    if shared < rule.minimum_tokens:
        return 0
    return shared // rule.step_tokens * rule.step_tokens


def billed_kinds(row: Row, use: CacheUse, write_kind: str, head: int) -> Mapping[str, int]:
    """Split a request's tokens into kinds that may each have a price of their own.

    Args:
        row: the request.
        use: what it reads from the cache and writes to it.
        write_kind: what written tokens are billed as, media among them.
        head: tokens of tools and system message, which no media are among.
    """
    read = _media_read(row, use, head)
    # What is written is everything that was not read, media among it.
    fresh = row.media.without(read) if not use.write else NO_MEDIA
    return {
        "input": row.input - use.read - use.write - fresh.tokens,
        "input_image": fresh.image,
        "input_audio": fresh.audio,
        "input_video": fresh.video,
        "cache_read": use.read - read.tokens,
        "cache_read_image": read.image,
        "cache_read_audio": read.audio,
        "cache_read_video": read.video,
        write_kind: use.write,
        "output": row.visible - row.spoken - row.drawn,
        "output_audio": row.spoken,
        "output_image": row.drawn,
        "output_reasoning": row.reasoning,
    }


def _media_read(row: Row, use: CacheUse, head: int) -> MediaUse:
    """Count the media in what is read; where a read ends among messages, its share of them."""
    if use.read <= head:
        return NO_MEDIA
    read = row.shared_media.share(use.read - head, row.shared - head)
    if use.read <= row.shared:
        return read
    # The answer is read as well, where the provider caches it.
    new = row.media.without(row.shared_media)
    return read + new.share(use.read - row.shared, row.input - row.shared)
