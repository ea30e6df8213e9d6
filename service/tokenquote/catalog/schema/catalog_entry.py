"""The base class of everything that a catalog file holds, and the types of its money and words."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

__all__ = [
    "Entry",
    "Factor",
    "Moment",
    "Money",
    "NotNegative",
    "Positive",
    "QuotedDecimal",
    "Word",
    "first_instant",
    "read_decimal",
]

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


_PLAIN_DECIMAL = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?")


def read_decimal(value: Any, named: str, example: str) -> Any:
    """Return the decimal that a quoted text states.

    Bare YAML numbers are refused: `0.1` would arrive as a binary float, and money is never a float.

    Raises:
        ValueError: it is no quoted plain decimal; the text calls it as `named` says and shows the example.
    """
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError(f'write {named} as a quoted decimal, like "{example}"')
    if not _PLAIN_DECIMAL.fullmatch(value):
        raise ValueError(f'write {named} as a plain decimal number, like "{example}"')
    return Decimal(value)


def _read_money(value: Any) -> Any:
    return read_decimal(value, "money", "0.50")


def _read_factor(value: Any) -> Any:
    return read_decimal(value, "a factor", "0.5")


QuotedDecimal = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]
Money = Annotated[Decimal, BeforeValidator(_read_money, json_schema_input_type=QuotedDecimal)]
Factor = Annotated[Decimal, Field(gt=0), BeforeValidator(_read_factor, json_schema_input_type=QuotedDecimal)]
"""A number above 0 that multiplies prices, written as a quoted decimal."""


def _read_moment(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value) if len(value) > 10 else dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("write a day like 2026-08-17 or an instant like 2026-08-16T16:00:00Z") from None
    if not isinstance(value, dt.date):
        raise ValueError("write a day like 2026-08-17 or an instant like 2026-08-16T16:00:00Z")
    if isinstance(value, dt.datetime) and value.tzinfo is None:
        raise ValueError("write an instant with its offset, like 2026-08-16T16:00:00Z")
    return value


Moment = Annotated[dt.date | dt.datetime, BeforeValidator(_read_moment)]
"""A day, which begins at midnight UTC, or an instant with its offset from UTC."""


def first_instant(moment: dt.date) -> dt.datetime:
    """Return the instant itself in UTC, or the first one of a day."""
    if isinstance(moment, dt.datetime):
        return moment.astimezone(dt.UTC)
    return dt.datetime.combine(moment, dt.time(), dt.UTC)
