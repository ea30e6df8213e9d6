"""Encode texts by Gemma's vocabulary, whose merges follow from the list of its pieces.

The file has a piece on each line, as the inside of a JSON string; the line's number is the token's id, and an
empty line is an id that no text has. Two pieces side by side merge where the file has what they make: the
lowest id first, but runs of one blank character before all else, the longest first. A tag that no two others
make (`<table>`) is found before anything merges. A blank is written `▁`, as SentencePiece writes it, and a
character that is no piece costs a token for each of its bytes: `<0x0D>`.

The engine is tiktoken's, which merges bytes. Here the bytes of a character merge before anything else, so
from there on it merges pieces as Gemma does. Texts are split where no piece reaches across.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import tiktoken

from tokenquote.tokens.vocabularies.files import VocabularyError

__all__ = ["MergedPiecesEncoder"]

_BLANK = "▁"
_RUNS = ("\n", "\t", _BLANK)
_BYTE = re.compile("<0x([0-9A-F]{2})>")
# Line ends, tabs, words with the blanks before them. One piece of Gemma's has a blank inside: `> </`.
_PATTERN = r"\n+|\t+| *(?:[^ >\n\t]|>(?: </)?)+| +"

_Parts = Iterator[tuple[bytes, tuple[int, ...]]]
"""Strings of bytes with the ids of the tokens that each stands for."""


class MergedPiecesEncoder:
    """An encoder of merges over a list of pieces, which threads may share.

    Text that looks like a control token counts as the plain text it is; a lone surrogate counts as U+FFFD.
    """

    def __init__(self, name: str, content: bytes) -> None:
        ids = _read_pieces(content)
        bytes_ids = {int(match[1], 16): ids.pop(match[0]) for match in map(_BYTE.fullmatch, [*ids]) if match}
        if len(bytes_ids) != 256 or not ids.keys() >= {"\n", _BLANK}:
            raise VocabularyError(f"vocabulary {name!r}: it needs a piece for each byte and for blanks")
        self._lone_byte = _find_lone_byte(ids)
        whole = {piece: token for piece, token in ids.items() if piece[-1] == ">" and _is_whole(piece, ids)}
        merged = {piece: token for piece, token in ids.items() if piece not in whole}
        self._characters = frozenset(piece for piece in merged if len(piece) == 1) | {" ", "\t"}
        self._whole = frozenset(whole)
        parts = dict(_bytes(bytes_ids)) | dict(_characters(merged, bytes_ids)) | dict(_merged(merged))
        ranks = {part: rank for rank, part in enumerate(parts)}
        specials = {piece: rank for rank, piece in enumerate(whole, len(ranks))}
        self._ids = [*parts.values(), *((token,) for token in whole.values())]
        self._encoding = tiktoken.Encoding(
            name=name, pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens=specials
        )

    def encode(self, text: str) -> list[int]:
        return [token for part in self._encode(text.replace(_BLANK, " ")) for token in self._ids[part]]

    def count(self, text: str) -> int:
        if not text.isascii():
            text = text.replace(_BLANK, " ")
            if strange := set(text) - self._characters:
                text = text.translate({ord(char): self._stand_in(char) for char in strange})
        return len(self._encode(text))

    def _stand_in(self, character: str) -> str:
        """Return what counts as a character that is no piece: for a surrogate U+FFFD, else a byte each."""
        if "\ud800" <= character <= "\udfff":
            return "\ufffd"
        return self._lone_byte * len(character.encode())

    def _encode(self, text: str) -> list[int]:
        return self._encoding.encode(text, allowed_special=self._whole, disallowed_special=())


def _read_pieces(content: bytes) -> dict[str, int]:
    lines = content.decode("utf-8").removesuffix("\n").split("\n")
    pieces: list[str] = json.loads('["' + '","'.join(lines) + '"]')
    return {piece: token for token, piece in enumerate(pieces) if piece}


def _find_lone_byte(ids: Mapping[str, int]) -> str:
    """Find a character of one byte that no piece has: it stands for bytes, as it merges with nothing.

    Gemma 3 has none with a carriage return, Gemma 2 none with a null.
    """
    used = set("".join(ids)) | {" ", *_RUNS}
    return next(character for character in map(chr, range(128)) if character not in used)


def _is_whole(piece: str, ids: Mapping[str, int]) -> bool:
    """Return whether it is a tag that no two pieces make."""
    cuts = range(1, len(piece))
    return len(piece) > 1 and piece[0] == "<" and not any(piece[:i] in ids and piece[i:] in ids for i in cuts)


def _bytes(ids: Mapping[int, int]) -> _Parts:
    return ((bytes([byte]), (ids[byte],)) for byte in range(256))


def _characters(ids: Mapping[str, int], bytes_ids: Mapping[int, int]) -> _Parts:
    """Yield each character after the beginnings of its bytes, which by themselves are bytes still."""
    for character in ids:
        if len(character) == 1 and character not in _RUNS:
            written = character.encode()
            for end in range(2, len(written)):
                yield written[:end], tuple(bytes_ids[byte] for byte in written[:end])
            yield written, (ids[character],)


def _merged(ids: dict[str, int]) -> _Parts:
    """Yield runs of blanks, the longest first, then all other pieces by their ids."""
    runs = [piece for piece in ids if piece.startswith(_RUNS) and piece == piece[0] * len(piece)]
    first = {piece: ids[piece] for piece in reversed(sorted(runs, key=len))}
    for piece, token in (first | ids).items():
        if len(piece) > 1 or piece in _RUNS:
            yield piece.replace(_BLANK, " ").encode(), (token,)
