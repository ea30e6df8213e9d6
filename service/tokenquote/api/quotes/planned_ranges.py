"""Reads the ranges of a plan: amounts and repetitions that are drawn, each as its distribution."""

from __future__ import annotations

from tokenquote.ledger.ranges.distributions import Distribution, Lognormal, Triangular
from tokenquote_client import amounts
from tokenquote_client import plan as wire

__all__ = ["middle_of", "read_range"]


def read_range(value: amounts.Range, at_least: int = 0) -> Distribution:
    """Return the distribution of a range, whose draws are no less than `at_least`."""
    if isinstance(value, amounts.Percentiles):
        return Lognormal(value.p50, value.p90, at_least)
    return Triangular(value.min, value.mode, value.max, at_least)


def middle_of(repeats: wire.Repeats) -> int:
    """Return how many times something happens; of a range its median or mode."""
    return repeats if isinstance(repeats, int) else read_range(repeats, at_least=1).middle
