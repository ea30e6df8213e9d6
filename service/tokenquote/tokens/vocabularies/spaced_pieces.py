"""Encode texts by a SentencePiece byte-pair model of Llama 2's kind: pieces merge by the order of the file.

The file has a piece on each line, as the inside of a JSON string, in the order in which pieces merge; single
characters stand behind those that merge. A text gets a blank before it, a blank is written `▁`, and a
character that is no piece costs a token for each of its bytes (sentencepiece, src/bpe_model.cc). Blanks
that are left over merge with each other at last, the leftmost first: sixteen of them are a piece, and so
are fewer.

The engine is tiktoken's, which merges bytes. Here the bytes of a character merge before anything else, so
from there on it merges pieces as SentencePiece does. Texts are split where no piece reaches across: before
the blanks of a word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

import tiktoken

from tokenquote.tokens.vocabularies.files import VocabularyError

__all__ = ["SpacedPiecesEncoder"]

_BLANK = "▁"
_PATTERN = " *[^ ]+| +"


class SpacedPiecesEncoder:
    """An encoder of merges over a list of pieces, which threads may share.

    Text that looks like a control token counts as the plain text it is; a lone surrogate counts as a
    question mark.
    """

    def __init__(self, name: str, content: bytes) -> None:
        pieces = _read_pieces(name, content)
        single = {piece for piece in pieces if len(piece) == 1}
        merged = (piece.encode() for piece in pieces if len(piece) > 1 and piece.strip(" "))
        parts = [*(bytes([byte]) for byte in range(256)), *_beginnings(single), *merged]
        ranks = {part: rank for rank, part in enumerate(dict.fromkeys(parts))}
        # What is only the beginning of a character stands for its bytes.
        self._broken = {rank: part for part, rank in ranks.items() if rank >= 256 and not _is_text(part)}
        self._blank = ranks[b" "]
        self._longest_run = max(len(piece) for piece in pieces if not piece.strip(" "))
        self._encoding = tiktoken.Encoding(name, pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})

    def encode(self, text: str) -> list[int]:
        """Return the ranks of the parts: that of a blank for a run of them, a byte's for what is no piece."""
        return [token for part in self._parts(text) for token in self._broken.get(part, (part,))]

    def count(self, text: str) -> int:
        parts = self._parts(text)
        if text.isascii():
            return len(parts)
        return len(parts) + sum(len(self._broken[part]) - 1 for part in parts if part in self._broken)

    def _parts(self, text: str) -> list[int]:
        if not text:
            return []
        written = " " + text.replace(_BLANK, " ")
        parts = self._encoding.encode_ordinary(written)
        return [*self._joined(parts)] if "  " in written else parts

    def _joined(self, parts: Iterable[int]) -> Iterator[int]:
        for part, run in groupby(parts):
            yield from [*run][:: self._longest_run if part == self._blank else 1]


def _read_pieces(name: str, content: bytes) -> list[str]:
    lines = content.decode("utf-8").removesuffix("\n").split("\n")
    listed: list[str] = json.loads('["' + '","'.join(lines) + '"]')
    pieces = [piece.replace(_BLANK, " ") for piece in listed]
    known = {*pieces}
    if len(known) != len(pieces) or not all({*piece} <= known for piece in pieces):
        raise VocabularyError(f"vocabulary {name!r}: it needs each piece once, and each character by itself")
    runs = {len(piece) for piece in pieces if not piece.strip(" ")}
    if not runs or runs != {*range(1, max(runs) + 1)} or any(" " in piece.lstrip(" ") for piece in pieces):
        raise VocabularyError(f"vocabulary {name!r}: blanks stand only before a word, or alone in runs")
    return pieces


def _beginnings(characters: set[str]) -> Iterator[bytes]:
    """Yield the bytes of each character, after those that it begins with."""
    for character in sorted(characters):
        written = character.encode()
        yield from (written[:end] for end in range(2, len(written) + 1))


def _is_text(part: bytes) -> bool:
    try:
        return bool(part.decode())
    except UnicodeDecodeError:
        return False
