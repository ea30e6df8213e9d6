"""What a fleet of conversations like the planned one costs together, and what they find in a shared cache."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.cache_choice import CacheChoice, cold_share, creation_share
from tokenquote.api.quotes.company import Company
from tokenquote.ledger import Replayed
from tokenquote.ledger.prices import exact_product, exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.spreads import Fleet

__all__ = ["LaterOnes", "bill_later_ones", "build_fleet"]


@dataclass(frozen=True, slots=True)
class LaterOnes:
    """The conversations of a fleet after the first."""

    warm: Bill | None
    """The bill of one that finds each opening cached. None: they share nothing."""
    cold_share: Decimal
    """The probability that one finds nothing."""


def bill_later_ones(plan: wire.Plan, company: Company, sent: Replayed) -> LaterOnes:
    """Price a conversation that finds each opening cached.

    Args:
        plan: the plan.
        company: its conversations.
        sent: the requests of the plan, without the calls that create an explicit cache.
    """
    cache = company.own.own.cache
    if plan.caching.shared is None or cache.rule is None:
        return LaterOnes(None, Decimal(0))
    replayed = company.create_caches(sent, found=True)
    warm = company.bill(replayed.rows, company.use_caches(replayed, company.heads))
    return LaterOnes(warm, _share_of_cold_ones(plan, cache))


def build_fleet(conversations: int | None, bill: Bill, later: LaterOnes) -> Fleet | None:
    """Price the conversations of the plan; None: it states no number of them.

    Args:
        conversations: the number of conversations.
        bill: the bill of a conversation that finds nothing in the cache.
        later: the conversations after the first.
    """
    if conversations is None:
        return None
    cold, warm = bill.total, later.warm
    if warm is None or cold is None or warm.total is None:
        cost = exact_product(conversations, cold) if cold is not None else None
        return Fleet(conversations=conversations, cost=cost)
    share = later.cold_share
    each = exact_sum([exact_product(share, cold), exact_product(1 - share, warm.total)])
    cost = exact_sum([cold, exact_product(conversations - 1, each)])
    return Fleet(conversations=conversations, cost=cost, cold=cold, warm=warm.total)


def _share_of_cold_ones(plan: wire.Plan, cache: CacheChoice) -> Decimal:
    """Return how likely a later conversation is to find nothing."""
    if cache.explicit and cache.ttl is not None:
        return creation_share(plan.conversations or 1, plan.conversations_per_hour, cache.ttl)
    return cold_share(plan.conversations_per_hour, cache.ttl)
