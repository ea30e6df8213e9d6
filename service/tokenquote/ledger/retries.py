"""What a conversation comes to on average when requests fail and are sent again (law 25).

    expected requests    requests / (1 - p)
    expected cost        cost + p / (1 - p) x what a failed attempt at each request is billed

An attempt fails with probability p each time anew, so that p / (1 - p) attempts fail before one succeeds. A
failed attempt is billed for its input and for a share of its output. The first attempt at a request reads
what it would read without failures, each later one what the attempt before it wrote; so what p / (1 - p)
attempts are billed on top is a request that is sent once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from tokenquote.ledger.money import exact_product, exact_quotient
from tokenquote.ledger.rows import Row

__all__ = ["RetryTerms"]


@dataclass(frozen=True, slots=True)
class RetryTerms:
    """How often requests fail and are sent again, and what is billed of a failed attempt."""

    rate: Decimal
    """The probability that an attempt fails, from 0, below 1."""
    output_share: Decimal = Decimal(0)
    """The share of its output that a failed attempt bills, from 0 to 1."""

    @property
    def odds(self) -> Fraction:
        """The expected number of attempts at a request that fail."""
        rate = Fraction(self.rate)
        return rate / (1 - rate)

    def expect(self, amount: Decimal) -> Decimal:
        """Return what the failed attempts are expected to cost in USD if one at each request costs `amount`.

        Where it has no end of decimals, it is rounded to 18 of them.
        """
        return exact_quotient(exact_product(self.odds.numerator, amount), self.odds.denominator)

    def failed(self, rows: Iterable[Row]) -> list[Row]:
        """Return an attempt at each request that fails: each kind of its output is cut, rounded down."""
        return [self._cut(row) for row in rows]

    def _cut(self, row: Row) -> Row:
        spoken, drawn, reasoning = map(self._share, (row.spoken, row.drawn, row.reasoning))
        written = self._share(row.visible - row.spoken - row.drawn)
        return replace(row, visible=written + spoken + drawn, spoken=spoken, drawn=drawn, reasoning=reasoning)

    def _share(self, tokens: int) -> int:
        return int(tokens * self.output_share)
