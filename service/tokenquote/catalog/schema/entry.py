"""What every entry of a catalog shares: closed and immutable, money that is quoted, words that name entries,
and the band that a rule of counting media states.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

__all__ = ["BandedRule", "Entry", "Money", "NotNegative", "Positive", "Word"]

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
"""What one entry calls another."""
Positive = Annotated[StrictInt, Field(ge=1)]
NotNegative = Annotated[StrictInt, Field(ge=0)]


class Entry(BaseModel):
    """Part of a catalog file: closed, immutable, documented field by field."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        # The YAML says `from`; a Python field cannot.
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def _quoted_decimal(value: Any) -> Any:
    """Refuse bare YAML numbers: `0.1` would arrive as a binary float, and money is never a float."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('write money as a quoted decimal, like "0.50"')
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,12})?", value):
        raise ValueError('write money as a plain decimal number, like "0.50"')
    return Decimal(value)


Money = Annotated[
    Decimal,
    BeforeValidator(
        _quoted_decimal, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
    ),
]


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
