"""What makes the cost uncertain: the share of its variance that each range has by itself.

    first-order share of a range    Var(E[cost | the draws of the range]) / Var(cost)

It is the correlation of the costs of two sets of samples that have only the draws of this range in common
(Sobol's pick-freeze). With a finite number of samples, the draws that are not in common seem to correlate a
little as well; what that adds is taken off, as in G. Glen and K. Isaacs, Estimating Sobol sensitivity indices
using correlations, Environmental Modelling & Software 37 (2012), 157-166.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["UNITS", "share_variance"]

UNITS = 10_000
"""Shares are whole numbers of these parts of the variance, so that they add up exactly."""


def share_variance(
    costs: NDArray[np.float64], redrawn: NDArray[np.float64], one_redrawn: Sequence[NDArray[np.float64]]
) -> list[int] | None:
    """Return the first-order share of each range in the variance of the cost, in parts of UNITS.

    They add up to UNITS at most; what is left are interactions. None: the cost does not vary.

    Args:
        costs: the cost of each sample.
        redrawn: the costs with the draws of all ranges replaced.
        one_redrawn: for each range, the costs with its draws replaced and all others as they were. For a
            single range they are `redrawn`.
    """
    if np.ptp(costs) == 0 or np.ptp(redrawn) == 0:
        return None
    if len(one_redrawn) == 1:
        return [UNITS]
    shares = [max(0.0, share) for share in _estimate(costs, redrawn, one_redrawn)]
    ends = np.cumsum(shares) / max(1.0, sum(shares))
    return [int(units) for units in np.diff(np.rint(ends * UNITS), prepend=0)]


def _estimate(
    costs: NDArray[np.float64], redrawn: NDArray[np.float64], one_redrawn: Sequence[NDArray[np.float64]]
) -> Iterator[float]:
    chance = _correlation(costs, redrawn)
    for mixed in one_redrawn:
        yield _correlation(redrawn, mixed) - _correlation(costs, mixed) * chance


def _correlation(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the correlation of two sets of costs; 0 if one of them does not vary."""
    if np.ptp(left) == 0 or np.ptp(right) == 0:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])
