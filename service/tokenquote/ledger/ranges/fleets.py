"""The cost of many conversations that are drawn each by itself: the distribution of their sum.

    up to DRAWN_CONVERSATIONS    each takes the cost of one of the samples, at random
    above                        the normal distribution with the mean and the variance of the sum

Where fewer conversations times samples are more than may be drawn, it is the normal distribution too.

It is not the spread of one conversation times their number: dear conversations and cheap ones even out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

import numpy as np

from tokenquote.ledger.money import exact_product, exact_quotient, exact_sum
from tokenquote.ledger.ranges.draws import random_stream
from tokenquote.ledger.ranges.samples import LEAST_TOGETHER, MAX_DRAWN_NUMBERS
from tokenquote.ledger.ranges.spreads import Spread, find_spread

if TYPE_CHECKING:
    from tokenquote.ledger.ranges.tallies import ExactCosts

__all__ = ["DRAWN_CONVERSATIONS", "DrawnFleet"]

DRAWN_CONVERSATIONS = 1_000
"""The largest number of conversations that are drawn one by one."""
_P90 = Decimal("1.2815515655446004")
"""The 90th percentile of the standard normal distribution."""
_P999 = Decimal("3.090232306167813")
"""Its 99.9th percentile."""
_WIDE = Context(prec=60)
_SMALLEST = Decimal("1E-18")


@dataclass(frozen=True)
class DrawnFleet:
    """Conversations of which the first one finds nothing in the cache."""

    conversations: int
    cold: ExactCosts
    """The costs of a conversation that finds nothing in the cache, one for each sample."""
    warm: ExactCosts
    """The costs of one that finds what it shares with others; the same if they share nothing."""
    cold_share: Decimal
    """The probability that a later conversation finds nothing."""
    decimals: int
    """How many decimals of a dollar the costs have."""
    seed: int
    most_drawn: int = MAX_DRAWN_NUMBERS
    """The largest number of conversations times samples that are drawn."""

    def spread(self) -> Spread:
        """Return the distribution in USD of the cost of all conversations together."""
        work = self.conversations * max(len(self.cold), LEAST_TOGETHER)
        few = self.conversations == 1 or work <= self.most_drawn
        return self._draw() if self.conversations <= DRAWN_CONVERSATIONS and few else self._approximate()

    def _draw(self) -> Spread:
        """Give each conversation after the first another sample, so that each sample serves each once."""
        generator = random_stream(f"{self.seed} fleet")
        most = self.conversations * max(int(self.cold.max()), int(self.warm.max()))
        whole = np.int64 if most < 1 << 62 else object
        cold, warm = self.cold.astype(whole), self.warm.astype(whole)
        total = cold.copy()
        for _ in range(self.conversations - 1):
            chosen = generator.permutation(len(cold))
            is_cold = generator.random(len(cold)) < float(self.cold_share)
            total += np.where(is_cold, cold[chosen], warm[chosen])
        return find_spread(total, self.decimals)

    def _approximate(self) -> Spread:
        cold, cold_variance = self._moments(self.cold)
        warm, warm_variance = self._moments(self.warm)
        is_cold, later_ones = self.cold_share, self.conversations - 1
        later = exact_sum([exact_product(is_cold, cold), exact_product(1 - is_cold, warm)])
        mean = exact_sum([cold, exact_product(later_ones, later)])
        between = _WIDE.multiply(is_cold * (1 - is_cold), _WIDE.power(cold - warm, 2))
        variance = is_cold * cold_variance + (1 - is_cold) * warm_variance + between
        deviation = _WIDE.sqrt(_WIDE.add(cold_variance, _WIDE.multiply(Decimal(later_ones), variance)))
        low, high, highest = (_rounded(mean + factor * deviation) for factor in (-_P90, _P90, _P999))
        return Spread(mean, max(Decimal(0), low), _rounded(mean), high, highest, is_normal=True)

    def _moments(self, costs: ExactCosts) -> tuple[Decimal, Decimal]:
        """Return the mean in USD, and the variance."""
        mean = exact_quotient(Decimal(sum(map(int, costs))).scaleb(-self.decimals), len(costs))
        deviations = costs.astype(float) - float(mean.scaleb(self.decimals))
        squares = math.fsum(deviations**2) / len(costs)
        return mean, Decimal(repr(squares)).scaleb(-2 * self.decimals)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_SMALLEST, ROUND_HALF_EVEN, _WIDE)
