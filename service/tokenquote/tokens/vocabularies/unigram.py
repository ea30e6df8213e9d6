"""Encode texts by a SentencePiece Unigram model: words cut into the pieces with the best sum of scores.

The file is JSON: `pieces`; `scores` as the steps between the bits of their 32-bit floats, which makes them
short; `charsmap`, the model's map of characters in base64. Words are what blanks part, each with a `▁`
before it; no piece reaches over one. A character that is no piece costs the lowest score less ten, and
several side by side are one `<unk>` (https://arxiv.org/abs/1804.10959; sentencepiece,
src/unigram_model.cc). Scores are added as whole numbers, without rounding, so a text of any length is cut
as each word is by itself.
"""

from __future__ import annotations

import base64
import json
import struct
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

from tokenquote.tokens.vocabularies.charsmap import CharacterMap
from tokenquote.tokens.vocabularies.files import VocabularyError

__all__ = ["UnigramEncoder"]

_BLANK = "▁"
# The scores of a model are floats of 24 significant bits, above 1 in size; so these are whole.
_SCALE = 2**24
_UNKNOWN_PENALTY = 10 * _SCALE
# What is written for the length of a piece, where a character is none.
_UNKNOWN = 255
_SLICE = 2**16
_BLOCK = 256
_REMEMBERED = 2**16
_REMEMBERED_LENGTH = 64

_Block = tuple[bytes, list[int]]
"""The length of the last piece at each position of a block, and the scores that the next block goes on
from."""


class UnigramEncoder:
    """An encoder of words to their best pieces, which threads may share."""

    def __init__(self, name: str, content: bytes) -> None:
        data = json.loads(content)
        pieces: list[str] = data["pieces"]
        bits = [*accumulate(data["scores"])]
        scores = struct.unpack(f"<{len(bits)}f", struct.pack(f"<{len(bits)}I", *bits))
        if len(set(pieces)) != len(scores) or not all(pieces):
            raise VocabularyError(f"vocabulary {name!r}: {len(pieces)} pieces, {len(scores)} scores")
        self._scores = {piece: round(score * _SCALE) for piece, score in zip(pieces, scores, strict=True)}
        self._ids = {piece: i for i, piece in enumerate(pieces)}
        self._unknown = min(self._scores.values()) - _UNKNOWN_PENALTY
        self._reach = max(map(len, pieces))
        self._longest: dict[str, int] = {}
        for piece in sorted(pieces, key=len):
            self._longest[piece[-2:]] = len(piece)
        self._map = CharacterMap(base64.b64decode(data["charsmap"]))
        self._known: dict[str, int] = {}

    def encode(self, text: str) -> list[int]:
        """Return the pieces' places in the file; what no piece has is the place behind the last."""
        words = (word for words in self._word_lists(text) for word in words)
        return [token for word in words for token in self._pieces(_BLANK + word)]

    def count(self, text: str) -> int:
        counts = map(Counter, self._word_lists(text))
        return sum(self._count_word(word) * times for words in counts for word, times in words.items())

    def _word_lists(self, text: str) -> Iterator[list[str]]:
        """Yield the words of a text, some at a time, so that a list of all of them need not be held."""
        normal = self._map.normalize(text.encode("utf-8", "replace").decode("utf-8"))
        start = 0
        while start < len(normal):
            end = normal.find(" ", start + _SLICE)
            end = len(normal) if end < 0 else end
            yield [word for word in normal[start:end].split(" ") if word]
            start = end

    def _count_word(self, word: str) -> int:
        known = self._known.get(word)
        if known is None:
            known = sum(1 for _ in self._ends(self._cut(_BLANK + word)))
            if len(self._known) >= _REMEMBERED:
                self._known = {}
            if len(word) <= _REMEMBERED_LENGTH:
                self._known[word] = known
        return known

    def _pieces(self, word: str) -> list[int]:
        found = [self._ids.get(word[start:end], len(self._ids)) for start, end in self._ends(self._cut(word))]
        return found[::-1]

    def _ends(self, lengths: bytearray) -> Iterator[tuple[int, int]]:
        """Yield the start and end of each piece from the last to the first; what is unknown is one piece."""
        end = len(lengths) - 1
        while end > 0:
            start = end
            while start > 0 and lengths[start] == _UNKNOWN:
                start -= 1
            start = start if start < end else end - lengths[end]
            yield start, end
            end = start

    def _cut(self, word: str) -> bytearray:
        """Return for each position of a word the length of the best piece that ends there.

        A block follows from the scores and characters before it. A block that came before, as in a word of
        one character a million times, is not worked out again.
        """
        lengths = bytearray(1)
        scores = [0]
        known: dict[tuple[tuple[int, ...], str], _Block] = {}
        for start in range(0, len(word), _BLOCK):
            before = len(scores) - 1
            text = word[start - before : start + _BLOCK]
            key = (tuple(scores), text)
            found = known.get(key)
            if found is None:
                found = self._cut_block(scores, text)
                if len(known) < _BLOCK:
                    known[key] = found
            block, scores = found
            lengths += block
        return lengths

    def _cut_block(self, before: list[int], text: str) -> _Block:
        best = [*before]
        first = len(before)
        taken = bytearray()
        for end in range(first, len(text) + 1):
            score = self._scores.get(text[end - 1])
            length = _UNKNOWN if score is None else 1
            top = best[end - 1] + (self._unknown if score is None else score)
            for size in range(2, min(self._longest.get(text[max(end - 2, 0) : end], 1), end) + 1):
                score = self._scores.get(text[end - size : end])
                if score is not None and best[end - size] + score >= top:
                    top, length = best[end - size] + score, size
            best.append(top)
            taken.append(length)
        rest = best[-self._reach - 1 :]
        return bytes(taken), [score - rest[-1] for score in rest]
