"""Statistics of samples beside slow, obvious ones: percentiles, shares of the variance, sums of fleets."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.ledger.ranges.fleets import DRAWN_CONVERSATIONS, DrawnFleet
from tokenquote.ledger.ranges.sensitivity import UNITS, share_variance
from tokenquote.ledger.ranges.spreads import find_spread

COSTS = np.random.Generator(np.random.PCG64(3)).lognormal(6, 1, 5_000).astype(np.int64)


def smallest_reached(values: list[int], per_cent: int) -> int:
    """The smallest value that this share of all values does not exceed, counted one by one."""
    return min(v for v in values if 100 * sum(other <= v for other in values) >= per_cent * len(values))


@given(st.lists(st.integers(0, 10**18), min_size=1, max_size=60))
def test_percentiles_are_samples_and_the_mean_is_exact(values: list[int]) -> None:
    spread = find_spread(np.array(values, dtype=object), decimals=6)
    assert spread.p10 <= spread.p50 <= spread.p90 <= spread.max
    found = [spread.p10, spread.p50, spread.p90, spread.max]
    assert found == [Decimal(smallest_reached(values, share)).scaleb(-6) for share in (10, 50, 90, 100)]
    exact = Fraction(sum(values), len(values)) / 10**6
    assert abs(Fraction(spread.mean) - exact) <= Fraction(1, 2 * 10**18)


def test_ten_samples_have_literal_percentiles() -> None:
    """1 to 10 cents: the 10th percentile is the first, the median the fifth, the 90th the ninth."""
    spread = find_spread(np.arange(1, 11), decimals=2)
    assert (spread.p10, spread.p50, spread.p90, spread.max) == tuple(
        map(Decimal, ("0.01", "0.05", "0.09", "0.10"))
    )
    assert spread.mean == Decimal("0.055")


def normal(seed: int, number: int = 4_000) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(seed)).standard_normal(number)


def test_shares_of_a_sum_are_those_of_its_variances() -> None:
    """3 X + 4 Y with variances 1: 9 and 16 of 25, and no interactions."""
    x, y, other_x, other_y = (normal(seed) for seed in range(4))
    shares = share_variance(
        3 * x + 4 * y, 3 * other_x + 4 * other_y, [3 * other_x + 4 * y, 3 * x + 4 * other_y]
    )
    assert shares is not None
    assert shares[0] / UNITS == pytest.approx(0.36, abs=0.02)
    assert shares[1] / UNITS == pytest.approx(0.64, abs=0.02)
    assert sum(shares) <= UNITS


def test_a_pure_product_is_all_interaction() -> None:
    """X Y with means 0: neither says anything without the other."""
    x, y, other_x, other_y = (normal(seed) for seed in range(4))
    shares = share_variance(x * y, other_x * other_y, [other_x * y, x * other_y])
    assert shares is not None
    assert sum(shares) / UNITS < 0.05


def test_many_small_shares_are_told_from_none() -> None:
    """One that makes 1 % and one that makes nothing, beside 99 %."""
    x, y, other_x, other_y = (normal(seed) for seed in range(4))
    cost, redrawn = 10 * x + y, 10 * other_x + other_y
    shares = share_variance(cost, redrawn, [10 * other_x + y, 10 * x + other_y, cost])
    assert shares is not None
    assert shares[0] / UNITS == pytest.approx(0.99, abs=0.01)
    assert shares[1] / UNITS == pytest.approx(0.01, abs=0.01)
    assert shares[2] / UNITS == pytest.approx(0, abs=0.01)


@given(st.lists(st.integers(0, 4), min_size=12, max_size=12), st.integers(0, 2**32))
def test_shares_never_exceed_the_whole(values: list[int], seed: int) -> None:
    """However few the samples, so that chance alone makes shares."""
    costs = np.array(values, float)
    generator = np.random.Generator(np.random.PCG64(seed))
    shares = share_variance(
        costs, generator.permutation(costs), [generator.permutation(costs) for _ in range(3)]
    )
    if np.ptp(costs) == 0:
        assert shares is None
    else:
        assert shares is not None
        assert all(share >= 0 for share in shares)
        assert 0 <= sum(shares) <= UNITS


def test_a_single_range_makes_all_of_the_variance_and_a_certain_cost_has_none() -> None:
    assert share_variance(normal(0), normal(1), [normal(1)]) == [UNITS]
    assert share_variance(np.ones(9), np.ones(9), [np.ones(9)]) is None


def fleet(conversations: int, warm: np.ndarray | None = None, cold_share: str = "0") -> DrawnFleet:
    later = COSTS if warm is None else warm
    return DrawnFleet(conversations, COSTS, later, Decimal(cold_share), decimals=6, seed=0)


def test_a_fleet_of_one_is_the_conversation_itself() -> None:
    assert fleet(1, warm=COSTS // 7).spread() == find_spread(COSTS, 6)


@pytest.mark.parametrize("conversations", [2, 100, DRAWN_CONVERSATIONS, DRAWN_CONVERSATIONS + 1, 10**9])
def test_the_mean_of_a_fleet_is_exactly_its_number_times_the_mean(conversations: int) -> None:
    spread = fleet(conversations).spread()
    assert spread.mean == conversations * find_spread(COSTS, 6).mean
    assert spread.is_normal == (conversations > DRAWN_CONVERSATIONS)
    assert spread.p10 <= spread.p50 <= spread.p90 <= spread.max


@pytest.mark.parametrize("conversations", [16, 400, DRAWN_CONVERSATIONS + 1])
def test_the_spread_of_a_fleet_grows_with_the_root_of_its_number(conversations: int) -> None:
    """Independent conversations: the variance of the sum is n times that of one, not n squared times."""
    spread = fleet(conversations).spread()
    deviation = float(COSTS.std()) / 1e6 * math.sqrt(conversations)
    assert float(spread.p90 - spread.p10) == pytest.approx(2 * 1.2815515655 * deviation, rel=0.12)


def test_the_approximation_takes_over_where_draws_leave_off() -> None:
    drawn, normal = (fleet(n).spread() for n in (DRAWN_CONVERSATIONS, DRAWN_CONVERSATIONS + 1))
    for one, other in ((drawn.p10, normal.p10), (drawn.p50, normal.p50), (drawn.p90, normal.p90)):
        assert float(one) == pytest.approx(float(other), rel=0.01)


def test_the_approximation_takes_over_where_there_are_too_many_samples_to_draw() -> None:
    costs = np.arange(2_000)
    drawn = DrawnFleet(500, costs, costs, Decimal(1), 6, 0, most_drawn=1_000_000)
    assert not drawn.spread().is_normal
    assert replace(drawn, most_drawn=999_999).spread().is_normal
    assert not replace(drawn, conversations=1, most_drawn=0).spread().is_normal


@pytest.mark.parametrize("conversations", [200, DRAWN_CONVERSATIONS + 1])
@pytest.mark.parametrize("cold_share", ["0", "0.25", "1"])
def test_later_conversations_are_cold_or_warm_by_chance(conversations: int, cold_share: str) -> None:
    """Beside a plain loop over fleets: the first one cold, each later one cold with the probability."""
    warm = COSTS // 5
    spread = fleet(conversations, warm, cold_share).spread()
    generator = np.random.Generator(np.random.PCG64(9))
    sums = []
    for _ in range(2_000):
        is_cold = generator.random(conversations - 1) < float(cold_share)
        chosen = generator.integers(0, len(COSTS), conversations - 1)
        later = sum(int(COSTS[i]) if cold else int(warm[i]) for i, cold in zip(chosen, is_cold, strict=True))
        sums.append(int(COSTS[generator.integers(0, len(COSTS))]) + later)
    slow = find_spread(np.array(sums), 6)
    for one, other in ((spread.mean, slow.mean), (spread.p10, slow.p10), (spread.p90, slow.p90)):
        assert float(one) == pytest.approx(float(other), rel=0.03)


def test_a_fleet_whose_cost_has_more_digits_than_64_bits_is_exact() -> None:
    """Costs with eighteen decimals, a thousand of them."""
    costs = np.array([10**18 + 1] * 3, dtype=object)
    spread = DrawnFleet(1_000, costs, costs, Decimal(0), decimals=18, seed=0).spread()
    assert spread.max == spread.p10 == Decimal("1000.000000000000001")
