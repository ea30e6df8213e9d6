"""What OpenTelemetry calls the provider and the model that a catalog id names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tokenquote.catalog import Catalog

__all__ = ["ModelLabels", "find_modes", "name_models"]

# https://opentelemetry.io/docs/specs/semconv/registry/attributes/gen-ai/ (gen_ai.provider.name, as of 1.44):
# where one of its values applies it must be used; any other provider keeps the name that the catalog has.
_WELL_KNOWN: Mapping[str, str] = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google": "gcp.gemini",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex": "gcp.vertex_ai",
    "xai": "x_ai",
}


class ModelLabels(NamedTuple):
    """A model as telemetry of calls names it."""

    provider: str
    """`gen_ai.provider.name`, such as `aws.bedrock`; weights that anybody may run have `open-weights`."""
    model: str
    """`gen_ai.request.model`: the name that the provider's API takes, or the Hugging Face id of weights."""


def name_models(catalog: Catalog) -> dict[str, ModelLabels]:
    """Name every model of a catalog, by its id."""
    names = {}
    for model_id, model in catalog.models.items():
        provider = model.provider.id
        asked = model_id.removeprefix(f"{provider}/")
        names[model_id] = ModelLabels(_WELL_KNOWN.get(provider, provider), asked)
    return names


def find_modes(catalog: Catalog) -> frozenset[str]:
    """Return the modes that any price of the catalog knows, such as `standard` and `batch`."""
    blocks = (block for model in catalog.models.values() for block in model.entry.prices)
    return frozenset({"standard"}.union(*(block.modes for block in blocks)))
