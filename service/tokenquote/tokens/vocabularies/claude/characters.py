"""The kinds of characters that Claude's vocabularies tell apart, as classes of regular expressions.

All kinds were measured with Anthropic's counter by Sander Land (https://github.com/sanderland/ctok); most of
them follow from Unicode's properties, a few are lists because no property tells them. The properties come
from the package `regex` and are those of Unicode 16, whose letters Claude knows, so that every version of
Python and of `regex` counts alike. Characters beyond the Basic Multilingual Plane are all of one kind: each
stands alone and carries no marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import regex

__all__ = ["CHANGED_LETTERS", "DIGITS", "Characters", "class_of_characters", "known_characters"]

DIGITS = "0123456789"
"""The digits that stand in pieces of up to three and carry no marker."""
CHANGED_LETTERS = {
    "\u1c89": "\u1c8a", "\ua7cb": "\u0264", "\ua7cc": "\ua7cd", "\ua7da": "\ua7db", "\ua7dc": "\u019b",
}  # fmt: skip
"""Capital and small letters of Unicode 16, which older versions of Python do not know as pairs.

The first two were measured.
"""

# Characters of the plane that Unicode 17 and 18 added (regex 2026.11.15); they count as not assigned.
_LATER = (
    (0x0558, 0x0558), (0x058B, 0x058C), (0x05C8, 0x05C9), (0x088F, 0x088F), (0x0B53, 0x0B54),
    (0x0C5C, 0x0C5C), (0x0CDC, 0x0CDC), (0x1ACF, 0x1AF0), (0x208F, 0x208F), (0x209D, 0x209F),
    (0x20C1, 0x20C4), (0x2B96, 0x2B96), (0x2E60, 0x2E63), (0xA7CE, 0xA7CF), (0xA7D2, 0xA7D2),
    (0xA7D4, 0xA7D4), (0xA7DD, 0xA7DD), (0xA7E2, 0xA7E2), (0xA7F1, 0xA7F1), (0xAB6C, 0xAB6D),
    (0xFBC3, 0xFBD2), (0xFD90, 0xFD91), (0xFDC8, 0xFDCE),
)  # fmt: skip
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
_ARABIC_DIGITS = frozenset(map(chr, (*range(0x0660, 0x066A), *range(0x06F0, 0x06FA))))
# Symbols that are read as words: Runic numbers, Roman numerals, circled letters, Bamum numbers.
_LETTERS_BY_MEASURE = ((0x16EE, 0x16F0), (0x2160, 0x2188), (0x24B6, 0x24E9), (0xA6E6, 0xA6EF))
# Letters of which each stands alone: Chinese, Hangul, and the marks that repeat a Chinese character.
_LONE_LETTERS = (
    (0x3005, 0x3006), (0x3031, 0x3035), (0x303B, 0x303C), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
)  # fmt: skip
_SIGNS_BY_MEASURE = frozenset("—»«•°„–−£§€…√→（№†└│\u0f0d·─═█")
_IDEOGRAPHIC_SYMBOLS = frozenset("〄〒〓〠〶〷〾〿")


@dataclass(frozen=True, slots=True)
class Characters:
    """Kinds of characters of the Basic Multilingual Plane; a character may be of several."""

    word: frozenset[str]
    """Letters and marks that make words."""
    sign: frozenset[str]
    """Signs that make runs: an apostrophe in such a run opens neither a word nor a contraction."""
    bordered: frozenset[str]
    """Characters that carry a marker towards a single space beside them."""
    number: frozenset[str]
    """Other digits and numbers: a run of one category carries markers like `bordered` characters."""
    letter: frozenset[str]
    """Letters and marks by their category in Unicode, among those of `word`."""
    closing: frozenset[str]
    """Characters after which an apostrophe opens no contraction."""


@cache
def known_characters() -> Characters:
    """The kinds of characters, made once."""
    blank = _with("[\\p{Z}\\t\\n\\r\\f\\v]")
    marks = _with("\\p{M}") - _SELECTORS
    separators = marks - _with("\\p{Alphabetic}")
    sign = (_with("[\\p{P}\\p{S}]") & set(map(chr, range(128)))) | _SIGNS_BY_MEASURE
    word = (
        ((marks - separators) | (_with("\\p{L}") - _between(_LONE_LETTERS))) - sign
        | _between(_LETTERS_BY_MEASURE)
        | set(CHANGED_LETTERS)
        | set(CHANGED_LETTERS.values())
    )
    ideographic = {c for c in _with("\\p{P}") if "\u3001" <= c <= "\u303f"} | _IDEOGRAPHIC_SYMBOLS
    edged = (
        separators
        | _between(_LATER)
        | (_with("[\\p{P}\\p{S}\\p{Cf}\\p{Cn}]") - ideographic)
        | sign
        | _SELECTORS
    )
    numbers = _with("[\\p{Nd}\\p{No}]") - set(DIGITS)
    return Characters(
        word=frozenset(word),
        sign=frozenset(sign),
        bordered=frozenset((edged | _ARABIC_DIGITS) - word - blank),
        number=frozenset(numbers - _ARABIC_DIGITS - word - sign),
        letter=frozenset(word & (_with("[\\p{L}\\p{M}]") | set(CHANGED_LETTERS))),
        closing=frozenset(edged | numbers),
    )


def class_of_characters(characters: Iterable[str]) -> str:
    """The inside of a character class of a regular expression, as ranges."""
    ranges: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


def _with(expression: str) -> set[str]:
    """The characters of Unicode 16 in the plane that an expression matches."""
    return set(regex.findall(expression, _plane()))


@cache
def _plane() -> str:
    every = {*map(chr, range(0xD800)), *map(chr, range(0xE000, 0x10000))}
    return "".join(sorted(every - _between(_LATER)))


def _between(ranges: Iterable[tuple[int, int]]) -> set[str]:
    return {chr(code) for first, last in ranges for code in range(first, last + 1)}
