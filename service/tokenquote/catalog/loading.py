"""Load the shipped catalog, and a user's own files over it, as one immutable Catalog."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

from tokenquote.catalog.catalog import Catalog
from tokenquote.catalog.completion import complete_models, find_shared_faults, list_shared, without_none
from tokenquote.catalog.consistency import Tables, find_inconsistencies
from tokenquote.catalog.counting_rules import with_fit, with_template
from tokenquote.catalog.image_rules import ImageRulesFile
from tokenquote.catalog.media_rules import MediaRulesFile, resolve_media
from tokenquote.catalog.models import OPEN_WEIGHTS, Model, Provider
from tokenquote.catalog.schema.caching import CachingFile, ProfilesFile
from tokenquote.catalog.schema.calibration import CalibrationFile
from tokenquote.catalog.schema.counting import CountingFile
from tokenquote.catalog.schema.families import FamiliesFile
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.holidays import HolidaysFile
from tokenquote.catalog.schema.media_limits import MediaLimitsFile
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry, OpenWeightsFile
from tokenquote.catalog.schema.providers import NO_RULE, ModelEntry, ProviderFile
from tokenquote.catalog.schema.quantization import QuantizationFile
from tokenquote.catalog.schema.vocabularies import VocabulariesFile
from tokenquote.catalog.served_models import complete_served, find_serving_faults
from tokenquote.catalog.yaml_files import IMPORTED_VOCABULARIES, CatalogError, read_entry

__all__ = ["load_catalog", "shipped_catalog"]

_CALIBRATION = "generated/calibration.yaml"
_SHARED_FILES = (
    "vocabularies.yaml",
    IMPORTED_VOCABULARIES,
    "counting.yaml",
    _CALIBRATION,
    "families.yaml",
    "caching.yaml",
    "image_rules.yaml",
    "media_rules.yaml",
    "media_limits.yaml",
    "quantization.yaml",
    "gpus.yaml",
    "profiles.yaml",
    "holidays.yaml",
)
_FOLDERS = ("providers", "open_weights")

FileT = TypeVar("FileT", bound=BaseModel)


def load_catalog(*overlays: Path | None, shipped: Path | None = None) -> Catalog:
    """Return the shipped catalog with each overlay directory over it, in this order.

    An overlay has the same files as the catalog, each of them optional. What it defines under a name that
    is already there takes that name's place; everything else stays. None stands for no overlay.

    Raises:
        CatalogError: the files cannot be used; it holds every reason.
    """
    tables = _Loading()
    for directory in (shipped or shipped_catalog(), *filter(None, overlays)):
        tables.add_directory(directory)
    return tables.assemble()


def shipped_catalog() -> Path:
    """Return the folder of the catalog inside the wheel, or the checkout's own when installed editable."""
    package = Path(__file__).parents[1]
    packaged = package / "models_catalog"
    return packaged if packaged.is_dir() else package.parents[1] / "models_catalog"


class _Loading(Tables):
    """The tables of a catalog while its directories are read, and how a Catalog is made of them."""

    def add_directory(self, directory: Path) -> None:
        """Read every file of a directory over what has been read before.

        Raises:
            CatalogError: there is no such directory, or a file in it cannot be used.
        """
        if not directory.is_dir():
            raise CatalogError([f"{directory}: no such catalog directory"])
        problems = [
            f"{name}: no file of a catalog; those are {', '.join(_SHARED_FILES)}, "
            f"{' and '.join(f'{folder}/*.yaml' for folder in _FOLDERS)}"
            for name in _single_files(directory)
            if name not in _SHARED_FILES
        ]
        self._add_shared(directory, problems)
        self._add_hosting(directory, problems)
        seen: dict[str, str] = {}
        for path in sorted((directory / "providers").glob("*.y*ml")):
            shown_as = f"providers/{path.name}"
            if (file := _read(path, shown_as, ProviderFile, problems)) is not None:
                problems += self._add_provider(file, shown_as, seen)
        for path in sorted((directory / "open_weights").glob("*.y*ml")):
            shown_as = f"open_weights/{path.name}"
            if (weights := _read(path, shown_as, OpenWeightsFile, problems)) is not None:
                problems += self._add_open_weights(weights, shown_as, seen)
        if problems:
            raise CatalogError(problems)

    def _add_shared(self, directory: Path, problems: list[str]) -> None:
        self._add_counting(directory, problems)
        if (caching := _optional(directory, "caching.yaml", CachingFile, problems)) is not None:
            self.caching |= caching.caching
        self._add_media(directory, problems)
        if (profiles := _optional(directory, "profiles.yaml", ProfilesFile, problems)) is not None:
            self.profiles.update({kind: sizes for kind, sizes in profiles.profiles.items()})
        if (holidays := _optional(directory, "holidays.yaml", HolidaysFile, problems)) is not None:
            self.holidays |= holidays.calendars

    def _add_media(self, directory: Path, problems: list[str]) -> None:
        if (images := _optional(directory, "image_rules.yaml", ImageRulesFile, problems)) is not None:
            self.image_rules |= images.image_rules
        if (media := _optional(directory, "media_rules.yaml", MediaRulesFile, problems)) is not None:
            self.media_rules = self.media_rules.with_more(media)
        if (limits := _optional(directory, "media_limits.yaml", MediaLimitsFile, problems)) is not None:
            self.media_limits |= limits.media_limits

    def _add_counting(self, directory: Path, problems: list[str]) -> None:
        for name in ("vocabularies.yaml", IMPORTED_VOCABULARIES):
            if (file := _optional(directory, name, VocabulariesFile, problems)) is not None:
                self._add_vocabularies(file, directory)
        if (counting := _optional(directory, "counting.yaml", CountingFile, problems)) is not None:
            self.counting |= {
                name: with_template(rule, f"counting.{name}", (directory, shipped_catalog()), problems)
                for name, rule in counting.counting.items()
            }
        if (calibration := _optional(directory, _CALIBRATION, CalibrationFile, problems)) is not None:
            # Coefficients were fitted together: one file takes the place of the other, whole.
            self.calibrated_families, self.fits = calibration.families, calibration.fits
        if (families := _optional(directory, "families.yaml", FamiliesFile, problems)) is not None:
            self.families = (*families.families, *self.families)
            self.media_families = (*families.media, *self.media_families)
            # The later entry holds over the earlier: what an overlay says goes last.
            self.hosts = (*self.hosts, *families.hosts)
            self.host_doubts = (*families.doubts, *self.host_doubts)

    def _add_hosting(self, directory: Path, problems: list[str]) -> None:
        if (formats := _optional(directory, "quantization.yaml", QuantizationFile, problems)) is not None:
            self.quantization = self.quantization.with_more(formats)
        if (gpus := _optional(directory, "gpus.yaml", GpusFile, problems)) is not None:
            self.gpus = self.gpus.with_more(gpus)

    def _add_vocabularies(self, file: VocabulariesFile, directory: Path) -> None:
        """Files that a catalog brings itself lie beside it; the shipped ones lie among the code."""
        beside = None if directory == shipped_catalog() else directory
        for name, entry in file.vocabularies.items():
            self.vocabularies[name] = entry.model_copy(update={"directory": beside})

    def _add_provider(self, file: ProviderFile, shown_as: str, seen: dict[str, str]) -> list[str]:
        problems = []
        if file.id in seen:
            problems.append(f"{shown_as}: id: duplicate id {file.id!r}, also in {seen[file.id]}")
        seen[file.id] = shown_as
        # An overlay of a provider adds to its names and limits: leaving them out takes none away.
        before = self.providers.get(file.id, Provider(file.id, file.name, (), file.first_party))
        aliases = tuple(dict.fromkeys((*before.aliases, *file.aliases)))
        limits = file.media_limits or before.media_limits
        self.providers[file.id] = Provider(file.id, file.name, aliases, file.first_party, limits)
        problems += [f"{shown_as}: {fault}" for fault in find_shared_faults(file)]
        self.shared |= {
            f"{shown_as}: {place}": without_none(given) for place, given in list_shared(file).items()
        }
        for model in complete_models(file):
            model_id = f"{file.id}/{model.entry.id}"
            problems += self._add_model(model_id, model.entry, shown_as, seen)
            problems += [f"{shown_as}: models[{model.entry.id}].{problem}" for problem in model.problems]
            self.inherited[model_id] = model.inherited
        return problems

    def _add_open_weights(self, file: OpenWeightsFile, shown_as: str, seen: dict[str, str]) -> list[str]:
        models = map(without_none, file.models)
        return [p for entry in models for p in self._add_model(entry.id, entry, shown_as, seen)]

    def _add_model(
        self, model_id: str, entry: ModelEntry | OpenWeightsEntry, shown_as: str, seen: dict[str, str]
    ) -> Iterable[str]:
        if model_id in seen:
            yield f"{shown_as}: models[{entry.id}]: duplicate id, also in {seen[model_id]}"
        seen[model_id] = shown_as
        self.models[model_id] = entry
        self.origin[model_id] = shown_as

    def assemble(self) -> Catalog:
        """Return the catalog of everything that has been read.

        Raises:
            CatalogError: what the files say of each other does not hold.
        """
        problems = [*find_serving_faults(self.models, self.origin)]
        if not problems:
            self.models = {model_id: complete_served(model_id, self.models) for model_id in self.models}
        problems += find_inconsistencies(self)
        if problems:
            raise CatalogError(problems)
        self.counting = {
            name: with_fit(name, rule, self.calibrated_families, self.fits)
            for name, rule in self.counting.items()
        }
        models = {model_id: self._model(model_id, entry) for model_id, entry in sorted(self.models.items())}
        return Catalog(
            models=MappingProxyType(models),
            providers=MappingProxyType(self.providers),
            vocabularies=MappingProxyType(self.vocabularies),
            counting=MappingProxyType(self.counting),
            families=self.families,
            media_families=self.media_families,
            hosts=self.hosts,
            host_doubts=self.host_doubts,
            profiles=MappingProxyType(self.profiles),
            quantization=self.quantization,
            image_rules=MappingProxyType(self.image_rules),
            media_rules=self.media_rules,
            gpus=MappingProxyType(dict(sorted(self.gpus.gpus.items()))),
            multiplied_as=MappingProxyType(dict(self.gpus.multiplied_as)),
            revision=self._revision(),
        )

    def _model(self, model_id: str, entry: ModelEntry | OpenWeightsEntry) -> Model:
        open_weights = isinstance(entry, OpenWeightsEntry)
        provider = OPEN_WEIGHTS if open_weights else self.providers[model_id.split("/", 1)[0]]
        caching = self.caching[entry.caching] if entry.caching is not None else None
        images = self.image_rules[entry.images] if entry.images is not None else None
        limits = entry.media_limits or provider.media_limits
        return Model(
            id=model_id,
            provider=provider,
            entry=self._with_calendars(entry),
            counting=self.counting[entry.counting or ""],
            caching=caching,
            images=images,
            **resolve_media(entry, self.media_rules, self.image_rules),
            media_limits=self.media_limits[limits] if limits not in (None, NO_RULE) else None,
            weights=self.find_weights(entry),
        )

    def _with_calendars(self, entry: ModelEntry | OpenWeightsEntry) -> ModelEntry | OpenWeightsEntry:
        """Give the calendars to the windows that name one; most models have no such window."""
        if not any(window.except_holidays for block in entry.prices for window in block.windows):
            return entry
        blocks = tuple(
            block.model_copy(
                update={"windows": tuple(window.observing(self.holidays) for window in block.windows)}
            )
            for block in entry.prices
        )
        return entry.model_copy(update={"prices": blocks})

    def _revision(self) -> str:
        """Return a fingerprint of everything that can change an answer."""
        tables: tuple[Mapping[str, BaseModel], ...] = (
            self.models, self.vocabularies, self.counting, self.caching, self.image_rules, self.profiles,
            self.media_limits, self.calibrated_families, self.fits, self.holidays,
        )  # fmt: skip
        content: list[Any] = [
            {name: entry.model_dump(mode="json", exclude_defaults=True) for name, entry in table.items()}
            for table in tables
        ]
        content.append({name: asdict(provider) for name, provider in self.providers.items()})
        families = (*self.families, *self.media_families, *self.hosts, *self.host_doubts)
        content.append([family.model_dump(mode="json", exclude_defaults=True) for family in families])
        content.append(self.media_rules.model_dump(mode="json", exclude_defaults=True))
        content.append(self.quantization.model_dump(mode="json", exclude_defaults=True))
        content.append(self.gpus.model_dump(mode="json", exclude_defaults=True))
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _single_files(directory: Path) -> list[str]:
    """Return the names of the files of which a catalog has one each: `caching.yaml`, `generated/…`."""
    found = (*directory.glob("*.y*ml"), *directory.glob("generated/*.y*ml"))
    return sorted(path.relative_to(directory).as_posix() for path in found)


def _optional(directory: Path, name: str, kind: type[FileT], problems: list[str]) -> FileT | None:
    path = directory / name
    return _read(path, name, kind, problems) if path.is_file() else None


def _read(path: Path, shown_as: str, kind: type[FileT], problems: list[str]) -> FileT | None:
    try:
        return read_entry(path, shown_as, kind)
    except CatalogError as error:
        problems.extend(error.problems)
        return None
