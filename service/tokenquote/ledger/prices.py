"""Turn token counts into money, exactly: `tokens x rate`, rates per million, in Decimal from end to end.

A request's tokens come as disjoint kinds (`input` is text that is not cached), each of which is priced at its
own rate or at the first one of its chain that the catalog states:

    input_image -> input          cache_read_audio -> cache_read -> input      output_reasoning -> output

Tiers are cliffs: the request's whole input, cache reads included, chooses one tier for all its tokens.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from tokenquote.catalog.schema.prices import PriceBlock, Window
from tokenquote.catalog.schema.rates import RateCard
from tokenquote.errors import LocatedError

__all__ = [
    "INPUT_KINDS",
    "Line",
    "Priced",
    "Tariff",
    "UnknownMode",
    "comparable_rates",
    "exact_product",
    "exact_sum",
    "price",
    "tariff_on",
]

STANDARD = "standard"
BASE_TIER = "base"

_INPUT_CHAINS: dict[str, tuple[str, ...]] = {
    "input": ("input",),
    "input_image": ("input_image", "input"),
    "input_audio": ("input_audio", "input"),
    "input_video": ("input_video", "input"),
    "cache_read": ("cache_read", "input"),
    "cache_read_image": ("cache_read_image", "cache_read", "input"),
    "cache_read_audio": ("cache_read_audio", "cache_read", "input"),
    "cache_read_video": ("cache_read_video", "cache_read", "input"),
    "cache_write": ("cache_write", "input"),
    "cache_write_1h": ("cache_write_1h", "cache_write", "input"),
    "cache_write_12h": ("cache_write_12h", "cache_write", "input"),
    "cache_write_audio": ("cache_write_audio", "cache_write", "input"),
}
_OUTPUT_CHAINS: dict[str, tuple[str, ...]] = {
    "output": ("output",),
    "output_reasoning": ("output_reasoning", "output"),
    "output_citation": ("output_citation", "output"),
    "output_image": ("output_image", "output"),
    "output_audio": ("output_audio", "output"),
    "output_video": ("output_video", "output"),
}
_CHAINS = _INPUT_CHAINS | _OUTPUT_CHAINS
INPUT_KINDS = frozenset(_INPUT_CHAINS)
"""The kinds of token that add up to a request's input."""

# 28 digits, Decimal's default, are not enough for a fleet of 10^9 long conversations at twelve decimals.
# Should 60 be too few as well, that is an error and no rounded price.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


class UnknownMode(LocatedError):
    """The model is not sold in the mode that the plan names; `offered` lists the modes that it is sold in."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(("mode",), f"the model is offered in: {', '.join(offered)}")
        self.offered = offered


@dataclass(frozen=True, slots=True)
class _TierRates:
    label: str
    rates: Mapping[str, Decimal]
    """The rates by kind of token, in USD per million tokens."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates in force at one instant in one mode, as one set of rates for each tier."""

    starts: tuple[int, ...]
    """The smallest input of each tier above the base, in tokens."""
    tiers: tuple[_TierRates, ...]
    """The rates of the base and of each tier; one more than `starts`."""
    source: str
    checked: dt.date | None
    window: str | None = None
    """The name of the time window that holds. None: the block's own rates hold."""

    def states(self, kind: str) -> bool:
        """Return whether the kind has a rate of its own in any tier."""
        return any(kind in tier.rates for tier in self.tiers)

    def tier_for(self, input_tokens: int) -> _TierRates:
        """Return the rates of a request with this number of input tokens."""
        return self.tiers[bisect_right(self.starts, input_tokens)]

    def rate(self, kind: str, input_tokens: int) -> Decimal | None:
        """Return the rate of a kind in a request with this number of input tokens; None if it has none."""
        rates = self.tier_for(input_tokens).rates
        return next((rates[name] for name in _CHAINS[kind] if name in rates), None)


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of one kind at one rate, over all requests."""

    kind: str
    tokens: int
    rate: Decimal
    """The rate in USD per million tokens."""
    tier: str
    cost: Decimal
    """The cost in USD."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The cost of requests, one by one and by kind of token."""

    costs: tuple[Decimal | None, ...]
    """The cost of each request in USD. None: nothing of the request has a price."""
    lines: tuple[Line, ...]
    """The cost of each kind at each rate, in a fixed order of kinds."""
    unpriced: Mapping[str, int]
    """The tokens by kind for which the catalog has no price."""

    @property
    def complete(self) -> bool:
        """Whether every token has a price."""
        return not self.unpriced

    @property
    def total(self) -> Decimal | None:
        """The sum in USD of what has a price; None if nothing has."""
        known = [cost for cost in self.costs if cost is not None]
        return exact_sum(known) if known else None


def tariff_on(block: PriceBlock | None, at: dt.datetime, mode: str = STANDARD) -> Tariff:
    """Return the rates of a price block at an instant; None stands for a model without prices.

    Raises:
        UnknownMode: the block has no such mode.
    """
    if block is None:
        if mode != STANDARD:
            raise UnknownMode([STANDARD])
        return Tariff((), (_TierRates(BASE_TIER, {}),), "not in the catalog", None)
    _check_mode(block, mode)
    window = next((window for window in block.windows if window.holds(at)), None)
    starts = sorted({tier.starts for card in _cards(block, window, mode) for tier in card.tiers})
    tiers = tuple(_resolve(block, window, mode, start) for start in (0, *starts))
    return Tariff(tuple(starts), tiers, block.source, block.checked, window.name if window else None)


def comparable_rates(block: PriceBlock | None, mode: str = STANDARD) -> object:
    """Return everything that decides the rates of one mode, for comparing two blocks.

    Raises:
        UnknownMode: the block has no such mode.
    """
    if block is None:
        return None
    _check_mode(block, mode)
    own = block.modes[mode] if mode != STANDARD else None
    return block.rates, block.tiers, block.windows, own


def price(tariff: Tariff, requests: Sequence[Mapping[str, int]]) -> Priced:
    """Return the cost of requests, each a mapping from disjoint kinds to tokens."""
    costs: list[Decimal | None] = []
    tokens: dict[tuple[str, str], int] = {}
    rates: dict[tuple[str, str], Decimal] = {}
    unpriced: dict[str, int] = {}
    for request in requests:
        tier = tariff.tier_for(sum(n for kind, n in request.items() if kind in INPUT_KINDS))
        parts: list[Decimal] = []
        for kind, amount in request.items():
            if not amount:
                continue
            priced_as = next((name for name in _CHAINS[kind] if name in tier.rates), None)
            if priced_as is None:
                unpriced[kind] = unpriced.get(kind, 0) + amount
                continue
            line = (priced_as, tier.label)
            rates[line] = tier.rates[priced_as]
            tokens[line] = tokens.get(line, 0) + amount
            parts.append(_cost(amount, rates[line]))
        nothing_priced = not parts and any(request.values())
        costs.append(None if nothing_priced else exact_sum(parts))
    lines = (Line(k, n, rates[k, t], t, _cost(n, rates[k, t])) for (k, t), n in tokens.items())
    order = list(_CHAINS)
    by_kind = sorted(lines, key=lambda line: (order.index(line.kind), line.rate))
    return Priced(tuple(costs), tuple(by_kind), unpriced)


def _check_mode(block: PriceBlock, mode: str) -> None:
    if mode != STANDARD and mode not in block.modes:
        raise UnknownMode([STANDARD, *block.modes])


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of the amounts without rounding."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def exact_product(count: int | Decimal, amount: Decimal) -> Decimal:
    """Return the product without rounding."""
    return _EXACT.multiply(Decimal(count), amount)


def _cost(tokens: int, rate: Decimal) -> Decimal:
    return _EXACT.multiply(Decimal(tokens), rate).scaleb(-6, _EXACT)


def _cards(block: PriceBlock, window: Window | None, mode: str) -> list[RateCard]:
    cards: list[RateCard] = [block]
    if window is not None:
        cards.append(window)
    if mode != STANDARD:
        cards.append(block.modes[mode])
    return cards


def _resolve(block: PriceBlock, window: Window | None, mode: str, input_tokens: int) -> _TierRates:
    """Return the rates at a number of input tokens: each card covers what it states of the cards before."""
    rates: dict[str, Decimal] = {}
    label, begins = BASE_TIER, 0
    for card in _cards(block, window, mode):
        rates |= card.rates.stated()
        for tier in card.tiers:
            if tier.starts <= input_tokens:
                rates |= tier.rates.stated()
                if tier.starts > begins:
                    label, begins = tier.label, tier.starts
    times = block.modes[mode].times if mode != STANDARD else None
    if times is not None:
        rates = {kind: _EXACT.multiply(rate, times) for kind, rate in rates.items()}
    return _TierRates(label, rates)
