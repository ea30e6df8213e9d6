"""Which models are compared with genai-prices: those of the map whose prices were read from it."""

from __future__ import annotations

import json
from pathlib import Path

from tokenquote.catalog import Catalog

__all__ = ["MAP", "compared_models"]

MAP: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("genai_prices_models.json").read_text())
"""The provider and model of genai-prices for each id of the catalog."""


def compared_models(catalog: Catalog) -> dict[str, dict[str, str]]:
    """Return the part of the map that the catalog still has with a price read from genai-prices.

    A model that is gone, or whose figures were corrected from another source, is compared no more.
    """
    return {
        model_id: theirs
        for model_id, theirs in MAP.items()
        if model_id in catalog.models
        and any("genai-prices" in block.source for block in catalog.models[model_id].entry.prices)
    }
