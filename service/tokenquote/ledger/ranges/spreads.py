"""The distribution of what samples come to: mean, percentiles and maximum, exact for money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.counts import ceil_div
from tokenquote.ledger.money import exact_quotient

if TYPE_CHECKING:
    from tokenquote.ledger.ranges.tallies import ExactCosts

__all__ = ["Spread", "find_spread", "nearest_rank"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution: of money in USD, or of numbers of tokens or requests."""

    mean: Decimal
    """The mean; where it has no end of decimals, to 18 of them."""
    p10: Decimal
    p50: Decimal
    p90: Decimal
    max: Decimal
    """The largest sample; of a normal distribution its 99.9th percentile."""
    is_normal: bool = False
    """Whether it is a normal distribution, and not one of samples."""


def find_spread(values: ExactCosts, decimals: int = 0) -> Spread:
    """Return the distribution of whole numbers, one for each sample, that have this many decimals.

    Percentiles are samples: the smallest one that the stated share of all samples does not exceed.
    """
    ordered = np.sort(values)
    total = sum(map(int, ordered))
    shares = (nearest_rank(len(ordered), per_cent) for per_cent in (10, 50, 90, 100))
    p10, p50, p90, largest = (Decimal(int(ordered[place])).scaleb(-decimals) for place in shares)
    mean = exact_quotient(Decimal(total).scaleb(-decimals), len(ordered))
    return Spread(mean, p10, p50, p90, largest)


def nearest_rank(number: int, per_cent: int) -> int:
    """Return the place, from 0, of a percentile among this many ordered samples."""
    return ceil_div(number * per_cent, 100) - 1
