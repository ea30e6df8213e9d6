"""The base class of everything that a catalog file holds, and the types of its money, words and bands."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator

__all__ = ["BandedRule", "Entry", "Money", "NotNegative", "Positive", "Word"]

Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
"""The name by which one entry of the catalog refers to another."""
Positive = Annotated[StrictInt, Field(ge=1)]
NotNegative = Annotated[StrictInt, Field(ge=0)]


class Entry(BaseModel):
    """An object of a catalog file: it takes no unknown fields, cannot change, and documents each field."""

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
    """A counting rule that states its method, its band and its source."""

    method: Literal["rule", "calibrated", "assumed"]
    """How the count is known: `rule` is published, `calibrated` is fitted to records, `assumed` is a
    guess."""
    low: Money = Decimal(1)
    """The lower end of the band, as a multiple of the count; by default the count itself."""
    high: Money = Decimal(1)
    """The upper end of the band, as a multiple of the count; by default the count itself."""
    source: str = Field(min_length=1)
    """Where the rule stands, such as an address or a package with its version."""

    @model_validator(mode="after")
    def _band_holds_the_count(self) -> Self:
        if not self.low <= 1 <= self.high:
            raise ValueError("the band must hold the count itself: low <= 1 <= high")
        if self.method != "rule" and self.low == self.high:
            raise ValueError(f"a count that is {self.method} needs a band: state `low` and `high`")
        return self
