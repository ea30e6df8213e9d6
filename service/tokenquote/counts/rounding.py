"""Whole-number division and rounding that never passes through a float."""

from __future__ import annotations

__all__ = ["ceil_div", "round_up"]


def ceil_div(dividend: int, divisor: int) -> int:
    """Return the quotient rounded up to a whole number, exact for integers of any size."""
    return -(-dividend // divisor)


def round_up(value: int, step: int) -> int:
    """Return the smallest multiple of `step` that is not below `value`."""
    return -(-value // step) * step
