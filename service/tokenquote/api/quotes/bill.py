"""Prices the requests of one conversation, each at the rates of the model that answers it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tokenquote.ledger import CacheUse, ReadBy, Row, billed_kinds
from tokenquote.ledger.fees import NO_FEES, PricedFees, UnpricedUse
from tokenquote.ledger.prices import Priced, Tariff, exact_sum, find_rate, price

__all__ = ["Bill", "bill_rows", "break_even_reads"]


@dataclass(frozen=True, slots=True)
class Bill:
    """The cost of the requests of a conversation, in their order, and what each model's requests cost."""

    costs: tuple[Decimal | None, ...]
    """The cost of each request in USD. None: nothing of the request has a price."""
    by_model: Mapping[str, Priced]
    """The requests of each model by themselves, by the model's id."""

    @property
    def unpriced(self) -> Mapping[str, int]:
        """The tokens by kind for which the catalog has no price."""
        tokens: dict[str, int] = {}
        for priced in self.by_model.values():
            for kind, amount in priced.unpriced.items():
                tokens[kind] = tokens.get(kind, 0) + amount
        return tokens

    @property
    def unpriced_uses(self) -> tuple[UnpricedUse, ...]:
        """The uses of what is not billed by the token that have no known fee."""
        return tuple(use for priced in self.by_model.values() for use in priced.fees.unpriced)

    @property
    def total_fees(self) -> Decimal:
        """The sum in USD of all fees, which `total` holds."""
        return exact_sum(priced.total_fees for priced in self.by_model.values())

    @property
    def complete(self) -> bool:
        """Whether every token has a price."""
        return all(priced.complete for priced in self.by_model.values())

    @property
    def total(self) -> Decimal | None:
        """The sum in USD of what has a price; None if nothing has, though something should have one."""
        known = [cost for cost in self.costs if cost is not None]
        return exact_sum(known) if known or self.complete else None


def bill_rows(
    rows: Sequence[Row],
    uses: Sequence[CacheUse],
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
    costs: dict[int, Decimal | None] = {}
    for model, tariff in tariffs.items():
        places = [i for i, row in enumerate(rows) if row.model == model]
        kinds = [
            billed_kinds(rows[i], uses[i], write_kinds.get(rows[i].reader, "cache_write")) for i in places
        ]
        by_model[model] = price(tariff, kinds).with_fees(fees.get(model, NO_FEES))
        costs.update(zip(places, by_model[model].costs, strict=True))
    return Bill(tuple(costs[i] for i in range(len(rows))), by_model)


def break_even_reads(
    rows: Sequence[Row],
    uses: Sequence[CacheUse],
    bill: Bill,
    tariffs: Mapping[str, Tariff],
    write_kinds: Mapping[ReadBy, str],
) -> int | None:
    """Return how many reads what is written needs on average to cost less than plain input does.

    A write costs more than plain input by its surcharge, and each read of it saves what plain input costs
    more than a read. The creation of an explicit cache answers nothing, so that all of its cost, storage
    included, is a surcharge. None: nothing is written, or a read saves nothing.
    """
    surcharge = saving = Decimal(0)
    for row, use, cost in zip(rows, uses, bill.costs, strict=True):
        created = row.purpose == "cache"
        written = row.input if created else use.write
        if not written:
            continue
        kinds = (write_kinds.get(row.reader, "cache_write"), "input", "cache_read")
        write, plain, read = (find_rate(tariffs[row.model], kind, row.input) for kind in kinds)
        if write is None or plain is None or read is None:
            return None
        surcharge += (cost or Decimal(0)).scaleb(6) if created else written * (write - plain)
        saving += written * (plain - read)
    return max(0, math.ceil(surcharge / saving)) if saving > 0 else None
