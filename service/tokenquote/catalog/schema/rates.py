"""Rates: the prices of tokens by their kind, and the tiers that replace them for long inputs."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact
from itertools import pairwise
from typing import Self

from pydantic import Field, StrictInt, field_validator, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Money

__all__ = ["RateCard", "Rates", "Tier", "multiply_exactly"]

# Two figures of 21 digits have a product of at most 42.
_EXACT = Context(prec=60, traps=[Inexact])


def multiply_exactly(amount: Decimal, factor: Decimal) -> Decimal:
    """Return the product without rounding and without trailing zeros."""
    return Decimal(f"{_EXACT.multiply(amount, factor).normalize(_EXACT):f}")


class Rates(Entry):
    """The prices of tokens by kind, in USD per million tokens. None: the kind has no price of its own."""

    input: Money | None = None
    """The price of input that is neither read from the cache nor written to it."""
    output: Money | None = None
    """The price of output."""
    cache_read: Money | None = None
    """The price of input that is read from the cache."""
    cache_write: Money | None = None
    """The price of input that is written to the cache for the provider's default time to live."""
    cache_write_1h: Money | None = None
    """The price of input that is written to the cache for one hour."""
    cache_write_12h: Money | None = None
    """The price of input that is written to the cache for twelve hours."""
    output_reasoning: Money | None = None
    """The price of reasoning, only where it costs another rate than visible output."""
    output_citation: Money | None = None
    """The price of cited text in the output."""
    input_audio: Money | None = None
    """The price of audio in the input."""
    input_image: Money | None = None
    """The price of images in the input."""
    input_video: Money | None = None
    """The price of video in the input."""
    cache_read_audio: Money | None = None
    """The price of audio that is read from the cache."""
    cache_read_image: Money | None = None
    """The price of images that are read from the cache."""
    cache_read_video: Money | None = None
    """The price of video that is read from the cache."""
    cache_write_audio: Money | None = None
    """The price of audio that is written to the cache."""
    output_audio: Money | None = None
    """The price of audio in the output."""
    output_image: Money | None = None
    """The price of images in the output."""
    output_video: Money | None = None
    """The price of video in the output."""

    def stated(self) -> dict[str, Decimal]:
        """Return the kinds that have a price here, each with its price."""
        return {kind: rate for kind, rate in self if rate is not None}

    def multiplied(self, factor: Decimal) -> Rates:
        """Return the rates times a factor, exactly and without trailing zeros."""
        return Rates.model_validate(
            {kind: multiply_exactly(rate, factor) for kind, rate in self.stated().items()}
        )


class Tier(Entry):
    """Rates that replace the base rates for the whole request once its input is long enough."""

    above: StrictInt | None = Field(default=None, ge=1)
    """The tier applies when the request has more input tokens than this, cache reads included."""
    at_least: StrictInt | None = Field(default=None, ge=1)
    """The tier applies when the request has this number of input tokens or more, cache reads included."""
    rates: Rates
    """The rates of the tier; a kind that it does not state keeps its base rate."""

    @model_validator(mode="after")
    def _one_threshold_with_rates(self) -> Self:
        if (self.above is None) == (self.at_least is None):
            raise ValueError(
                "state exactly one of `above` (strictly more) and `at_least` (this many or more)"
            )
        if not self.rates.stated():
            raise ValueError("a tier without `rates` changes nothing: state them, or leave the tier out")
        return self

    @property
    def starts(self) -> int:
        """The smallest number of input tokens that the tier applies to."""
        return self.at_least if self.at_least is not None else (self.above or 0) + 1

    @property
    def label(self) -> str:
        """The name of the tier in a line of a quote: `above 272000` or `at least 200000`."""
        return f"at least {self.at_least}" if self.at_least is not None else f"above {self.above}"


class RateCard(Entry):
    """Rates, and the tiers that replace them for long inputs."""

    rates: Rates = Rates()
    """The rates for inputs below every tier; by default none is stated."""
    tiers: tuple[Tier, ...] = ()
    """The tiers for long inputs, in the order of their thresholds; by default none."""

    @field_validator("tiers")
    @classmethod
    def _ascending(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        for before, after in pairwise(tiers):
            if after.starts <= before.starts:
                raise ValueError(f"tier out of order: `{after.label}` must not follow `{before.label}`")
        return tiers
