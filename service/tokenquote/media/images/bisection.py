"""Claude's pictures: one token for each square of 28 pixels, after the largest size that fits; in the Haiku
models of the third generation, four for each square of 56.

The long side is found by bisection, the short side follows rounded half to even, as in the reference
implementation of https://platform.claude.com/docs/en/build-with-claude/vision-coordinates.
"""

from __future__ import annotations

from tokenquote.catalog.schema.resize_rules import BisectionRule
from tokenquote.media.images.refusals import ImageRefused

__all__ = ["bisection_tokens", "shrinks_to_squares"]


def bisection_tokens(rule: BisectionRule, width: int, height: int, _detail: str | None) -> int:
    """Tokens of a picture, shrunk if it must be, never enlarged.

    Raises:
        ImageRefused: a side is longer than the provider takes.
    """
    long, short = max(width, height), min(width, height)
    if rule.reject_over_edge is not None and long > rule.reject_over_edge:
        raise ImageRefused(f"{long} pixels a side; the provider refuses more than {rule.reject_over_edge}")
    if not _fits(rule, long, short):
        long, short = _shrunk(rule, long, short)
    return _units(long, rule.unit) * _units(short, rule.unit) * rule.tokens_per_unit


def shrinks_to_squares(rule: BisectionRule, width: int, height: int, _detail: str | None) -> bool:
    """Whether the picture is made smaller before it is counted."""
    return not _fits(rule, max(width, height), min(width, height))


def _shrunk(rule: BisectionRule, long: int, short: int) -> tuple[int, int]:
    """The largest long side that fits, and the short side that goes with it."""

    def short_for(candidate: int) -> int:
        if rule.rounding == "floor":
            return max(candidate * short // long, 1)
        return max(_half_to_even(candidate * short, long), 1)

    fitting, too_long = 1, long
    while too_long - fitting > 1:
        middle = (fitting + too_long) // 2
        if _fits(rule, middle, short_for(middle)):
            fitting = middle
        else:
            too_long = middle
    return fitting, short_for(fitting)


def _half_to_even(numerator: int, denominator: int) -> int:
    """Python's `round` of a fraction, exactly."""
    whole, rest = divmod(numerator, denominator)
    above = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
    return whole + above


def _fits(rule: BisectionRule, long: int, short: int) -> bool:
    units = _units(long, rule.unit), _units(short, rule.unit)
    return (
        max(units) * rule.unit <= rule.max_edge
        and units[0] * units[1] * rule.tokens_per_unit <= rule.max_tokens
    )


def _units(length: int, unit: int) -> int:
    return -(-length // unit)
