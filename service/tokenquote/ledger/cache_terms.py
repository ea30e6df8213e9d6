"""How one model's requests use its prompt cache: the provider's rule, and what the caller asks of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.catalog.schema.caching import CachingRule

__all__ = ["CacheTerms", "ttl_seconds"]

_UNIT_SECONDS = {"m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class CacheTerms:
    """How one model's requests use its cache."""

    rule: CachingRule
    ttl: str | None = None
    """The time to live in force, such as `5m`. None: it is not known, and taken as lasting."""
    hit_rate: Decimal = Decimal(1)
    """The share of possible reads that happen."""
    bills_writes: bool = False
    """Whether writing has a price of its own; otherwise nothing counts as written."""
    marks: tuple[int, ...] = ()
    """The positions in tokens of the breakpoints that the caller sets in every request."""
    marks_opening: bool = False
    """Whether breakpoints stand after the tools and after the system message as well."""
    marks_last: bool = True
    """Whether a breakpoint stands after the last message of each request as well."""
    tools: int = 0
    """Tokens of the tools, which stand before the system message."""
    head: int = 0
    """Tokens of tools and system message, which no media are among."""
    warm: int = 0
    """Tokens at the head of the first request that are in the cache already."""
    explicit: bool = False
    """Whether an explicit cache holds the head, and nothing else is cached. It is alive at every request, for
    the call that creates it anew is a row before it (`stored_caches.py`)."""

    @property
    def lasts_seconds(self) -> float:
        """How long an entry lasts that nobody reads."""
        return math.inf if self.ttl is None else ttl_seconds(self.ttl)

    @property
    def fixed_marks(self) -> tuple[int, ...]:
        """The positions in tokens of the breakpoints that stand where they are in every request."""
        return (self.tools, self.head, *self.marks) if self.marks_opening else self.marks

    @property
    def marks_end(self) -> bool:
        """Whether a request leaves all of its input, and not only what stands before marks."""
        return self.marks_last or not self.rule.breakpoints

    def readable(self, tokens: int) -> int:
        """Return how much of a prefix the cache serves: whole steps, and at least its minimum."""
        return (
            0
            if tokens < self.rule.minimum_tokens
            else tokens // self.rule.step_tokens * self.rule.step_tokens
        )

    def stated(self, tokens: int) -> int:
        """Return how much the cache serves of tokens that a plan states to be in it already."""
        if self.rule.step_holds_unbilled and tokens >= self.rule.minimum_tokens:
            return tokens
        return self.readable(tokens)


def ttl_seconds(ttl: str) -> int:
    """Convert a time to live such as `5m` or `12h` to seconds."""
    return int(ttl[:-1]) * _UNIT_SECONDS[ttl[-1]]
