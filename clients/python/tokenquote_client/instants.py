"""How a question states an instant: an RFC 3339 time with its offset, such as 2026-12-01T02:00:00Z."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, WithJsonSchema

__all__ = ["Instant"]


def _rfc_3339(value: Any) -> Any:
    """Refuse what is no text with a date: numbers would pass for seconds."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d{2}-\d{2}[Tt ]", value):
        raise ValueError("write a time as 2026-12-01T02:00:00Z")
    if not isinstance(value, (str, dt.datetime)) or isinstance(value, bool):
        raise ValueError("write a time as 2026-12-01T02:00:00Z")
    return value


def _within_reach(value: dt.datetime) -> dt.datetime:
    if not 1970 < value.year < 9999:
        raise ValueError("a time between 1971 and 9998")
    return value


_YEARS = r"^(197[1-9]|19[89][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-"
Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc_3339),
    AfterValidator(_within_reach),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _YEARS}, mode="validation"),
]
"""A time from 1971 to 9998 with its offset."""
