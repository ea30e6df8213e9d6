"""Which provider of a source is which of ours, read from models_catalog/upkeep/sources.yaml."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path

from pydantic import Field

from tokenquote.catalog import shipped_catalog
from tokenquote.catalog.schema.catalog_entry import Entry, Word
from tokenquote.catalog.yaml_files import read_entry

__all__ = ["SourceNames", "read_source_names"]


class SourceProvider(Entry):
    """A provider of a source that is called otherwise with us."""

    ours: Word
    """Our word for the provider."""
    prefixes: tuple[str, ...] = ()
    """What stands before the name in litellm's keys and not in our ids. By default the provider's own word
    and a slash."""
    instead: dict[Word, tuple[str, ...]] = Field(default={})
    """Our other words for those of its models whose names match: `amazon.*` for all that begin so."""

    def word_for(self, name: str) -> str:
        """Return our word for the provider of a model."""
        for word, patterns in self.instead.items():
            if any(fnmatch.fnmatchcase(name.lower(), pattern) for pattern in patterns):
                return word
        return self.ours


class NamesOfSource(Entry):
    """The providers and models of one source that are called otherwise with us."""

    providers: dict[str, SourceProvider]
    """The providers by the source's word for them; any other keeps its word."""
    models: dict[str, str] = Field(default={})
    """Where a model of ours stands in the source, if neither its id nor a name that is stated there is ours:
    `provider: model` of genai-prices, the key of litellm."""

    def word_for(self, provider: str, name: str) -> str:
        """Return our word for the provider of a model."""
        known = self.providers.get(provider)
        return known.word_for(name) if known is not None else _word(provider)

    def without_prefix(self, provider: str, key: str) -> str:
        """Return the model's name of a key that may begin with the provider's word."""
        known = self.providers.get(provider)
        for prefix in known.prefixes if known is not None and known.prefixes else (f"{provider}/",):
            if key.startswith(prefix):
                return key[len(prefix) :]
        return key


def _word(theirs: str) -> str:
    return re.sub(r"[^a-z0-9.-]", "-", theirs.lower())


class SourceNames(Entry):
    """Which names of the sources mean which of ours."""

    genai_prices: NamesOfSource
    """The names of genai-prices."""
    litellm: NamesOfSource
    """The names of litellm."""


def read_source_names(directory: Path | None = None) -> SourceNames:
    """Return the names of the shipped catalog, or of the catalog in a directory.

    Raises:
        CatalogError: the file cannot be used.
    """
    path = (directory or shipped_catalog()) / "upkeep" / "sources.yaml"
    return read_entry(path, "upkeep/sources.yaml", SourceNames)
