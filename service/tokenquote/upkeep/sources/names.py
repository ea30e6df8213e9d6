"""Which provider of a source is which of ours, read from models_catalog/upkeep/sources.yaml."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from tokenquote.catalog import shipped_catalog
from tokenquote.catalog.schema.catalog_entry import Entry, Word
from tokenquote.catalog.yaml_files import read_entry

__all__ = ["SourceNames", "read_source_names"]


class GenaiPricesNames(Entry):
    """The providers of genai-prices."""

    providers: dict[str, Word]
    """Our word for each provider that genai-prices calls otherwise; all others keep their word."""
    models: dict[str, str] = Field(default={})
    """Their `provider: model` for those of our ids that are neither an id nor a name that they state."""


class LitellmProvider(Entry):
    """A provider of litellm."""

    ours: Word
    """Our word for the provider."""
    prefixes: tuple[str, ...] = ()
    """What stands before the name in litellm's keys and not in our ids. By default the provider's own word
    and a slash."""


class LitellmNames(Entry):
    """The providers of litellm."""

    providers: dict[str, LitellmProvider]
    """Our word for each provider that litellm calls otherwise, or whose keys have other prefixes."""
    models: dict[str, str] = Field(default={})
    """Their key for those of our ids whose name is another there."""


class SourceNames(Entry):
    """Which names of the sources mean which of ours."""

    genai_prices: GenaiPricesNames
    """The names of genai-prices."""
    litellm: LitellmNames
    """The names of litellm."""


def read_source_names(directory: Path | None = None) -> SourceNames:
    """Return the names of the shipped catalog, or of the catalog in a directory.

    Raises:
        CatalogError: the file cannot be used.
    """
    path = (directory or shipped_catalog()) / "upkeep" / "sources.yaml"
    return read_entry(path, "upkeep/sources.yaml", SourceNames)
