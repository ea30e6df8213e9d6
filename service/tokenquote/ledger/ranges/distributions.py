"""What a range of a plan says about its amount: a distribution to draw whole numbers from.

    {"p50": 300, "p90": 900}                lognormal: half of the draws above 300, one in ten above 900
    {"min": 0, "mode": 2, "max": 6}         triangular: most draws about 2, none outside 0 to 6

Draws are rounded to whole numbers, halves to the even one, and end at the bounds of the field.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MOST_TOKENS", "Distribution", "Lognormal", "Triangle", "WholeNumbers"]

WholeNumbers: TypeAlias = "NDArray[np.int64]"
"""One whole number for each sample."""
MOST_TOKENS = 1_000_000_000
"""The largest draw, which is the largest number that a plan may state for an amount or a repetition."""
_P90 = 1.2815515655446004
"""The 90th percentile of the standard normal distribution."""
_P95 = 1.6448536269514722
"""The 95th percentile of the standard normal distribution."""


@dataclass(frozen=True, slots=True)
class Distribution(ABC):
    """The distribution of one amount, or of the repetitions of a turn or a round."""

    @property
    @abstractmethod
    def middle(self) -> int:
        """The number that stands for the range where one number is asked for: its median or its mode."""

    @property
    @abstractmethod
    def least(self) -> int:
        """The least number that is drawn."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """The mean before rounding."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """The variance before rounding."""

    @abstractmethod
    def band(self) -> tuple[int, int]:
        """Return the 5th and the 95th percentile, rounded: nine draws in ten lie between them."""

    @abstractmethod
    def _draw(self, generator: np.random.Generator, number: int) -> NDArray[np.float64]:
        """Draw numbers that are not yet rounded."""

    def draw(self, generator: np.random.Generator, number: int) -> WholeNumbers:
        """Draw this many whole numbers, one after the other, from `least` to MOST_TOKENS."""
        drawn = self._draw(generator, number)
        bounded: NDArray[np.float64] = np.minimum(np.maximum(drawn, self.least), MOST_TOKENS)
        return np.rint(bounded).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """A lognormal distribution by its median and its 90th percentile, 0 < p50 <= p90."""

    p50: int
    p90: int
    at_least: int = 0
    """The least number that is drawn: 1 for repetitions."""

    @property
    def middle(self) -> int:
        return self.p50

    @property
    def least(self) -> int:
        return self.at_least

    @property
    def sigma(self) -> float:
        """The standard deviation of the logarithm."""
        return math.log(self.p90 / self.p50) / _P90

    @property
    def mean(self) -> float:
        return self.p50 * math.exp(self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        return math.expm1(self.sigma**2) * self.mean**2

    def band(self) -> tuple[int, int]:
        factor = math.exp(_P95 * self.sigma)
        return round(self.p50 / factor), min(round(self.p50 * factor), MOST_TOKENS)

    def _draw(self, generator: np.random.Generator, number: int) -> NDArray[np.float64]:
        return generator.lognormal(math.log(self.p50), self.sigma, number)


@dataclass(frozen=True, slots=True)
class Triangle(Distribution):
    """A triangular distribution by its ends and its peak, low <= mode <= high."""

    low: int
    mode: int
    high: int
    at_least: int = 0
    """The least number that is drawn: 1 for repetitions."""

    @property
    def middle(self) -> int:
        return max(self.mode, self.at_least)

    @property
    def least(self) -> int:
        return max(self.low, self.at_least)

    @property
    def mean(self) -> float:
        return (self.low + self.mode + self.high) / 3

    @property
    def variance(self) -> float:
        a, b, c = self.low, self.high, self.mode
        return (a * a + b * b + c * c - a * b - a * c - b * c) / 18

    def band(self) -> tuple[int, int]:
        width, rise = self.high - self.low, self.mode - self.low
        return round(_inverse(self, 0.05, width, rise)), round(_inverse(self, 0.95, width, rise))

    def _draw(self, generator: np.random.Generator, number: int) -> NDArray[np.float64]:
        if self.low == self.high:  # numpy refuses a triangle without width
            return np.full(number, float(self.low))
        return generator.triangular(self.low, self.mode, self.high, number)


def _inverse(range_: Triangle, share: float, width: int, rise: int) -> float:
    """Return the number that this share of a triangle lies below."""
    if share * width <= rise:
        return range_.low + math.sqrt(share * width * rise)
    return range_.high - math.sqrt((1 - share) * width * (range_.high - range_.mode))
