"""Which models the catalog lacks, the most sold first: by how many hosts of the sources sell them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tokenquote.catalog import Catalog
from tokenquote.upkeep.choosing import sold_models
from tokenquote.upkeep.matching import ListingIndex

__all__ = ["MissingModel", "rank_missing"]

_NOT_THE_NAME = re.compile(
    r"^(?:us|eu|apac|au|jp|ca|global|us-gov)\.|^[a-z0-9]+\.(?=[a-z])|@.*$|:.*$|-v\d+:\d+$|-20\d\d-?\d\d-?\d\d$"
)
"""What hosts put around a model's own name: a region, its maker, a version, a variant, a day."""


@dataclass(frozen=True, slots=True)
class MissingModel:
    """A model that the sources sell and the catalog does not, under any provider."""

    name: str
    """The name without provider, maker, region and day."""
    hosts: tuple[str, ...]
    """The providers that sell it, in our words."""
    ids: tuple[str, ...]
    """The ids that it would have in the catalog."""


def bare_name(model: str) -> str:
    """Return the model's own name: `us.anthropic.claude-x-v1:0` and `claude-x@20260101` are claude-x."""
    name = model.lower().rsplit("/", 1)[-1]
    while (shorter := _NOT_THE_NAME.sub("", name)) != name:
        name = shorter
    return name


def rank_missing(catalog: Catalog, indexes: Sequence[ListingIndex]) -> list[MissingModel]:
    """Return the models that no entry of the catalog sells, those of the most hosts first."""
    sold = sold_models(catalog)
    known = {bare_name(name) for model in sold for name in (model.entry.id, *model.entry.aliases)}
    ids: dict[str, dict[str, str]] = {}
    for index in indexes:
        for listed in index.unknown_to(sold):
            name = bare_name(listed.id)
            if name not in known:
                ids.setdefault(name, {}).setdefault(listed.provider, listed.full_id)
    missing = [
        MissingModel(name, tuple(sorted(by_host)), tuple(sorted(by_host.values())))
        for name, by_host in ids.items()
    ]
    return sorted(missing, key=lambda model: (-len(model.hosts), model.name))
