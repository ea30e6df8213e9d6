"""The rates and fees that hold at one instant, in one mode and one region.

The cards of a price block lie upon one another: block, time window, mode. What comes of them is multiplied by
the factor of the mode and by the uplift of the region; fees are multiplied by neither.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from tokenquote.catalog.schema.fees import MEASURED, Fee
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.rates import RateCard
from tokenquote.catalog.schema.windows import Window
from tokenquote.errors import LocatedError
from tokenquote.ledger.money import count_decimals, exact_product

__all__ = [
    "STATED_TIER",
    "Tariff",
    "TierRates",
    "UnknownMode",
    "UnknownRegion",
    "comparable_rates",
    "find_window",
    "tariff_in",
    "tariff_on",
]

STANDARD = "standard"
BASE_TIER = "base"
STATED_TIER = "stated"
"""The tier of lines whose rate the plan states, whatever tier the request is in."""


class UnknownMode(LocatedError):
    """The model is not sold in the mode that the plan names; `offered` lists the modes that it is sold in."""

    def __init__(self, offered: Sequence[str]) -> None:
        super().__init__(("mode",), f"the model is offered in: {', '.join(offered)}")
        self.offered = offered


class UnknownRegion(LocatedError):
    """No price is known for the region that the plan names; `known` lists those that have one."""

    def __init__(self, known: Sequence[str]) -> None:
        listed = (
            f"those with a price of their own are: {', '.join(known)}" if known else "none has a known price"
        )
        super().__init__(("region",), f"of the regions of this model, {listed}; leave `region` out elsewhere")
        self.known = known


@dataclass(frozen=True)
class TierRates:
    """The rates of one tier."""

    label: str
    rates: Mapping[str, Decimal]
    """The rates by kind of token, in USD per million tokens."""

    @cached_property
    def decimals(self) -> Mapping[str, int]:
        """How many decimals each rate has."""
        return {kind: count_decimals([rate]) for kind, rate in self.rates.items()}


@dataclass(frozen=True)
class Tariff:
    """The rates in force at one instant in one mode, as one set of rates for each tier."""

    starts: tuple[int, ...]
    """The smallest input of each tier above the base, in tokens."""
    tiers: tuple[TierRates, ...]
    """The rates of the base and of each tier; one more than `starts`."""
    source: str
    checked: dt.date | None
    window: str | None = None
    """The name of the time window that holds. None: the block's own rates hold."""
    region: str | None = None
    """The region whose uplift the rates hold. None: they hold none."""
    fees: tuple[Fee, ...] = ()
    """The prices of what is not billed by the token."""
    stated: frozenset[str] = frozenset()
    """The kinds whose rate the plan states, in every tier."""

    def with_stated(self, rates: Mapping[str, Decimal]) -> Tariff:
        """Return the tariff with these rates in place of its own, in every tier."""
        tiers = tuple(replace(tier, rates={**tier.rates, **rates}) for tier in self.tiers)
        return replace(self, tiers=tiers, stated=frozenset(rates))

    @cached_property
    def bills_tokens(self) -> bool:
        """Whether tokens have a price at all, rather than what is measured."""
        return any(tier.rates for tier in self.tiers) or not any(fee.what in MEASURED for fee in self.fees)

    def has_fee(self, what: str) -> bool:
        """Return whether something has a price that is not by the token."""
        return what in self._things

    @cached_property
    def _things(self) -> frozenset[str]:
        """Everything that has a fee."""
        return frozenset(fee.what for fee in self.fees)

    def states(self, kind: str) -> bool:
        """Return whether the kind has a rate of its own in any tier."""
        return any(kind in tier.rates for tier in self.tiers)

    def tier_for(self, input_tokens: int) -> TierRates:
        """Return the rates of a request with this number of input tokens."""
        return self.tiers[bisect_right(self.starts, input_tokens)]


def tariff_on(
    block: PriceBlock | None, at: dt.datetime, mode: str = STANDARD, region: str | None = None
) -> Tariff:
    """Return the rates of a price block at an instant; None stands for a model without prices.

    Raises:
        UnknownMode: the block has no such mode.
        UnknownRegion: the block has no uplift for the region.
    """
    if block is None:
        if mode != STANDARD:
            raise UnknownMode([STANDARD])
        if region is not None:
            raise UnknownRegion([])
        return Tariff((), (TierRates(BASE_TIER, {}),), "not in the catalog", None)
    return tariff_in(block, find_window(block, at), mode, region)


def find_window(block: PriceBlock, at: dt.datetime) -> Window | None:
    """Return the time window of a price block that holds an instant; None: the block's own rates hold."""
    return next((window for window in block.windows if window.holds(at)), None)


def tariff_in(block: PriceBlock, window: Window | None, mode: str, region: str | None) -> Tariff:
    """Return the rates of a price block in one of its time windows; None stands for all other hours.

    Raises:
        UnknownMode: the block has no such mode.
        UnknownRegion: the block has no uplift for the region.
    """
    _check_mode(block, mode)
    if region is not None and block.find_uplift(region) is None:
        raise UnknownRegion(sorted(block.uplifts))
    starts = sorted({tier.starts for card in _cards(block, window, mode) for tier in card.tiers})
    factor = _find_factor(block, mode, region)
    tiers = tuple(_resolve(_cards(block, window, mode), factor, start) for start in (0, *starts))
    return Tariff(
        starts=tuple(starts),
        tiers=tiers,
        source=block.source,
        checked=block.checked,
        window=window.name if window else None,
        region=region,
        fees=_find_fees(block, mode),
    )


def comparable_rates(
    block: PriceBlock | None, mode: str = STANDARD, region: str | None = None, fees: Collection[str] = ()
) -> object:
    """Return everything that decides what one mode costs in one region, for comparing two blocks.

    `fees` names what is used that is not billed by the token.

    Raises:
        UnknownMode: the block has no such mode.
    """
    if block is None:
        return None
    _check_mode(block, mode)
    own = block.modes[mode] if mode != STANDARD else None
    rates = own and (own.rates, own.tiers, own.times)
    billed = [fee for fee in _find_fees(block, mode) if fee.what in fees]
    return block.rates, block.tiers, block.windows, rates, block.find_uplift(region or ""), billed


def _check_mode(block: PriceBlock, mode: str) -> None:
    if mode != STANDARD and mode not in block.modes:
        raise UnknownMode([STANDARD, *block.modes])


def _cards(block: PriceBlock, window: Window | None, mode: str) -> list[RateCard]:
    cards: list[RateCard] = [block]
    if window is not None:
        cards.append(window)
    if mode != STANDARD:
        cards.append(block.modes[mode])
    return cards


def _find_factor(block: PriceBlock, mode: str, region: str | None) -> Decimal:
    """Return what multiplies every rate: the factor of the mode times the uplift of the region."""
    times = block.modes[mode].times if mode != STANDARD else None
    uplift = block.find_uplift(region) if region is not None else None
    return exact_product(times or 1, uplift or Decimal(1))


def _find_fees(block: PriceBlock, mode: str) -> tuple[Fee, ...]:
    """Return the fees in force: those of the mode take the place of the block's for the same thing."""
    own = block.modes[mode].fees if mode != STANDARD else ()
    named = [(fee.what, fee.when) for fee in own]
    return (*own, *(fee for fee in block.fees if (fee.what, fee.when) not in named))


def _resolve(cards: Sequence[RateCard], factor: Decimal, input_tokens: int) -> TierRates:
    """Return the rates at a number of input tokens: each card covers what it states of the cards before."""
    rates: dict[str, Decimal] = {}
    label, begins = BASE_TIER, 0
    for card in cards:
        rates |= card.rates.stated()
        for tier in card.tiers:
            if tier.starts <= input_tokens:
                rates |= tier.rates.stated()
                if tier.starts > begins:
                    label, begins = tier.label, tier.starts
    if factor != 1:
        rates = {kind: exact_product(factor, rate) for kind, rate in rates.items()}
    return TierRates(label, rates)
