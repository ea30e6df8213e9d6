"""The tables of a catalog, read from its folders: what a later folder says covers what earlier ones said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from tokenquote.catalog.completion import complete_models, find_shared_faults, list_shared, without_none
from tokenquote.catalog.consistency import Tables
from tokenquote.catalog.counting_rules import with_template
from tokenquote.catalog.discounts import place_discounts
from tokenquote.catalog.faults import CatalogError
from tokenquote.catalog.folders import FOLDERS, Folder
from tokenquote.catalog.image_rules import ImageRulesFile
from tokenquote.catalog.media_rules import MediaRulesFile
from tokenquote.catalog.models import Provider
from tokenquote.catalog.parsed_files import ParsedFiles
from tokenquote.catalog.schema.caching import CachingFile, ProfilesFile
from tokenquote.catalog.schema.calibration import CalibrationFile
from tokenquote.catalog.schema.counting import CountingFile
from tokenquote.catalog.schema.discounts import DiscountsFile
from tokenquote.catalog.schema.families import FamiliesFile
from tokenquote.catalog.schema.gpus import GpusFile
from tokenquote.catalog.schema.holidays import HolidaysFile
from tokenquote.catalog.schema.media_limits import MediaLimitsFile
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry, OpenWeightsFile
from tokenquote.catalog.schema.providers import ModelEntry, ProviderFile
from tokenquote.catalog.schema.quantization import QuantizationFile
from tokenquote.catalog.schema.rate_limits import RateLimitsFile
from tokenquote.catalog.schema.vocabularies import VocabulariesFile
from tokenquote.catalog.schema.workflows import WorkflowsFile
from tokenquote.catalog.yaml_files import IMPORTED_VOCABULARIES, validate_entry

__all__ = ["FolderTables", "shipped_catalog"]

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
    "rate_limits.yaml",
    "quantization.yaml",
    "gpus.yaml",
    "profiles.yaml",
    "workflows.yaml",
    "holidays.yaml",
    "discounts.yaml",
)

FileT = TypeVar("FileT", bound=BaseModel)


def shipped_catalog() -> Path:
    """Return the folder of the catalog inside the wheel, or the checkout's own when installed editable."""
    package = Path(__file__).parents[1]
    packaged = package / "models_catalog"
    return packaged if packaged.is_dir() else package.parents[1] / "models_catalog"


@dataclass
class FolderTables(Tables):
    """The tables of a catalog while its folders are read, the shipped one first."""

    templates: Mapping[str, bytes] = field(default_factory=dict)
    """The files of the first folder, whose templates the others may name."""
    parsed: ParsedFiles = field(default_factory=ParsedFiles)
    """What the files say, of which some may be known already."""
    folders: list[Folder] = field(default_factory=list)
    """The folders that were taken so far."""

    def add_folder(self, folder: Folder) -> None:
        """Take every file of a folder over what has been taken before.

        Raises:
            CatalogError: a file in it cannot be used.
        """
        problems = [*folder.problems, *_list_strangers(folder)]
        self.folders.append(folder)
        self._add_shared(folder, problems)
        self._add_hosting(folder, problems)
        seen: dict[str, str] = {}
        for name in folder.list_yaml("providers"):
            if (file := self._read(folder, name, ProviderFile, problems)) is not None:
                problems += self._add_provider(file, name, seen)
        for name in folder.list_yaml("open_weights"):
            if (weights := self._read(folder, name, OpenWeightsFile, problems)) is not None:
                problems += self._add_open_weights(weights, name, seen)
        if problems:
            raise CatalogError(problems)

    def _add_shared(self, folder: Folder, problems: list[str]) -> None:
        self._add_counting(folder, problems)
        if (caching := self._read(folder, "caching.yaml", CachingFile, problems)) is not None:
            self.caching |= caching.caching
        self._add_media(folder, problems)
        if (rates := self._read(folder, "rate_limits.yaml", RateLimitsFile, problems)) is not None:
            self.rate_limits |= rates.rate_limits
        if (profiles := self._read(folder, "profiles.yaml", ProfilesFile, problems)) is not None:
            self.profiles.update({kind: sizes for kind, sizes in profiles.profiles.items()})
        if (workflows := self._read(folder, "workflows.yaml", WorkflowsFile, problems)) is not None:
            self.workflows |= workflows.by_kind
        if (holidays := self._read(folder, "holidays.yaml", HolidaysFile, problems)) is not None:
            self.holidays |= holidays.calendars
        if (discounts := self._read(folder, "discounts.yaml", DiscountsFile, problems)) is not None:
            self.discounts |= place_discounts(discounts, len(self.folders) - 1, folder.path.name)

    def _add_media(self, folder: Folder, problems: list[str]) -> None:
        if (images := self._read(folder, "image_rules.yaml", ImageRulesFile, problems)) is not None:
            self.image_rules |= images.image_rules
        if (media := self._read(folder, "media_rules.yaml", MediaRulesFile, problems)) is not None:
            self.media_rules = self.media_rules.with_more(media)
        if (limits := self._read(folder, "media_limits.yaml", MediaLimitsFile, problems)) is not None:
            self.media_limits |= limits.media_limits

    def _add_counting(self, folder: Folder, problems: list[str]) -> None:
        for name in ("vocabularies.yaml", IMPORTED_VOCABULARIES):
            if (file := self._read(folder, name, VocabulariesFile, problems)) is not None:
                self._add_vocabularies(file, folder.path)
        if (counting := self._read(folder, "counting.yaml", CountingFile, problems)) is not None:
            self.counting |= {
                name: with_template(rule, f"counting.{name}", (folder.files, self.templates), problems)
                for name, rule in counting.counting.items()
            }
        if (calibration := self._read(folder, _CALIBRATION, CalibrationFile, problems)) is not None:
            # Coefficients were fitted together: one file takes the place of the other, whole.
            self.calibrated_families, self.fits = calibration.families, calibration.fits
        if (families := self._read(folder, "families.yaml", FamiliesFile, problems)) is not None:
            self.families = (*families.families, *self.families)
            self.media_families = (*families.media, *self.media_families)
            # The later entry holds over the earlier: what an overlay says goes last.
            self.hosts = (*self.hosts, *families.hosts)
            self.host_doubts = (*families.doubts, *self.host_doubts)

    def _add_hosting(self, folder: Folder, problems: list[str]) -> None:
        if (formats := self._read(folder, "quantization.yaml", QuantizationFile, problems)) is not None:
            self.quantization = self.quantization.with_more(formats)
        if (gpus := self._read(folder, "gpus.yaml", GpusFile, problems)) is not None:
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
        self.providers[file.id] = Provider(
            file.id,
            file.name,
            aliases,
            file.first_party,
            limits,
            own_ids=file.own_ids or before.own_ids,
            prefixes=tuple(dict.fromkeys((*before.prefixes, *file.prefixes))),
            moving_names={**before.moving_names, **file.moving_names},
        )
        problems += [f"{shown_as}: {fault}" for fault in find_shared_faults(file)]
        problems += [
            f"{shown_as}: moving_names[{name}]: {name!r} is a name of the model {model.id} too; which holds?"
            for model in file.models
            for name in (model.id, *model.aliases)
            if name in file.moving_names
        ]
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
        self.stated_by[model_id] = len(self.folders) - 1

    def _read(self, folder: Folder, name: str, kind: type[FileT], problems: list[str]) -> FileT | None:
        """Return what a file says; None if it is not there, or cannot be used, which `problems` then says."""
        if name not in folder.files:
            return None
        try:
            return validate_entry(self.parsed.parse(folder.files[name], name), name, kind)
        except CatalogError as error:
            problems.extend(error.problems)
            return None


def _list_strangers(folder: Folder) -> list[str]:
    """Return a sentence for each YAML file that stands where a catalog has none of its name."""
    known = f"{', '.join(_SHARED_FILES)}, {' and '.join(f'{name}/*.yaml' for name in FOLDERS)}"
    strangers = (
        name
        for name in folder.files
        if name.endswith((".yaml", ".yml"))
        and name not in _SHARED_FILES
        and not (name.count("/") == 1 and name.startswith(tuple(f"{known}/" for known in FOLDERS)))
    )
    return [
        f"{name}: no file of a catalog; those are {known}{_right_place(name)}" for name in sorted(strangers)
    ]


def _right_place(name: str) -> str:
    """Say where a file belongs that lies beside the folders of a catalog."""
    return "" if "/" in name else f". A provider's file belongs here: providers/{name}"
