"""Count the kinds of content in a text: tokens of a public vocabulary, told apart by script and shape.

Private vocabularies differ from public ones by kind of content: some write a number digit by digit where
others have a token for three digits, some know fewer rare words. Every token of the public vocabulary is
of one class, by its own bytes and its rank; counting classes costs one encoding and one table look-up.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import numpy.typing as npt

from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder

__all__ = ["CLASSES", "SCRIPTS", "ClassCounter", "classify_token"]

RARE_RANK = 90_000
"""The rank from which on words are rare, so that vocabularies of half the size have to spell them.

Merges are ranked by how early they were learnt.
"""

SCRIPTS = (
    "accented", "greek", "cyrillic", "hebrew", "arabic", "indic", "thai", "kana", "hangul", "han",
    "other_script",
)  # fmt: skip
"""The classes of words that are not plain Latin letters."""

CLASSES = (
    "spaced", "spaced_rare", "spaced_capital", "spaced_capital_rare",
    "joined", "joined_rare", "joined_capital", "joined_capital_rare", "capitals", "capitals_rare",
    "continued", "contraction", "mixed", "digits_1", "digits_2", "digits_3",
    "sign", "sign_spaced", "signs_2", "signs_2_spaced", "signs_3", "signs_3_spaced",
    "signs_line", "signs_line_spaced", "symbols", "space", "spaces", "line", "fragment", *SCRIPTS,
)  # fmt: skip
"""All classes of content.

`spaced` words begin with the blank before them, `joined` words do not. A token of letters that goes on where
the token before it broke a word off counts in its own class and in `continued`.
"""

_INDEX = {name: i for i, name in enumerate(CLASSES)}
_CONTINUED = _INDEX["continued"]
# First code points of blocks, and the script from there on.
_BLOCKS = (
    (0x0000, "accented"), (0x0370, "greek"), (0x0400, "cyrillic"), (0x0530, "other_script"),
    (0x0590, "hebrew"), (0x0600, "arabic"), (0x0780, "other_script"), (0x0900, "indic"), (0x0E00, "thai"),
    (0x0E80, "other_script"), (0x1100, "hangul"), (0x1200, "other_script"), (0x1E00, "accented"),
    (0x1F00, "greek"), (0x2000, "other_script"), (0x3040, "kana"), (0x3100, "other_script"), (0x3400, "han"),
    (0xA000, "other_script"), (0xAC00, "hangul"), (0xD7B0, "other_script"), (0xF900, "han"),
    (0xFB00, "other_script"), (0x20000, "han"), (0x30000, "other_script"),
)  # fmt: skip


class ClassCounter:
    """Counts the classes of texts in one vocabulary; each text is encoded once."""

    def __init__(self, encoder: BytePairEncoder) -> None:
        self._encoder = encoder
        size = encoder.size
        self._class = np.full(size, -1, dtype=np.int16)
        self._begins = np.zeros(size, dtype=bool)
        self._ends = np.zeros(size, dtype=bool)

    def counts(self, text: str) -> npt.NDArray[np.int64]:
        """Return the number of tokens of each class, in the order of CLASSES."""
        ids = np.asarray(self._encoder.encode(text), dtype=np.int64)
        for token in np.unique(ids[self._class[ids] < 0]):
            self._learn(int(token))
        counts = np.bincount(self._class[ids], minlength=len(CLASSES))
        counts[_CONTINUED] = np.count_nonzero(self._begins[ids[1:]] & self._ends[ids[:-1]])
        return counts

    def _learn(self, token: int) -> None:
        piece = self._encoder.token_bytes(token)
        self._class[token] = _INDEX[classify_token(piece, token)]
        self._begins[token] = piece[:1].isalpha()
        self._ends[token] = piece[-1:].isalpha()


def classify_token(piece: bytes, rank: int) -> str:
    """Return the class of a token by its bytes and its rank."""
    try:
        text = piece.decode()
    except UnicodeDecodeError:
        return "fragment"
    if not text.strip():
        return _classify_blank(text)
    bare = text.removeprefix(" ")
    spaced = bare != text
    if bare.isascii() and bare.isdigit():
        return f"digits_{min(len(bare), 3)}"
    if all(letter.isalpha() or unicodedata.category(letter).startswith("M") for letter in bare):
        return _classify_word(bare, rank, spaced=spaced)
    if any(letter.isalpha() for letter in bare):
        return "contraction" if "'" in bare or "’" in bare else "mixed"
    return _classify_signs(bare, spaced=spaced)


def _classify_blank(text: str) -> str:
    if "\n" in text or "\r" in text:
        return "line"
    return "space" if len(text) == 1 else "spaces"


def _classify_word(word: str, rank: int, *, spaced: bool) -> str:
    if not word.isascii():
        return next((script for script in map(_find_script, word) if script != "accented"), "accented")
    rare = "_rare" if rank >= RARE_RANK else ""
    if len(word) > 1 and word.isupper():
        return f"capitals{rare}"
    return f"{'spaced' if spaced else 'joined'}{'_capital' if word[0].isupper() else ''}{rare}"


def _classify_signs(signs: str, *, spaced: bool) -> str:
    if not signs.isascii():
        return "symbols"
    after = "_spaced" if spaced else ""
    if "\n" in signs or "\r" in signs:
        return f"signs_line{after}"
    return f"sign{after}" if len(signs) == 1 else f"signs_{min(len(signs), 3)}{after}"


def _find_script(letter: str) -> str:
    return next(script for first, script in reversed(_BLOCKS) if ord(letter) >= first)
