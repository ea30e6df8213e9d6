"""What a price entry of the catalog may say.

    prices:                                  dated blocks; the last whose `from` has come applies
      - from: 2026-08-21                     midnight UTC; the first block may leave it out
        rates: {input: "4", output: "20"}    USD per million tokens, quoted
        tiers:                               the whole request moves to the tier's rates
          - {above: 272000, rates: {input: "8", output: "30"}}       272,001 tokens and more
          - {at_least: 500000, rates: {input: "16", output: "60"}}   500,000 tokens and more
        windows: [{days: [mon, ...], timezone: Asia/Shanghai, hours: ["09:00-12:00"], rates: {...}}]
        modes: {batch: {times: "0.5"}, flex: {rates: {...}, tiers: [...]}}
        uplifts: {eu: "1.1"}
        fees: [{what: web_search, price: "10", per: 1000, unit: call}]
        source: https://...
        checked: 2026-11-12

Block, window and mode follow one another; each, with its own tiers, replaces the rates that it states, and
what it does not state stays. So a mode with rates and no tiers has no long-input tier in those rates, and a
mode with `times` multiplies whatever block, tier and window say.
Uplifts are kept for the reader; a quote has no region yet and does not apply them.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StrictInt, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Factor, Money
from tokenquote.catalog.schema.rates import RateCard

__all__ = ["Fee", "FreeAllowance", "Mode", "PriceBlock", "Window"]

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(RateCard):
    """Rates that hold during some hours of some days."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """The name of the window in a quote, such as `peak`."""
    timezone: str
    """The IANA name of the time zone in which `days` and `hours` are meant."""
    days: tuple[Weekday, ...] = WEEKDAYS
    """The days on which the window holds; by default all."""
    hours: tuple[
        Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")], ...
    ]
    """The spans of hours: `09:00-12:00` begins at nine and ends before noon. A span may not pass midnight."""

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"no such IANA time zone: {name!r}") from error
        return name

    @field_validator("hours")
    @classmethod
    def _forward(cls, hours: tuple[str, ...]) -> tuple[str, ...]:
        for span in hours:
            start, end = span.split("-")
            if start >= end:
                raise ValueError(f"{span!r} ends before it starts; write two spans around midnight")
        return hours

    def holds(self, at: dt.datetime) -> bool:
        """Return whether the instant lies in the window."""
        local = at.astimezone(ZoneInfo(self.timezone))
        clock = local.strftime("%H:%M")
        in_hours = any(start <= clock < end for start, end in (span.split("-") for span in self.hours))
        return in_hours and WEEKDAYS[local.weekday()] in self.days


class Mode(RateCard):
    """A way of processing with its own price, such as batch, flex or priority."""

    times: Factor | None = None
    """The factor that multiplies every rate of block, tier and window: "0.5" for half the standard price.
    None: the mode states its own `rates`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.times is None) == (not self.rates.stated()):
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


class FreeAllowance(Entry):
    """The amount of a fee's units that is free."""

    amount: StrictInt = Field(ge=1)
    """The number of units that cost nothing."""
    per: Literal["day", "month"]
    """How often the allowance begins anew."""
    shared_by: str | None = None
    """The word of a shared allowance: models with the same word use it up together. None: it is not
    shared."""


Unit = Literal[
    "call", "query", "image", "pixel", "second", "hour", "character", "page", "credit", "message", "request",
    "million_token_hours", "dbu", "guardrail_unit", "megapixel", "gigabyte_day", "session",
]  # fmt: skip


class Fee(Entry):
    """The price of what is not billed by the token: searches, images, seconds, pages, cache storage."""

    what: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """The name of what is billed, such as `web_search`."""
    price: Money
    """The price in USD for `per` units."""
    per: StrictInt = Field(default=1, ge=1)
    """The number of units that the price is for."""
    unit: Unit
    """The unit that is billed."""
    when: dict[str, str] = Field(default={})
    """What selects this price among several prices of one thing: `{size: 1024x1024, quality: high}`."""
    minimum: StrictInt | None = Field(default=None, ge=1)
    """The fewest units that are billed: 10 for at least ten seconds. None: there is no minimum."""
    free: FreeAllowance | None = None
    """The units that cost nothing. None: all are billed."""


class PriceBlock(RateCard):
    """All prices of a model from one day on."""

    from_: dt.date | None = Field(default=None, alias="from")
    """The first day, UTC. Only the first block may leave it out: since ever, as far as known."""
    windows: tuple[Window, ...] = ()
    """The windows with rates of their own; the first that holds the instant applies."""
    modes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Mode] = Field(default={})
    """The modes besides `standard`, by the name that plans use."""
    uplifts: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")], Factor] = Field(default={})
    """The factors on token rates for a region or endpoint; a quote does not apply them yet."""
    fees: tuple[Fee, ...] = ()
    """The prices of what is not billed by the token; a quote does not add them yet."""
    source: str = Field(min_length=1)
    """Where the figures stand: an address, or a package with its version."""
    checked: dt.date
    """The day on which somebody last compared the figures with the source."""
    note: str | None = None
    """A remark for the reader. None: there is nothing to say."""

    @field_validator("modes")
    @classmethod
    def _standard_is_no_mode(cls, modes: dict[str, Mode]) -> dict[str, Mode]:
        if "standard" in modes:
            raise ValueError("`standard` is the block's own rates, not a mode")
        return modes

    @field_validator("fees")
    @classmethod
    def _fees_once(cls, fees: tuple[Fee, ...]) -> tuple[Fee, ...]:
        keys = [(fee.what, tuple(sorted(fee.when.items()))) for fee in fees]
        if len(set(keys)) != len(keys):
            raise ValueError("two fees for the same `what` and `when`")
        return fees

    def spelt_out(self) -> Self:
        """Return the block with the figures of its modes by `times`, as a reader wants to see them."""
        modes = {name: mode.spelt_out(self) for name, mode in self.modes.items()}
        return self.model_copy(update={"modes": modes})
