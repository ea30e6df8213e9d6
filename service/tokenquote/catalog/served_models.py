"""Entries of hosts, completed by what is said of the model that they serve.

An entry's own word goes first, with that of its family and its file's `defaults`; then that of the served
model, which may serve another in its turn. A host caches only where it has a price for cache reads.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ModelEntry
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["complete_served", "find_serving_faults"]

AnyEntry: TypeAlias = ModelEntry | OpenWeightsEntry

_TAKEN = (
    "counting", "images", "audio", "video", "documents", "context", "reasoning_kept", "kind",
    "generated_images", "converses",
)  # fmt: skip


def find_serving_faults(models: Mapping[str, AnyEntry], origin: Mapping[str, str]) -> Iterator[str]:
    """Yield one sentence for each entry that serves a model which is not there, or in the end itself."""
    for model_id, entry in models.items():
        if not isinstance(entry, ModelEntry) or entry.serves is None:
            continue
        where = f"{origin[model_id]}: models[{entry.id}].serves"
        if entry.serves not in models:
            yield f"{where}: the catalog has no {entry.serves!r}{did_you_mean(entry.serves, models)}"
        elif model_id in (chain := list(_chain(model_id, models))[1:]):
            yield f"{where}: a circle: {' serves '.join((model_id, *chain))}"


def complete_served(model_id: str, models: Mapping[str, AnyEntry]) -> AnyEntry:
    """Return the entry with what it takes from the model that it serves, if it serves one.

    `models` must have no faults of serving.
    """
    entry = models[model_id]
    if not isinstance(entry, ModelEntry) or entry.serves is None:
        return entry
    served = complete_served(entry.serves, models)
    stated = entry.model_fields_set
    taken: dict[str, object] = {field: getattr(served, field) for field in _TAKEN if field not in stated}
    if "caching" not in stated and any(_prices_cache_reads(block) for block in entry.prices):
        taken["caching"] = served.caching
    if "weights" not in stated:
        taken["weights"] = served.weights if isinstance(served, ModelEntry) else served.id
    return entry.model_copy(update=taken)


def _chain(model_id: str, models: Mapping[str, AnyEntry]) -> Iterator[str]:
    """Yield the ids that follow one another by `serves`, the first that comes again last."""
    seen: set[str] = set()
    name: str | None = model_id
    while name is not None and name in models:
        yield name
        if name in seen:
            return
        seen.add(name)
        entry = models[name]
        name = entry.serves if isinstance(entry, ModelEntry) else None


def _prices_cache_reads(block: PriceBlock) -> bool:
    cards = (block, *block.windows, *block.modes.values())
    rates = (rates for card in cards for rates in (card.rates, *(tier.rates for tier in card.tiers)))
    return any(given.cache_read is not None for given in rates)
