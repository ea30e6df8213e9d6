"""The parts of a quote that come of draws: distributions, retries, and what to say about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.company import Company
from tokenquote.api.quotes.drawn import DrawnConversation, read_retries
from tokenquote.ledger import ReadBy, Replayed
from tokenquote.ledger.money import exact_sum
from tokenquote_client import plan as wire
from tokenquote_client.quote import Overflow, Quote, Warned
from tokenquote_client.spreads import RetriedRequests

__all__ = ["add_draws", "expect_retries"]

RANGES_STAND_FOR_ONE = (
    "ranges: everywhere but in `range`, each stands for one number, its median (p50) or its mode, which is "
    "less than its mean where it has a long tail"
)


def add_draws(
    quote: Quote, plan: wire.Plan, drawn: DrawnConversation | None, bill: Bill, cold_share: Decimal
) -> Quote:
    """Return a quote with the distributions of what is drawn; the same quote if nothing is.

    Args:
        quote: the quote at the middle of all ranges.
        plan: the plan.
        drawn: its draws. None: nothing is drawn.
        bill: what one conversation costs at the middle of all ranges.
        cold_share: the probability that a later conversation of a fleet finds nothing cached.
    """
    if drawn is None:
        return quote
    parts: dict[str, object] = {
        "range": drawn.spreads(priced=bill.total is not None),
        "assumptions": [*quote.assumptions, *([RANGES_STAND_FOR_ONE] if drawn.has_ranges else [])],
        "warnings": [*quote.warnings, *_list_warnings(drawn, quote.context.overflows_at)],
    }
    if quote.fleet is not None and quote.fleet.cost is not None:
        spread = drawn.fleet(quote.fleet.conversations, cold_share)
        parts["fleet"] = quote.fleet.model_copy(update={"range": spread})
    if quote.budget is not None and plan.budget is not None and bill.complete:
        probability = drawn.probability_within(plan.budget.cost)
        parts["budget"] = quote.budget.model_copy(update={"probability": probability})
    return quote.model_copy(update=parts)


def expect_retries(
    planned: wire.PlannedRetries | None,
    company: Company,
    replayed: Replayed,
    warm: Mapping[ReadBy, int],
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


def _list_warnings(drawn: DrawnConversation, overflow: Overflow | None) -> Iterator[Warned]:
    """List what draws show and the totals do not."""
    share = float(drawn.sampled.overflows.mean())
    if share and overflow is None:
        yield Warned(
            code="context_overflow_possible",
            detail=f"in {share:.1%} of the draws a request does not fit into its model's limits",
        )
    if drawn.with_shares and not drawn.share_samples:
        yield Warned(
            code="sensitivity_left_out",
            detail="the plan has too many ranges and requests: shares of the variance take too many draws",
        )
