"""Which model of a source is which of ours: by the same name, stated in full, and never by likeness."""

from __future__ import annotations

from collections.abc import Iterable

from tokenquote.catalog import Model
from tokenquote.catalog.schema.providers import ModelEntry
from tokenquote.upkeep.sources.listing import ListedModel, Listing

__all__ = ["ListingIndex"]


class ListingIndex:
    """The models of a listing, found by the names that they state."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self._by_id: dict[tuple[str, str], ListedModel] = {}
        self._by_key: dict[str, ListedModel] = {}
        self._by_name: dict[tuple[str, str], ListedModel] = {}
        for model in listing.models:
            place = (model.provider, model.id.lower())
            before = self._by_id.get(place)
            if before is None or (model.prices and not before.prices):
                self._by_id[place] = model
            self._by_key[model.key] = model
            for name in model.names:
                self._by_name.setdefault((model.provider, name), model)

    def find(self, model: Model) -> ListedModel | None:
        """Return the listed model with the id of ours, or that states it as a name, or with an alias."""
        if (key := self.listing.called.get(model.id)) is not None:
            return self._by_key.get(key)
        provider = model.provider.id
        own = model.entry.id.lower()
        aliases = [alias.lower() for alias in model.entry.aliases]
        for names, index in (((own,), self._by_id), ((own,), self._by_name), (aliases, self._by_id)):
            for name in names:
                if (found := index.get((provider, name))) is not None:
                    return found
        return None

    def named(self, full_id: str) -> ListedModel | None:
        """Return the model of an id such as `xai/grok-4.7`, or that the source also calls so."""
        provider, _, name = full_id.partition("/")
        place = (provider, name.lower())
        return self._by_id.get(place) or self._by_name.get(place)

    def distinct_models(self) -> list[ListedModel]:
        """Return the models of the listing, each id once."""
        return list(self._by_id.values())

    def unknown_to(self, models: Iterable[Model]) -> list[ListedModel]:
        """Return the priced models of the listing that none of these is."""
        found = {id(listed) for model in models if (listed := self.find(model)) is not None}
        known = {(model.provider.id, name) for model in models for name in _names(model)}
        return [
            listed
            for place, listed in self._by_id.items()
            if listed.prices and id(listed) not in found and place not in known
        ]


def _names(model: Model) -> list[str]:
    aliases = model.entry.aliases if isinstance(model.entry, ModelEntry) else ()
    return [name.lower() for name in (model.entry.id, *aliases)]
