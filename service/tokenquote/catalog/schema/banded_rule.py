"""What every rule of counting media says of itself: how sure it is, how far off, where it stands."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.schema.prices import Entry, Money

__all__ = ["BandedRule", "NotNegative", "Positive"]

Positive = Annotated[StrictInt, Field(ge=1)]
NotNegative = Annotated[StrictInt, Field(ge=0)]


class BandedRule(Entry):
    """A rule with its method, its band and its source."""

    method: Literal["rule", "calibrated", "assumed"]
    low: Money = Decimal(1)
    """Lower end of the band, as a multiple of the count."""
    high: Money = Decimal(1)
    """Upper end of the band, as a multiple of the count."""
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _band_holds_the_count(self) -> Self:
        if not self.low <= 1 <= self.high:
            raise ValueError("the band must hold the count itself: low <= 1 <= high")
        if self.method != "rule" and self.low == self.high:
            raise ValueError(f"a count that is {self.method} needs a band: state `low` and `high`")
        return self
