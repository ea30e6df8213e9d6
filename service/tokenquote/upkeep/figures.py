"""What a price block says at an instant, figure by figure, and what another block would bill for the same.

A figure is one rate (`input`, `batch output from 272,001 input tokens`) or one fee (`web_search per call`)
that a block states.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context as DecimalContext
from decimal import Decimal

from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.rates import Rates, Tier
from tokenquote.ledger.prices import INPUT_KINDS, UnknownMode, price, tariff_on

__all__ = ["Figure", "agrees", "billed_for", "list_figures"]

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate or one fee."""

    kind: str
    """The kind of token, or what the fee is for."""
    mode: str
    starts: int
    """The smallest input of the tier that states it; 0: below every tier."""
    price: Decimal
    """USD per million tokens, or per single unit of the fee."""
    unit: str | None = None
    """The unit of a fee. None: it is a rate of tokens."""
    when: tuple[tuple[str, str], ...] = ()
    """The condition of a fee."""

    @property
    def name(self) -> str:
        """What people call it: `batch output from 272001`, `web_search per call (context low)`."""
        words = [] if self.mode == STANDARD else [self.mode]
        words.append(self.kind)
        if self.unit is not None:
            words.append(f"per {self.unit}")
        if self.starts:
            words.append(f"from {self.starts:,} input tokens")
        if self.when:
            words.append(f"({', '.join(' '.join(pair) for pair in self.when)})")
        return " ".join(words)


def list_figures(block: PriceBlock, at: dt.datetime) -> list[Figure]:
    """Return the figures that a block states for an instant at which it is in force."""
    window = next((window for window in block.windows if window.holds(at)), None)
    rates = block.rates.stated() | (window.rates.stated() if window else {})
    tiers = (*block.tiers, *(window.tiers if window else ()))
    figures = [*_rates(STANDARD, Rates(**rates), tiers)]
    for name, mode in block.modes.items():
        if mode.times is not None:
            stated = Rates(**rates).multiplied(mode.times)
            multiplied = [
                tier.model_copy(update={"rates": tier.rates.multiplied(mode.times)}) for tier in tiers
            ]
            figures += _rates(name, stated, tuple(multiplied))
        else:
            figures += _rates(name, mode.rates, mode.tiers)
    figures += [_fee(fee) for fee in block.fees]
    figures += [_fee(fee, name) for name, mode in block.modes.items() for fee in mode.fees]
    return figures


def _rates(mode: str, rates: Rates, tiers: tuple[Tier, ...]) -> Iterator[Figure]:
    for kind, rate in rates.stated().items():
        yield Figure(kind, mode, 0, rate)
    for tier in tiers:
        for kind, rate in tier.rates.stated().items():
            yield Figure(kind, mode, tier.starts, rate)


_ROUNDED_DIGITS = 4
_SECONDS = {"hour": 3600, "minute": 60}


def _fee(fee: Fee, mode: str = STANDARD) -> Figure:
    """Lengths are compared by the second, however a source quotes them."""
    unit = "second" if fee.unit in _SECONDS else fee.unit
    units = fee.per * _SECONDS.get(fee.unit, 1)
    return Figure(fee.what, mode, 0, fee.price / units, unit, tuple(sorted(fee.when.items())))


def billed_for(figure: Figure, block: PriceBlock, at: dt.datetime) -> Decimal | None:
    """Return what a block bills for what a figure is about. None: it has no price, or not this mode."""
    if figure.unit is not None:
        own = block.modes[figure.mode].fees if figure.mode in block.modes else ()
        ours = next((fee for fee in map(_fee, (*own, *block.fees)) if _same_fee(fee, figure)), None)
        return ours.price if ours is not None else None
    try:
        tariff = tariff_on(block, at, figure.mode)
    except UnknownMode:
        return None
    if figure.kind in INPUT_KINDS:
        request = {figure.kind: max(figure.starts, 1)}
    else:
        request = {"input": figure.starts, figure.kind: 1}
    lines = price(tariff, [request]).lines
    input_side = figure.kind in INPUT_KINDS
    return next((line.rate for line in lines if (line.kind in INPUT_KINDS) == input_side), None)


def agrees(figure: Figure, billed: Decimal) -> bool:
    """Return whether we bill what a figure says.

    A price by the hour is an endless fraction by the second: it agrees with a source that rounds it there, to
    at least four digits.
    """
    if billed == figure.price:
        return True
    digits = len(figure.price.normalize().as_tuple().digits)
    rounds = figure.unit == "second" and digits >= _ROUNDED_DIGITS
    return rounds and DecimalContext(prec=digits).plus(billed) == figure.price


def _same_fee(one: Figure, other: Figure) -> bool:
    return (one.kind, one.unit, one.when) == (other.kind, other.unit, other.when)
