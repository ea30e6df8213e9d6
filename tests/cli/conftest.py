"""Commands that run in this process load the shipped catalog and vocabularies once, as they never change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.conftest import shared_vocabularies, shipped

from tokenquote import catalog, tokens
from tokenquote.catalog import Catalog, load_catalog
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.cli import plan_files
from tokenquote.tokens import Vocabularies


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog of one's own over the shipped one is loaded anew; as in a reload, only what differs in it."""
    for module in (catalog, plan_files):
        monkeypatch.setattr(module, "load_catalog", _load_catalog)
    for module in (tokens, plan_files):
        monkeypatch.setattr(module, "Vocabularies", _load_vocabularies)


def _load_catalog(*overlays: Path | None, cache_dir: Path | None = None) -> Catalog:
    return load_catalog(*overlays, cache_dir=cache_dir) if any(overlays) else shipped()


def _load_vocabularies(known: Mapping[str, Vocabulary]) -> Vocabularies:
    shared = shared_vocabularies()
    return shared if known is shipped().vocabularies else shared.renewed(known)
