"""Explicit caches: created by a call of their own, stored for a fixed time, and read by every request in it.

Unlike a cache that the provider fills by itself, an explicit one is not kept alive by being read: it ends
when its lifetime does, and is then created anew before the next request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.counts import NO_MEDIA
from tokenquote.ledger.conversation import MAX_ROWS, PlanTooLong
from tokenquote.ledger.rows import Row, Rows

__all__ = ["StoredCache"]


@dataclass(frozen=True, slots=True)
class StoredCache:
    """An explicit cache of what stands at the head of every request to one model."""

    model: str
    """The id of the model, the only one that can read it."""
    tokens: int
    """The tokens that it holds."""
    framing: int
    """Tokens among them that the provider adds around the content."""
    seconds: int
    """Its lifetime, which begins when it is created."""

    def create_in(self, rows: Sequence[Row], *, found: bool) -> Rows:
        """Put a row before each request that finds no cache alive: the call that creates it.

        Args:
            rows: the requests of one conversation, in order.
            found: whether the conversation finds one that was created just before it begins.

        Raises:
            PlanTooLong: more than MAX_ROWS rows.
        """
        made: list[Row] = []
        clock, ends = 0.0, float(self.seconds) if found else -1.0
        for row in rows:
            clock += row.gap_seconds
            if row.model == self.model and row.sent is not None and clock > ends:
                made += [self._creation(row), replace(row, gap_seconds=0)]
                ends = clock + self.seconds
            else:
                made.append(row)
        if len(made) > MAX_ROWS:
            raise PlanTooLong(
                f"with those that create its cache, the plan makes more than {MAX_ROWS} requests"
            )
        return Rows.collect(made)

    def _creation(self, before: Row) -> Row:
        """Return the call that creates the cache; the pause before the coming request precedes it."""
        return replace(
            before,
            purpose="cache",
            sent=None,
            answers=None,
            input=self.tokens,
            framing=self.framing,
            media=NO_MEDIA,
            blocks=1,
            visible=0,
            spoken=0,
            drawn=0,
            reasoning=0,
        )
