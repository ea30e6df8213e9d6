"""Files of vocabularies, checked by hash: in this package, in an installed one, or in a user's catalog."""

from __future__ import annotations

import hashlib
import lzma
from importlib import metadata
from importlib.resources import files
from pathlib import Path

from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.errors import LocatedError

__all__ = ["VocabularyError", "VocabularyMissing", "file_of", "read_vocabulary_file"]

MAX_BYTES = 64 * 1024 * 1024
"""The largest file: Gemma 3's tokenizer.json has 33 MB."""

_RANKS = files("tokenquote.tokens.vocabularies") / "ranks"


class VocabularyError(LocatedError):
    """A vocabulary cannot be used: it is not known, not readable, or not the one that the catalog names."""

    kind = "vocabulary-unavailable"

    def __init__(self, detail: str) -> None:
        super().__init__(None, detail)


class VocabularyMissing(VocabularyError):
    """A vocabulary is known, but its package is not installed and nobody has imported it."""


def read_vocabulary_file(name: str, entry: Vocabulary) -> bytes:
    """The file's content, unpacked.

    Raises:
        VocabularyMissing: there is no file.
        VocabularyError: it cannot be read, or its hash is not the catalog's.
    """
    path = file_of(name, entry)
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


def file_of(name: str, entry: Vocabulary) -> Path:
    """Where the file lies.

    Raises:
        VocabularyMissing: its package is not installed, or it waits to be imported.
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
