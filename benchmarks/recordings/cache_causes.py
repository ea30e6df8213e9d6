"""Why the cache reads of a recorded request are not those that were quoted."""

from __future__ import annotations

from benchmarks.recordings.bills import Bill
from benchmarks.recordings.cached_requests import CachedRequest, is_close, read_by_rule

from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.ledger.cache_terms import ttl_seconds

__all__ = ["find_cause"]

WARM = "the first request found what others had left"
LAPSED = "nothing was read: the time to live had passed between the recordings"
NOTHING = "nothing was read, though the prefix was sent again"
NO_RULE = "the catalog has no rule for the cache of this model"
UNASKED = "read without having been asked to cache"
BELOW = "a prefix below the published minimum was read"
COUNTED = "the tokens of the prefix were counted otherwise than they were billed"
ANSWER = "the answer of the request before was read too"
OTHERS = "more was read than the request before had sent"
LONGER = "a longer part of the prefix was read"
SHORTER = "only a shorter part of the prefix was read"


def find_cause(request: CachedRequest) -> str | None:
    """Return why a read is further than 5 % from its quote, in words; None if it is not."""
    if is_close(request.quoted_read, request.bill.read):
        return None
    if request.before is None:
        return WARM
    if not request.bill.read:
        return LAPSED if _has_lapsed(request) else NOTHING
    if request.rule is None:
        return NO_RULE
    if _explains_count(request, request.rule):
        return COUNTED
    if not request.quoted_read:
        return BELOW if request.before.input < request.rule.minimum_tokens else UNASKED
    if request.bill.read < request.quoted_read:
        return SHORTER
    return _why_more(request.bill.read, request.before)


def _has_lapsed(request: CachedRequest) -> bool:
    """Tell whether more time passed than entries live, or the later request was recorded before the other."""
    ttl = request.rule.default_ttl if request.rule is not None else None
    apart = request.seconds_apart
    return ttl is not None and apart is not None and not 0 <= apart <= ttl_seconds(ttl)


def _explains_count(request: CachedRequest, rule: CachingRule) -> bool:
    """Tell whether the read is close to its quote once the input before is taken as it was billed."""
    if request.before is None:
        return False
    if rule.breakpoints or not rule.by_default:
        off = request.before.input - request.quoted_input_before
        return bool(off and request.quoted_read) and is_close(request.quoted_read + off, request.bill.read)
    return is_close(read_by_rule(request, rule), request.bill.read)


def _why_more(read: int, before: Bill) -> str:
    if read > before.input + before.output:
        return OTHERS
    return ANSWER if read > before.input else LONGER
