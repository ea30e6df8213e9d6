"""What a source says of the models that it lists, in the words of our schema."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import Context

__all__ = ["ListedModel", "Listing", "SourceMissing"]


class SourceMissing(Exception):
    """The package of a source is not installed; `package` names it, the message says what to do."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed here: pip install {package}")
        self.package = package


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model as a source lists it."""

    provider: str
    """The word of the provider in our ids, such as `xai`."""
    id: str
    """The name without the provider, such as `grok-4.7`."""
    key: str
    """Where it stands in the source: `x-ai: grok-4.7`, `xai/grok-4.7`."""
    kind: str
    """What the model does: chat, embedding, rerank, image, video, speech, transcription, realtime, ocr and
    whatever else the source knows."""
    prices: tuple[PriceBlock, ...]
    """The price blocks in the order of their first days; empty where the source states no price. Of litellm
    it is empty for zeros alone too, which stand there for free as well as for unknown."""
    names: frozenset[str] = frozenset()
    """Other names that the source states for the very same model, in lower case."""
    title: str | None = None
    """The name that people read. None: the source has none."""
    context: Context = field(default_factory=Context)
    """The limits of input and output, in tokens."""
    retires: dt.date | None = None
    """The day on which the provider switches it off. None: the source names none."""
    successor: str | None = None
    """The model that its provider recommends instead, by the source's own name."""
    not_mapped: tuple[str, ...] = ()
    """The figures of the source for which our schema has no word, each with its field."""

    @property
    def full_id(self) -> str:
        """The id that the model has, or would have, in our catalog."""
        return f"{self.provider}/{self.id}"


@dataclass(frozen=True, slots=True)
class Listing:
    """All models of one source."""

    source: str
    """The package's name: `genai-prices` or `litellm`."""
    version: str
    models: tuple[ListedModel, ...]
    called: Mapping[str, str]
    """Where a model of ours stands that the source calls otherwise: the key for the id."""

    @property
    def title(self) -> str:
        """The package with its version."""
        return f"{self.source} {self.version}"
