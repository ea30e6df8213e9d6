"""Requests priced in columns, against prices of one request after the other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tokenquote.counts import NO_MEDIA, MediaUse
from tokenquote.ledger import CacheUse, CacheUses, Row, Rows, billed_kinds
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.money import exact_sum
from tokenquote.ledger.prices import price
from tokenquote.ledger.row_prices import have_media, price_text_rows
from tokenquote.ledger.tariffs import Tariff, TierRates
from tokenquote_client.bill import Indexing

KINDS = ["input", "cache_read", "cache_write", "cache_write_1h", "output", "output_reasoning"]

tokens = st.one_of(st.just(0), st.integers(0, 500))
rates = st.dictionaries(
    st.sampled_from(KINDS), st.sampled_from(["0", "0.1", "2.5", "0.075", "10", "0.000001"]).map(Decimal)
)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    """Rates that cover one another from tier to tier, as those of the catalog do."""
    starts = tuple(sorted(draw(st.sets(st.integers(1, 900), max_size=2))))
    tiers, known = [], dict[str, Decimal]()
    for i in range(len(starts) + 1):
        known = {**known, **draw(rates)}
        tiers.append(TierRates(f"tier {i}", known))
    stated = draw(st.sets(st.sampled_from(KINDS), max_size=2))
    return Tariff(starts, tuple(tiers), "a test", dt.date(2026, 11, 1), stated=frozenset(stated))


@st.composite
def requests(draw: st.DrawFn) -> tuple[Row, CacheUse]:
    read, write, fresh = draw(tokens), draw(tokens), draw(tokens)
    row = Row("m", 1, 0, None, None, read + write + fresh, 0, NO_MEDIA, 1, draw(tokens), 0, draw(tokens), 0.0)
    return row, CacheUse(read, write)


asked = st.lists(requests(), min_size=1, max_size=8)


@given(tariffs(), asked, st.sampled_from(["cache_write", "cache_write_1h"]))
def test_columns_cost_what_requests_do(
    tariff: Tariff, asked: list[tuple[Row, CacheUse]], write_kind: str
) -> None:
    rows, uses = Rows.collect(row for row, _ in asked), CacheUses.collect(use for _, use in asked)
    found = price_text_rows(tariff, rows, uses, write_kind)
    slow = price(tariff, [billed_kinds(row, use, write_kind) for row, use in asked])
    assert list(found.costs) == list(slow.costs)
    assert found.lines == slow.lines
    assert list(found.unpriced.items()) == list(slow.unpriced.items())
    assert (found.total, found.complete) == (slow.total, slow.complete)


def test_media_are_seen_wherever_they_are() -> None:
    row = Row("m", 1, 0, None, None, 90, 0, NO_MEDIA, 1, 9, 0, 0, 0.0)
    spoken = Row("m", 1, 0, None, None, 90, 0, NO_MEDIA, 1, 9, 5, 0, 0.0)
    drawn = Row("m", 1, 0, None, None, 90, 0, NO_MEDIA, 1, 9, 0, 0, 0.0, drawn=5)
    shown = Row("m", 1, 0, None, None, 90, 0, MediaUse(image=8), 1, 9, 0, 0, 0.0)
    assert [have_media(Rows.collect([row, other])) for other in (row, spoken, drawn, shown)] == [
        False,
        True,
        True,
        True,
    ]


money = st.one_of(
    st.none(), st.decimals(0, 10**9, places=12), st.integers(0, 10**6).map(Decimal), st.just(Decimal("1E-18"))
)


@given(st.lists(money, max_size=6))
def test_costs_are_exact(costs: list[Decimal | None]) -> None:
    kept = Costs.collect(costs)
    known = [cost for cost in costs if cost is not None]
    assert list(kept) == costs
    assert kept.total == (exact_sum(known) if known else None)
    sums = [kept.money(part) for part in kept.add_up()]
    steps = [
        after - (before or Decimal(0)) for before, after in pairwise([Decimal(0), *sums]) if after is not None
    ]
    assert [step for step in steps if step] == [cost for cost in known if cost]


@given(st.lists(money, min_size=1, max_size=6))
def test_costs_are_written_as_the_models_write_them(costs: list[Decimal | None]) -> None:
    kept = Costs.collect(costs)
    for cost, part in zip(costs, kept.parts, strict=True):
        model = Indexing(model="m", passages=1, tokens=1, rate=cost, cost=cost, source=None, checked=None)
        (written,) = kept.write([part])
        assert f'"cost":{written},' in model.model_dump_json()


@given(st.lists(st.tuples(st.integers(0, 2), money), max_size=8))
def test_shares_are_joined_in_their_places(costs: list[tuple[int, Decimal | None]]) -> None:
    shares = []
    for model in range(3):
        places = [i for i, (own, _) in enumerate(costs) if own == model]
        shares.append((places, Costs.collect([costs[i][1] for i in places])))
    assert list(Costs.joined(len(costs), shares)) == [cost for _, cost in costs]
