"""A normalised text with the markers that Claude's tokenizers write beside signs, and its sections.

Words are marked one by one (`word_marks.py`). Other marks depend on the spaces beside a character: a sign
before a single space carries a marker of its end, and a sign after a space one of its beginning. A single
space between two markers is free. No piece of the vocabularies reaches beyond a section, so the pieces of a
text are those of its sections. The rules were measured by Sander Land (https://github.com/sanderland/ctok).

The markers are private-use characters, which a normalised text does not hold.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tokenquote.tokens.vocabularies.claude.characters import class_of_characters, known_characters

__all__ = ["BEGIN", "CAPITALS", "CONTRACTION", "END", "SHIFT", "MarkedText"]

BEGIN = "\ue000"
"""The marker of the beginning of a word or sign."""
END = "\ue001"
"""The marker of the end of a word or sign."""
SHIFT = "\ue002"
"""The marker of a word whose first letter is a capital."""
CAPITALS = "\ue003"
"""The marker of a word in capitals."""
CONTRACTION = "\ue004"
"""The apostrophe of a contraction, which stands for the marker of the beginning of the word after it."""

_WINDOW = 1 << 17
_SELECTOR = re.compile("[\ufe00-\ufe0f]")
_SUFFIXES = "(?:s|t|d|m|ll|re|ve)"


class MarkedText:
    """Writes the markers of texts and splits them into sections."""

    def __init__(self) -> None:
        kinds = known_characters()
        word, bordered, number = map(class_of_characters, (kinds.word, kinds.bordered, kinds.number))
        sign = class_of_characters(kinds.sign)
        cluster = class_of_characters(kinds.bordered | kinds.number)
        self._before_space = re.compile(f" (?<=[{bordered}] )(?! )")
        self._after_space = re.compile(f" (?=(?!'[{word}])[{bordered}])")
        self._numbers = re.compile(f"[{number}][{number}\ufe00-\ufe0f]*")
        self._contractions = re.compile(f"'(?<![{sign}]')(?={_SUFFIXES}(?![{word}]))")
        self._kinds = kinds
        self._opens_word = re.compile(f"[{word}]|'[{word}]|{CONTRACTION}")
        free_space = f"(?:(?<=[{word}{END}]) )?"
        self._sections = re.compile(
            f"{free_space}(?:[{word}]+|{BEGIN}[{cluster}]*{END}?)|[{cluster}]+{END}?|{CONTRACTION}[{word}]+"
            r"| +|\n+|\t+|[0-9]{300,}|[0-9]{1,3}|.",
            re.DOTALL,
        )
        self._borders = re.compile(
            rf"(?<! ) |(?<!\n)\n|(?<=[{cluster}{END}0-9])[{word}]|(?<=[{cluster}])[0-9]"
            f"|[^{word}{cluster}{BEGIN}{END}{CONTRACTION} \t\n0-9]"
        )

    def mark(self, text: str) -> str:
        """A normalised text inside a larger prompt, with its markers."""
        text = self._contractions.sub(self._contraction, text) if "'" in text else text
        if not text.isascii():
            text = self._numbers.sub(_mark_number, text)
        return self._after_space.sub(f" {BEGIN}", self._before_space.sub(f"{END} ", text))

    def mark_opening(self, text: str) -> str:
        """A normalised text after a marker of a beginning, which stands for a space in front of the text."""
        if not text:
            return BEGIN
        marked = self.mark(f" {text}")[1:]
        if marked[0] in (BEGIN, " "):
            return marked
        opening = self._opens_word.match(marked)
        if opening is None:
            return BEGIN + marked
        return f" {marked}" if marked[0] in ("'", CONTRACTION) else marked

    def sections(self, marked: str) -> Iterator[list[str]]:
        """The sections of a marked text, a list for each stretch of it.

        A section may begin with the free space in front of it.
        """
        start = 0
        while start < len(marked):
            border = self._borders.search(marked, start + _WINDOW)
            end = border.start() if border else len(marked)
            yield self._sections.findall(marked, start, end)
            start = end

    def _contraction(self, apostrophe: re.Match[str]) -> str:
        """The apostrophe as `CONTRACTION`, unless what stands before it carries a marker of its end."""
        text, start = apostrophe.string, apostrophe.start()
        before = text[start - 1] if start else ""
        if before not in self._kinds.closing:
            return CONTRACTION
        if before not in self._kinds.number:
            return "'"
        first = start - 1
        while first and (text[first - 1] in self._kinds.number or _SELECTOR.match(text[first - 1])):
            first -= 1
        *_, run = self._numbers.findall(text, first, start)
        return "'" if _is_uniform(run) else CONTRACTION


def _mark_number(number: re.Match[str]) -> str:
    """A run of numbers with markers towards spaces; one of mixed categories carries none."""
    run, text = number[0], number.string
    if not _is_uniform(run):
        return run
    begins = number.start() > 0 and text[number.start() - 1] == " "
    ends = text.startswith(" ", number.end()) and not text.startswith("  ", number.end())
    return f"{BEGIN if begins else ''}{run}{END if ends else ''}"


def _is_uniform(run: str) -> bool:
    return len({unicodedata.category(character) for character in run}) == 1
