"""The tables that the files of a catalog are read into, and checks that what they say of each other holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from tokenquote.catalog.counting_rules import dangling_fits
from tokenquote.catalog.discounts import PlacedDiscount, find_discount_faults
from tokenquote.catalog.image_rules import ImageRule
from tokenquote.catalog.media_rules import MediaRulesFile, dangling_media, dangling_names, dangling_pages
from tokenquote.catalog.models import Provider
from tokenquote.catalog.schema.caching import AmountProfiles, CachingRule
from tokenquote.catalog.schema.calibration import CalibratedFamily, Fit
from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.catalog.schema.families import CountingFamily, HostDoubt, HostFraming, MediaFamily
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.holidays import HolidayCalendar
from tokenquote.catalog.schema.media_limits import MediaLimits
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.providers import NO_RULE, ModelEntry, SharedFields
from tokenquote.catalog.schema.quantization import QuantizationFile
from tokenquote.catalog.schema.rate_limits import RateLimits
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.catalog.schema.workflows import WorkflowDefaults
from tokenquote.errors.field_faults import did_you_mean

__all__ = ["Tables", "find_inconsistencies"]


@dataclass
class Tables:
    """What has been read of a catalog so far, by name."""

    providers: dict[str, Provider] = field(default_factory=dict)
    models: dict[str, ModelEntry | OpenWeightsEntry] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)
    """The file of each model, for errors."""
    inherited: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """The fields that a model has from its family or from `defaults`, each with its place, for errors."""
    shared: dict[str, SharedFields] = field(default_factory=dict)
    """The `defaults` and families of the providers' files by file and place; no model needs to use them."""
    vocabularies: dict[str, Vocabulary] = field(default_factory=dict)
    counting: dict[str, CountingRule] = field(default_factory=dict)
    calibrated_families: dict[str, CalibratedFamily] = field(default_factory=dict)
    fits: dict[str, Fit] = field(default_factory=dict)
    families: tuple[CountingFamily, ...] = ()
    media_families: tuple[MediaFamily, ...] = ()
    hosts: tuple[HostFraming, ...] = ()
    host_doubts: tuple[HostDoubt, ...] = ()
    caching: dict[str, CachingRule] = field(default_factory=dict)
    image_rules: dict[str, ImageRule] = field(default_factory=dict)
    media_rules: MediaRulesFile = field(default_factory=MediaRulesFile)
    media_limits: dict[str, MediaLimits] = field(default_factory=dict)
    rate_limits: dict[str, RateLimits] = field(default_factory=dict)
    quantization: QuantizationFile = field(default_factory=QuantizationFile)
    gpus: GpusFile = field(default_factory=GpusFile)
    profiles: dict[str, AmountProfiles] = field(default_factory=dict)
    workflows: dict[str, WorkflowDefaults] = field(default_factory=dict)
    discounts: dict[str, PlacedDiscount] = field(default_factory=dict)
    """The discounts by the provider or model that they are for."""
    stated_by: dict[str, int] = field(default_factory=dict)
    """The number of the folder that states each model, the shipped one being 0."""
    holidays: dict[str, HolidayCalendar] = field(default_factory=dict)

    def find_weights(self, entry: ModelEntry | OpenWeightsEntry) -> OpenWeightsEntry | None:
        """Return the entry itself, or that of the weights which the provider says it runs."""
        found = self.models.get(entry.weights or "") if isinstance(entry, ModelEntry) else entry
        return found if isinstance(found, OpenWeightsEntry) else None


def find_inconsistencies(tables: Tables) -> Iterable[str]:
    """Yield one sentence for each name that means nothing, or two things."""
    # Many models may have one fault from their family or from the defaults: it is told once.
    models = tables.models.items()
    faults = chain.from_iterable(_check_model(model_id, entry, tables) for model_id, entry in models)
    shared = chain.from_iterable(
        _check_shared(where, given, tables) for where, given in tables.shared.items()
    )
    yield from dict.fromkeys(chain(faults, shared))
    yield from _check_reserved_name(tables)
    yield from dangling_names(tables.media_rules, tables.image_rules)
    yield from dangling_fits(tables.counting, tables.calibrated_families, tables.fits, tables.vocabularies)
    yield from _check_families(tables)
    yield from _check_counting(tables)
    for provider in tables.providers.values():
        limits = f"providers/{provider.id}.yaml: media_limits"
        yield from _missing(provider.media_limits, tables.media_limits, limits, "media_limits.yaml")
        yield from _check_moving_names(provider, tables)
    yield from find_discount_faults(tables.discounts, tables.providers, tables.models)
    yield from _names_twice(tables)
    yield from _gpus_twice(tables)


def _check_moving_names(provider: Provider, tables: Tables) -> Iterable[str]:
    where = f"providers/{provider.id}.yaml: moving_names"
    for name, moves in provider.moving_names.items():
        for move in moves:
            if f"{provider.id}/{move.to}" not in tables.models:
                yield f"{where}[{name}]: the provider has no model {move.to!r}"


def _missing(name: str | None, table: Mapping[str, object], where: str, file: str) -> Iterable[str]:
    if name is not None and name not in table:
        yield f"{where}: {file} has no {name!r}{did_you_mean(name, table)}"


def _check_model(model_id: str, entry: ModelEntry | OpenWeightsEntry, tables: Tables) -> Iterable[str]:
    origin, inherited = tables.origin[model_id], tables.inherited.get(model_id, {})
    model = f"{origin}: models[{entry.id}]"

    def place(name: str) -> str:
        return f"{origin}: {inherited[name]}" if name in inherited else f"{model}.{name}"

    yield from _check_rules(entry, place, tables)
    # A document rule that needs `images` is the model's fault, wherever the rule is named.
    yield from dangling_pages(entry, model, tables.media_rules)
    yield from _check_moves(entry, model, tables)
    if isinstance(entry, OpenWeightsEntry):
        formats = tables.quantization.weight_formats
        yield from _missing(entry.published_as, formats, f"{model}.published_as", "quantization.yaml")
    elif entry.weights is not None and tables.find_weights(entry) is None:
        near = did_you_mean(entry.weights, tables.models)
        yield f"{model}.weights: open_weights/*.yaml have no {entry.weights!r}{near}"


def _check_moves(entry: ModelEntry | OpenWeightsEntry, model: str, tables: Tables) -> Iterable[str]:
    """Yield a sentence for each model that should follow and is not there, and for unknown calendars."""
    for name in ("successor", "rerouted_to"):
        follower = getattr(entry, name)
        if follower is not None and follower not in tables.models:
            yield f"{model}.{name}: the catalog has no {follower!r}{did_you_mean(follower, tables.models)}"
        elif follower is not None and tables.models[follower] is entry:
            yield f"{model}.{name}: {follower!r} is the model itself"
    for i, block in enumerate(entry.prices):
        for window in block.windows:
            where = f"{model}.prices[{i}].windows[{window.name}].except_holidays"
            yield from _missing(window.except_holidays, tables.holidays, where, "holidays.yaml")


def _check_shared(where: str, given: SharedFields, tables: Tables) -> Iterable[str]:
    """Yield a sentence for each rule that is not there, in the words that a model which takes it gets."""
    yield from _check_rules(given, lambda name: f"{where}.{name}", tables)


def _check_rules(given: SharedFields, place: Callable[[str], str], tables: Tables) -> Iterable[str]:
    """Yield a sentence for each rule that is named and not there; `place` says where a field stands."""
    yield from _missing(given.counting, tables.counting, place("counting"), "counting.yaml")
    yield from _missing(given.caching, tables.caching, place("caching"), "caching.yaml")
    yield from _missing(given.images, tables.image_rules, place("images"), "image_rules.yaml")
    yield from dangling_media(given, place, tables.media_rules)
    limits = given.media_limits if given.media_limits != NO_RULE else None
    yield from _missing(limits, tables.media_limits, place("media_limits"), "media_limits.yaml")
    yield from _missing(given.rate_limits, tables.rate_limits, place("rate_limits"), "rate_limits.yaml")


def _check_families(tables: Tables) -> Iterable[str]:
    for named in tables.media_families:
        where = f"families.yaml: media of {named.names[0]}"
        yield from _missing(named.images, tables.image_rules, where, "image_rules.yaml")
        yield from dangling_media(named, partial("{}.{}".format, where), tables.media_rules)
        yield from dangling_pages(named, where, tables.media_rules)
    for family in tables.families:
        yield from _missing(
            family.counting, tables.counting, f"families.yaml: {family.names[0]}", "counting.yaml"
        )


def _check_counting(tables: Tables) -> Iterable[str]:
    for name, rule in tables.counting.items():
        used = {"vocabulary": rule.vocabulary}
        if rule.without_vocabulary is not None:
            used["without_vocabulary.vocabulary"] = rule.without_vocabulary.vocabulary
        for i, before in enumerate(rule.earlier):
            if before.vocabulary is not None:
                used[f"earlier.{i}.vocabulary"] = before.vocabulary
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


def _check_reserved_name(tables: Tables) -> Iterable[str]:
    media = tables.media_rules
    for file, table in (
        ("counting.yaml: counting", tables.counting),
        ("caching.yaml: caching", tables.caching),
        ("image_rules.yaml: image_rules", tables.image_rules),
        ("media_rules.yaml: audio_rules", media.audio_rules),
        ("media_rules.yaml: video_rules", media.video_rules),
        ("media_rules.yaml: document_rules", media.document_rules),
        ("media_limits.yaml: media_limits", tables.media_limits),
        ("rate_limits.yaml: rate_limits", tables.rate_limits),
    ):
        if NO_RULE in table:
            yield f"{file}.{NO_RULE}: `{NO_RULE}` says that a model has no rule; call the rule something else"
