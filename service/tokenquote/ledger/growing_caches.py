"""The prompt cache of a conversation that only grows (`growing.py`): each request begins with the one before.

The rules are those of `caching.py`; its comparison of two requests comes down to their lengths here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tokenquote.counts import NO_MEDIA
from tokenquote.ledger.cache_terms import CacheTerms
from tokenquote.ledger.cache_uses import CacheUses
from tokenquote.ledger.entry_ends import EntryEnds
from tokenquote.ledger.rows import Rows

__all__ = ["use_growing_cache"]


def use_growing_cache(rows: Rows, terms: CacheTerms) -> CacheUses:
    """Work out what each request of a growing conversation reads from its cache and writes to it.

    `terms` are those of a cache that the provider fills by itself or at marks, not of an explicit one.
    """
    reads: list[int] = []
    losses: list[int] = []
    for known, again in _find_readable(rows, terms):
        read = known if terms.hit_rate == 1 else int(known * terms.hit_rate)
        reads.append(read)
        losses.append(max(0, again - read))
    return CacheUses(reads, _list_writes(rows, terms, reads), losses, [NO_MEDIA] * len(rows))


def _find_readable(rows: Rows, terms: CacheTerms) -> Iterator[tuple[int, int]]:
    """Yield how many tokens each request can read, and how many of those that it sends are readable."""
    lasts, readable = terms.lasts_seconds, terms.readable
    marked = _Marks(terms) if terms.rule.breakpoints else None
    clock = used_at = 0.0
    left: int | None = None  # the tokens that the request before leaves
    for i, (sent, gap) in enumerate(zip(rows.input, rows.gap_seconds, strict=True)):
        clock += gap
        first = left is None
        lapsed = clock - used_at > lasts
        alike = min(terms.warm if left is None else left, sent)
        if lapsed and not first:
            alike = 0
        serve = terms.stated if first else readable
        again = serve(alike)
        if marked is None:
            yield again, again
        else:
            yield serve(marked.find_part(alike, sent, rows.blocks[i], first=first)), again
        left = sent + (rows.visible[i] if terms.rule.includes_output else 0)
        used_at = clock


def _list_writes(rows: Rows, terms: CacheTerms, reads: Sequence[int]) -> list[int]:
    """List what each request is billed for as written: up to the end of what it leaves, where not read."""
    if not terms.bills_writes:
        return [0] * len(reads)
    least = terms.rule.minimum_tokens
    if terms.marks_end:
        return [
            sent - read if sent >= least and sent > read else 0
            for sent, read in zip(rows.input, reads, strict=True)
        ]
    end = max(terms.fixed_marks, default=0)
    return [end - read if end >= least and end > read else 0 for read in reads]


class _Marks:
    """The breakpoints of requests, and where the entries end that they leave."""

    def __init__(self, terms: CacheTerms) -> None:
        self._fixed = terms.fixed_marks
        self._marks_end = terms.marks_end
        self._ends = EntryEnds(terms.rule.look_back_blocks)

    def find_part(self, alike: int, sent: int, blocks: int, *, first: bool) -> int:
        """Return the longest prefix that ends at a breakpoint which is left and can be found; leave this one.

        Args:
            alike: tokens with which the request and what is cached begin.
            sent: tokens of the request.
            blocks: content blocks of the request.
            first: whether no request went before.
        """
        if first:
            self._ends.leave(alike, blocks)
        found = self._ends.find(alike, blocks)
        if not first:
            found = max(found, *(mark for mark in self._fixed if mark <= alike), 0)
        if self._marks_end:
            self._ends.leave(sent, blocks)
        return found
