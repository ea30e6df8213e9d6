"""The parts of a quote that come of draws: distributions, retries, and what to say about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.drawn import DrawnConversation, read_retries
from tokenquote.ledger import Reader, Replayed
from tokenquote.ledger.money import exact_sum
from tokenquote.ledger.ranges import Distribution
from tokenquote_client import plan as wire
from tokenquote_client.quote import BudgetAnswer, Overflow, Warned
from tokenquote_client.spreads import Fleet, RetriedRequests, Spreads

__all__ = [
    "expect_retries",
    "list_draw_assumptions",
    "list_draw_warnings",
    "spread_draws",
    "spread_fleet",
    "weigh_budget",
]


def spread_draws(drawn: DrawnConversation | None, bill: Bill, *, with_shares: bool) -> Spreads | None:
    """Return the distributions of one conversation; None: nothing is drawn."""
    if drawn is None:
        return None
    return drawn.spreads(priced=bill.total is not None, with_shares=with_shares)


def spread_fleet(fleet: Fleet | None, drawn: DrawnConversation | None, cold_share: Decimal) -> Fleet | None:
    """Return a fleet with the distribution of its cost; `cold_share` as for `build_fleet`."""
    if fleet is None or drawn is None or fleet.cost is None:
        return fleet
    return fleet.model_copy(update={"range": drawn.fleet(fleet.conversations, cold_share)})


def weigh_budget(
    answer: BudgetAnswer | None, budget: wire.Budget | None, drawn: DrawnConversation | None, bill: Bill
) -> BudgetAnswer | None:
    """Return how far a budget goes, with how likely it pays for the whole conversation."""
    if answer is None or budget is None or drawn is None or not bill.complete:
        return answer
    return answer.model_copy(update={"probability": drawn.probability_within(budget.cost)})


def expect_retries(
    planned: wire.Retries | None,
    company: Company,
    replayed: Replayed,
    warm: Mapping[Reader, int],
    bill: Bill,
) -> RetriedRequests | None:
    """Return what requests and cost come to on average with those that fail; None: none does.

    Args:
        planned: how often requests fail.
        company: the conversations of the quote.
        replayed: the requests without failures.
        warm: the tokens that the first request of a conversation to a model finds in the cache.
        bill: what the requests cost without failures.
    """
    retries = read_retries(planned)
    if retries is None:
        return None
    cost, again = bill.total, company.bill_failed(replayed, warm, retries).total
    return RetriedRequests(
        requests=round(float(len(replayed.rows) * (1 + retries.odds)), 6),
        cost=None if cost is None else exact_sum([cost, retries.expect(again or Decimal(0))]),
    )


def list_draw_assumptions(ranges: Mapping[str, Distribution]) -> Iterator[str]:
    """Say what stands for ranges where one number is asked for."""
    if ranges:
        yield (
            "ranges: everywhere but in `range`, each stands for one number, its median (p50) or its mode, "
            "which is less than its mean where it has a long tail"
        )


def list_draw_warnings(drawn: DrawnConversation | None, overflow: Overflow | None) -> Iterator[Warned]:
    """List what draws show and the totals do not."""
    if drawn is None:
        return
    share = float(drawn.sampled.overflows.mean())
    if share and overflow is None:
        yield Warned(
            code="context_overflow_possible",
            detail=f"in {share:.1%} of the draws a request does not fit into its model's limits",
        )
    if not drawn.share_samples:
        yield Warned(
            code="sensitivity_left_out",
            detail="with so many ranges and requests, shares of the variance take too many draws",
        )
