"""Prices what is not billed by the token: searches, images, seconds of audio, pages.

A use says how much there is of something, in every unit in which it could be billed, and what was chosen
(`size`, `quality`). Of the fees for it, the one that the most of these choices select applies; a use that no
fee fits, or that cannot be measured in the fee's unit, has no price and is listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tokenquote.catalog.schema.choices import choose
from tokenquote.catalog.schema.fees import Fee
from tokenquote.ledger.money import exact_product, exact_quotient, exact_sum

__all__ = ["NO_FEES", "FeeLine", "PricedFees", "UnpricedUse", "Use", "price_uses", "store_tokens", "use_tool"]

_TOOL_UNITS = ("call", "query", "session", "request", "message")
_PARTS: Mapping[str, tuple[str, int]] = {
    "minute": ("second", 60),
    "hour": ("second", 3600),
    "megapixel": ("pixel", 1_000_000),
    "million_token_hours": ("token_second", 3_600_000_000),
}
"""Units that are a number of a smaller one."""


@dataclass(frozen=True, slots=True)
class Use:
    """Something that a request uses and no token rate bills."""

    what: str
    """What is used, as fees call it."""
    units: Mapping[str, Decimal]
    """How much of it, in each unit that it can be measured in; empty: nobody knows."""
    choice: Mapping[str, str] = field(default_factory=dict)
    """What was chosen, such as `{size: 1024x1024}`."""


@dataclass(frozen=True, slots=True)
class FeeLine:
    """The cost of one thing at one fee, over all requests."""

    fee: Fee
    units: Decimal
    """The number of units that are billed, no minimum and no free allowance in it."""
    cost: Decimal
    """The cost in USD."""


@dataclass(frozen=True, slots=True)
class UnpricedUse:
    """Something that is used and has no known fee."""

    what: str
    unit: str | None
    """The unit of `units`; None: it is not known how much is used."""
    units: Decimal | None


@dataclass(frozen=True, slots=True)
class PricedFees:
    """The fees of requests, one by one and by what is billed."""

    costs: tuple[Decimal | None, ...] = ()
    """The fees of each request in USD; None: it uses nothing that has a fee. Empty: no request does."""
    lines: tuple[FeeLine, ...] = ()
    unpriced: tuple[UnpricedUse, ...] = ()


NO_FEES = PricedFees()


def store_tokens(tokens: int, seconds: int) -> Use:
    """Make the use of an explicit cache: tokens that are stored for its lifetime in seconds."""
    return Use("cache_storage", {"token_second": Decimal(tokens * seconds)})


def use_tool(name: str, times: int) -> Use:
    """Make the use of a server tool, which bills by the call, the query or the session."""
    return Use(name, {unit: Decimal(times) for unit in _TOOL_UNITS})


def price_uses(fees: Sequence[Fee], requests: Sequence[Sequence[Use]]) -> PricedFees:
    """Return the cost of what each request uses, without any free allowance."""
    if not any(requests):
        return NO_FEES
    costs: list[Decimal | None] = []
    lines: dict[int, FeeLine] = {}
    unpriced: dict[tuple[str, str | None], UnpricedUse] = {}
    for uses in requests:
        cost: Decimal | None = None
        for use in uses:
            fee = choose([fee for fee in fees if fee.what == use.what], use.choice)
            smaller, number = _PARTS.get(fee.unit, (fee.unit, 1)) if fee is not None else ("", 1)
            if fee is None or smaller not in use.units:
                _add_unpriced(unpriced, use)
                continue
            billed = _bill(fee, use.units[smaller], number)
            cost = exact_sum([cost or Decimal(0), billed])
            before = lines.get(id(fee), FeeLine(fee, Decimal(0), Decimal(0)))
            units = exact_quotient(use.units[smaller], number)
            lines[id(fee)] = FeeLine(fee, exact_sum([before.units, units]), exact_sum([before.cost, billed]))
        costs.append(cost)
    return PricedFees(tuple(costs), tuple(lines.values()), tuple(unpriced.values()))


def _bill(fee: Fee, amount: Decimal, number: int) -> Decimal:
    """Return the cost of an amount of which `number` are one unit of the fee."""
    if amount and fee.minimum is not None:
        amount = max(amount, Decimal(fee.minimum * number))
    return exact_quotient(exact_product(amount, fee.price), fee.per * number)


def _add_unpriced(unpriced: dict[tuple[str, str | None], UnpricedUse], use: Use) -> None:
    unit, units = next(iter(use.units.items()), (None, None))
    before = unpriced.get((use.what, unit))
    if before is not None and before.units is not None and units is not None:
        units = exact_sum([units, before.units])
    unpriced[use.what, unit] = UnpricedUse(use.what, unit, units)
