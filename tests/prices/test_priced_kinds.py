"""From tokens to money: each kind at its own rate or the next of its chain, and exact to the last digit."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.ledger.prices import INPUT_KINDS, exact_product, exact_sum, price, tariff_on

NOON = dt.datetime(2026, 11, 12, 12, tzinfo=dt.UTC)
MILLION = 1_000_000


def block(**fields: object) -> PriceBlock:
    return PriceBlock.model_validate({"source": "made up", "checked": "2026-11-12", **fields})


@pytest.mark.parametrize(
    ("rates", "kind", "priced_as", "dollars"),
    [
        ({"input": "1", "output": "9"}, "cache_write", "input", 1),
        ({"input": "1", "cache_write": "2"}, "cache_write_1h", "cache_write", 2),
        ({"input": "1", "cache_write": "2"}, "cache_write_12h", "cache_write", 2),
        ({"input": "1"}, "cache_write_12h", "input", 1),
        ({"input": "1", "cache_write_1h": "4"}, "cache_write", "input", 1),
        ({"input": "1"}, "input_image", "input", 1),
        ({"input": "1", "input_audio": "3"}, "input_audio", "input_audio", 3),
        ({"input": "1", "cache_read": "0.5"}, "cache_read_audio", "cache_read", Decimal("0.5")),
        ({"input": "1", "input_audio": "3"}, "cache_read_audio", "input", 1),
        ({"output": "2"}, "output_reasoning", "output", 2),
        ({"output": "2", "output_reasoning": "8"}, "output_reasoning", "output_reasoning", 8),
        ({"output": "2", "output_reasoning": "8"}, "output", "output", 2),
        ({"output": "2"}, "output_citation", "output", 2),
    ],
    ids=str,
)
def test_a_kind_without_a_rate_costs_what_the_next_of_its_chain_costs(
    rates: dict[str, str], kind: str, priced_as: str, dollars: Decimal
) -> None:
    result = price(tariff_on(block(rates=rates), NOON), [{kind: MILLION}])
    assert [(line.kind, line.cost) for line in result.lines] == [(priced_as, dollars)]
    assert result.complete


def test_a_kind_without_any_price_is_listed_and_the_total_not_complete() -> None:
    tariff = tariff_on(block(rates={"input": "1"}), NOON)
    result = price(tariff, [{"input": MILLION, "output": 7}, {"output": 5}])
    assert (result.costs, result.total) == ((Decimal(1), None), Decimal(1))
    assert (result.unpriced, result.complete) == ({"output": 12}, False)


@pytest.mark.parametrize("prices", [None, block()], ids=["before-the-first-block", "block-without-rates"])
def test_the_total_is_none_when_nothing_has_a_price(prices: PriceBlock | None) -> None:
    result = price(tariff_on(prices, NOON), [{"input": 3, "output": 4}])
    assert (result.total, result.costs, result.lines) == (None, (None,), ())
    assert result.unpriced == {"input": 3, "output": 4}


@pytest.mark.parametrize("usage", [{}, {"input": 0, "output": 0}, {"output_video": 0}], ids=str)
def test_zero_tokens_cost_zero_even_where_they_have_no_price(usage: dict[str, int]) -> None:
    result = price(tariff_on(block(rates={"input": "1"}), NOON), [usage])
    assert (result.total, result.lines, result.complete) == (Decimal(0), (), True)


def test_a_price_of_zero_is_a_price() -> None:
    result = price(tariff_on(block(rates={"input": "0", "output": "0"}), NOON), [{"input": 9, "output": 9}])
    assert (result.total, result.complete) == (Decimal(0), True)


@pytest.mark.parametrize(
    ("amount", "product"),
    [
        ("123456789.123456789012", "123456789123456789.012"),
        ("999999999999999999999999.000000000001", "999999999999999999999999000000000.001"),
    ],
)
def test_a_billion_times_a_large_amount_is_exact(amount: str, product: str) -> None:
    assert exact_product(10**9, Decimal(amount)) == Decimal(product)


def test_a_large_count_at_a_rate_of_21_digits_is_exact() -> None:
    prices = block(rates={"input": "999999999.999999999999"})
    assert price(tariff_on(prices, NOON), [{"input": 10**15 + 1}]).total == Decimal(
        "1000000000000000999.998999999999999999"
    )


RATE = st.decimals("0", "999999999", places=12, allow_nan=False).map(lambda rate: format(rate, "f"))
USAGE = st.dictionaries(st.sampled_from(sorted(INPUT_KINDS | {"output"})), st.integers(0, 10**12))


@given(st.lists(USAGE, max_size=8), RATE, RATE, RATE, st.integers(1, 10**12))
def test_costs_and_lines_add_up_to_the_same_exact_total(
    requests: list[dict[str, int]], base: str, long: str, output: str, tier: int
) -> None:
    prices = block(
        rates={"input": base, "output": output}, tiers=[{"at_least": tier, "rates": {"input": long}}]
    )
    result = price(tariff_on(prices, NOON), requests)
    by_hand = Fraction(0)
    for usage in requests:
        size = sum(amount for kind, amount in usage.items() if kind != "output")
        rate = Fraction(long) if size >= tier else Fraction(base)
        by_hand += size * rate + usage.get("output", 0) * Fraction(output)
    assert Fraction(exact_sum(line.cost for line in result.lines)) == by_hand / 10**6
    assert Fraction(exact_sum(part for part in result.costs if part is not None)) == by_hand / 10**6
