"""What a fleet of conversations like the planned one costs together, and what they find in a shared cache."""

from __future__ import annotations

from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.cache_choice import CacheChoice, cold_share, creation_share
from tokenquote.api.quotes.participants import Participants
from tokenquote.ledger import Replayed
from tokenquote.ledger.prices import exact_product, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.spreads import Fleet

__all__ = ["build_fleet"]


def build_fleet(plan: wire.Plan, parts: Participants, sent: Replayed, bill: Bill) -> Fleet | None:
    """Price the conversations of the plan; None: it states no number of them.

    Args:
        plan: the plan.
        parts: the models of its conversation.
        sent: the requests of one conversation, without the calls that create an explicit cache.
        bill: the bill of a conversation that finds nothing in the cache.
    """
    if plan.conversations is None:
        return None
    cold, warm = bill.total, _bill_later_one(plan, parts, sent)
    if warm is None or cold is None or warm.total is None:
        cost = exact_product(plan.conversations, cold) if cold is not None else None
        return Fleet(conversations=plan.conversations, cost=cost)
    share = _share_of_cold_ones(plan, parts.own.cache)
    later = exact_sum([exact_product(share, cold), exact_product(1 - share, warm.total)])
    cost = exact_sum([cold, exact_product(plan.conversations - 1, later)])
    return Fleet(conversations=plan.conversations, cost=cost, cold=cold, warm=warm.total)


def _bill_later_one(plan: wire.Plan, parts: Participants, sent: Replayed) -> Bill | None:
    """Return the bill of a conversation that finds the opening cached; None: they share nothing."""
    if plan.caching.shared is None or parts.own.cache.rule is None:
        return None
    replayed = parts.create_caches(sent, found=True)
    heads = {name: part.head for name, part in parts.by_id.items()}
    return parts.bill(replayed.rows, parts.use_caches(replayed, heads))


def _share_of_cold_ones(plan: wire.Plan, cache: CacheChoice) -> Decimal:
    """Return how likely a later conversation is to find nothing."""
    if cache.explicit and cache.ttl is not None:
        return creation_share(plan.conversations or 1, plan.conversations_per_hour, cache.ttl)
    return cold_share(plan.conversations_per_hour, cache.ttl)
