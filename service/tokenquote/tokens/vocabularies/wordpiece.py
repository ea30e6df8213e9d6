"""Encode texts by BERT's WordPiece: words of lower-case letters without accents, each cut from the left.

The file is BERT's own `vocab.txt`, a token on each line, where `##` begins a token that continues a word. A
text is decomposed (NFD) and lower-cased; control characters and accents fall away; signs and Chinese
characters are words of their own. A word takes the longest token that it begins with, then the longest for
the rest, and so on; a word that cannot be cut like this, or has more than 100 characters, is one `[UNK]`
(https://arxiv.org/abs/1609.08144 section 4.1; google-research/bert, tokenization.py). Where libraries
differ this follows Hugging Face's tokenizers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tokenquote.tokens.vocabularies.canonical_forms import decompose
from tokenquote.tokens.vocabularies.files import VocabularyError
from tokenquote.tokens.vocabularies.wordpiece_characters import WRITTEN_AS

__all__ = ["WordPieceEncoder"]

MAX_WORD = 100
"""The number of characters that a word may have; a longer one is `[UNK]`."""

_UNKNOWN = "[UNK]"
_CONTINUED = "##"
_SLICE = 2**16
# Words that are remembered with their tokens; when there are more, all are forgotten.
_REMEMBERED = 2**16


class WordPieceEncoder:
    """An encoder of words to the longest pieces of a vocabulary, which threads may share.

    What looks like a special token (`[SEP]`) counts as the plain text it is.
    """

    def __init__(self, name: str, content: bytes) -> None:
        lines = content.decode("utf-8").removesuffix("\n").split("\n")
        self._ids = {token: i for i, token in enumerate(lines)}
        if len(self._ids) != len(lines) or _UNKNOWN not in self._ids:
            raise VocabularyError(f"vocabulary {name!r}: it needs {_UNKNOWN}, and each token once")
        self._longest = max(map(len, lines))
        self._known: dict[str, tuple[int, ...]] = {}

    def encode(self, text: str) -> list[int]:
        return [token for words in _word_lists(text) for word in words for token in self._cut(word)]

    def count(self, text: str) -> int:
        counts = map(Counter, _word_lists(text))
        return sum(len(self._cut(word)) * times for words in counts for word, times in words.items())

    def _cut(self, word: str) -> tuple[int, ...]:
        """Return the tokens of a word, which are looked up once and remembered."""
        known = self._known.get(word)
        if known is None:
            known = self._cut_unknown(word)
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            if len(word) <= MAX_WORD:
                self._known[word] = known
        return known

    def _cut_unknown(self, word: str) -> tuple[int, ...]:
        if len(word) > MAX_WORD:
            return (self._ids[_UNKNOWN],)
        tokens: list[int] = []
        start = 0
        while start < len(word):
            prefix = _CONTINUED if start else ""
            last = min(len(word), start + self._longest)
            ends = (end for end in range(last, start, -1) if prefix + word[start:end] in self._ids)
            end = next(ends, None)
            if end is None:
                return (self._ids[_UNKNOWN],)
            tokens.append(self._ids[prefix + word[start:end]])
            start = end
        return tuple(tokens)


def _word_lists(text: str) -> Iterator[list[str]]:
    """Yield the words of a text, some at a time, so that a list of all of them need not be held."""
    if not text.isascii():
        # One letter at a time, as tokenizers does: Python itself knows a sigma for the ends of words.
        text = decompose(text).replace("Σ", "σ")
    written = text.lower().translate(WRITTEN_AS)
    start = 0
    while start < len(written):
        end = written.find(" ", start + _SLICE)
        end = len(written) if end < 0 else end
        yield written[start:end].split()
        start = end
