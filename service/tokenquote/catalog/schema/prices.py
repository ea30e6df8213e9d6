"""What a price entry of the catalog may say.

    prices:                                  dated blocks; the last whose `from` has come applies
      - from: 2026-08-21                     midnight UTC; the first block may leave it out
        rates: {input: "4", output: "20"}    USD per million tokens, quoted
        tiers:                               the whole request moves to the tier's rates
          - {above: 272000, rates: {input: "8", output: "30"}}       272,001 tokens and more
          - {at_least: 500000, rates: {input: "16", output: "60"}}   500,000 tokens and more
        windows: [{days: [mon, ...], timezone: Asia/Shanghai, hours: ["09:00-12:00"], rates: {...}}]
        modes: {batch: {rates: {...}, tiers: [...]}, flex: {times: "0.5"}}
        uplifts: {eu: "1.1"}
        fees: [{what: web_search, price: "10", per: 1000, unit: call}]
        source: https://...
        checked: 2026-11-12

Block, window and mode follow one another; each, with its own tiers, replaces the rates that it states, and
what it does not state stays. So a mode with rates and no tiers has no long-input tier in those rates.
Uplifts are kept for the reader; a quote has no region yet and does not apply them.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, StrictInt, field_validator, model_validator

from tokenquote.catalog.schema.entry import Entry, Money

__all__ = [
    "Fee",
    "FreeAllowance",
    "Mode",
    "PriceBlock",
    "RateCard",
    "Rates",
    "Tier",
    "Window",
]


class Rates(Entry):
    """USD per million tokens by kind of token. A missing kind has no price of its own."""

    input: Money | None = None
    output: Money | None = None
    cache_read: Money | None = None
    cache_write: Money | None = None
    """Written to the cache for the provider's default time to live."""
    cache_write_1h: Money | None = None
    cache_write_12h: Money | None = None
    output_reasoning: Money | None = None
    """Only where reasoning costs another rate than visible output."""
    output_citation: Money | None = None
    input_audio: Money | None = None
    input_image: Money | None = None
    input_video: Money | None = None
    cache_read_audio: Money | None = None
    cache_read_image: Money | None = None
    cache_read_video: Money | None = None
    cache_write_audio: Money | None = None
    output_audio: Money | None = None
    output_image: Money | None = None
    output_video: Money | None = None

    def stated(self) -> dict[str, Decimal]:
        """The kinds that have a price here."""
        return {kind: rate for kind, rate in self if rate is not None}


class Tier(Entry):
    """Rates that replace the base rates for the whole request once its input is long enough."""

    above: StrictInt | None = Field(default=None, ge=1)
    """Applies when the request's input tokens, cache reads included, are more than this."""
    at_least: StrictInt | None = Field(default=None, ge=1)
    """Applies when the request's input tokens, cache reads included, are this many or more."""
    rates: Rates

    @model_validator(mode="after")
    def _one_threshold(self) -> Self:
        if (self.above is None) == (self.at_least is None):
            raise ValueError(
                "state exactly one of `above` (strictly more) and `at_least` (this many or more)"
            )
        return self

    @property
    def starts(self) -> int:
        """The smallest number of input tokens that the tier applies to."""
        return self.at_least if self.at_least is not None else (self.above or 0) + 1

    @property
    def label(self) -> str:
        """As a line of a quote names it: `above 272000` or `at least 200000`."""
        return f"at least {self.at_least}" if self.at_least is not None else f"above {self.above}"


class RateCard(Entry):
    """Rates and the tiers that replace them."""

    rates: Rates = Rates()
    tiers: tuple[Tier, ...] = ()

    @field_validator("tiers")
    @classmethod
    def _ascending(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        for before, after in pairwise(tiers):
            if after.starts <= before.starts:
                raise ValueError(f"tier out of order: `{after.label}` must not follow `{before.label}`")
        return tiers


Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(RateCard):
    """Rates for some hours of some days."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """What a quote calls it: `peak`."""
    timezone: str
    """IANA name in which `days` and `hours` are meant."""
    days: tuple[Weekday, ...] = WEEKDAYS
    hours: tuple[
        Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")], ...
    ]
    """`09:00-12:00` begins at nine and ends before noon; it may not pass midnight."""

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
        """Whether the instant lies in the window."""
        local = at.astimezone(ZoneInfo(self.timezone))
        clock = local.strftime("%H:%M")
        in_hours = any(start <= clock < end for start, end in (span.split("-") for span in self.hours))
        return in_hours and WEEKDAYS[local.weekday()] in self.days


class Mode(RateCard):
    """A way of processing with its own price: batch, flex, priority."""

    times: Money | None = None
    """Multiplies every standard rate, instead of own rates."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.times is None) == (not self.rates.stated()):
            raise ValueError("state either `times` or own `rates`")
        return self


class FreeAllowance(Entry):
    """What a fee leaves free."""

    amount: StrictInt = Field(ge=1)
    per: Literal["day", "month"]
    shared_by: str | None = None
    """Models with the same word share one allowance."""


Unit = Literal[
    "call", "query", "image", "pixel", "second", "hour", "character", "page", "credit", "message", "request",
    "million_token_hours", "dbu", "guardrail_unit", "megapixel", "gigabyte_day", "session",
]  # fmt: skip


class Fee(Entry):
    """What is not billed by the token: searches, pictures, seconds, pages, cache storage."""

    what: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    price: Money
    """USD for `per` units."""
    per: StrictInt = Field(default=1, ge=1)
    unit: Unit
    when: dict[str, str] = Field(default={})
    """Selects among several prices of one thing: `{size: 1024x1024, quality: high}`."""
    minimum: StrictInt | None = Field(default=None, ge=1)
    """The fewest units billed: 10 for at least ten seconds."""
    free: FreeAllowance | None = None


class PriceBlock(RateCard):
    """All prices of a model from one day on."""

    from_: dt.date | None = Field(default=None, alias="from")
    """First day, UTC. Only the first block may leave it out: since ever, as far as known."""
    windows: tuple[Window, ...] = ()
    """The first window that holds the instant applies."""
    modes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Mode] = Field(default={})
    uplifts: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")], Money] = Field(default={})
    """Multipliers for a region or endpoint, on token rates."""
    fees: tuple[Fee, ...] = ()
    source: str = Field(min_length=1)
    """Where the figures stand: an address, or a package with its version."""
    checked: dt.date
    """The day somebody last compared them with the source."""
    note: str | None = None

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
