"""What the files of a catalog say of each other, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tokenquote.catalog.calibration import dangling_fits
from tokenquote.catalog.media_rules import dangling_media, dangling_names
from tokenquote.catalog.parts import Parts
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.providers import ModelEntry
from tokenquote.catalog.wording import did_you_mean

__all__ = ["inconsistencies"]


def inconsistencies(parts: Parts) -> Iterable[str]:
    """One sentence for each name that means nothing, or two things."""
    for model_id, entry in parts.models.items():
        yield from _of_model(entry, f"{parts.origin[model_id]}: models[{entry.id}]", parts)
    yield from dangling_names(parts.media_rules, parts.image_rules)
    yield from dangling_fits(parts.counting, parts.calibrated_families, parts.fits, parts.vocabularies)
    yield from _of_families(parts)
    yield from _of_counting(parts)
    for provider in parts.providers.values():
        limits = f"providers/{provider.id}.yaml: media_limits"
        yield from _missing(provider.media_limits, parts.media_limits, limits, "media_limits.yaml")
    yield from _names_twice(parts)
    yield from _gpus_twice(parts)


def _missing(name: str | None, table: Mapping[str, object], where: str, file: str) -> Iterable[str]:
    if name is not None and name not in table:
        yield f"{where}: {file} has no {name!r}{did_you_mean(name, table)}"


def _of_model(entry: ModelEntry | OpenWeightsEntry, where: str, parts: Parts) -> Iterable[str]:
    yield from _missing(entry.counting, parts.counting, f"{where}.counting", "counting.yaml")
    yield from _missing(entry.caching, parts.caching, f"{where}.caching", "caching.yaml")
    yield from _missing(entry.images, parts.image_rules, f"{where}.images", "image_rules.yaml")
    yield from dangling_media(entry, where, parts.media_rules)
    yield from _missing(entry.media_limits, parts.media_limits, f"{where}.media_limits", "media_limits.yaml")
    if isinstance(entry, OpenWeightsEntry):
        formats = parts.quantization.weight_formats
        yield from _missing(entry.published_as, formats, f"{where}.published_as", "quantization.yaml")
    elif entry.weights is not None and parts.weights_of(entry) is None:
        near = did_you_mean(entry.weights, parts.models)
        yield f"{where}.weights: open_weights/*.yaml have no {entry.weights!r}{near}"


def _of_families(parts: Parts) -> Iterable[str]:
    for named in parts.media_families:
        where = f"families.yaml: media of {named.names[0]}"
        yield from _missing(named.images, parts.image_rules, where, "image_rules.yaml")
        yield from dangling_media(named, where, parts.media_rules)
    for family in parts.families:
        yield from _missing(
            family.counting, parts.counting, f"families.yaml: {family.names[0]}", "counting.yaml"
        )


def _of_counting(parts: Parts) -> Iterable[str]:
    for name, rule in parts.counting.items():
        used = {"vocabulary": rule.vocabulary}
        if rule.without_vocabulary is not None:
            used["without_vocabulary.vocabulary"] = rule.without_vocabulary.vocabulary
        for field, vocabulary in used.items():
            where = f"counting.yaml: counting.{name}.{field}"
            yield from _missing(vocabulary, parts.vocabularies, where, "vocabularies.yaml")


def _names_twice(parts: Parts) -> Iterable[str]:
    taken: dict[str, str] = {}
    for model_id, entry in parts.models.items():
        before = "" if isinstance(entry, OpenWeightsEntry) else f"{model_id.split('/', 1)[0]}/"
        for name in (entry.id, *entry.aliases):
            owner = taken.setdefault(f"{before}{name}", model_id)
            if owner != model_id:
                where = f"{parts.origin[model_id]}: models[{entry.id}]"
                yield f"{where}.aliases: {name!r} already means {owner}"


def _gpus_twice(parts: Parts) -> Iterable[str]:
    taken = {gpu_id: gpu_id for gpu_id in parts.gpus.gpus}
    for gpu_id, gpu in parts.gpus.gpus.items():
        for alias in gpu.aliases:
            owner = taken.setdefault(alias, gpu_id)
            if owner != gpu_id:
                yield f"gpus.yaml: gpus.{gpu_id}.aliases: {alias!r} already means {owner}"
