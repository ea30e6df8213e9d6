"""Vocabularies that a user imported: files in the user's catalog, and one generated YAML beside them."""

from __future__ import annotations

import os
from pathlib import Path

import yaml

from tokenquote.catalog.schema.vocabularies import VocabulariesFile, Vocabulary
from tokenquote.catalog.yaml_files import read_entry

__all__ = ["IMPORTED_VOCABULARIES", "write_imported"]

IMPORTED_VOCABULARIES = "imported_vocabularies.yaml"
"""Beside vocabularies.yaml, which people write."""

_HEADER = "# Written by `tokenquote vocabularies add`; the hash pins each file.\n"


def write_imported(catalog_dir: Path, name: str, entry: Vocabulary, content: bytes) -> None:
    """Keep a vocabulary's file, then the entry that names it; each appears whole or not at all.

    Raises:
        OSError: the directory cannot be written.
        CatalogError: the entries that are there already cannot be read.
    """
    path = catalog_dir / IMPORTED_VOCABULARIES
    before = read_entry(path, path.name, VocabulariesFile).vocabularies if path.is_file() else {}
    target = catalog_dir / str(entry.file)
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, content)
    entries = {word: one.model_dump(mode="json", exclude_defaults=True) for word, one in before.items()}
    entries[name] = entry.model_dump(mode="json", exclude_defaults=True)
    text = yaml.safe_dump({"vocabularies": entries}, allow_unicode=True, sort_keys=False)
    _replace(path, (_HEADER + text).encode())


def _replace(target: Path, content: bytes) -> None:
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(content)
    os.replace(part, target)
