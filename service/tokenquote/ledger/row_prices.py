"""Prices requests in columns: what `prices.py` says of one after the other, with one product for each kind.

The tokens of a request without media are of five kinds at most. Their costs are worked out in whole numbers,
in the smallest part of a dollar that any of the rates needs, so nothing is rounded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from tokenquote.counts import NO_MEDIA
from tokenquote.ledger.cache_uses import CacheUses
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.money import shift_down, shift_up
from tokenquote.ledger.prices import Priced, build_lines, find_priced_kind
from tokenquote.ledger.rows import Rows
from tokenquote.ledger.tariffs import STATED_TIER, Tariff, TierRates

__all__ = ["have_media", "price_text_rows", "total_text_rows"]


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
    cached = zip(rows.input, uses.read, uses.write, strict=True)
    columns = {
        "input": [sent - read - write for sent, read, write in cached],
        "cache_read": uses.read,
        write_kind: uses.write,
        "output": rows.visible,
        "output_reasoning": rows.reasoning,
    }
    stretches = _cut_by_tier(tariff, rows.input, columns)
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
    decimals = 6 + max((stretch.decimals for stretch in stretches), default=0)
    parts = [part for stretch in stretches for part in stretch.price(decimals)]
    return Priced(Costs(parts, decimals), build_lines(tokens, rates), unpriced)


def total_text_rows(tariff: Tariff, rows: Rows) -> Decimal | None:
    """Return the cost in USD of requests without media and without a cache, all of them together.

    None: something of it has no price, and what is known of the rest `price_text_rows` says.
    """
    if not tariff.bills_tokens:
        return None
    columns = {"input": rows.input, "output": rows.visible, "output_reasoning": rows.reasoning}
    stretches = _cut_by_tier(tariff, rows.input, columns)
    if any(stretch.unpriced for stretch in stretches):
        return None
    priced = [line for stretch in stretches for line in stretch.list_priced()]
    decimals = 6 + max((stretch.decimals for stretch in stretches), default=0)
    return shift_down(sum(number * shift_up(rate, decimals - 6) for _, rate, number in priced), decimals)


def _cut_by_tier(
    tariff: Tariff, tokens: Sequence[int], columns: Mapping[str, list[int]]
) -> Sequence[_Stretch]:
    """Cut requests where their input decides on another tier.

    Args:
        tariff: the rates.
        tokens: the input of each request.
        columns: its tokens of each kind.
    """
    starts = tariff.starts
    if not starts or (tokens and max(tokens) < starts[0]):
        return [_Stretch(tariff.tiers[0], columns)]
    tiers = [bisect_right(starts, sent) for sent in tokens]
    ends = [i for i in range(1, len(tiers) + 1) if i == len(tiers) or tiers[i] != tiers[i - 1]]
    return [
        _Stretch(tariff.tiers[tiers[begin]], {kind: column[begin:end] for kind, column in columns.items()})
        for begin, end in pairwise([0, *ends])
    ]


class _Stretch:
    """Requests that follow each other in one tier: the tokens of each kind of every one."""

    def __init__(self, tier: TierRates, columns: Mapping[str, list[int]]) -> None:
        self.label = tier.label
        self._priced: list[tuple[str, Decimal, list[int], int]] = []
        self.unpriced: list[tuple[str, list[int], int]] = []
        """The kinds without a rate, with their tokens in each request and together."""
        self.decimals = 0
        """The most decimals of a rate that applies."""
        for kind, column in columns.items():
            number = sum(column)
            if not number:
                continue
            priced_as = find_priced_kind(tier, kind)
            if priced_as is None:
                self.unpriced.append((kind, column, number))
            else:
                self._priced.append((priced_as, tier.rates[priced_as], column, number))
                self.decimals = max(self.decimals, tier.decimals[priced_as])
        self._length = len(columns["input"])

    def list_priced(self) -> Iterator[tuple[str, Decimal, int]]:
        """Yield the kind whose rate applies, the rate, and the number of tokens."""
        for priced_as, rate, _, number in self._priced:
            yield priced_as, rate, number

    def list_unpriced(self) -> Iterator[tuple[str, int]]:
        """Yield the kinds without a rate and their tokens, in the order in which they first appear."""
        for kind, _, number in sorted(self.unpriced, key=lambda each: _first_place(each[1])):
            yield kind, number

    def price(self, decimals: int) -> list[int | None]:
        """Return the cost of each request in parts of a dollar with these decimals."""
        costs = [0] * self._length
        for _, rate, column, _ in self._priced:
            whole = shift_up(rate, decimals - 6)  # the rate is for a million tokens
            costs = [cost + tokens * whole for cost, tokens in zip(costs, column, strict=True)]
        if not self.unpriced:
            return list[int | None](costs)
        priced = _add_columns([column for _, _, column, _ in self._priced], self._length)
        unpriced = _add_columns([column for _, column, _ in self.unpriced], self._length)
        return [
            None if without and not with_rate else cost
            for cost, with_rate, without in zip(costs, priced, unpriced, strict=True)
        ]


def _first_place(column: Sequence[int]) -> int:
    return next(i for i, tokens in enumerate(column) if tokens)


def _add_columns(columns: Sequence[Sequence[int]], length: int) -> list[int]:
    return [sum(tokens) for tokens in zip(*columns, strict=True)] if columns else [0] * length
