"""Gemma's merges the slow and obvious way: SentencePiece's byte-pair encoding over the pieces of its file."""

from __future__ import annotations

import json
import lzma
import re
from importlib.resources import files
from itertools import pairwise

from tokenquote.tokens.vocabularies.merged_pieces import MergedPiecesEncoder

_RANKS = files("tokenquote.tokens.vocabularies") / "ranks"
CONTENTS = {
    name: lzma.decompress((_RANKS / file).read_bytes())
    for name, file in (("gemma4", "gemma-4.pieces.xz"), ("gemma2", "gemma-2.pieces.xz"))
}
ENCODERS = {name: MergedPiecesEncoder(name, content) for name, content in CONTENTS.items()}
ENCODER = ENCODERS["gemma4"]

_BYTE = re.compile("<0x[0-9A-F]{2}>")
_TAG = re.compile("</?[a-z0-9]+>")


class SlowPieces:
    """Merges the whole text at once, the best pair of neighbours first, the leftmost of equals."""

    def __init__(self, content: bytes) -> None:
        lines = content.decode().split("\n")
        self.ids = {json.loads(f'"{line}"'): i for i, line in enumerate(lines) if line}
        self._merged = {piece for piece in self.ids if not _BYTE.fullmatch(piece)}
        tags = [piece for piece in self._merged if _TAG.fullmatch(piece) and not self._is_made(piece)]
        self._tags = re.compile(f"({'|'.join(map(re.escape, tags))})")

    def encode(self, text: str) -> list[int]:
        """Return the ids of a text's tokens."""
        tokens: list[int] = []
        for i, part in enumerate(self._tags.split(text)):
            tokens += [self.ids[part]] if i % 2 else self._merge(part.replace(" ", "▁"))
        return tokens

    def _is_made(self, piece: str) -> bool:
        return any(piece[:i] in self._merged and piece[i:] in self._merged for i in range(1, len(piece)))

    def _merge(self, text: str) -> list[int]:
        parts = [*text]
        while pairs := [
            (self._rank(a + b), i) for i, (a, b) in enumerate(pairwise(parts)) if a + b in self._merged
        ]:
            _, at = min(pairs)
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        return [token for part in parts for token in self._tokens(part)]

    def _tokens(self, part: str) -> list[int]:
        if part in self._merged:
            return [self.ids[part]]
        return [self.ids[f"<0x{byte:02X}>"] for byte in part.encode()]

    def _rank(self, piece: str) -> tuple[int, int]:
        """Runs of one blank come first, the longest of them before all."""
        run = len({*piece}) == 1 and piece[0] in "\n\t▁"
        return (-len(piece), 0) if run else (1, self.ids[piece])
