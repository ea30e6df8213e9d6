"""Bring texts into the form that a SentencePiece model was trained on, by the map of characters in its file.

The map is a trie in two arrays (Darts): `precompiled_charsmap` of the model, its length first, the trie,
then the texts that it points into (sentencepiece, src/normalizer.cc and third_party/darts_clone/darts.h).
From the left, the longest string that the trie has is replaced by what it points to; any other character
stays.
"""

from __future__ import annotations

import re
import struct
from collections import defaultdict
from collections.abc import Iterator

__all__ = ["CharacterMap"]

_LABEL = 0x800000FF


class CharacterMap:
    """A map of characters and of sequences of them, which threads may share."""

    def __init__(self, precompiled: bytes) -> None:
        self._map = dict(_read_entries(precompiled))
        self._single = {ord(key): text for key, text in self._map.items() if len(key) == 1}
        following = {character for key in self._map for character in key[1:]}
        self._longest: dict[str, int] = {}
        for key in sorted(self._map, key=len):
            self._longest[key[0]] = len(key)
        # Only where one of these characters stands can a sequence of several characters be.
        marks = "".join(map(re.escape, sorted(following)))
        self._sequences = re.compile(f"[^{marks}]?[{marks}]+" if marks else "(?!)", re.DOTALL)

    def normalize(self, text: str) -> str:
        """Return the text as the model sees it; its blanks are not yet joined."""
        if text.isascii():
            return text.translate(self._single)
        parts: list[str] = []
        done = 0
        for sequence in self._sequences.finditer(text):
            parts.append(text[done : sequence.start()].translate(self._single))
            parts.extend(self._replaced(sequence.group()))
            done = sequence.end()
        parts.append(text[done:].translate(self._single))
        return "".join(parts)

    def _replaced(self, text: str) -> Iterator[str]:
        start = 0
        while start < len(text):
            ends = range(min(len(text), start + self._longest.get(text[start], 0)), start, -1)
            end = next((end for end in ends if text[start:end] in self._map), None)
            yield text[start] if end is None else self._map[text[start:end]]
            start = start + 1 if end is None else end


def _read_entries(precompiled: bytes) -> Iterator[tuple[str, str]]:
    """Yield each string of the trie with the text that takes its place."""
    (size,) = struct.unpack_from("<I", precompiled)
    units = struct.unpack_from(f"<{size // 4}I", precompiled, 4)
    texts = precompiled[4 + size :]
    children = defaultdict[int, list[tuple[int, int]]](list)
    for position, unit in enumerate(units):
        if 0 < unit & _LABEL < 256:
            children[position ^ (unit & 0xFF)].append((unit & 0xFF, unit))
    waiting = [(b"", _offset(units[0]))]
    while waiting:
        key, base = waiting.pop()
        for label, unit in children.get(base, ()):
            below = base ^ label ^ _offset(unit)
            if unit >> 8 & 1:
                start = units[below] & 0x7FFFFFFF
                yield (key + bytes([label])).decode(), texts[start : texts.index(0, start)].decode()
            waiting.append((key + bytes([label]), below))


def _offset(unit: int) -> int:
    return (unit >> 10) << ((unit & 0x200) >> 6)
