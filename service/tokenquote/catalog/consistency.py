"""The tables of a catalog as its files are read, and whether what the files say of each other holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tokenquote.catalog.catalog import Provider
from tokenquote.catalog.counting_rules import dangling_fits
from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.media_rules import MediaRulesFile, dangling_media, dangling_names
from tokenquote.catalog.schema.calibration import CalibratedFamily, Fit
from tokenquote.catalog.schema.families import CountingFamily, MediaFamily
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry, QuantizationFile
from tokenquote.catalog.schema.providers import AmountProfiles, Caching, Counting, ModelEntry
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.catalog.wording import did_you_mean

__all__ = ["Tables", "inconsistencies"]


@dataclass
class Tables:
    """What has been read so far, by name; `origin` remembers the file of each model for errors."""

    providers: dict[str, Provider] = field(default_factory=dict)
    models: dict[str, ModelEntry | OpenWeightsEntry] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    counting: dict[str, Counting] = field(default_factory=dict)
    calibrated_families: dict[str, CalibratedFamily] = field(default_factory=dict)
    fits: dict[str, Fit] = field(default_factory=dict)
    families: tuple[CountingFamily, ...] = ()
    media_families: tuple[MediaFamily, ...] = ()
    caching: dict[str, Caching] = field(default_factory=dict)
    image_rules: dict[str, ImageRule] = field(default_factory=dict)
    media_rules: MediaRulesFile = field(default_factory=MediaRulesFile)
    media_limits: dict[str, MediaLimits] = field(default_factory=dict)
    quantization: QuantizationFile = field(default_factory=QuantizationFile)
    gpus: GpusFile = field(default_factory=GpusFile)
    profiles: dict[str, AmountProfiles] = field(default_factory=dict)

    def weights_of(self, entry: ModelEntry | OpenWeightsEntry) -> OpenWeightsEntry | None:
        """The entry itself, or that of the weights which the provider says it runs."""
        found = self.models.get(entry.weights or "") if isinstance(entry, ModelEntry) else entry
        return found if isinstance(found, OpenWeightsEntry) else None


def inconsistencies(tables: Tables) -> Iterable[str]:
    """One sentence for each name that means nothing, or two things."""
    for model_id, entry in tables.models.items():
        yield from _of_model(entry, f"{tables.origin[model_id]}: models[{entry.id}]", tables)
    yield from dangling_names(tables.media_rules, tables.image_rules)
    yield from dangling_fits(tables.counting, tables.calibrated_families, tables.fits, tables.vocabularies)
    yield from _of_families(tables)
    yield from _of_counting(tables)
    for provider in tables.providers.values():
        limits = f"providers/{provider.id}.yaml: media_limits"
        yield from _missing(provider.media_limits, tables.media_limits, limits, "media_limits.yaml")
    yield from _names_twice(tables)
    yield from _gpus_twice(tables)


def _missing(name: str | None, table: Mapping[str, object], where: str, file: str) -> Iterable[str]:
    if name is not None and name not in table:
        yield f"{where}: {file} has no {name!r}{did_you_mean(name, table)}"


def _of_model(entry: ModelEntry | OpenWeightsEntry, where: str, tables: Tables) -> Iterable[str]:
    yield from _missing(entry.counting, tables.counting, f"{where}.counting", "counting.yaml")
    yield from _missing(entry.caching, tables.caching, f"{where}.caching", "caching.yaml")
    yield from _missing(entry.images, tables.image_rules, f"{where}.images", "image_rules.yaml")
    yield from dangling_media(entry, where, tables.media_rules)
    yield from _missing(entry.media_limits, tables.media_limits, f"{where}.media_limits", "media_limits.yaml")
    if isinstance(entry, OpenWeightsEntry):
        formats = tables.quantization.weight_formats
        yield from _missing(entry.published_as, formats, f"{where}.published_as", "quantization.yaml")
    elif entry.weights is not None and tables.weights_of(entry) is None:
        near = did_you_mean(entry.weights, tables.models)
        yield f"{where}.weights: open_weights/*.yaml have no {entry.weights!r}{near}"


def _of_families(tables: Tables) -> Iterable[str]:
    for named in tables.media_families:
        where = f"families.yaml: media of {named.names[0]}"
        yield from _missing(named.images, tables.image_rules, where, "image_rules.yaml")
        yield from dangling_media(named, where, tables.media_rules)
    for family in tables.families:
        yield from _missing(
            family.counting, tables.counting, f"families.yaml: {family.names[0]}", "counting.yaml"
        )


def _of_counting(tables: Tables) -> Iterable[str]:
    for name, rule in tables.counting.items():
        used = {"vocabulary": rule.vocabulary}
        if rule.without_vocabulary is not None:
            used["without_vocabulary.vocabulary"] = rule.without_vocabulary.vocabulary
        for member, vocabulary in used.items():
            where = f"counting.yaml: counting.{name}.{member}"
            yield from _missing(vocabulary, tables.vocabularies, where, "vocabularies.yaml")


def _names_twice(tables: Tables) -> Iterable[str]:
    taken: dict[str, str] = {}
    for model_id, entry in tables.models.items():
        before = "" if isinstance(entry, OpenWeightsEntry) else f"{model_id.split('/', 1)[0]}/"
        for name in (entry.id, *entry.aliases):
            owner = taken.setdefault(f"{before}{name}", model_id)
            if owner != model_id:
                where = f"{tables.origin[model_id]}: models[{entry.id}]"
                yield f"{where}.aliases: {name!r} already means {owner}"


def _gpus_twice(tables: Tables) -> Iterable[str]:
    taken = {gpu_id: gpu_id for gpu_id in tables.gpus.gpus}
    for gpu_id, gpu in tables.gpus.gpus.items():
        for alias in gpu.aliases:
            owner = taken.setdefault(alias, gpu_id)
            if owner != gpu_id:
                yield f"gpus.yaml: gpus.{gpu_id}.aliases: {alias!r} already means {owner}"
