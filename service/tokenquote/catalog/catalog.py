"""The catalog in memory, with models found by id, alias or bare name. Nothing matches by resemblance."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.kept import Kept
from tokenquote.catalog.media_rules import MediaRules, MediaRulesFile, resolve_media
from tokenquote.catalog.models import (
    OPEN_WEIGHTS,
    AmbiguousModel,
    CountedAs,
    Model,
    ModelNotFound,
    Provider,
    UnknownGpu,
)
from tokenquote.catalog.names import Names
from tokenquote.catalog.near_names import NearNames
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.catalog.schema.families import CountingFamily, HostDoubt, HostFraming, MediaFamily, matches
from tokenquote.catalog.schema.gpus import Gpu, MatrixType
from tokenquote.catalog.schema.quantization import QuantizationFile
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.catalog.schema.workflows import WorkflowDefaults
from tokenquote.counts import least_certain

__all__ = ["Catalog"]


class _ApiEntries(NamedTuple):
    """Is what families.yaml says of one API, in the order of the file."""

    hosts: tuple[HostFraming, ...]
    doubts: tuple[HostDoubt, ...]
    families: tuple[CountingFamily, ...]


@dataclass(frozen=True)
class Catalog:
    """Everything that the service knows of models and GPUs. It cannot change."""

    models: Mapping[str, Model]
    providers: Mapping[str, Provider]
    vocabularies: Mapping[str, Vocabulary]
    counting: Mapping[str, CountingRule]
    families: tuple[CountingFamily, ...]
    media_families: tuple[MediaFamily, ...]
    hosts: tuple[HostFraming, ...]
    host_doubts: tuple[HostDoubt, ...]
    profiles: Mapping[str, AmountProfiles]
    workflows: Mapping[str, WorkflowDefaults]
    """What each kind of workflow takes for what a plan does not say."""
    quantization: QuantizationFile
    image_rules: Mapping[str, ImageRule]
    media_rules: MediaRulesFile
    gpus: Mapping[str, Gpu]
    multiplied_as: Mapping[str, MatrixType]
    """The types that weight formats are multiplied as, where that is not 16 bit."""
    revision: str
    """A fingerprint of the content, which differs whenever an answer could differ."""

    def __repr__(self) -> str:
        """Return a short text, for the whole would be a megabyte."""
        return f"Catalog(revision={self.revision!r})"

    @cached_property
    def kept(self) -> Kept:
        """What is worked out from this catalog and kept with it."""
        return Kept()

    def resolve(self, name: str, at: dt.datetime | None = None) -> Model:
        """Return the model of this catalog id, alias or bare name.

        Args:
            name: what a plan calls the model; names.py says what a name may be.
            at: the instant that decides what a moving name such as `gemini-flash-latest` means; None is after
                its last announced move.

        Raises:
            ModelNotFound: no model has this name.
            AmbiguousModel: several providers use this bare name.
        """
        ids = self._names.find(name, at)
        if len(ids) == 1:
            return self.models[ids[0]]
        if ids or len(ids := self._names.sold_as(name)) > 1:
            raise AmbiguousModel(sorted(ids))
        raise ModelNotFound(name, self._near(name))

    def find_counting(self, name: str, api: str, day: dt.date | None = None) -> CountedAs:
        """Return how a model of this name is counted on this API, whether the catalog sells it or not.

        What families.yaml says of the API comes first, then the catalog's model, then the other families.
        `day` is the day of the request, as names move from model to model; None means today.

        Raises:
            ModelNotFound: neither a model nor a family has this name.
        """
        return self._counted_as(name, api, day)

    @cached_property
    def _counted_as(self) -> Callable[[str, str, dt.date | None], CountedAs]:
        """How models are counted, found once for each of the latest names asked for: people ask for few."""
        return lru_cache(maxsize=1024)(self._find_counted_as)

    def _find_counted_as(self, name: str, api: str, day: dt.date | None) -> CountedAs:
        if (there := self.counting_on(api, name, day)) is not None:
            return there
        model = self._look_up(name, day)
        if model is not None:
            return CountedAs(model.id, self.as_billed_on(api, name, model.counting))
        if (family := self._family(name, None)) is not None:
            rule = self.as_billed_on(api, name, self.counting[family.counting])
            return CountedAs(name, rule, family.shape)
        raise ModelNotFound(name, [] if self._names.find(name) else self._near(name))

    def counting_on(self, api: str, name: str, day: dt.date | None = None) -> CountedAs | None:
        """Return how the model is counted on this API; None where families.yaml does not name the API."""
        family = self._family(name, api, day)
        if family is None:
            return None
        return CountedAs(name, self.as_billed_on(api, name, self.counting[family.counting]), family.shape)

    def as_billed_on(self, api: str, name: str, rule: CountingRule) -> CountingRule:
        """Return the rule with what the host does otherwise.

        It is less sure of itself where bills are known not to equal it.
        """
        lower = name.lower()
        hosts, doubts, _ = self._entries_by_api(api)
        for host in hosts:
            if matches(host.names, lower):
                rule = rule.with_changes(host.framing, host.values, host.joined_by)
        doubt = next((doubt for doubt in doubts if matches(doubt.names, lower)), None)
        if doubt is None:
            return rule
        # What differed in earlier days is known of the maker's own API only.
        update: dict[str, object] = {"earlier": (), "slack": max(rule.slack, doubt.slack)}
        update |= {"low": min(rule.low, doubt.low), "high": max(rule.high, doubt.high)}
        return rule.model_copy(update={**update, "method": least_certain("calibrated", rule.method)})

    def last_own_day(self, api: str, name: str) -> dt.date | None:
        """Return the last day before the name moved to another model on this API; None: it has not moved."""
        family = self._family(name, api, dt.date.min)
        return None if family is None else family.until

    def find_media_rules(self, name: str) -> MediaRules:
        """Return how a model of this name counts media, whether the catalog sells it or not.

        Raises:
            ModelNotFound: neither a model nor a family of media has this name.
        """
        model = self._look_up(name)
        if model is not None:
            return model.media
        named = (family for family in self.media_families if matches(family.names, name.lower()))
        family = next(named, None)
        if family is None:
            raise ModelNotFound(name, [] if self._names.find(name) else self._near(name))
        images = self.image_rules[family.images] if family.images is not None else None
        others = resolve_media(family, self.media_rules, self.image_rules)
        return MediaRules(name, family, images, **others)

    def _family(self, name: str, api: str | None, day: dt.date | None = None) -> CountingFamily | None:
        """Return the first family with this name among those of this API, or among those of every API."""
        lower = name.lower()
        families = self._entries_by_api(api).families if api else self._families_of_every_api
        return next(
            (
                family
                for family in families
                if (family.until is None or (day is not None and day <= family.until))
                and matches(family.names, lower)
            ),
            None,
        )

    @cached_property
    def _families_of_every_api(self) -> tuple[CountingFamily, ...]:
        return tuple(family for family in self.families if not family.apis)

    @cached_property
    def _entries_by_api(self) -> Callable[[str], _ApiEntries]:
        """What families.yaml says of an API, looked up once for each of the latest ones asked for."""
        return lru_cache(maxsize=128)(self._find_entries)

    def _find_entries(self, api: str) -> _ApiEntries:
        return _ApiEntries(
            tuple(host for host in self.hosts if matches(host.apis, api)),
            tuple(doubt for doubt in self.host_doubts if matches(doubt.apis, api)),
            tuple(family for family in self.families if matches(family.apis, api)),
        )

    def gpu(self, name: str) -> str:
        """Return the id of the GPU of this id, alias or display name; letter case does not matter.

        Raises:
            UnknownGpu: no GPU has this name.
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
        """The number of models that are open weights, which nobody sells under their id."""
        return sum(model.provider == OPEN_WEIGHTS for model in self.models.values())

    def oldest_check(self, provider: str) -> dt.date | None:
        """Return the day of the oldest check among the provider's latest prices; None if it has no prices."""
        models = (model for model in self.models.values() if model.provider.id == provider)
        return min((model.entry.prices[-1].checked for model in models if model.entry.prices), default=None)

    @cached_property
    def _names(self) -> Names:
        return Names(self.models, self.providers)

    def _look_up(self, name: str, day: dt.date | None = None) -> Model | None:
        """Return the one model of this name; None: there is none, or there are several.

        Near names are searched only where an error says them, for that takes as long as many a count.
        """
        at = None if day is None else dt.datetime.combine(day, dt.time(), dt.UTC)
        ids = self._names.find(name, at)
        return self.models[ids[0]] if len(ids) == 1 else None

    def _near(self, name: str) -> list[str]:
        """Return up to three ids that a name may have meant: first those that end with it, then like ones."""
        return list(dict.fromkeys([*self._names.sold_as(name), *self._near_names.find(name)]))[:3]

    @cached_property
    def _near_names(self) -> NearNames:
        names = {**{i: i for i in self.models}, **{n: ids[0] for n, ids in self._names.fixed.items()}}
        return NearNames({known.lower(): model_id for known, model_id in names.items()})
