"""Prices the requests of one conversation, each at the rates of the model that answers it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from tokenquote.ledger import CacheUses, ReadBy, Rows, billed_kinds
from tokenquote.ledger.costs import Costs
from tokenquote.ledger.fees import NO_FEES, PricedFees, UnpricedUse
from tokenquote.ledger.prices import Priced, Tariff, exact_sum, find_priced_kind, price
from tokenquote.ledger.row_prices import have_media, price_text_rows
from tokenquote.ledger.tariffs import TierRates

__all__ = ["Bill", "bill_rows", "break_even_reads"]


@dataclass(frozen=True)
class Bill:
    """The cost of the requests of a conversation, in their order, and what each model's requests cost."""

    costs: Costs
    """The cost of each request in USD. None: nothing of the request has a price."""
    by_model: Mapping[str, Priced]
    """The requests of each model by themselves, by the model's id."""

    @cached_property
    def unpriced(self) -> Mapping[str, int]:
        """The tokens by kind for which the catalog has no price."""
        tokens: dict[str, int] = {}
        for priced in self.by_model.values():
            for kind, amount in priced.unpriced.items():
                tokens[kind] = tokens.get(kind, 0) + amount
        return tokens

    @cached_property
    def unpriced_uses(self) -> tuple[UnpricedUse, ...]:
        """The uses of what is not billed by the token that have no known fee."""
        return tuple(use for priced in self.by_model.values() for use in priced.fees.unpriced)

    @property
    def total_fees(self) -> Decimal:
        """The sum in USD of all fees, which `total` holds."""
        return exact_sum(priced.total_fees for priced in self.by_model.values())

    @cached_property
    def complete(self) -> bool:
        """Whether every token has a price."""
        return all(priced.complete for priced in self.by_model.values())

    @cached_property
    def total(self) -> Decimal | None:
        """The sum in USD of what has a price; None if nothing has, though something should have one."""
        known = self.costs.total
        return Decimal(0) if known is None and self.complete else known


def bill_rows(
    rows: Rows,
    uses: CacheUses,
    tariffs: Mapping[str, Tariff],
    write_kinds: Mapping[ReadBy, str],
    fees: Mapping[str, PricedFees],
) -> Bill:
    """Price every request.

    Args:
        rows: the requests.
        uses: the use of the cache of each.
        tariffs: the rates of each model.
        write_kinds: what each model bills a cache write of a conversation as.
        fees: what the requests to each model use that is not billed by the token.
    """
    by_model: dict[str, Priced] = {}
    shares: list[tuple[Sequence[int], Costs]] = []
    for model, tariff in tariffs.items():
        places = range(len(rows)) if len(tariffs) == 1 else rows.find_places(model)
        own = rows.only(places)
        priced = _price(tariff, own, uses.only(places), write_kinds).with_fees(fees.get(model, NO_FEES))
        by_model[model] = priced
        shares.append((places, Costs.collect(priced.costs)))
    whole = shares[0][1] if len(shares) == 1 else Costs.joined(len(rows), shares)
    return Bill(whole, by_model)


def _price(tariff: Tariff, rows: Rows, uses: CacheUses, write_kinds: Mapping[ReadBy, str]) -> Priced:
    """Price the requests to one model."""
    kinds = {write_kinds.get(reader, "cache_write") for reader in rows.readers}
    if len(kinds) == 1 and not have_media(rows):
        return price_text_rows(tariff, rows, uses, kinds.pop())
    requests = [
        billed_kinds(row, use, write_kinds.get(row.reader, "cache_write"))
        for row, use in zip(rows, uses, strict=True)
    ]
    return price(tariff, requests)


def break_even_reads(
    rows: Rows,
    uses: CacheUses,
    bill: Bill,
    tariffs: Mapping[str, Tariff],
    write_kinds: Mapping[ReadBy, str],
) -> int | None:
    """Return how many reads what is written needs on average to cost less than plain input does.

    A write costs more than plain input by its surcharge, and each read of it saves what plain input costs
    more than a read. The creation of an explicit cache answers nothing, so that all of its cost, storage
    included, is a surcharge. None: nothing is written, or a read saves nothing.
    """
    if not any(uses.write) and "cache" not in rows.purpose:
        return None
    surcharge = saving = Decimal(0)
    margins: dict[tuple[ReadBy, int], tuple[Decimal, Decimal] | None] = {}
    for i, (purpose, write) in enumerate(zip(rows.purpose, uses.write, strict=True)):
        created = purpose == "cache"
        written = rows.input[i] if created else write
        if not written:
            continue
        reader, tariff = (rows.agent[i], rows.model[i]), tariffs[rows.model[i]]
        tier = bisect_right(tariff.starts, rows.input[i])
        if (reader, tier) not in margins:
            margins[reader, tier] = _find_margins(tariff.tiers[tier], write_kinds.get(reader, "cache_write"))
        margin = margins[reader, tier]
        if margin is None:
            return None
        surcharge += (bill.costs[i] or Decimal(0)).scaleb(6) if created else written * margin[0]
        saving += written * margin[1]
    return max(0, math.ceil(surcharge / saving)) if saving > 0 else None


def _find_margins(tier: TierRates, write_kind: str) -> tuple[Decimal, Decimal] | None:
    """Return what a write costs more than plain input, and a read less. None: one of them has no rate."""
    kinds = (find_priced_kind(tier, kind) for kind in (write_kind, "input", "cache_read"))
    write, plain, read = (None if kind is None else tier.rates[kind] for kind in kinds)
    return None if write is None or plain is None or read is None else (write - plain, plain - read)
