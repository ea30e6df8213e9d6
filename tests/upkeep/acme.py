"""A maker of our own, in a catalog and in a source, so that no test fixes what a real model costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.conftest import shipped

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.completion import complete_models
from tokenquote.catalog.models import Provider
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ProviderFile
from tokenquote.catalog.yaml_files import read_entry
from tokenquote.upkeep.differences import DifferencesFile
from tokenquote.upkeep.matching import ListingIndex
from tokenquote.upkeep.sources.listing import ListedModel, Listing

NOON = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)
CHECKED = dt.date(2026, 11, 12)
PAGE = "https://example.com/prices, read by genai-prices 0.2.3"

TWO = '{rates: {input: "2", output: "10"}, source: https://example.com, checked: 2026-11-12}'


def acme_file(folder: Path, models: str) -> Path:
    """Write `providers/acme.yaml` with these models into a folder."""
    path = folder / "providers" / "acme.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = "id: acme\nname: Acme\nfirst_party: true\ndefaults: {counting: openai-gpt-5}\nmodels:\n"
    path.write_text(head + models)
    return path


def acme_catalog(folder: Path, models: str) -> Catalog:
    """The shipped catalog with these models of Acme, which are read as its files are."""
    file = read_entry(acme_file(folder, models), "providers/acme.yaml", ProviderFile)
    provider = Provider(file.id, file.name, (), file.first_party)
    rule = shipped().counting["openai-gpt-5"]
    entries = [complete.entry for complete in complete_models(file)]
    made = {
        f"acme/{entry.id}": Model(f"acme/{entry.id}", provider, entry, rule, None, None) for entry in entries
    }
    return replace(
        shipped(),
        models={**shipped().models, **made},
        providers={**shipped().providers, "acme": provider},
    )


def listed(name: str, *blocks: dict[str, Any], provider: str = "acme", **said: Any) -> ListedModel:
    """A model as a source lists it; each block without its source and day."""
    prices = [PriceBlock.model_validate({"source": PAGE, "checked": CHECKED, **block}) for block in blocks]
    facts = {"key": f"{provider}: {name}", "kind": "chat", **said}
    return ListedModel(provider=provider, id=name, prices=tuple(prices), **facts)


def source(
    *models: ListedModel, name: str = "genai-prices", called: dict[str, str] | None = None
) -> ListingIndex:
    return ListingIndex(Listing(name, "0.2.3", models, called or {}))


def known(*differences: dict[str, Any]) -> DifferencesFile:
    """Known differences, of a genai-prices of 12 November 2026."""
    read = {"genai-prices": {"version": "0.2.3", "prices_of": CHECKED}}
    return DifferencesFile.model_validate({"read": read, "differences": differences})
