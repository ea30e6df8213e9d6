"""The requests of recorded conversations with what the prompt cache was quoted to do, and what was billed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from benchmarks.recordings.bills import Bill
from benchmarks.recordings.growth import Grown

from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.ledger.cache_terms import CacheTerms

__all__ = ["CachedRequest", "cached_requests", "is_close", "read_by_rule"]


@dataclass(frozen=True, slots=True)
class CachedRequest:
    """One request of a conversation that was quoted."""

    family: str
    """The heading that its conversation is counted under: API, and for long runs the model."""
    repository: str
    conversation: int
    """A number that the requests of one conversation share."""
    bill: Bill
    before: Bill | None
    """The bill of the request before; None: it is the first one."""
    quoted_input_before: int
    """The input of the request before as it was quoted; 0: it is the first one."""
    quoted_read: int
    quoted_write: int
    rule: CachingRule | None
    """How the model's cache behaves; None: the catalog does not know."""
    finds_cold: bool
    """True if the first request of the conversation read nothing, so that nothing was left by others."""

    @property
    def seconds_apart(self) -> float | None:
        """The seconds since the request before; None: the recording does not say."""
        if self.before is None or self.before.at is None or self.bill.at is None:
            return None
        return (self.bill.at - self.before.at).total_seconds()


def cached_requests(grown: Iterable[Grown]) -> Iterator[CachedRequest]:
    """Yield the requests of conversations of text alone whose bills are not suspect."""
    for number, conversation in enumerate(grown):
        quoted, reads, writes = conversation.predicted, conversation.cache_read, conversation.cache_write
        if not conversation.clean or not all(conversation.billed):
            continue
        if quoted is None or reads is None or writes is None:
            continue
        for place, bill in enumerate(conversation.bills):
            yield CachedRequest(
                family=conversation.family,
                repository=conversation.repository,
                conversation=number,
                bill=bill,
                before=conversation.bills[place - 1] if place else None,
                quoted_input_before=quoted[place - 1] if place else 0,
                quoted_read=reads[place],
                quoted_write=writes[place],
                rule=conversation.rule,
                finds_cold=not conversation.bills[0].read,
            )


def is_close(quoted: int, billed: int, share: float = 0.05) -> bool:
    """Tell whether a quoted number differs from the bill by at most a share of the bill."""
    return abs(quoted - billed) <= share * billed


def read_by_rule(request: CachedRequest, rule: CachingRule) -> int:
    """Return what the rule lets a request read that sends the one before it again, by billed tokens alone."""
    before = request.before
    if before is None:
        return 0
    answer = before.output if rule.includes_output else 0
    return CacheTerms(rule).readable(min(before.input + answer, request.bill.input))
