"""Byte-pair vocabularies from the package itself: loaded once, when first needed, checked by hash.

tiktoken does the encoding; its own loader would download the ranks at first use, so they are read here.
"""

from __future__ import annotations

import base64
import hashlib
import lzma
import re
import threading
from collections.abc import Iterator, Mapping
from importlib.resources import files

import tiktoken

from tokenquote.catalog.schema import Vocabulary

__all__ = ["Vocabularies", "VocabularyError"]

# Unicode's White_Space without line ends.
_BLANKS = re.compile("[\\t\\v\\f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+")
_LONG_BLANKS = 250_000
_SLICE = 2**16

_RANKS = files("tokenquote.tokens") / "ranks"


class VocabularyError(Exception):
    """A vocabulary is missing or is not the one that the catalog names."""


class Vocabularies:
    """The vocabularies of a catalog; safe to share between threads."""

    def __init__(self, known: Mapping[str, Vocabulary]) -> None:
        self._known = known
        self._loaded: dict[str, tiktoken.Encoding] = {}
        self._lock = threading.Lock()

    def count(self, vocabulary: str, text: str) -> int:
        """Number of tokens; text that looks like a special token counts as the plain text it is."""
        encoding = self.encoding(vocabulary)
        tokens = 0
        for start, end in _long_blanks(text):
            tokens += len(encoding.encode_ordinary(text[:start])) + _count_blanks(encoding, text[start:end])
            text = text[end:]
        return tokens + len(encoding.encode_ordinary(text))

    def encoding(self, vocabulary: str) -> tiktoken.Encoding:
        """The encoding of this name, loaded by the first caller while any others wait.

        Raises:
            VocabularyError: not in the catalog, not in the package, or changed.
        """
        loaded = self._loaded.get(vocabulary)
        if loaded is not None:
            return loaded
        with self._lock:
            if vocabulary not in self._loaded:
                self._loaded[vocabulary] = self._load(vocabulary)
            return self._loaded[vocabulary]

    def _load(self, name: str) -> tiktoken.Encoding:
        if name not in self._known:
            raise VocabularyError(f"the catalog has no vocabulary {name!r}; it has {', '.join(self._known)}")
        entry = self._known[name]
        return tiktoken.Encoding(
            name=name, pat_str=entry.pattern, mergeable_ranks=_ranks(name, entry), special_tokens={}
        )


def _count_blanks(encoding: tiktoken.Encoding, blanks: str) -> int:
    """Blanks as one piece, in slices: encoding a piece keeps other threads waiting until it is done.

    Merges of one kind of blank pair equal halves, so a cut at a power of two changes nothing; of mixed
    kinds, a slice may count one token more or less than the whole.
    """
    slices = (blanks[i : i + _SLICE] for i in range(0, len(blanks), _SLICE))
    return sum(len(encoding._encode_single_piece(piece)) for piece in slices)


def _long_blanks(text: str) -> Iterator[tuple[int, int]]:
    r"""The next stretch of blanks that tiktoken's regular expression cannot take, until there is none.

    `\s+(?!\S)` keeps one state for each blank and panics at a million (StackOverflow, tiktoken 0.14.0).
    What it would match is known: all of the blanks but the last, which goes with the word after them.
    Offsets count from the end of the stretch before.
    """
    if len(text) < _LONG_BLANKS:
        return
    done = 0
    for run in _BLANKS.finditer(text):
        follows = text[run.end() : run.end() + 1]
        if run.end() - run.start() >= _LONG_BLANKS and follows not in ("\r", "\n"):
            end = run.end() - 1 if follows else run.end()
            yield run.start() - done, end - done
            done = end


def _ranks(name: str, entry: Vocabulary) -> dict[bytes, int]:
    try:
        content = lzma.decompress((_RANKS / entry.file).read_bytes())
    except (OSError, lzma.LZMAError) as error:
        raise VocabularyError(f"vocabulary {name!r}: {entry.file} cannot be read: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry.sha256:
        raise VocabularyError(f"vocabulary {name!r}: SHA-256 is {digest}, the catalog says {entry.sha256}")
    pairs = (line.split() for line in content.splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in pairs}
