"""WordPiece and Unigram once more, written for being obviously right: every way to cut a word is looked
at.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping

SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def count_word_pieces(text: str, vocabulary: Collection[str]) -> int:
    """Count as BERT's own tokenization.py does, character by character."""
    return sum(_count_word(word, vocabulary) for word in _words(text))


def _words(text: str) -> Iterator[str]:
    word = ""
    for character in unicodedata.normalize("NFD", text):
        category = unicodedata.category(character)
        if (category in ("Cc", "Cf", "Co") and character not in "\t\n\r") or character == "\ufffd":
            continue
        chinese = "\u3400" <= character <= "\u4dbf" or "\u4e00" <= character <= "\u9fff"
        if character in "\t\n\r" or category[0] == "Z":
            yield word
            word = ""
        elif character in SIGNS or category[0] == "P" or chinese:
            yield word
            yield character
            word = ""
        elif category != "Mn":
            word += character.lower()
    yield word


def _count_word(word: str, vocabulary: Collection[str]) -> int:
    if len(word) > 100:
        return 1
    count, rest, prefix = 0, word, ""
    while rest:
        beginnings = [
            rest[:length] for length in range(1, len(rest) + 1) if prefix + rest[:length] in vocabulary
        ]
        if not beginnings:
            return 1
        rest = rest[len(beginnings[-1]) :]
        count, prefix = count + 1, "##"
    return count


def count_best_pieces(word: str, scores: Mapping[str, float]) -> int:
    """Count the pieces of the cut with the best sum of scores, of all cuts there are."""
    best = max(_cuts(word, scores), key=lambda cut: sum(scores[piece] for piece in cut))
    return len(best)


def _cuts(word: str, scores: Mapping[str, float]) -> Iterator[tuple[str, ...]]:
    if not word:
        yield ()
    for length in range(1, len(word) + 1):
        if word[:length] in scores:
            for rest in _cuts(word[length:], scores):
                yield (word[:length], *rest)
