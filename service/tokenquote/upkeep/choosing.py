"""Which models a proposal is asked for, and what the sources list of those that the catalog lacks."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema.providers import ModelEntry
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources.listing import ListedModel

__all__ = ["UnknownToSources", "listed_groups", "models_asked_for", "sold_models"]


class UnknownToSources(Exception):
    """No source lists a model of this name, and the catalog does not have it."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        near_names = f" Near names: {', '.join(near)}." if near else ""
        super().__init__(f"no source lists {name!r}, and the catalog does not have it.{near_names}")


def sold_models(catalog: Catalog) -> list[Model]:
    """Return the models that somebody sells: all but open weights."""
    return [model for model in catalog.models.values() if isinstance(model.entry, ModelEntry)]


def models_asked_for(catalog: Catalog, indexes: Sequence[ListingIndex], names: Collection[str]) -> set[str]:
    """Return the names, each of which is a model of the catalog or of a source.

    Raises:
        UnknownToSources: one of them is neither.
    """
    for name in names:
        if name not in catalog.models and not any(index.named(name) for index in indexes):
            known = {model.full_id for index in indexes for model in index.listing.models}
            raise UnknownToSources(name, difflib.get_close_matches(name, sorted(known), 3))
    return set(names)


def listed_groups(
    catalog: Catalog,
    indexes: Sequence[ListingIndex],
    asked: Collection[str],
    provider: str | None,
    missing: bool,
) -> list[list[ListedModel]]:
    """Return what the sources list of each model that is asked for and that the catalog lacks.

    With `missing`, those are all models of the catalog's own providers.
    """
    sold = sold_models(catalog)
    groups: dict[tuple[str, str], list[ListedModel]] = {}
    wanted = {name.lower() for name in asked}
    for index in indexes:
        for listed in index.unknown_to(sold):
            of_provider = listed.provider == provider or (missing and listed.provider in catalog.providers)
            if of_provider or listed.full_id.lower() in wanted:
                groups.setdefault((listed.provider, listed.id.lower()), []).append(listed)
    return [groups[place] for place in sorted(groups)]
