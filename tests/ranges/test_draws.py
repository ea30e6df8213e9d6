"""Distributions and their draws: what a range says, the same numbers from the same seed, and no others."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tokenquote.ledger.ranges import Distribution, Draws, Lognormal, Triangle
from tokenquote.ledger.ranges.distributions import MOST_TOKENS
from tokenquote.ledger.ranges.draws import BLOCK
from tokenquote_client.wire_types import MAX_AMOUNT_TOKENS

MANY = 100_000
USER = "/turns/0/user"


def drawn(distribution: Distribution, number: int = MANY) -> np.ndarray:
    return distribution.draw(np.random.Generator(np.random.PCG64(1)), number)


def test_half_of_the_draws_are_below_p50_and_nine_in_ten_below_p90() -> None:
    numbers = drawn(Lognormal(300, 900))
    assert np.mean(numbers <= 300) == pytest.approx(0.5, abs=0.01)
    assert np.mean(numbers <= 900) == pytest.approx(0.9, abs=0.01)


def test_a_triangle_has_its_ends_and_its_peak() -> None:
    """From 0 to 1,000, peak at 250: a quarter below it, nine in ten below 1,000 - sqrt(0.1 x 1,000 x 750)."""
    numbers = drawn(Triangle(0, 250, 1000))
    assert numbers.min() >= 0
    assert numbers.max() <= 1000
    assert np.mean(numbers <= 250) == pytest.approx(0.25, abs=0.01)
    assert np.mean(numbers <= 1000 - math.sqrt(75_000)) == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(
    ("distribution", "mean", "variance"),
    [
        # sigma = ln(3) / 1.28155 = 0.857: 300 x e^(sigma^2 / 2), and its square x (e^(sigma^2) - 1)
        (Lognormal(300, 900), 433.213, 203_687.6),
        (Lognormal(40, 40), 40, 0),
        (Triangle(0, 250, 1000), 1250 / 3, 812_500 / 18),
        (Triangle(7, 7, 7), 7, 0),
    ],
)
def test_mean_and_variance_are_those_of_the_formulas_and_of_the_draws(
    distribution: Distribution, mean: float, variance: float
) -> None:
    assert distribution.mean == pytest.approx(mean, rel=1e-4)
    assert distribution.variance == pytest.approx(variance, rel=1e-3)
    numbers = drawn(distribution)
    assert numbers.mean() == pytest.approx(mean, rel=0.02)
    assert numbers.var() == pytest.approx(variance, rel=0.1, abs=0.01)


def test_the_band_holds_nine_draws_in_ten() -> None:
    for distribution in (Lognormal(300, 900), Triangle(0, 250, 1000)):
        low, high = distribution.band()
        numbers = drawn(distribution)
        assert np.mean((low <= numbers) & (numbers <= high)) == pytest.approx(0.9, abs=0.01)


def test_draws_are_whole_numbers_within_the_bounds_of_the_field() -> None:
    """Repetitions are at least 1, and no draw exceeds what a plan may state."""
    assert set(drawn(Triangle(0, 0, 2))) == {0, 1, 2}
    assert set(drawn(Triangle(0, 0, 2, at_least=1))) == {1, 2}
    assert drawn(Lognormal(1, 3, at_least=1)).min() == 1
    assert drawn(Lognormal(MOST_TOKENS, MOST_TOKENS * 2)).max() == MOST_TOKENS == MAX_AMOUNT_TOKENS


def test_the_same_seed_draws_the_same_numbers_on_every_version_of_python() -> None:
    """These numbers may change with a release of the service, and never without one."""
    ranges = {USER: Lognormal(300, 900), "/system": Triangle(0, 250, 1000)}
    draws = Draws(ranges, seed=7)
    assert draws.take(USER, (0,), 0, 5).tolist() == [266, 228, 437, 387, 291]
    assert draws.take("/system", (), 0, 5).tolist() == [239, 857, 242, 206, 232]
    assert draws.take_failures(0.5, (0, 0), 0, 8).tolist() == [0, 1, 1, 2, 11, 4, 1, 0]


def test_what_else_a_plan_holds_moves_no_draw() -> None:
    alone = Draws({USER: Lognormal(300, 900)}, seed=7)
    more = Draws({"/system": Lognormal(5, 8), USER: Lognormal(300, 900)}, seed=7)
    assert np.array_equal(alone.take(USER, (3,), 0, 100), more.take(USER, (3,), 0, 100))


def test_more_samples_leave_the_first_ones_and_blocks_join_without_a_seam() -> None:
    draws = Draws({USER: Lognormal(300, 900)}, seed=7)
    every = draws.take(USER, (0,), 0, 3 * BLOCK)
    assert np.array_equal(draws.take(USER, (0,), 0, 10), every[:10])
    for first, last in ((5, 9), (BLOCK - 2, BLOCK + 2), (BLOCK, 2 * BLOCK), (100, 2 * BLOCK + 1)):
        assert np.array_equal(draws.take(USER, (0,), first, last), every[first:last])


def test_repetitions_ranges_and_seeds_are_drawn_independently() -> None:
    ranges = {USER: Lognormal(300, 900), "/turns/0/assistant": Lognormal(300, 900)}
    draws = Draws(ranges, seed=7)
    first = draws.take(USER, (0,), 0, 4_000)
    others = [
        draws.take(USER, (1,), 0, 4_000),
        draws.take("/turns/0/assistant", (0,), 0, 4_000),
        Draws(ranges, seed=8).take(USER, (0,), 0, 4_000),
        Draws(ranges, seed=7, redrawn=frozenset({USER})).take(USER, (0,), 0, 4_000),
    ]
    for other in others:
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.08


def test_only_what_is_redrawn_changes() -> None:
    ranges = {USER: Lognormal(300, 900), "/system": Lognormal(300, 900)}
    draws, again = Draws(ranges, 7), Draws(ranges, 7, redrawn=frozenset({USER}))
    assert np.array_equal(draws.take("/system", (), 0, 50), again.take("/system", (), 0, 50))
    assert not np.array_equal(draws.take(USER, (0,), 0, 50), again.take(USER, (0,), 0, 50))


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
def test_rate_over_one_minus_rate_attempts_fail_before_one_succeeds(rate: float) -> None:
    failures = Draws({}, 7).take_failures(rate, (0,), 0, MANY)
    assert failures.min() == 0
    assert failures.mean() == pytest.approx(rate / (1 - rate), rel=0.05)
