"""Load the shipped catalog, and a user's own files over it, as one immutable Catalog."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from tokenquote.catalog.catalog import Catalog
from tokenquote.catalog.consistency import find_inconsistencies
from tokenquote.catalog.counting_rules import with_fit
from tokenquote.catalog.discounts import discount_entry, find_discount
from tokenquote.catalog.faults import CatalogError
from tokenquote.catalog.folder_tables import FolderTables, shipped_catalog
from tokenquote.catalog.folders import Folder, read_folder
from tokenquote.catalog.holidays import observe_holidays
from tokenquote.catalog.media_rules import resolve_media
from tokenquote.catalog.models import OPEN_WEIGHTS, Model
from tokenquote.catalog.parsed_files import ParsedFiles
from tokenquote.catalog.revision import find_revision
from tokenquote.catalog.schema.open_weights import OpenWeightsEntry
from tokenquote.catalog.schema.providers import NO_RULE, ModelEntry
from tokenquote.catalog.served_models import complete_served, find_serving_faults

__all__ = ["assemble_catalog", "load_catalog"]


def load_catalog(
    *overlays: Path | None, shipped: Path | None = None, cache_dir: Path | None = None
) -> Catalog:
    """Return the shipped catalog with each overlay directory over it, in this order.

    An overlay has the same files as the catalog, each of them optional. What it defines under a name that
    is already there takes that name's place; everything else stays. None stands for no overlay.

    Args:
        overlays: the folders of a user's own files.
        shipped: the catalog in place of the shipped one.
        cache_dir: where what the files say is kept, so that the next load is faster; None for nowhere.

    Raises:
        CatalogError: the files cannot be used; it holds every reason.
    """
    folders = (shipped or shipped_catalog(), *filter(None, overlays))
    return assemble_catalog([read_folder(folder) for folder in folders], ParsedFiles(cache_dir, folders))


def assemble_catalog(folders: Sequence[Folder], parsed: ParsedFiles | None = None) -> Catalog:
    """Return the catalog of what was read of its folders, each laid over those before it.

    Args:
        folders: what was read, the shipped catalog first.
        parsed: what files that were read before say, which then are not parsed again; None for nothing.

    Raises:
        CatalogError: the files cannot be used; it holds every reason.
    """
    parsed = parsed or ParsedFiles()
    tables = FolderTables(templates=folders[0].files, parsed=parsed)
    try:
        with _collector_paused():
            for folder in folders:
                tables.add_folder(folder)
            catalog = _assemble(tables)
    except CatalogError as error:
        raise CatalogError(error.problems, folders) from None
    parsed.keep()
    return catalog


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python's garbage collector from looking, again and again, at entries that are all still in use.

    It takes a fifth of the time of loading, and finds nothing.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _assemble(tables: FolderTables) -> Catalog:
    """Return the catalog of everything that has been read.

    Raises:
        CatalogError: what the files say of each other does not hold.
    """
    problems = [*find_serving_faults(tables.models, tables.origin)]
    if not problems:
        tables.models = {model_id: complete_served(model_id, tables.models) for model_id in tables.models}
    problems += find_inconsistencies(tables)
    if problems:
        raise CatalogError(problems)
    tables.models = {model_id: _discount(tables, model_id) for model_id in tables.models}
    tables.counting = {
        name: with_fit(name, rule, tables.calibrated_families, tables.fits)
        for name, rule in tables.counting.items()
    }
    models = {
        model_id: _build_model(tables, model_id, entry) for model_id, entry in sorted(tables.models.items())
    }
    return Catalog(
        models=MappingProxyType(models),
        providers=MappingProxyType(tables.providers),
        vocabularies=MappingProxyType(tables.vocabularies),
        counting=MappingProxyType(tables.counting),
        families=tables.families,
        media_families=tables.media_families,
        hosts=tables.hosts,
        host_doubts=tables.host_doubts,
        profiles=MappingProxyType(tables.profiles),
        workflows=MappingProxyType(tables.workflows),
        quantization=tables.quantization,
        image_rules=MappingProxyType(tables.image_rules),
        media_rules=tables.media_rules,
        gpus=MappingProxyType(dict(sorted(tables.gpus.gpus.items()))),
        multiplied_as=MappingProxyType(dict(tables.gpus.multiplied_as)),
        revision=find_revision(tables),
    )


def _discount(tables: FolderTables, model_id: str) -> ModelEntry | OpenWeightsEntry:
    """Return the entry of a model with what a contract takes off its prices, if any does."""
    entry = tables.models[model_id]
    if not isinstance(entry, ModelEntry):
        return entry
    provider = model_id.split("/", 1)[0]
    found = find_discount(model_id, provider, tables.stated_by[model_id], tables.discounts)
    return entry if found is None else discount_entry(entry, found)


def _build_model(tables: FolderTables, model_id: str, entry: ModelEntry | OpenWeightsEntry) -> Model:
    open_weights = isinstance(entry, OpenWeightsEntry)
    provider = OPEN_WEIGHTS if open_weights else tables.providers[model_id.split("/", 1)[0]]
    caching = tables.caching[entry.caching] if entry.caching is not None else None
    images = tables.image_rules[entry.images] if entry.images is not None else None
    limits = entry.media_limits or provider.media_limits
    return Model(
        id=model_id,
        provider=provider,
        entry=observe_holidays(entry, tables.holidays),
        counting=tables.counting[entry.counting or ""],
        caching=caching,
        images=images,
        **resolve_media(entry, tables.media_rules, tables.image_rules),
        media_limits=tables.media_limits[limits] if limits not in (None, NO_RULE) else None,
        rate_limits=tables.rate_limits[entry.rate_limits] if entry.rate_limits is not None else None,
        weights=tables.find_weights(entry),
        file=_name_file(tables, model_id),
    )


def _name_file(tables: FolderTables, model_id: str) -> str:
    folder = tables.stated_by[model_id]
    before = f"{tables.folders[folder].path.name}/" if folder else ""
    return before + tables.origin[model_id]
