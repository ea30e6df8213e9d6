"""What an answer adds to the counters: one entry for each set of labels, with an amount for each counter."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

__all__ = ["OTHER", "Increment", "name_outcome"]

OTHER = "other"
"""The label of apps, models and modes that the service does not know, or has no room to tell apart."""


class Increment(NamedTuple):
    """What is added to the counters of one group that have the same labels."""

    group: str
    """The group of counters, one of `COUNTER_GROUPS`."""
    labels: tuple[str, ...]
    amounts: tuple[float, ...]
    """What is added to each counter of the group, in its order; none is below 0."""


def name_outcome(complete: bool, cost: Decimal | None) -> str:
    """Return how far a quote or a usage has a price: complete, incomplete, or unpriced."""
    if complete:
        return "complete"
    return "unpriced" if cost is None else "incomplete"
