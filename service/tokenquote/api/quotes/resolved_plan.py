"""A plan whose every amount is counted, and what a quote says about its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenquote.api.quotes.cache_choice import CountedMark
from tokenquote.api.quotes.quoted_counts import NotedCount
from tokenquote.api.quotes.unstated import Unstated
from tokenquote.ledger import Conversation
from tokenquote.ledger.fees import Use
from tokenquote.ledger.ranges.distributions import Distribution

__all__ = ["ResolvedPlan"]


@dataclass(frozen=True, slots=True)
class ResolvedPlan:
    """Holds the counted conversation, and what to say about its numbers."""

    conversation: Conversation
    counts: tuple[NotedCount, ...]
    unstated: Unstated
    assumptions: tuple[str, ...]
    marks: tuple[CountedMark, ...] = ()
    """The marks for prompt caching in the body that opens the conversation, in order."""
    uses: tuple[tuple[Use, ...], ...] = ()
    """What one repetition of each turn uses that is not billed by the token."""
    ranges: Mapping[str, Distribution] = field(default_factory=dict)
    """The distribution of each range, by its place in the plan as a JSON pointer."""
