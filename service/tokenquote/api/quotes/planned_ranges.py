"""Reads the ranges of a plan: amounts and repetitions that are drawn, each as its distribution."""

from __future__ import annotations

from collections.abc import Iterable
from types import NoneType

from pydantic import BaseModel

from tokenquote.counts import Count
from tokenquote.errors import Location
from tokenquote.ledger.ranges.distributions import Distribution, Lognormal, Triangle
from tokenquote_client import amounts
from tokenquote_client import plan as wire

__all__ = ["count_range", "find_drawn", "find_middle", "read_range"]

_PLAIN = frozenset({NoneType, bool, int, float, str, dict, amounts.Text, amounts.Tokens, amounts.Profile})
"""The types of members that are no ranges and hold none: nearly all members of most plans."""


def read_range(value: amounts.Range, at_least: int = 0) -> Distribution:
    """Return the distribution of a range, whose draws are no less than `at_least`."""
    if isinstance(value, amounts.Percentiles):
        return Lognormal(value.p50, value.p90, at_least)
    return Triangle(value.min, value.mode, value.max, at_least)


def count_range(what: str, drawn: Distribution) -> Count:
    """Count a range as its middle, in the band that nine of its draws in ten lie in."""
    low, high = drawn.band()
    return Count(drawn.middle, min(low, drawn.middle), max(high, drawn.middle), "stated", ranges=(what,))


def find_middle(repeats: wire.PlannedRepeats) -> int:
    """Return how many times something happens; of a range its median or mode."""
    return repeats if isinstance(repeats, int) else read_range(repeats, at_least=1).middle


def find_drawn(plan: wire.Plan) -> Location | None:
    """Return the first place of a plan where something is drawn: a range or `retries`. None: nowhere is."""
    return ("retries",) if plan.retries is not None else _find_range(plan)


def _find_range(value: object) -> Location | None:
    """Return the first place in a part of a plan where there is a range. None: there is none."""
    if isinstance(value, amounts.Percentiles | amounts.Triangular):
        return ()
    members: Iterable[tuple[str | int, object]] = ()
    if isinstance(value, BaseModel):
        members = vars(value).items()
    elif isinstance(value, list):
        members = enumerate(value)
    for name, member in members:
        if member and type(member) not in _PLAIN and (place := _find_range(member)) is not None:
            return (name, *place)
    return None
