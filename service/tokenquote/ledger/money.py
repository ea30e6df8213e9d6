"""Exact arithmetic with money: nothing is rounded but what has no end of decimals."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow

__all__ = [
    "cost_tokens",
    "count_decimals",
    "exact_product",
    "exact_quotient",
    "exact_sum",
    "shift_down",
    "shift_up",
]

# 28 digits, Decimal's default, are not enough for a fleet of 10^9 long conversations at twelve decimals.
# Should 60 be too few as well, that is an error and no rounded price.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])

_SMALLEST = Decimal("1E-18")
"""Seven seconds at a price by the minute may have decimals without end; this is the last that is kept."""


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of the amounts without rounding."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def exact_product(factor: int | Decimal, amount: Decimal) -> Decimal:
    """Return the product without rounding."""
    return _EXACT.multiply(Decimal(factor), amount)


def exact_quotient(amount: Decimal, number: int) -> Decimal:
    """Return the quotient without rounding if it has an end of decimals, else to 18 decimals."""
    context = Context(prec=60)
    quotient = context.divide(amount, Decimal(number))
    return quotient.quantize(_SMALLEST, ROUND_HALF_EVEN, context) if context.flags[Inexact] else quotient


def cost_tokens(tokens: int, rate: Decimal) -> Decimal:
    """Return what tokens cost in USD at a rate in USD per million."""
    return _EXACT.multiply(Decimal(tokens), rate).scaleb(-6, _EXACT)


def count_decimals(amounts: Iterable[Decimal]) -> int:
    """Return how many decimals the amounts have at most."""
    exponents = (amount.as_tuple().exponent for amount in amounts)
    return max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)


def shift_up(amount: Decimal, decimals: int) -> int:
    """Return an amount of no more decimals than these as a whole number of its last one."""
    return int(amount.scaleb(decimals, _EXACT))


def shift_down(parts: int, decimals: int) -> Decimal:
    """Return the amount with these decimals that a whole number of its last one stands for."""
    return _EXACT.scaleb(Decimal(parts), -decimals)
