"""Turn token counts into money, exactly: `tokens x rate`, rates per million, in Decimal from end to end.

A request's tokens come as disjoint kinds (`input` is text that is not cached), each of which is priced at its
own rate or at the first one of its chain that the catalog states:

    input_image -> input          cache_read_audio -> cache_read -> input      output_reasoning -> output

Tiers are cliffs: the request's whole input, cache reads included, chooses one tier for all its tokens.
A model that states fees for what is measured, and no rate at all, bills no tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tokenquote.ledger.costs import Costs
from tokenquote.ledger.fees import NO_FEES, PricedFees
from tokenquote.ledger.money import cost_tokens, exact_product, exact_sum
from tokenquote.ledger.tariffs import (
    STATED_TIER,
    Tariff,
    TierRates,
    UnknownMode,
    UnknownRegion,
    comparable_rates,
    tariff_on,
)

__all__ = [
    "INPUT_KINDS",
    "KINDS",
    "STATED_TIER",
    "Line",
    "Priced",
    "Tariff",
    "UnknownMode",
    "UnknownRegion",
    "build_lines",
    "comparable_rates",
    "exact_product",
    "exact_sum",
    "find_priced_kind",
    "find_rate",
    "price",
    "tariff_on",
]

_INPUT_CHAINS: dict[str, tuple[str, ...]] = {
    "input": ("input",),
    "input_image": ("input_image", "input"),
    "input_audio": ("input_audio", "input"),
    "input_video": ("input_video", "input"),
    "cache_read": ("cache_read", "input"),
    "cache_read_image": ("cache_read_image", "cache_read", "input"),
    "cache_read_audio": ("cache_read_audio", "cache_read", "input"),
    "cache_read_video": ("cache_read_video", "cache_read", "input"),
    "cache_write": ("cache_write", "input"),
    "cache_write_1h": ("cache_write_1h", "cache_write", "input"),
    "cache_write_12h": ("cache_write_12h", "cache_write", "input"),
    "cache_write_audio": ("cache_write_audio", "cache_write", "input"),
}
_OUTPUT_CHAINS: dict[str, tuple[str, ...]] = {
    "output": ("output",),
    "output_reasoning": ("output_reasoning", "output"),
    "output_citation": ("output_citation", "output"),
    "output_image": ("output_image", "output"),
    "output_audio": ("output_audio", "output"),
    "output_video": ("output_video", "output"),
}
_CHAINS = _INPUT_CHAINS | _OUTPUT_CHAINS
_ORDER = {kind: place for place, kind in enumerate(_CHAINS)}
INPUT_KINDS = frozenset(_INPUT_CHAINS)
"""The kinds of token that add up to a request's input."""
KINDS = frozenset(_CHAINS)
"""Every kind of token that may have a price."""


@dataclass(frozen=True, slots=True)
class Line:
    """The tokens of one kind at one rate, over all requests."""

    kind: str
    tokens: int
    rate: Decimal
    """The rate in USD per million tokens."""
    tier: str
    cost: Decimal
    """The cost in USD."""


@dataclass(frozen=True, slots=True)
class Priced:
    """The cost of requests, one by one and by kind of token."""

    costs: Sequence[Decimal | None]
    """The cost of each request in USD. None: nothing of the request has a price."""
    lines: tuple[Line, ...]
    """The cost of each kind at each rate, in a fixed order of kinds."""
    unpriced: Mapping[str, int]
    """The tokens by kind for which the catalog has no price."""
    fees: PricedFees = NO_FEES
    """What is not billed by the token; `costs` hold it."""

    @property
    def complete(self) -> bool:
        """Whether every token and every use has a price."""
        return not self.unpriced and not self.fees.unpriced

    @property
    def total_fees(self) -> Decimal:
        """The sum in USD of all fees, which `total` holds."""
        return exact_sum(line.cost for line in self.fees.lines)

    def with_fees(self, fees: PricedFees) -> Priced:
        """Return the same with the fees of the same requests."""
        if fees is self.fees:
            return self
        if not fees.costs:
            return replace(self, fees=fees)
        costs = (
            exact_sum([cost, fee]) if cost is not None and fee is not None else cost if fee is None else fee
            for cost, fee in zip(self.costs, fees.costs, strict=True)
        )
        return replace(self, costs=tuple(costs), fees=fees)

    @property
    def total(self) -> Decimal | None:
        """The sum in USD of what has a price; None if nothing has, though something should have one."""
        known = Costs.collect(self.costs).total
        return Decimal(0) if known is None and self.complete else known


def find_rate(tariff: Tariff, kind: str, input_tokens: int) -> Decimal | None:
    """Return the rate of a kind in a request with this number of input tokens; None if it has none."""
    tier = tariff.tier_for(input_tokens)
    priced_as = find_priced_kind(tier, kind)
    return None if priced_as is None else tier.rates[priced_as]


def find_priced_kind(tier: TierRates, kind: str) -> str | None:
    """Return the kind whose rate applies to tokens of a kind; None if they have none."""
    for name in _CHAINS[kind]:
        if name in tier.rates:
            return name
    return None


def price(tariff: Tariff, requests: Sequence[Mapping[str, int]]) -> Priced:
    """Return the cost of requests, each a mapping from disjoint kinds to tokens."""
    costs: list[Decimal | None] = []
    tokens: dict[tuple[str, str], int] = {}
    rates: dict[tuple[str, str], Decimal] = {}
    unpriced: dict[str, int] = {}
    for request in requests:
        if not tariff.bills_tokens:
            costs.append(None)
            continue
        tier = tariff.tier_for(sum(n for kind, n in request.items() if kind in INPUT_KINDS))
        parts: list[Decimal] = []
        for kind, amount in request.items():
            if not amount:
                continue
            priced_as = find_priced_kind(tier, kind)
            if priced_as is None:
                unpriced[kind] = unpriced.get(kind, 0) + amount
                continue
            line = (priced_as, STATED_TIER if priced_as in tariff.stated else tier.label)
            rates[line] = tier.rates[priced_as]
            tokens[line] = tokens.get(line, 0) + amount
            parts.append(cost_tokens(amount, rates[line]))
        nothing_priced = not parts and any(request.values())
        costs.append(None if nothing_priced else exact_sum(parts))
    return Priced(tuple(costs), build_lines(tokens, rates), unpriced)


def build_lines(
    tokens: Mapping[tuple[str, str], int], rates: Mapping[tuple[str, str], Decimal]
) -> tuple[Line, ...]:
    """Return the cost of the tokens of each kind and tier, in a fixed order of kinds, then by rate.

    Args:
        tokens: tokens by the kind whose rate applies and by tier, in the order in which they appear.
        rates: the rate of each.
    """
    lines = (Line(k, n, rates[k, t], t, cost_tokens(n, rates[k, t])) for (k, t), n in tokens.items())
    return tuple(sorted(lines, key=lambda line: (_ORDER[line.kind], line.rate)))
