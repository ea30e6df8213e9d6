"""What open_weights/*.yaml may say: models whose weights are public, for whoever wants to host them.

maker: Meta
models:
  - id: meta-llama/Llama-3.1-8B        the Hugging Face id, no provider before it
    counting: llama
    context: {window: 131072}
    published_as: bf16                 a format of quantization.yaml
    architecture: {model_type: llama, hidden_size: 4096, ...}      fields of its config.json
    source: https://...
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tokenquote.catalog.schema.catalog_entry import Entry, Word
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import DescribedModel

__all__ = ["OpenWeightsEntry", "OpenWeightsFile"]


class OpenWeightsEntry(DescribedModel):
    """A model whose weights are public; its id is the one on Hugging Face."""

    counting: Word
    """How texts become tokens: the name of a rule in counting.yaml."""
    architecture: dict[str, Any] = Field(min_length=1)
    """The fields of its `config.json`; what the model class says by itself may be left out."""
    published_as: Word
    """The number format of the published weights, by its name in quantization.yaml."""
    source: str = Field(min_length=1)
    """Where the fields stand."""

    @property
    def prices(self) -> tuple[PriceBlock, ...]:
        """No price blocks, for nobody sells the model under this id."""
        return ()


class OpenWeightsFile(Entry):
    """A file of open_weights/*.yaml: the models of one maker."""

    maker: str
    """The company or group that published the weights."""
    models: tuple[OpenWeightsEntry, ...] = Field(min_length=1)
    """The models that it published."""
