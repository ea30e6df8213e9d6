"""Requests of which all is certain but whether they fail: how often each is sent, in every sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from tokenquote.ledger.ranges.draws import Draws
from tokenquote.ledger.ranges.samples import Sampled
from tokenquote.ledger.ranges.tallies import count_decimals, price_exactly
from tokenquote.ledger.retries import Retries
from tokenquote.ledger.rows import Row

__all__ = ["FailingRequests", "sample_failures"]


@dataclass(frozen=True)
class FailingRequests:
    """The requests of a plan without ranges, whose failures are drawn."""

    rows: Sequence[Row]
    costs: Sequence[Decimal | None]
    """What each costs in USD if it does not fail. None: nothing of it has a price."""
    again: Sequence[Decimal | None]
    """What a failed attempt at each costs on top, in USD."""
    overflows: bool
    """Whether any of them does not fit its model."""
    draws: Draws
    samples: int
    retries: Retries


def sample_failures(plan: FailingRequests) -> Sampled:
    """Draw how often each request fails before it succeeds, and add up what is sent and billed."""
    number, failed_rows = plan.samples, plan.retries.failed(plan.rows)
    requests, sent, written = (
        np.full(number, total, np.int64)
        for total in (
            len(plan.rows),
            sum(row.input for row in plan.rows),
            sum(row.output for row in plan.rows),
        )
    )
    decimals = count_decimals(cost or Decimal(0) for cost in (*plan.costs, *plan.again))
    once = sum(_whole(cost, decimals) for cost in plan.costs)
    billed = [(np.ones(number, np.int64), once)]
    for place, (row, failed, cost) in enumerate(zip(plan.rows, failed_rows, plan.again, strict=True)):
        times = plan.draws.take_failures(float(plan.retries.rate), (place,), 0, number)
        requests += times
        sent += times * row.input
        written += times * failed.output
        billed.append((times, _whole(cost, decimals)))
    overflows = np.full(number, plan.overflows)
    return Sampled(requests, sent, written, overflows, price_exactly(billed, number), decimals)


def _whole(cost: Decimal | None, decimals: int) -> int:
    """Return a cost in parts of a dollar with so many decimals; what has no price adds nothing."""
    return int((cost or Decimal(0)).scaleb(decimals))
