"""Build a price block from single figures: a rate for each mode, tier and kind of token, and fees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal

from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.prices import Mode, PriceBlock
from tokenquote.catalog.schema.rates import RateCard, Rates, Tier
from tokenquote.catalog.schema.windows import Window

__all__ = ["STANDARD", "Figures", "plain", "tidy_fee"]

STANDARD = "standard"
RATE_KINDS = frozenset(Rates.model_fields)

_GENERAL = {
    "input_image": "input",
    "input_audio": "input",
    "input_video": "input",
    "cache_read_image": "cache_read",
    "cache_read_audio": "cache_read",
    "cache_read_video": "cache_read",
    "cache_write_audio": "cache_write",
    "output_reasoning": "output",
    "output_citation": "output",
    "output_image": "output",
    "output_audio": "output",
    "output_video": "output",
}
"""The kind whose rate a token has where its own kind has none."""

# litellm writes binary floats such as 1.0000000000000001e-07; no published price has more digits than this.
_PUBLISHED = Context(prec=12)
_LONGEST_FACTOR = 4
"""The digits of the longest factor that is written as `times`: "1.8", "0.5", "2.5", "1.25"."""


def plain(value: Decimal) -> Decimal:
    """Return the figure without float noise, exponent and trailing zeros, to at most twelve decimals."""
    figure = _PUBLISHED.plus(value)
    if figure.as_tuple().exponent < -12:  # type: ignore[operator]  # a finite number
        figure = figure.quantize(Decimal("1E-12"))
    return Decimal(f"{figure.normalize():f}")


def tidy_fee(what: str, price: Decimal, unit: str, when: Mapping[str, str] | None = None) -> Fee:
    """Return the fee with its price for as many units as people quote it for: a thousand calls, one page."""
    per = {"call": 1000, "query": 1000, "character": 1_000_000, "pixel": 1_000_000}.get(unit, 1)
    fee = {"what": what, "price": plain(price * per), "per": per, "unit": unit, "when": dict(when or {})}
    return Fee.model_validate(fee)


@dataclass
class Figures:
    """Everything that one source says of the prices of one model in one period."""

    rates: dict[tuple[str, int], dict[str, Decimal]] = field(default_factory=dict)
    """For each mode and smallest input of a tier (0: below every tier) the rates by kind of token, in USD per
    million tokens."""
    fees: list[Fee] = field(default_factory=list)
    mode_fees: dict[str, list[Fee]] = field(default_factory=dict)
    """The fees that a mode has in place of the same ones of the block."""
    windows: list[Window] = field(default_factory=list)
    factors: dict[str, Decimal] = field(default_factory=dict)
    """The modes that the source states by a factor on the standard rates."""
    uplifts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, mode: str, starts: int, kind: str, rate: Decimal) -> None:
        """Add a rate in USD per million tokens."""
        self.rates.setdefault((mode, starts), {})[kind] = plain(rate)

    def add_fee(self, fee: Fee, mode: str = STANDARD) -> None:
        """Add a fee, unless the same thing under the same condition has one already."""
        fees = self.fees if mode == STANDARD else self.mode_fees.setdefault(mode, [])
        if all((known.what, known.when) != (fee.what, fee.when) for known in fees):
            fees.append(fee)

    def add_window(self, window: Window) -> None:
        """Add rates of some hours, to a window that differs in nothing but its hours if there is one."""
        for place, known in enumerate(self.windows):
            if window == known.model_copy(update={"hours": window.hours}):
                hours = tuple(sorted({*known.hours, *window.hours}))
                self.windows[place] = known.model_copy(update={"hours": hours})
                return
        self.windows.append(window)

    @property
    def stated(self) -> bool:
        """Whether there is any figure, be it 0."""
        return any(self.rates.values()) or bool(self.fees)

    @property
    def priced(self) -> bool:
        """Whether any figure is above 0; zeros alone may mean free as well as unknown."""
        rates = (rate for card in self.rates.values() for rate in card.values())
        return any(rates) or any(fee.price for fee in self.fees)

    def block(self, source: str, checked: dt.date, begins: dt.date | None = None) -> PriceBlock:
        """Return the figures as a block of the catalog."""
        self._drop_what_goes_without_saying()
        standard = self._card(STANDARD)
        modes = {name: self._mode(name, standard) for name in self._modes()}
        modes |= {name: Mode(times=factor) for name, factor in self.factors.items()}
        return PriceBlock(
            rates=standard.rates,
            tiers=standard.tiers,
            windows=tuple(self.windows),
            modes=modes,
            uplifts=self.uplifts,
            fees=tuple(self.fees),
            source=source,
            checked=checked,
            from_=begins,
        )

    def _drop_what_goes_without_saying(self) -> None:
        """Leave out a rate that says in every card what the next more general kind says there."""
        for kind, general in _GENERAL.items():
            cards = [card for card in self.rates.values() if kind in card]
            if cards and all(card[kind] == card.get(general) for card in cards):
                for card in cards:
                    del card[kind]

    def _modes(self) -> list[str]:
        return sorted(
            ({mode for mode, _ in self.rates} | set(self.mode_fees)) - {STANDARD} - set(self.factors)
        )

    def _card(self, mode: str) -> RateCard:
        starts = sorted(start for name, start in self.rates if name == mode and start)
        tiers = tuple(
            Tier.model_validate(_threshold(start) | {"rates": self.rates[mode, start]}) for start in starts
        )
        return RateCard(rates=Rates(**self.rates.get((mode, 0), {})), tiers=tiers)

    def _mode(self, name: str, standard: RateCard) -> Mode:
        card = self._card(name)
        factor = _common_factor(card, standard)
        fees = tuple(self.mode_fees.get(name, ()))
        if factor is not None:
            return Mode(times=factor, fees=fees)
        return Mode(rates=card.rates, tiers=card.tiers, fees=fees)


def _threshold(starts: int) -> dict[str, int]:
    """Providers say `more than 272,000` or `200,000 and more`: the round number tells which."""
    return {"at_least": starts} if starts % 1000 == 0 else {"above": starts - 1}


def _common_factor(card: RateCard, standard: RateCard) -> Decimal | None:
    """Return the factor by which a mode differs from the standard rates in everything, if there is one."""
    theirs, ours = _all_rates(card), _all_rates(standard)
    if not theirs or theirs.keys() != ours.keys() or not all(ours.values()):
        return None
    factors = {plain(rate / ours[place]) for place, rate in theirs.items()}
    factor = factors.pop() if len(factors) == 1 else None
    if not factor or len(factor.as_tuple().digits) > _LONGEST_FACTOR:
        return None
    return factor if all(rate == factor * ours[place] for place, rate in theirs.items()) else None


def _all_rates(card: RateCard) -> dict[tuple[int, str], Decimal]:
    cards: Sequence[tuple[int, Rates]] = [
        (0, card.rates),
        *((tier.starts, tier.rates) for tier in card.tiers),
    ]
    return {(starts, kind): rate for starts, rates in cards for kind, rate in rates.stated().items()}
