"""The catalog in memory: models by id, alias or bare name. Nothing matches by resemblance."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tokenquote.catalog.audio_rules import AudioRule
from tokenquote.catalog.document_rules import DocumentCounter
from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.media_rules import MediaOfModel, MediaRules, MediaRulesFile, resolve_media
from tokenquote.catalog.schema.families import CountingFamily, MediaFamily, matches
from tokenquote.catalog.schema.gpus import Gpu, MatrixType
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry, QuantizationFile
from tokenquote.catalog.schema.prices import PriceBlock
from tokenquote.catalog.schema.providers import AmountProfiles, Caching, Counting, ModelEntry
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.catalog.video_rules import VideoCounter
from tokenquote.errors import LocatedError

__all__ = [
    "OPEN_WEIGHTS",
    "AmbiguousModel",
    "Catalog",
    "CountedAs",
    "Model",
    "Provider",
    "UnknownGpu",
    "UnknownModel",
]


class UnknownModel(LocatedError):
    """No model has this name; `near` holds up to three names that resemble it."""

    kind = "unknown-model"

    def __init__(self, name: str, near: Sequence[str]) -> None:
        near_names = f" Near names: {', '.join(near)}." if near else ""
        super().__init__(None, f"The catalog has no model {name[:100]!r}.{near_names}")
        self.near = near


class AmbiguousModel(LocatedError):
    """The bare name belongs to several first-party providers."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(None, f"several providers use this name; write one of {', '.join(ids)}")
        self.ids = ids


class UnknownGpu(LocatedError):
    """No GPU has this name; `near` holds up to three names that resemble it."""

    def __init__(self, near: Sequence[str]) -> None:
        near_names = f"near names: {', '.join(near)}; " if near else ""
        super().__init__(None, f"no such GPU; {near_names}GET /v1/gpus lists all")
        self.near = near


@dataclass(frozen=True, slots=True)
class Provider:
    """Who sells."""

    id: str
    name: str
    aliases: tuple[str, ...]
    first_party: bool
    media_limits: str | None = None
    """Its word among the media limits."""


OPEN_WEIGHTS = Provider("open-weights", "Open weights", (), first_party=True)
"""In the place of a seller: whoever hosts the model."""


@dataclass(frozen=True)
class Model:
    """A model as one provider sells it or one hosts it, with its counting and caching rules at hand."""

    id: str
    provider: Provider
    entry: ModelEntry | OpenWeightsEntry
    counting: Counting
    caching: Caching | None
    images: ImageRule | None
    audio: AudioRule | None = None
    video: VideoCounter | None = None
    documents: DocumentCounter | None = None
    media_limits: MediaLimits | None = None
    """What of them the provider turns down."""
    weights: OpenWeightsEntry | None = None
    """The model's public weights: its own entry, or that of what its provider runs."""

    @property
    def media(self) -> MediaRules:
        """How the model counts pictures, sounds, clips and documents."""
        return MediaRules(
            self.id, self.entry, self.images, self.audio, self.video, self.documents, self.media_limits
        )

    def prices_on(self, at: dt.datetime) -> PriceBlock | None:
        """The last block whose first day has come, midnight UTC; None before the first."""
        day = at.astimezone(dt.UTC).date()
        begun = [block for block in self.entry.prices if block.from_ is None or block.from_ <= day]
        return begun[-1] if begun else None

    def price_changes(self, at: dt.datetime, days: int) -> list[PriceBlock]:
        """The blocks that begin within so many days after the instant."""
        today = at.astimezone(dt.UTC).date()
        return [
            block
            for block in self.entry.prices
            if block.from_ is not None and dt.timedelta(0) < block.from_ - today <= dt.timedelta(days=days)
        ]


@dataclass(frozen=True, slots=True)
class CountedAs:
    """A model by the name it goes by here, and its counting rule."""

    model: str
    counting: Counting
    shape: Literal["responses"] | None = None
    """How the host passes a body on, where that is not as it was written."""


@dataclass(frozen=True)
class Catalog:
    """Everything the service knows; immutable, and `revision` changes whenever an answer could."""

    models: Mapping[str, Model]
    providers: Mapping[str, Provider]
    vocabularies: Mapping[str, Vocabulary]
    counting: Mapping[str, Counting]
    families: tuple[CountingFamily, ...]
    media_families: tuple[MediaFamily, ...]
    profiles: Mapping[str, AmountProfiles]
    quantization: QuantizationFile
    image_rules: Mapping[str, ImageRule]
    media_rules: MediaRulesFile
    gpus: Mapping[str, Gpu]
    multiplied_as: Mapping[str, MatrixType]
    """What weight formats are multiplied as, where it is not 16 bit."""
    revision: str

    def __repr__(self) -> str:
        """Short: the whole would be a megabyte."""
        return f"Catalog(revision={self.revision!r})"

    def resolve(self, name: str) -> Model:
        """The model of this catalog id, alias or bare name.

        Raises:
            UnknownModel: no such name.
            AmbiguousModel: a bare name that several first-party providers use.
        """
        if name in self.models:
            return self.models[name]
        ids = self._names.get(name, ())
        if not ids:
            raise UnknownModel(name, self._near(name))
        if len(ids) > 1:
            raise AmbiguousModel(sorted(ids))
        return self.models[ids[0]]

    def counting_of(self, name: str, api: str) -> CountedAs:
        """How a model of this name is counted on this api, sold here or not.

        What families.yaml says of the api comes first, then the catalog's model, then the other families.

        Raises:
            UnknownModel: neither a model nor a family has this name.
        """
        if (there := self.counting_on(api, name)) is not None:
            return there
        try:
            model = self.resolve(name)
        except (UnknownModel, AmbiguousModel) as error:
            if (family := self._family(name, None)) is not None:
                return CountedAs(name, self.counting[family.counting], family.shape)
            raise UnknownModel(name, getattr(error, "near", [])) from None
        return CountedAs(model.id, model.counting)

    def counting_on(self, api: str, name: str) -> CountedAs | None:
        """How the model is counted on this api, where families.yaml says that the api matters."""
        family = self._family(name, api)
        return None if family is None else CountedAs(name, self.counting[family.counting], family.shape)

    def media_of(self, name: str) -> MediaRules:
        """How a model of this name counts media, sold here or not.

        Raises:
            UnknownModel: neither a model nor a family of media has this name.
        """
        try:
            return self.resolve(name).media
        except (UnknownModel, AmbiguousModel) as error:
            family = next((one for one in self.media_families if matches(one.names, name.lower())), None)
            if family is None:
                raise UnknownModel(name, getattr(error, "near", [])) from None
            return MediaRules(name, family, self._images_of(family), **self._media_of(family))

    def _images_of(self, family: MediaFamily) -> ImageRule | None:
        return self.image_rules[family.images] if family.images is not None else None

    def _media_of(self, family: MediaFamily) -> MediaOfModel:
        return resolve_media(family, self.media_rules, self.image_rules)

    def _family(self, name: str, api: str | None) -> CountingFamily | None:
        """The first family with this name: those of this api, or those of any."""
        lower = name.lower()
        return next(
            (
                family
                for family in self.families
                if (matches(family.apis, api) if api else not family.apis) and matches(family.names, lower)
            ),
            None,
        )

    def gpu(self, name: str) -> str:
        """The id of the GPU of this id, alias or display name; letter case does not matter.

        Raises:
            UnknownGpu: there is none.
        """
        wanted = name.strip().lower()
        if wanted not in self._gpu_names:
            close = difflib.get_close_matches(wanted[:64], self._gpu_names, n=8, cutoff=0.5)
            raise UnknownGpu(list(dict.fromkeys(self._gpu_names[match] for match in close))[:3])
        return self._gpu_names[wanted]

    @cached_property
    def _gpu_names(self) -> dict[str, str]:
        names = {gpu.name.lower(): gpu_id for gpu_id, gpu in self.gpus.items()}
        names |= {alias: gpu_id for gpu_id, gpu in self.gpus.items() for alias in gpu.aliases}
        return names | {gpu_id: gpu_id for gpu_id in self.gpus}

    @cached_property
    def open_weights(self) -> int:
        """How many of the models are weights to host oneself, which nobody sells under this id."""
        return sum(model.provider == OPEN_WEIGHTS for model in self.models.values())

    def oldest_check(self, provider: str) -> dt.date | None:
        """The day on which the price of the provider that was checked longest ago was checked."""
        models = (model for model in self.models.values() if model.provider.id == provider)
        return min((model.entry.prices[-1].checked for model in models if model.entry.prices), default=None)

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Every other name to the ids it means."""
        names: dict[str, list[str]] = {}
        for model in self.models.values():
            own = (model.entry.id, *model.entry.aliases)
            spellings = [f"{p}/{n}" for p in (model.provider.id, *model.provider.aliases) for n in own]
            if model.provider.first_party:
                spellings += own
            for spelling in dict.fromkeys(spellings):
                names.setdefault(spelling, []).append(model.id)
        return {name: tuple(ids) for name, ids in names.items()}

    def _near(self, name: str) -> list[str]:
        """Up to three ids that a mistyped name may have meant."""
        names = {**{i: i for i in self.models}, **{n: ids[0] for n, ids in self._names.items()}}
        known = {known.lower(): model_id for known, model_id in names.items()}
        close = difflib.get_close_matches(name[:200].lower(), known, n=8, cutoff=0.6)
        return list(dict.fromkeys(known[match] for match in close))[:3]
