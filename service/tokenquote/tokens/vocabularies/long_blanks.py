"""Encode texts with long stretches of blanks around tiktoken's regular expression, which cannot take them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

import tiktoken

__all__ = ["count_around_blanks", "encode_around_blanks"]

# The characters of Unicode's White_Space, without line ends.
_BLANKS = re.compile("[\\t\\v\\f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+")
_LONG_BLANKS = 250_000
_SLICE = 2**16
_LONG_TEXT = 2**19


def count_around_blanks(encoding: tiktoken.Encoding, text: str) -> int:
    """Return the number of tokens of any text; what looks like a special token counts as plain text."""
    tokens = 0
    for start, end in _long_blanks(text):
        tokens += _count_text(encoding, text[:start]) + _count_blanks(encoding, text[start:end])
        text = text[end:]
    return tokens + _count_text(encoding, text)


def encode_around_blanks(encoding: tiktoken.Encoding, text: str) -> list[int]:
    """Return the ids of the tokens that `count_around_blanks` counts."""
    tokens: list[int] = []
    for start, end in _long_blanks(text):
        tokens += encoding.encode_ordinary(text[:start])
        for piece in _slices(text[start:end]):
            tokens += encoding._encode_single_piece(piece)
        text = text[end:]
    return tokens + encoding.encode_ordinary(text)


def _count_text(encoding: tiktoken.Encoding, text: str) -> int:
    """Count a text; of a long one, without a list of its ids, which keeps other threads waiting."""
    if len(text) >= _LONG_TEXT and not encoding.special_tokens_set:
        with suppress(UnicodeEncodeError):
            return int(encoding.encode_to_numpy(text, disallowed_special=()).size)
    return len(encoding.encode_ordinary(text))  # it knows what to do with lone surrogates


def _count_blanks(encoding: tiktoken.Encoding, blanks: str) -> int:
    """Count blanks as one piece, in slices: encoding a piece keeps other threads waiting until it is done.

    Merges of one kind of blank pair equal halves, so a cut at a power of two changes nothing; of mixed
    kinds, a slice may count one token more or less than the whole.
    """
    return sum(len(encoding._encode_single_piece(piece)) for piece in _slices(blanks))


def _slices(blanks: str) -> Iterator[str]:
    return (blanks[i : i + _SLICE] for i in range(0, len(blanks), _SLICE))


def _long_blanks(text: str) -> Iterator[tuple[int, int]]:
    r"""Yield each stretch of blanks that tiktoken's regular expression cannot take, as its start and end.

    `\s+(?!\S)` keeps one state for each blank and panics at a million (StackOverflow, tiktoken 0.14.0).
    What it would match is known: all of the blanks but the last, which goes with the word after them.
    Offsets count from the end of the stretch before.
    """
    if len(text) < _LONG_BLANKS:
        return
    done = 0
    for run in _BLANKS.finditer(text):
        follows = text[run.end() : run.end() + 1]
        if run.end() - run.start() >= _LONG_BLANKS and follows not in ("\r", "\n"):
            end = run.end() - 1 if follows else run.end()
            yield run.start() - done, end - done
            done = end
