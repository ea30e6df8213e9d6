"""Take the discounts of a contract off the prices of models, exactly, and say so in their source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tokenquote.catalog.schema.discounts import Discount, DiscountsFile
from tokenquote.catalog.schema.fees import Fee
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ModelEntry
from tokenquote.catalog.schema.rates import RateCard, multiply_exactly
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["PlacedDiscount", "discount_entry", "find_discount", "find_discount_faults", "place_discounts"]

CardT = TypeVar("CardT", bound=RateCard)


@dataclass(frozen=True, slots=True)
class PlacedDiscount:
    """A discount, and where it was read."""

    discount: Discount
    field: str
    """The place of its target in the file, such as `discounts[0].provider`."""
    folder: int
    """The number of its folder, the shipped one being 0."""
    source: str
    """What a quote says of where it comes from."""


def place_discounts(file: DiscountsFile, folder: int, folder_name: str) -> dict[str, PlacedDiscount]:
    """Return the discounts of one folder by the provider or model that they are for."""
    return {
        given.target: PlacedDiscount(
            given,
            f"discounts[{i}].{'provider' if given.provider else 'model'}",
            folder,
            given.source or f"discounts.yaml of {folder_name}",
        )
        for i, given in enumerate(file.discounts)
    }


def find_discount_faults(
    discounts: Mapping[str, PlacedDiscount],
    providers: Mapping[str, object],
    models: Mapping[str, ModelEntry | OpenWeightsEntry],
) -> Iterator[str]:
    """Yield one sentence for each discount on what is not sold."""
    for target, placed in discounts.items():
        where, known = f"discounts.yaml: {placed.field}", models if placed.discount.model else providers
        if target not in known:
            kind = "model" if placed.discount.model else "provider"
            yield f"{where}: the catalog has no {kind} {target!r}{did_you_mean(target, known)}"
        elif placed.discount.model and not models[target].prices:
            yield f"{where}: {target!r} has no price that anything could be taken off"


def find_discount(
    model_id: str, provider: str, stated_by: int, discounts: Mapping[str, PlacedDiscount]
) -> PlacedDiscount | None:
    """Return the discount on a model whose prices the folder with the number `stated_by` states."""
    both = (discounts.get(model_id), discounts.get(provider))
    found = next((placed for placed in both if placed is not None and placed.folder >= stated_by), None)
    return found if found is not None and found.discount.percent else None


def discount_entry(entry: ModelEntry, placed: PlacedDiscount) -> ModelEntry:
    """Return the entry with the discount taken off every price of every block."""
    factor = multiply_exactly(100 - placed.discount.percent, Decimal("0.01"))
    less = f", less {placed.discount.percent} % ({placed.source})"
    prices = tuple(_discount_block(block, factor, less) for block in entry.prices)
    return entry.model_copy(update={"prices": prices})


def _discount_block(block: PriceBlock, factor: Decimal, less: str) -> PriceBlock:
    update: dict[str, object] = {
        "windows": tuple(_discount_card(window, factor) for window in block.windows),
        # A mode by `times` multiplies what is discounted already.
        "modes": {
            name: _discount_card(mode, factor).model_copy(update={"fees": _discount_fees(mode.fees, factor)})
            for name, mode in block.modes.items()
        },
        "fees": _discount_fees(block.fees, factor),
        "source": block.source + less,
    }
    return _discount_card(block, factor).model_copy(update=update)


def _discount_card(card: CardT, factor: Decimal) -> CardT:
    tiers = tuple(tier.model_copy(update={"rates": tier.rates.multiplied(factor)}) for tier in card.tiers)
    return card.model_copy(update={"rates": card.rates.multiplied(factor), "tiers": tiers})


def _discount_fees(fees: tuple[Fee, ...], factor: Decimal) -> tuple[Fee, ...]:
    return tuple(fee.model_copy(update={"price": multiply_exactly(fee.price, factor)}) for fee in fees)
