"""What a price entry of the catalog may say.

    prices:                                  dated blocks; the last whose `from` has come applies
      - from: 2026-08-21                     midnight UTC, or an instant such as 2026-08-16T16:00:00Z;
                                             the first block may leave it out
        rates: {input: "4", output: "20"}    USD per million tokens, quoted
        tiers:                               the whole request moves to the tier's rates
          - {above: 272000, rates: {input: "8", output: "30"}}       272,001 tokens and more
          - {at_least: 500000, rates: {input: "16", output: "60"}}   500,000 tokens and more
        windows: [...]                       rates of some hours of some days: windows.py
        modes: {batch: {times: "0.5"}, flex: {rates: {...}, tiers: [...]}}
        uplifts: {eu: "1.1", regional: "1.1"}    factors of a plan's `region`; `regional`: of any one location
        fees: [{what: web_search, price: "10", per: 1000, unit: call}]       fees.py
        source: https://...
        checked: 2026-11-12

Block, window and mode follow one another; each, with its own tiers, replaces the rates that it states, and
what it does not state stays. So a mode with rates and no tiers has no long-input tier in those rates, and a
mode with `times` multiplies whatever block, tier and window say. The uplift of a region multiplies the rates
that come of it. Fees are multiplied by nothing: a mode that has other fees states them.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Factor, Moment, first_instant
from tokenquote.catalog.schema.fees import Fee, check_fees
from tokenquote.catalog.schema.rates import RateCard
from tokenquote.catalog.schema.windows import Window

__all__ = ["REGIONAL", "Mode", "PriceBlock"]

REGIONAL = "regional"
"""The word for every single location of a provider that bills all of them alike."""

_LOCATION = re.compile(r"[a-z]+(-[a-z]+)+-?\d+")
"""How Google and Amazon write a location: `us-east5`, `europe-west1`, `eu-central-1`."""


class Mode(RateCard):
    """A way of processing with its own price, such as batch, flex or priority."""

    times: Factor | None = None
    """The factor that multiplies every rate of block, tier and window: "0.5" for half the standard price.
    None: the mode states its own `rates`, or nothing but `fees`."""

    fees: tuple[Fee, ...] = ()
    """The fees that this mode has in place of the block's fees for the same `what` and `when`; by default
    the block's fees hold."""

    _fees_once = field_validator("fees")(check_fees)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        stated = bool(self.rates.stated())
        if self.times is not None and stated:
            raise ValueError("state either `times` or own `rates`")
        if self.times is None and not stated and not self.fees:
            raise ValueError("state either `times` or own `rates`")
        if self.times is not None and self.tiers:
            raise ValueError("`times` multiplies the tiers of the block: leave out `tiers`")
        return self

    def spelt_out(self, card: RateCard) -> Mode:
        """Return the mode with the rates and tiers that `times` makes of those of a card."""
        if self.times is None:
            return self
        tiers = tuple(
            tier.model_copy(update={"rates": tier.rates.multiplied(self.times)}) for tier in card.tiers
        )
        return self.model_copy(update={"rates": card.rates.multiplied(self.times), "tiers": tiers})


class PriceBlock(RateCard):
    """All prices of a model from one day or instant on."""

    from_: Moment | None = Field(default=None, alias="from")
    """The first day, UTC, or the first instant. Only the first block may leave it out: since ever, as far as
    known."""
    windows: tuple[Window, ...] = ()
    """The windows with rates of their own; the first that holds the instant applies."""
    modes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Mode] = Field(default={})
    """The modes besides `standard`, by the name that plans use."""
    uplifts: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")], Factor] = Field(default={})
    """The factors on token rates of the regions or endpoints that a plan may name as `region`. That of
    `regional` holds for every single location, such as `us-east5` or `eu-central-1`, that is not named."""
    fees: tuple[Fee, ...] = ()
    """The prices of what is not billed by the token."""
    source: str = Field(min_length=1)
    """Where the figures stand: an address, or a package with its version."""
    checked: dt.date
    """The day on which somebody last compared the figures with the source."""
    note: str | None = None
    """A remark for the reader. None: there is nothing to say."""

    @field_validator("windows")
    @classmethod
    def _windows_once(cls, windows: tuple[Window, ...]) -> tuple[Window, ...]:
        names = [window.name for window in windows]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two windows are called {twice!r}: give each a name of its own")
        return windows

    @field_validator("modes")
    @classmethod
    def _standard_is_no_mode(cls, modes: dict[str, Mode]) -> dict[str, Mode]:
        if "standard" in modes:
            raise ValueError("`standard` is the block's own rates, not a mode")
        return modes

    _fees_once = field_validator("fees")(check_fees)

    @property
    def begins(self) -> dt.datetime | None:
        """The first instant of the block in UTC; None: it holds since ever."""
        return None if self.from_ is None else first_instant(self.from_)

    def find_uplift(self, region: str) -> Decimal | None:
        """Return the factor on token rates of a region; None: none is known."""
        if region not in self.uplifts and _LOCATION.fullmatch(region):
            return self.uplifts.get(REGIONAL)
        return self.uplifts.get(region)

    def spelt_out(self) -> Self:
        """Return the block with the figures of its modes by `times`, as a reader wants to see them."""
        modes = {name: mode.spelt_out(self) for name, mode in self.modes.items()}
        return self.model_copy(update={"modes": modes})
