"""Prices requests in columns: what `prices.py` says of one after the other, with one product for each kind.

The tokens of a request without media are of five kinds at most. Their costs are worked out in whole numbers,
in the smallest part of a dollar that any of the rates needs, so nothing is rounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal

from tokenquote.counts import NO_MEDIA
from tokenquote.ledger.cache_uses import CacheUses
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.money import count_decimals, shift_up
from tokenquote.ledger.prices import Priced, build_lines, find_priced_kind
from tokenquote.ledger.rows import Rows
from tokenquote.ledger.tariffs import STATED_TIER, Tariff, TierRates

__all__ = ["have_media", "price_text_rows"]


def have_media(rows: Rows) -> bool:
    """Return whether any request sends or answers with anything but text."""
    return rows.media.count(NO_MEDIA) < len(rows) or any(rows.spoken) or any(rows.drawn)


def price_text_rows(tariff: Tariff, rows: Rows, uses: CacheUses, write_kind: str) -> Priced:
    """Return the cost of requests without media.

    Args:
        tariff: the rates of the model that answers all of them.
        rows: the requests.
        uses: the use of the cache of each.
        write_kind: what written tokens are billed as.
    """
    if not tariff.bills_tokens:
        return Priced(Costs([None] * len(rows), 0), (), {})
    kinds = ("input", "cache_read", write_kind, "output", "output_reasoning")
    cached = zip(rows.input, uses.read, uses.write, strict=True)
    fresh = [sent - read - write for sent, read, write in cached]
    columns = (fresh, uses.read, uses.write, rows.visible, rows.reasoning)
    stretches = [
        _Stretch(tier, {kind: column[places] for kind, column in zip(kinds, columns, strict=True)})
        for tier, places in _cut_by_tier(tariff, rows.input)
    ]
    tokens: dict[tuple[str, str], int] = {}
    rates: dict[tuple[str, str], Decimal] = {}
    unpriced: dict[str, int] = {}
    for stretch in stretches:
        for priced_as, rate, number in stretch.list_priced():
            line = (priced_as, STATED_TIER if priced_as in tariff.stated else stretch.label)
            rates[line] = rate
            tokens[line] = tokens.get(line, 0) + number
        for kind, number in stretch.list_unpriced():
            unpriced[kind] = unpriced.get(kind, 0) + number
    decimals = 6 + count_decimals(rates.values())
    parts = [part for stretch in stretches for part in stretch.price(decimals)]
    return Priced(Costs(parts, decimals), build_lines(tokens, rates), unpriced)


def _cut_by_tier(tariff: Tariff, tokens: Sequence[int]) -> Iterator[tuple[TierRates, slice]]:
    """Yield the places of requests that follow each other in one tier, which their input decides."""
    starts, begin = tariff.starts, 0
    if not starts or (tokens and max(tokens) < starts[0]):
        yield tariff.tiers[0], slice(None)
        return
    tiers = [bisect_right(starts, sent) for sent in tokens]
    for i, tier in enumerate(tiers):
        if i + 1 == len(tiers) or tiers[i + 1] != tier:
            yield tariff.tiers[tier], slice(begin, i + 1)
            begin = i + 1


class _Stretch:
    """Requests that follow each other in one tier: the tokens of each kind of every one."""

    def __init__(self, tier: TierRates, columns: dict[str, list[int]]) -> None:
        self.label = tier.label
        self._priced: list[tuple[str, Decimal, list[int], int]] = []
        self._unpriced: list[tuple[str, list[int], int]] = []
        for kind, column in columns.items():
            number = sum(column)
            if not number:
                continue
            priced_as = find_priced_kind(tier, kind)
            if priced_as is None:
                self._unpriced.append((kind, column, number))
            else:
                self._priced.append((priced_as, tier.rates[priced_as], column, number))
        self._length = len(columns["input"])

    def list_priced(self) -> Iterator[tuple[str, Decimal, int]]:
        """Yield the kind whose rate applies, the rate, and the number of tokens."""
        for priced_as, rate, _, number in self._priced:
            yield priced_as, rate, number

    def list_unpriced(self) -> Iterator[tuple[str, int]]:
        """Yield the kinds without a rate and their tokens, in the order in which they first appear."""
        for kind, _, number in sorted(self._unpriced, key=lambda each: _first_place(each[1])):
            yield kind, number

    def price(self, decimals: int) -> list[int | None]:
        """Return the cost of each request in parts of a dollar with these decimals."""
        costs = [0] * self._length
        for _, rate, column, _ in self._priced:
            whole = shift_up(rate, decimals - 6)  # the rate is for a million tokens
            costs = [cost + tokens * whole for cost, tokens in zip(costs, column, strict=True)]
        if not self._unpriced:
            return list[int | None](costs)
        priced = _add_columns([column for _, _, column, _ in self._priced], self._length)
        unpriced = _add_columns([column for _, column, _ in self._unpriced], self._length)
        return [
            None if without and not with_rate else cost
            for cost, with_rate, without in zip(costs, priced, unpriced, strict=True)
        ]


def _first_place(column: Sequence[int]) -> int:
    return next(i for i, tokens in enumerate(column) if tokens)


def _add_columns(columns: Sequence[Sequence[int]], length: int) -> list[int]:
    return [sum(tokens) for tokens in zip(*columns, strict=True)] if columns else [0] * length
