"""The base class of everything that a catalog file holds, and the types of its money and words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

__all__ = ["Entry", "Money", "NotNegative", "Positive", "Word"]

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
