"""`tokenquote vocabularies add` checks a user's vocabulary file in a separate process, then imports it.

The file is copied into the catalog directory, and an entry with its hash is written beside it. Nothing
changes until both are there; a file that is truncated, wrong or hostile leaves everything as it was.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.vocabularies import Vocabulary, VocabularyFormat
from tokenquote.catalog.yaml_files import write_imported
from tokenquote.tokens.vocabularies.files import MAX_BYTES

__all__ = ["ImportRefused", "import_vocabulary"]

PROOF_SECONDS = 60
FOLDER = "vocabularies"


class ImportRefused(Exception):
    """The file was not imported; the text says why."""


def import_vocabulary(name: str, path: Path, catalog: Catalog, catalog_dir: Path) -> Vocabulary:
    """Import a file as the vocabulary `name` of the catalog.

    Args:
        name: a vocabulary of the catalog, whose pattern and special tokens hold for the file.
        path: the file: tokenizer.json, a .tiktoken file, tekken.json or a SentencePiece .model.
        catalog: the catalog in use.
        catalog_dir: the user's own catalog directory, which is created if it does not exist.

    Raises:
        ImportRefused: the name is unknown, or the file is no vocabulary that can be used.
    """
    known = catalog.vocabularies.get(name)
    if known is None:
        raise ImportRefused(
            f"the catalog has no vocabulary {name!r}; it has {', '.join(catalog.vocabularies)}"
        )
    content = _read(path)
    kept = f"{FOLDER}/{name}{_suffix(path)}"
    entry = _entry(known, _guess_format(path, content), kept, hashlib.sha256(content).hexdigest(), path.name)
    _prove(name, entry, content)
    try:
        write_imported(catalog_dir, name, entry, content)
    except OSError as error:
        raise ImportRefused(f"{catalog_dir}: {error.strerror}") from None
    return entry


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ImportRefused(f"{path.name}: more than {MAX_BYTES} bytes")
        return path.read_bytes()
    except OSError as error:
        raise ImportRefused(f"{path}: {error.strerror}") from None


def _suffix(path: Path) -> str:
    return path.suffix if path.suffix in (".json", ".tiktoken", ".model") else ".vocabulary"


def _guess_format(path: Path, content: bytes) -> VocabularyFormat:
    """Tell the format by the content, not by the file's name: Moonshot calls its ranks tiktoken.model."""
    head = content[:4096].lstrip()
    if head.startswith(b"{"):
        return "tekken" if b'"config"' in head and b'"pattern"' in head else "tokenizer.json"
    first = head.split(b"\n", 1)[0].split()
    return "tiktoken" if len(first) == 2 and first[1].isdigit() else "sentencepiece"


def _entry(known: Vocabulary, kind: VocabularyFormat, file: str, sha256: str, origin: str) -> Vocabulary:
    values: dict[str, Any] = {
        **known.model_dump(exclude={"package"}),
        "format": kind,
        "file": file,
        "sha256": sha256,
        "source": f"imported from {origin}",
        "pattern": known.pattern if kind == "tiktoken" else None,
    }
    try:
        return Vocabulary.model_validate(values)
    except ValidationError:
        raise ImportRefused(
            f"{origin}: a file of ranks does not say how texts are split, and the catalog has no pattern"
        ) from None


def _prove(name: str, entry: Vocabulary, content: bytes) -> None:
    """Load the file and count with it in another process, where a crash or an endless loop does no harm."""
    command = [
        sys.executable,
        "-m",
        "tokenquote.tokens.vocabularies.file_check",
        name,
        entry.model_dump_json(),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, with our own arguments
            command, input=content, capture_output=True, timeout=PROOF_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ImportRefused(
            f"counting a page of text with the file took more than {PROOF_SECONDS} s"
        ) from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise ImportRefused(said[-1] if said and done.returncode == 1 else "loading it crashed")
