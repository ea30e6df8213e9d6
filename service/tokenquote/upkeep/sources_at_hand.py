"""The sources that are installed here, each with an index of its models, and those that are missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources import SourceMissing, read_genai_prices, read_litellm, read_source_names

__all__ = ["SOURCES", "SourcesAtHand", "read_sources"]

SOURCES = {"genai-prices": read_genai_prices, "litellm": read_litellm}
"""How each source is read, by the name of its package; the first has dates and is the one to believe."""


@dataclass(frozen=True, slots=True)
class SourcesAtHand:
    """What could be read here."""

    indexes: tuple[ListingIndex, ...]
    missing: tuple[str, ...]
    """A sentence for each source that is not installed."""


def read_sources(checked: dt.date, only: str | None = None, catalog: Path | None = None) -> SourcesAtHand:
    """Return the installed sources, or the one of them that is named.

    Raises:
        CatalogError: upkeep/sources.yaml cannot be used.
    """
    names = read_source_names(catalog)
    indexes: list[ListingIndex] = []
    missing: list[str] = []
    for source, read in SOURCES.items():
        if only not in (None, source):
            continue
        try:
            indexes.append(ListingIndex(read(names, checked)))
        except SourceMissing as error:
            missing.append(str(error))
    return SourcesAtHand(tuple(indexes), tuple(missing))
