"""Byte pairs the slow way: Python's regular expressions, and merges as GPT-2's encoder made them.

The patterns are those that OpenAI first published; what the catalog has are faster forms of them.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import groupby, pairwise

__all__ = ["SlowBytePairs"]

# Unicode's White_Space: Python's own \s has the separators 1c to 1f as well.
_BLANKS = r"\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def _members(*categories: str) -> str:
    """The inside of a character class that holds every character of these general categories."""
    of_them = (
        code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith(categories)
    )
    runs = groupby(enumerate(of_them), key=lambda pair: pair[1] - pair[0])
    ranges = ([code for _, code in run] for _, run in runs)
    return "".join(f"\\U{codes[0]:08x}-\\U{codes[-1]:08x}" for codes in ranges)


def _p50k_base() -> str:
    letters, numbers = _members("L"), _members("N")
    return (
        "'s|'t|'re|'ve|'m|'ll|'d"
        f"| ?[{letters}]+| ?[{numbers}]+| ?[^{_BLANKS}{letters}{numbers}]+"
        f"|[{_BLANKS}]+(?![^{_BLANKS}])|[{_BLANKS}]+"
    )


def _cl100k_base() -> str:
    letters, numbers = _members("L"), _members("N")
    return (
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        f"|[^\r\n{letters}{numbers}]?[{letters}]+|[{numbers}]{{1,3}}"
        f"| ?[^{_BLANKS}{letters}{numbers}]+[\r\n]*"
        f"|[{_BLANKS}]*[\r\n]+|[{_BLANKS}]+(?![^{_BLANKS}])|[{_BLANKS}]+"
    )


def _o200k_base() -> str:
    letters, numbers = _members("L"), _members("N")
    upper, lower = _members("Lu", "Lt", "Lm", "Lo", "M"), _members("Ll", "Lm", "Lo", "M")
    ends = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    return (
        f"[^\r\n{letters}{numbers}]?[{upper}]*[{lower}]+{ends}"
        f"|[^\r\n{letters}{numbers}]?[{upper}]+[{lower}]*{ends}"
        f"|[{numbers}]{{1,3}}"
        f"| ?[^{_BLANKS}{letters}{numbers}]+[\r\n/]*"
        f"|[{_BLANKS}]*[\r\n]+|[{_BLANKS}]+(?![^{_BLANKS}])|[{_BLANKS}]+"
    )


_PATTERNS = {"p50k_base": _p50k_base, "cl100k_base": _cl100k_base, "o200k_base": _o200k_base}


class SlowBytePairs:
    """Encodes as the vocabulary of this name does, given its ranks."""

    def __init__(self, name: str, ranks: Mapping[bytes, int]) -> None:
        self._pieces = re.compile(_PATTERNS[name]())
        self._ranks = ranks

    def encode(self, text: str) -> list[int]:
        """Ids of the tokens; what looks like a special token is the plain text it is."""
        pieces = (match.group().encode("utf-8") for match in self._pieces.finditer(text))
        return [self._ranks[token] for piece in pieces for token in self._merged(piece)]

    def _merged(self, piece: bytes) -> list[bytes]:
        """While there is a pair with a rank, the pair of the lowest rank is merged wherever it stands."""
        tokens = [piece[i : i + 1] for i in range(len(piece))]
        while True:
            ranked = {left + right: self._ranks.get(left + right) for left, right in pairwise(tokens)}
            known = {pair: rank for pair, rank in ranked.items() if rank is not None}
            if not known:
                return tokens
            tokens = _joined(tokens, min(known, key=lambda pair: known[pair]))


def _joined(tokens: list[bytes], pair: bytes) -> list[bytes]:
    joined: list[bytes] = []
    i = 0
    while i < len(tokens):
        width = 2 if b"".join(tokens[i : i + 2]) == pair and len(tokens) > i + 1 else 1
        joined.append(b"".join(tokens[i : i + width]))
        i += width
    return joined
