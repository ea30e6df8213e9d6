"""Fees: the prices of what is not billed by the token.

    fees:
      - {what: web_search, price: "10", per: 1000, unit: call}
      - {what: output_image, price: "0.04", unit: image}                          where nothing is chosen
      - {what: output_image, price: "0.167", unit: image, when: {size: 1024x1024, quality: high}}
      - {what: input_audio, price: "0.006", per: 60, unit: second, minimum: 10}
      - {what: search, price: "2", per: 1000, unit: query}                        one search of a rerank model

A word of `MEASURED` is measured in the plan; any other is a server tool, whose uses the plan states in
`server_tools`. Of several fees for one thing the one whose `when` has the most words applies, all of which
must be as the plan says; the one without `when` is what the provider takes where nothing is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, StrictInt

from tokenquote.catalog.schema.catalog_entry import Entry, Money

__all__ = ["MEASURED", "Fee", "FreeAllowance", "Unit", "check_fees"]

Unit = Literal[
    "call", "query", "image", "pixel", "second", "hour", "character", "page", "credit", "message", "request",
    "million_token_hours", "dbu", "guardrail_unit", "megapixel", "gigabyte_day", "session", "minute",
]  # fmt: skip

_LENGTHS = frozenset[Unit]({"second", "minute", "hour"})
_AREAS = frozenset[Unit]({"image", "pixel", "megapixel"})

MEASURED: Mapping[str, frozenset[Unit]] = {
    "input_image": _AREAS,
    "input_audio": _LENGTHS,
    "input_video": _LENGTHS,
    "input_page": frozenset({"page"}),
    "input_text": frozenset({"character"}),
    "output_text": frozenset({"character"}),
    "output_image": _AREAS,
    "output_audio": _LENGTHS,
    "output_video": _LENGTHS,
    "request": frozenset({"request"}),
    "search": frozenset({"query"}),
    "cache_storage": frozenset({"million_token_hours"}),
}
"""What the rest of a plan says how much there is of, with the units in which a fee may bill it."""


class FreeAllowance(Entry):
    """The amount of a fee's units that is free. A quote does not subtract it: others may have used it up."""

    amount: StrictInt = Field(ge=1)
    """The number of units that cost nothing."""
    per: Literal["day", "month"]
    """How often the allowance begins anew."""
    shared_by: str | None = None
    """The word of a shared allowance: models with the same word use it up together. None: it is not
    shared."""


class Fee(Entry):
    """The price of what is not billed by the token: searches, images, seconds, pages, cache storage."""

    what: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """The name of what is billed: `web_search` and other server tools, `output_image` and others that are
    measured in the plan, `cache_storage`."""
    price: Money
    """The price in USD for `per` units."""
    per: StrictInt = Field(default=1, ge=1)
    """The number of units that the price is for."""
    unit: Unit
    """The unit that is billed."""
    when: dict[str, str] = Field(default={})
    """What selects this price among several prices of one thing, such as
    `{size: 1024x1024, quality: high}`; by default nothing: it is the price where nothing is chosen."""
    minimum: StrictInt | None = Field(default=None, ge=1)
    """The fewest units that are billed each time: 10 for at least ten seconds. None: there is no minimum."""
    free: FreeAllowance | None = None
    """The units that cost nothing. None: all are billed."""


def check_fees(fees: tuple[Fee, ...]) -> tuple[Fee, ...]:
    """Refuse two fees for one thing, and a unit in which it cannot be measured."""
    keys = [(fee.what, tuple(sorted(fee.when.items()))) for fee in fees]
    if len(set(keys)) != len(keys):
        raise ValueError("two fees for the same `what` and `when`")
    for fee in fees:
        units = MEASURED.get(fee.what)
        if units is not None and fee.unit not in units:
            raise ValueError(f"{fee.what} is billed by {' or '.join(sorted(units))}, not by {fee.unit}")
    return fees
