"""One model of the catalog with its provider and its rules, and the errors of names that mean none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tokenquote.catalog.audio_rules import AudioRule
from tokenquote.catalog.document_rules import DocumentCounter
from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.media_rules import MediaRules
from tokenquote.catalog.schema.caching import CachingRule
from tokenquote.catalog.schema.catalog_entry import first_instant
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import ModelEntry, Move
from tokenquote.catalog.schema.rate_limits import RateLimits
from tokenquote.catalog.video_rules import VideoCounter
from tokenquote.errors import LocatedError

__all__ = [
    "OPEN_WEIGHTS",
    "AmbiguousModel",
    "CountedAs",
    "Model",
    "ModelNotFound",
    "Provider",
    "UnknownGpu",
]


_SHOWN_IDS = 12


class ModelNotFound(LocatedError):
    """The catalog has no model of this name; `near` holds up to three names that resemble it."""

    kind = "unknown-model"

    def __init__(self, name: str, near: Sequence[str]) -> None:
        near_names = f" Near names: {', '.join(near)}." if near else ""
        super().__init__(None, f"The catalog has no model {name[:100]!r}.{near_names}")
        self.near = near


class AmbiguousModel(LocatedError):
    """Several providers have this name, each at its own price; `ids` holds the ids that it may mean."""

    def __init__(self, ids: Sequence[str]) -> None:
        shown = ", ".join(ids[:_SHOWN_IDS]) + (
            f" and {len(ids) - _SHOWN_IDS} more" if len(ids) > _SHOWN_IDS else ""
        )
        why = "several providers use this name, each at its own price"
        super().__init__(None, f"{why}; write one of {shown}")
        self.ids = ids


class UnknownGpu(LocatedError):
    """The catalog has no GPU of this name; `near` holds up to three names that resemble it."""

    def __init__(self, near: Sequence[str]) -> None:
        near_names = f"near names: {', '.join(near)}; " if near else ""
        super().__init__(None, f"no such GPU; {near_names}GET /v1/gpus lists all")
        self.near = near


@dataclass(frozen=True, slots=True)
class Provider:
    """A company that sells models."""

    id: str
    name: str
    aliases: tuple[str, ...]
    first_party: bool
    media_limits: str | None = None
    """The name of its limits in media_limits.yaml. None: no limits are known."""
    own_ids: bool = False
    """Whether its ids are spelt as nobody else spells them, so that a bare id means this provider."""
    prefixes: tuple[str, ...] = ()
    """What may stand before an id without changing its meaning; `*` stands for any text without / and :."""
    moving_names: Mapping[str, tuple[Move, ...]] = field(default_factory=dict)
    """The names that mean one model after another, each with its moves in the order of time."""

    @property
    def has_bare_names(self) -> bool:
        """Whether an id without a word for the provider means this provider."""
        return self.first_party or self.own_ids


OPEN_WEIGHTS = Provider("open-weights", "Open weights", (), first_party=True)
"""The provider of open weights, which stands for whoever hosts the model."""


@dataclass(frozen=True)
class Model:
    """A model that a provider sells or that has public weights, with the rules that it names."""

    id: str
    provider: Provider
    entry: ModelEntry | OpenWeightsEntry
    counting: CountingRule
    caching: CachingRule | None
    images: ImageRule | None
    audio: AudioRule | None = None
    video: VideoCounter | None = None
    documents: DocumentCounter | None = None
    media_limits: MediaLimits | None = None
    """The media that the provider refuses. None: no limits are known."""
    rate_limits: RateLimits | None = None
    """How much the provider answers in a minute. None: no limits are known."""
    file: str = ""
    """The catalog file that states it, such as `providers/openai.yaml`; of an overlay with the folder's name
    before it."""
    weights: OpenWeightsEntry | None = None
    """The model's public weights: its own entry, or that of what its provider runs. None: they are not
    known."""

    @property
    def media(self) -> MediaRules:
        """The rules by which the model counts images, audio, video and documents."""
        return MediaRules(
            self.id, self.entry, self.images, self.audio, self.video, self.documents, self.media_limits
        )

    @property
    def converses(self) -> bool:
        """Whether later requests send the conversation again, rather than each being alone."""
        stated = self.entry.converses
        return self.entry.kind in ("chat", "realtime") if stated is None else stated

    def prices_on(self, at: dt.datetime) -> PriceBlock | None:
        """Return the last block that has begun at an instant; None before the first."""
        begun = [block for block in self.entry.prices if block.begins is None or block.begins <= at]
        return begun[-1] if begun else None

    def price_changes(self, at: dt.datetime, days: int) -> list[PriceBlock]:
        """Return the blocks that begin after the instant and at most `days` days later."""
        last = at + dt.timedelta(days=days)
        return [
            block for block in self.entry.prices if block.begins is not None and at < block.begins <= last
        ]

    def answers_until(self) -> dt.datetime | None:
        """Return the instant from which the provider no longer answers with the model; None: no end known."""
        return None if self.entry.retires is None else first_instant(self.entry.retires)

    def has_retired(self, at: dt.datetime) -> bool:
        """Return whether the provider no longer answers with the model at an instant."""
        end = self.answers_until()
        return end is not None and end <= at


@dataclass(frozen=True, slots=True)
class CountedAs:
    """The counting rule that a name means, with the name that answers call the model."""

    model: str
    counting: CountingRule
    shape: Literal["responses"] | None = None
    """The form in which the host passes a body on. None: it is passed on as it was written."""
