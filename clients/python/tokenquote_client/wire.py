"""What all wire models share: how strict they are, and how money looks."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

__all__ = ["Dollars", "Method", "Received", "Sent", "one_of"]

Method = Literal["stated", "exact", "rule", "calibrated", "assumed"]
"""How a number was come by, the surest first."""


class Sent(BaseModel):
    """Part of a request: an unknown field is an error, so that a typing mistake cannot change a quote."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True
    )


class Received(BaseModel):
    """Part of an answer: fields that a newer service adds are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)


def one_of(*names: str) -> ConfigDict:
    """What the JSON schema says of fields of which exactly one is stated; null is not stated."""
    stated = [{"required": [name], "properties": {name: {"not": {"type": "null"}}}} for name in names]
    return ConfigDict(json_schema_extra={"oneOf": stated})  # type: ignore[dict-item]


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('write money as a decimal string, like "0.50": a float is not exact')
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        raise ValueError('write money as a plain decimal number, like "0.50"')
    return value


def _plain(value: Decimal) -> str:
    """`0.0123`, never `1.23E-2`, without trailing zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


Dollars = Annotated[
    Decimal, BeforeValidator(_exact), PlainSerializer(_plain, return_type=str, when_used="json")
]
"""An exact amount of US dollars; a decimal string in JSON."""
