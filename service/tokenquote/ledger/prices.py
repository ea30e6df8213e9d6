"""Token counts to money, exactly: `tokens x rate`, rates per million, in Decimal from end to end.

A request's tokens come as disjoint kinds (`input` is what is neither cached nor a picture nor a sound), each
of which is priced at its own rate or at the first one of its chain that the catalog states:

    input_image -> input          cache_read_audio -> cache_read -> input      output_reasoning -> output

Tiers are cliffs: the request's whole input, cache reads included, chooses one tier for all its tokens.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow

from tokenquote.catalog.schema.prices import PriceBlock, RateCard, Window
from tokenquote.errors import LocatedError

__all__ = [
    "INPUT_KINDS",
    "Line",
    "Priced",
    "Tariff",
    "UnknownMode",
    "card_of",
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
"""The kinds that add up to a request's input."""

# 28 digits, Decimal's default, are not enough for a fleet of 10^9 long conversations at twelve decimals.
# Should 60 be too few as well, that is an error and no rounded price.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])


class UnknownMode(LocatedError):
    """The model is not sold in the mode that the plan names; `offered` lists those it is."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(("mode",), f"the model is offered in: {', '.join(offered)}")
        self.offered = offered


@dataclass(frozen=True, slots=True)
class _TierRates:
    label: str
    rates: Mapping[str, Decimal]
    """USD per million tokens by kind."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rates in force at one instant in one mode: one tier after the other."""

    starts: tuple[int, ...]
    """The smallest input of each tier above the base."""
    tiers: tuple[_TierRates, ...]
    source: str
    checked: dt.date | None
    window: str | None = None

    def states(self, kind: str) -> bool:
        """Whether the kind has a rate of its own."""
        return any(kind in tier.rates for tier in self.tiers)

    def tier_of(self, input_tokens: int) -> _TierRates:
        return self.tiers[bisect_right(self.starts, input_tokens)]


@dataclass(frozen=True, slots=True)
class Line:
    """Tokens of one kind at one rate, over all requests."""

    kind: str
    tokens: int
    rate: Decimal
    """USD per million tokens."""
    tier: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """What the requests cost. `costs` holds None where nothing of a request has a price."""

    costs: tuple[Decimal | None, ...]
    lines: tuple[Line, ...]
    unpriced: Mapping[str, int]
    """Tokens by kind for which the catalog has no price."""

    @property
    def complete(self) -> bool:
        return not self.unpriced

    @property
    def total(self) -> Decimal | None:
        """The sum of what is priced; None if nothing is."""
        known = [cost for cost in self.costs if cost is not None]
        return exact_sum(known) if known else None


def tariff_on(block: PriceBlock | None, at: dt.datetime, mode: str = STANDARD) -> Tariff:
    """The rates of a price block at an instant.

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


def card_of(block: PriceBlock | None, mode: str = STANDARD) -> object:
    """Everything that decides the rates of one mode, to compare two blocks by.

    Raises:
        UnknownMode: the block has no such mode.
    """
    if block is None:
        return None
    _check_mode(block, mode)
    own = block.modes[mode] if mode != STANDARD else None
    return block.rates, block.tiers, block.windows, own


def price(tariff: Tariff, requests: Sequence[Mapping[str, int]]) -> Priced:
    """Price requests, each a mapping from disjoint kind to tokens."""
    costs: list[Decimal | None] = []
    tokens: dict[tuple[str, str], int] = {}
    rates: dict[tuple[str, str], Decimal] = {}
    unpriced: dict[str, int] = {}
    for request in requests:
        tier = tariff.tier_of(sum(n for kind, n in request.items() if kind in INPUT_KINDS))
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
    """Add up without rounding."""
    total = Decimal(0)
    for amount in amounts:
        total = _EXACT.add(total, amount)
    return total


def exact_product(count: int, amount: Decimal) -> Decimal:
    """Multiply without rounding."""
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
    """The rates for a request of so many input tokens: each card covers what it states of the ones before."""
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
