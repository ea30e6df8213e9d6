"""Read one YAML file as one validated entry, with errors that name the file, the model and the field.

People write these files; the one that names vocabularies which a user imported is written here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from tokenquote.catalog.faults import CatalogError
from tokenquote.catalog.folders import MAX_YAML_BYTES, describe_length, read_folder
from tokenquote.catalog.schema.vocabularies import VocabulariesFile, Vocabulary
from tokenquote.catalog.yaml_text import NotYaml, read_yaml
from tokenquote.errors.field_faults import describe_fault, fields_at

__all__ = ["IMPORTED_VOCABULARIES", "parse_yaml", "read_entry", "validate_entry", "write_imported"]

IMPORTED_VOCABULARIES = "imported_vocabularies.yaml"
"""The file of imported vocabularies; it lies beside vocabularies.yaml, which people write."""

_HEADER = "# Written by `tokenquote vocabularies add`; the hash pins each file.\n"

EntryT = TypeVar("EntryT", bound=BaseModel)


def read_entry(path: Path, shown_as: str, kind: type[EntryT]) -> EntryT:
    """Read and validate one file by itself; files of a catalog are read by folder.

    Raises:
        OSError: the file cannot be read.
        CatalogError: it holds something else; every fault is told.
    """
    if (size := path.stat().st_size) > MAX_YAML_BYTES:
        raise CatalogError([f"{shown_as}: {describe_length(size)}"])
    return validate_entry(parse_yaml(path.read_bytes(), shown_as), shown_as, kind)


def validate_entry(data: Any, shown_as: str, kind: type[EntryT]) -> EntryT:
    """Return the data of one file as what it should hold.

    Args:
        data: the data of the file.
        shown_as: what errors call the file, such as `providers/openai.yaml`.
        kind: what the file holds.

    Raises:
        CatalogError: it holds something else; every fault is told.
    """
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise CatalogError(
            [_sentence(shown_as, data, line, kind) for line in _causes(error.errors())]
        ) from None


def parse_yaml(content: bytes, shown_as: str) -> Any:
    """Return the data of a YAML text that has no aliases and no duplicate keys and is neither long nor deep.

    Raises:
        CatalogError: naming the file and the line.
    """
    try:
        return read_yaml(content)
    except NotYaml as error:
        where = f":{error.line}" if error.line is not None else ""
        raise CatalogError([f"{shown_as}{where}: {error.problem}"]) from None


def write_imported(catalog_dir: Path, name: str, entry: Vocabulary, content: bytes) -> None:
    """Keep a vocabulary's file, then the entry that names it; each appears whole or not at all.

    Raises:
        OSError: the directory cannot be written.
        CatalogError: the entries that are there already cannot be read.
    """
    path = catalog_dir / IMPORTED_VOCABULARIES
    content_before = read_folder(catalog_dir).files.get(path.name)
    before = {}
    if content_before is not None:
        data = parse_yaml(content_before, path.name)
        before = validate_entry(data, path.name, VocabulariesFile).vocabularies
    target = catalog_dir / str(entry.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, content)
    entries = {word: known.model_dump(mode="json", exclude_defaults=True) for word, known in before.items()}
    entries[name] = entry.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump({"vocabularies": entries}, allow_unicode=True, sort_keys=False)
    _replace(path, (_HEADER + text).encode())


def _causes(errors: Sequence[Any]) -> list[Any]:
    """Leave out what only follows: a list that is too short because its one item is wrong."""
    places = [error["loc"] for error in errors]

    def follows(error: Any) -> bool:
        head = error["loc"]
        inside = any(len(place) > len(head) and place[: len(head)] == head for place in places)
        return bool(error["type"] == "too_short" and inside)

    return [error for error in errors if not follows(error)]


def _sentence(shown_as: str, data: Any, error: Mapping[str, Any], kind: type[BaseModel]) -> str:
    location = error["loc"]
    place = "".join(_steps(data, location, error["type"] == "missing")).lstrip(".") or "the file"
    return f"{shown_as}: {place}: {describe_fault(error, fields_at(kind, location[:-1]))}"


def _steps(data: Any, location: Sequence[int | str], missing: bool) -> Iterator[str]:
    """Yield `.models[gpt-4o]`, `.prices[0]`, `.rates` ...: list items by their `id` where they have one.

    A word that does not stand in the file is pydantic's name of a union's form, unless it is what is missing.
    """
    for i, step in enumerate(location):
        if isinstance(step, int):
            data = data[step] if isinstance(data, list) and step < len(data) else None
            yield f"[{data['id']}]" if isinstance(data, dict) and "id" in data else f"[{step}]"
        elif isinstance(data, dict) and step in data:
            data = data[step]
            yield f".{step}"
        elif missing and i == len(location) - 1:
            yield f".{step}"


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    os.replace(part, target)
