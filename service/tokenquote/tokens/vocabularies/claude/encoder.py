"""Claude's vocabularies: texts to their number of tokens, and to pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypedDict

from tokenquote.tokens.vocabularies.claude.characters import known_characters
from tokenquote.tokens.vocabularies.claude.fewest_pieces import FewestPieces
from tokenquote.tokens.vocabularies.claude.marked_text import (
    BEGIN,
    CAPITALS,
    CONTRACTION,
    END,
    SHIFT,
    MarkedText,
)
from tokenquote.tokens.vocabularies.claude.normalization import normalize
from tokenquote.tokens.vocabularies.claude.word_marks import mark_word

__all__ = ["ClaudeEncoder"]

_MARKERS = {"⟨bow⟩": BEGIN, "⟨eow⟩": END, "⟨shift⟩": SHIFT, "⟨caps⟩": CAPITALS}
_ASCII_SPACE = " \t\n\r\x0b\x0c"
_STRIPPED = frozenset(("", *_ASCII_SPACE))
"""What a text may end with that is stripped of a message, or joins what follows it; an empty text too."""
_MOST_KEPT = 1 << 16
_LONGEST_KEPT = 128


class _Meta(TypedDict):
    """What a file says of its vocabulary as a whole."""

    fold_quotes: bool
    allcaps_min: int | None


class _PiecesFile(TypedDict):
    """A file of pieces, by groups."""

    meta: _Meta
    tokens: dict[str, list[str]]


class ClaudeEncoder:
    """Counts texts in one of Claude's vocabularies, to the token as Anthropic's counter does.

    `count` and `encode` take a text inside a larger prompt, `count_message` the text of a message. Pieces
    cross the borders of signs (`.</`), so a prompt is counted joined, never in parts. Which pieces Claude
    itself sees is not known where there are several ways with as few.
    """

    def __init__(self, content: bytes) -> None:
        data: _PiecesFile = json.loads(content)
        self._fold_quotes = bool(data["meta"]["fold_quotes"])
        groups: dict[str, list[str]] = dict(data["tokens"])
        sequences = [bytes.fromhex(sequence) for sequence in groups.pop("bytes_fallback")]
        pieces = _with_markers([piece for group in groups.values() for piece in group])
        pieces += [f"{contraction}{END}" for contraction in groups["contractions"]]
        units: list[str | bytes] = [*pieces, *sequences, *(bytes([byte]) for byte in range(256))]
        self._ids = {unit: number for number, unit in enumerate(dict.fromkeys(units))}
        self._fewest = FewestPieces(pieces, sequences)
        self._marked_text = MarkedText()
        self._spelling = _SectionSpelling(data["meta"]["allcaps_min"])
        self._costs = _SectionCosts(self._fewest, self._spelling)

    def count(self, text: str) -> int:
        """The number of tokens of a text inside a larger prompt.

        No marker is in front of the text, and newlines at its end count.
        """
        return self._count_marked(self._marked_text.mark(self._normal(text)))

    def encode(self, text: str) -> list[int]:
        """The pieces of a text inside a larger prompt, as numbers of our own."""
        marked = self._marked_text.mark(self._normal(text))
        return [self._ids[piece] for piece in self._split_marked(marked)]

    def count_message(
        self, text: str, *, after_marker: bool = True, free_trailing_space: bool = False
    ) -> int:
        """The number of tokens of a message's text, without those of the frame around it.

        Newlines at its end join the two that follow a message in the prompt.

        Args:
            text: The text of the message.
            after_marker: Whether the frame ends in the marker of a word's beginning, as `Human: ` does. The
                marker is free before a word or sign, and a token before a digit, an ideograph or a newline.
                From Claude Opus 4.8 on there is none.
            free_trailing_space: Whether white space at the end is free, as it is for Claude Opus 5 alone.
        """
        if free_trailing_space:
            text = text.rstrip(_ASCII_SPACE)
        normal = self._normal(text)
        body = normal.rstrip("\n")
        newlines = len(normal) - len(body)
        if after_marker:
            if text.startswith(" ") and body[:1] == " " and body[1:2] != " ":
                body = body[1:]
            marked = self._marked_text.mark_opening(body)
        else:
            marked = self._marked_text.mark(body)
        joined = self._fewest.count("\n" * (newlines + 2)) - 1 if newlines else 0
        return self._count_marked(marked) + joined

    def count_both(self, text: str, *, after_marker: bool, free_trailing_space: bool) -> tuple[int, int]:
        """The numbers of `count` and of `count_message`, which for most texts are found at once.

        They differ where something is stripped at the end, or where the marker in front is not free.
        """
        normal = self._normal(text)
        inside = self._count_marked(self._marked_text.mark(normal))
        first, lasts = normal[:1], {text[-1:], normal[-1:]}
        opens_alike = not after_marker or (first.isascii() and first.isalpha())
        if opens_alike and lasts.isdisjoint(_STRIPPED):
            return inside, inside
        spoken = self.count_message(text, after_marker=after_marker, free_trailing_space=free_trailing_space)
        return inside, spoken

    def _normal(self, text: str) -> str:
        return normalize(text, fold_quotes=self._fold_quotes)

    def _count_marked(self, marked: str) -> int:
        cost = self._costs.__getitem__
        return sum(sum(map(cost, sections)) for sections in self._marked_text.sections(marked))

    def _split_marked(self, marked: str) -> Iterator[str | bytes]:
        for sections in self._marked_text.sections(marked):
            for section in sections:
                yield from self._fewest.split(self._spelling.spell(section))


class _SectionSpelling:
    """Writes a section as the vocabulary spells it."""

    def __init__(self, capitals_from: int | None) -> None:
        self._capitals_from = capitals_from
        self._word = known_characters().word

    def spell(self, section: str) -> str:
        """The section with the markers of a word, and without the free space in front of it."""
        if section[0] == " " and section[1:2] not in ("", " "):
            section = section[1:]
        if section[0] in self._word:
            return mark_word(section, self._capitals_from)
        if section[0] == CONTRACTION:
            return f"'{section[1:]}{END}"
        return section


class _SectionCosts(dict[str, int]):
    """The number of pieces of each section seen; a bounded number of short ones is kept."""

    def __init__(self, fewest: FewestPieces, spelling: _SectionSpelling) -> None:
        super().__init__()
        self._fewest = fewest
        self._spelling = spelling

    def __missing__(self, section: str) -> int:
        cost = self._fewest.count(self._spelling.spell(section))
        if len(section) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[section] = cost
        return cost


def _with_markers(pieces: Sequence[str]) -> list[str]:
    joined = "\x00".join(pieces)
    for name, marker in _MARKERS.items():
        joined = joined.replace(name, marker)
    return joined.split("\x00")
