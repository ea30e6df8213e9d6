"""Words as Claude's vocabularies spell them: small letters behind a marker of their capitals.

A word with one capital in front is written small behind the marker SHIFT. In the vocabulary of Claude 3 to
4.6 a word of four capitals or more is written small behind CAPITALS. Every other word keeps its letters. The
exceptions were measured by Sander Land (https://github.com/sanderland/ctok).
"""

from __future__ import annotations

from tokenquote.tokens.vocabularies.canonical_forms import canonical_class
from tokenquote.tokens.vocabularies.claude.characters import CHANGED_LETTERS, known_characters
from tokenquote.tokens.vocabularies.claude.marked_text import BEGIN, CAPITALS, END, SHIFT

__all__ = ["mark_word"]

_SMALL_LETTERS = frozenset(CHANGED_LETTERS.values())
# The capital theta sign is spelt as it is, though Unicode knows a small letter of it.
_WITHOUT_SMALL = frozenset("\u03f4")
_SHARP_S, _DOTTED_I = "\u1e9e", "\u0130"


def mark_word(word: str, capitals_from: int | None) -> str:
    """A word with its markers.

    `capitals_from` is the least number of letters of a word in capitals; None: there are no such words.
    """
    if _is_mark_without_letter(word[0]):
        return f"{BEGIN}{word}{END}"
    if word.isascii():
        shift, spelling = _mark_ascii(word, capitals_from)
    else:
        shift, spelling = _mark_letters(word, capitals_from)
    return f"{shift}{BEGIN}{spelling}{END}"


def _mark_ascii(word: str, capitals_from: int | None) -> tuple[str, str]:
    if capitals_from is not None and len(word) >= capitals_from and word.isupper():
        return CAPITALS, word.lower()
    if word[0].isupper() and (len(word) == 1 or word[1:].islower()):
        return SHIFT, word.lower()
    return "", word


def _mark_letters(word: str, capitals_from: int | None) -> tuple[str, str]:
    if _SHARP_S in word:
        return "", word
    if capitals_from is not None and len(word) >= capitals_from and _is_in_capitals(word):
        return CAPITALS, _small(word)
    first = word[0]
    if first == _DOTTED_I or not _is_capital(first):
        return "", word
    if any(letter != _DOTTED_I and _is_capital(letter) for letter in set(word[1:])):
        return "", word
    return SHIFT, _small(word)


def _is_in_capitals(word: str) -> bool:
    """Whether a word has capitals, and neither a small letter nor one without case."""
    letters = known_characters().letter
    capitals = {character: _is_capital(character) for character in set(word)}
    others = (character for character, capital in capitals.items() if not capital)
    return (
        _DOTTED_I not in word
        and any(capitals.values())
        and not any(_is_small(other) or other in letters for other in others)
    )


def _is_capital(character: str) -> bool:
    """Whether a character is a capital that has a small letter."""
    if character in CHANGED_LETTERS:
        return True
    return character.isupper() and character not in _WITHOUT_SMALL and character.lower() != character


def _is_small(character: str) -> bool:
    return character in _SMALL_LETTERS or character.islower()


def _small(letters: str) -> str:
    """The small letters, one by one: a capital sigma is always a σ, and a dotted capital I stays."""
    kept = _WITHOUT_SMALL | {_DOTTED_I}
    return letters.translate({ord(c): CHANGED_LETTERS.get(c, c.lower()) for c in set(letters) - kept})


def _is_mark_without_letter(character: str) -> bool:
    """Whether a first character is a combining mark; Syriac vowels stand as letters do."""
    syriac = character == "\u0711" or "\u0730" <= character <= "\u073f"
    return canonical_class(character) != 0 and not syriac
