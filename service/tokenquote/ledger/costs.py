"""The costs of requests one by one: exact money, kept as whole numbers of a small part of a dollar."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import overload

from tokenquote.ledger.money import count_decimals, shift_down, shift_up

__all__ = ["Costs"]


@dataclass(frozen=True)
class Costs(Sequence[Decimal | None]):
    """What each request costs in USD. None: nothing of the request has a price."""

    parts: Sequence[int | None]
    """The costs in parts of a dollar."""
    decimals: int
    """The decimals of a part: 6 if it is a millionth of a dollar."""

    @classmethod
    def collect(cls, costs: Sequence[Decimal | None]) -> Costs:
        """Return costs as whole numbers of the largest part that all of them are whole numbers of."""
        if isinstance(costs, Costs):
            return costs
        decimals = count_decimals(cost for cost in costs if cost is not None)
        return cls([None if cost is None else shift_up(cost, decimals) for cost in costs], decimals)

    @classmethod
    def joined(cls, number: int, shares: Iterable[tuple[Sequence[int], Costs]]) -> Costs:
        """Return costs of some of the requests each, at these places, as one; `number` are all requests."""
        listed = list(shares)
        decimals = max((costs.decimals for _, costs in listed), default=0)
        parts: list[int | None] = [None] * number
        for places, costs in listed:
            factor = 10 ** (decimals - costs.decimals)
            for place, part in zip(places, costs.parts, strict=True):
                parts[place] = None if part is None else part * factor
        return cls(parts, decimals)

    @cached_property
    def total(self) -> Decimal | None:
        """The sum of what has a price. None: nothing has."""
        known = [part for part in self.parts if part is not None]
        return shift_down(sum(known), self.decimals) if known else None

    def add_up(self) -> Iterator[int | None]:
        """Yield the cost of each request and all before it, in parts of a dollar; None: none is known."""
        spent: int | None = None
        for part in self.parts:
            if part is not None:
                spent = part if spent is None else spent + part
            yield spent

    def money(self, part: int | None) -> Decimal | None:
        """Return parts of a dollar as money."""
        return None if part is None else shift_down(part, self.decimals)

    def write(self, parts: Iterable[int | None]) -> Iterator[str]:
        """Write parts of a dollar as JSON: decimal strings without trailing zeros, or null."""
        decimals = self.decimals
        for part in parts:
            if part is None:
                yield "null"
                continue
            digits = str(part).zfill(decimals + 1)
            whole = len(digits) - decimals
            text = f"{digits[:whole]}.{digits[whole:]}".rstrip("0").rstrip(".")
            yield f'"{text}"'

    def __len__(self) -> int:
        return len(self.parts)

    @overload
    def __getitem__(self, index: int) -> Decimal | None: ...
    @overload
    def __getitem__(self, index: slice) -> list[Decimal | None]: ...
    def __getitem__(self, index: int | slice) -> Decimal | list[Decimal | None] | None:
        if isinstance(index, slice):
            return [self.money(part) for part in self.parts[index]]
        return self.money(self.parts[index])
