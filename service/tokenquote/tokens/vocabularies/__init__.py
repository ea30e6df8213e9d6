"""Load the vocabularies of a catalog, each once, when it is first needed, and checked by its hash."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder
from tokenquote.tokens.vocabularies.content_classes import ClassCounter
from tokenquote.tokens.vocabularies.encoders import Encoder, build_encoder
from tokenquote.tokens.vocabularies.files import VocabularyError, read_vocabulary_file
from tokenquote.tokens.vocabularies.loading import (
    NotLoaded,
    keeps_few,
    loaded_only,
    one_after_the_other,
    require_loading,
)

__all__ = ["NotLoaded", "Vocabularies", "VocabularyError", "loaded_only", "one_after_the_other"]

_KEPT = 2
"""The vocabularies that are kept of those that are loaded one after the other: a model may need two."""


@dataclass(frozen=True, slots=True)
class _Unusable:
    """The reason why a vocabulary cannot be used: a value, never the exception itself.

    An exception that is raised again and again grows a traceback, and that keeps every frame it went
    through, with the prompts in them, for as long as the exception is kept.
    """

    error: type[VocabularyError]
    message: str


class Vocabularies:
    """The vocabularies of a catalog, which threads may share."""

    def __init__(self, known: Mapping[str, Vocabulary]) -> None:
        self._known = known
        self._loaded: dict[str, Encoder | _Unusable] = {}
        self._classes: dict[str, ClassCounter] = {}
        self._by_content: dict[tuple[object, ...], Encoder] = {}
        """Encoders by what they are built from: vocabularies that differ in nothing else share one."""
        self._passing: list[str] = []
        """Vocabularies that make room for the next ones, the latest last."""
        self._lock = threading.Lock()

    def renewed(self, known: Mapping[str, Vocabulary]) -> Vocabularies:
        """Return the vocabularies of another catalog; encoders of the same content are not loaded again."""
        new = Vocabularies(known)
        contents = {name: _list_ingredients(entry) for name, entry in known.items()}
        with self._lock:
            kept = set(contents.values()) & self._by_content.keys()
            new._by_content = {content: self._by_content[content] for content in kept}
            new._classes = {
                name: counter
                for name, counter in self._classes.items()
                if contents.get(name) == _list_ingredients(self._known[name])
            }
        return new

    @property
    def loaded(self) -> frozenset[str]:
        """The names of the vocabularies that have been loaded, or cannot be."""
        with self._lock:
            return frozenset(self._loaded)

    def count(self, vocabulary: str, text: str) -> int:
        """Return the number of tokens of a text.

        Raises:
            VocabularyError: the vocabulary cannot be used.
        """
        return self.encoder(vocabulary).count(text)

    def encoder(self, vocabulary: str) -> Encoder:
        """Return the encoder of this name; the first caller loads it while any others wait.

        Raises:
            VocabularyMissing: the vocabulary is known, but neither installed nor imported.
            VocabularyError: it is not in the catalog, not readable, or changed.
        """
        loaded = self._encoder_or_reason(vocabulary)
        if isinstance(loaded, _Unusable):
            raise loaded.error(loaded.message)
        return loaded

    def classes(self, vocabulary: str) -> ClassCounter:
        """Return what counts classes of content in a byte-pair vocabulary; it learns tokens as texts come.

        Raises:
            VocabularyError: the vocabulary cannot be used, or has no byte-pair ranks.
        """
        if vocabulary not in self._classes:
            encoder = self.encoder(vocabulary)
            if not isinstance(encoder, BytePairEncoder):
                raise VocabularyError(f"vocabulary {vocabulary!r} has no byte-pair ranks to tell classes by")
            self._classes.setdefault(vocabulary, ClassCounter(encoder))
        return self._classes[vocabulary]

    def trouble(self, vocabulary: str) -> str | None:
        """Load the vocabulary and return why it cannot be used; None: it can."""
        loaded = self._encoder_or_reason(vocabulary)
        return loaded.message if isinstance(loaded, _Unusable) else None

    def special_tokens(self, vocabulary: str) -> tuple[str, ...]:
        """Return what chat templates write as one token each, even where the vocabulary's file is missing."""
        return self._known[vocabulary].special_tokens

    def pieces(self, vocabulary: str, rendered: str) -> Iterator[tuple[str, bool]]:
        """Yield the pieces of a rendered prompt, each with whether it is a special token."""
        specials = self._known[vocabulary].special_tokens
        if not specials:
            yield rendered, False
            return
        for i, piece in enumerate(_splitter(specials).split(rendered)):
            if piece:
                yield piece, bool(i % 2)

    def _encoder_or_reason(self, name: str) -> Encoder | _Unusable:
        loaded = self._loaded.get(name)
        if loaded is None:
            require_loading(name)
            with self._lock:
                if name not in self._loaded:
                    if keeps_few():
                        self._make_room_for(name)
                    self._loaded[name] = self._load(name)
                loaded = self._loaded[name]
        return loaded

    def _make_room_for(self, name: str) -> None:
        """Let go of the vocabularies but one that were loaded to make room."""
        self._passing.append(name)
        for other in self._passing[:-_KEPT]:
            encoder = self._loaded.pop(other, None)
            self._classes.pop(other, None)
            self._by_content = {of: each for of, each in self._by_content.items() if each is not encoder}
        del self._passing[:-_KEPT]

    def _load(self, name: str) -> Encoder | _Unusable:
        if name not in self._known:
            known = ", ".join(self._known)
            return _Unusable(VocabularyError, f"the catalog has no vocabulary {name!r}; it has {known}")
        entry = self._known[name]
        built_from = _list_ingredients(entry)
        if built_from in self._by_content:
            return self._by_content[built_from]
        try:
            encoder = build_encoder(name, entry, read_vocabulary_file(name, entry))
        except VocabularyError as error:
            return _Unusable(type(error), str(error))
        self._by_content[built_from] = encoder
        return encoder


def _list_ingredients(entry: Vocabulary) -> tuple[object, ...]:
    """List all that an encoder is built from; special tokens matter only where the file is asked for them."""
    specials = entry.special_tokens if entry.format == "tokenizer.json" else ()
    place = (entry.directory, entry.package, entry.file, entry.sha256)
    return (
        entry.format,
        *place,
        entry.pattern,
        entry.normalization,
        entry.tokens,
        entry.ranks_used,
        specials,
    )


@cache
def _splitter(specials: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(specials, key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})")
