"""Unicode's forms NFC and NFD, in linear time and alike in every version of Python.

Python sorts a run of combining marks by insertion, which takes hours for a megabyte of marks; a run that is
sorted before takes it no time. And each version of Python has its own version of Unicode, 14 in Python 3.11,
so characters that later versions added are put in order here. Those that exist keep their order and parts
for ever (https://www.unicode.org/policies/stability_policy.html).
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import regex

__all__ = ["canonical_class", "compose", "decompose"]

# Canonical combining classes and parts in UnicodeData.txt of Unicode 15 to 17, which Python 3.15 has.
_LATER_RANGES = (
    (0x0897, 0x0897, 230), (0x1ACF, 0x1ADC, 230), (0x1ADD, 0x1ADD, 220), (0x1AE0, 0x1AE5, 230),
    (0x1AE6, 0x1AE6, 220), (0x1AE7, 0x1AEA, 230), (0x1AEB, 0x1AEB, 234), (0x10D69, 0x10D6D, 230),
    (0x10EFA, 0x10EFB, 220), (0x10EFD, 0x10EFF, 220), (0x113CE, 0x113D0, 9), (0x11F41, 0x11F42, 9),
    (0x1612F, 0x1612F, 9), (0x1E08F, 0x1E08F, 230), (0x1E4EC, 0x1E4ED, 232), (0x1E4EE, 0x1E4EE, 220),
    (0x1E4EF, 0x1E4EF, 230), (0x1E5EE, 0x1E5EE, 230), (0x1E5EF, 0x1E5EF, 220), (0x1E6E3, 0x1E6E3, 230),
    (0x1E6E6, 0x1E6E6, 230), (0x1E6EE, 0x1E6EF, 230), (0x1E6F5, 0x1E6F5, 230),
)  # fmt: skip
_LATER_PARTS = {
    "\U000105c9": "\U000105d2\u0307", "\U000105e4": "\U000105da\u0307",
    "\U00011383": "\U00011382\U000113c9", "\U00011385": "\U00011384\U000113bb",
    "\U0001138e": "\U0001138b\U000113c2", "\U00011391": "\U00011390\U000113c9",
    "\U000113c5": "\U000113c2\U000113c2", "\U000113c7": "\U000113c2\U000113b8",
    "\U000113c8": "\U000113c2\U000113c9", "\U00016121": "\U0001611e\U0001611e",
    "\U00016122": "\U0001611e\U00016129", "\U00016123": "\U0001611e\U0001611f",
    "\U00016124": "\U00016129\U0001611f", "\U00016125": "\U0001611e\U00016120",
    "\U00016126": "\U00016121\U0001611f", "\U00016127": "\U00016122\U0001611f",
    "\U00016128": "\U00016121\U00016120", "\U00016d68": "\U00016d67\U00016d67",
    "\U00016d69": "\U00016d63\U00016d67", "\U00016d6a": "\U00016d69\U00016d67",
}  # fmt: skip
_LATER_WHOLES = {parts: whole for whole, parts in _LATER_PARTS.items()}
_LATER_CLASSES = {
    chr(code): number for first, last, number in _LATER_RANGES for code in range(first, last + 1)
}
_LATER_CHARACTERS = {*_LATER_CLASSES, *_LATER_PARTS, *"".join(_LATER_PARTS.values())} - {"\u0307"}

_LATER = regex.compile(f"[{''.join(sorted(_LATER_CHARACTERS))}]")
# Their neighbourhood, which is found five times as fast.
_NEAR_LATER = re.compile("[\u0897\u1acf-\u1aeb\U000105c9-\U0001e6f5]")
# What may join or pass the character before it; a text falls apart in front of any other.
_JOINING = f"\\P{{ccc=0}}\\P{{NFC_QC=Yes}}{''.join(sorted(_LATER_CHARACTERS))}"
_CLUSTERS = regex.compile(f"[^{_JOINING}]?[{_JOINING}]+")
# Three vowels of Tibetan are no marks themselves and are made up of marks.
_MANY_MARKS = regex.compile("[\\P{ccc=0}\u0f73\u0f75\u0f81]{32,}")


def compose(text: str) -> str:
    """A text in Unicode's form NFC."""
    if _NEAR_LATER.search(text):
        text = _CLUSTERS.sub(_compose_later, text)
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _MANY_MARKS.sub(_ordered_parts, text))


def decompose(text: str) -> str:
    """A text in Unicode's form NFD."""
    if _NEAR_LATER.search(text):
        text = _CLUSTERS.sub(_ordered_later, text)
    return unicodedata.normalize("NFD", _MANY_MARKS.sub(_ordered_parts, text))


def canonical_class(character: str) -> int:
    """A character's canonical combining class: 0 unless it is a mark that others may pass."""
    return _LATER_CLASSES.get(character) or unicodedata.combining(character)


def _compose_later(cluster: regex.Match[str]) -> str:
    return "".join(_joined(_ordered_parts(cluster))) if _LATER.search(cluster[0]) else cluster[0]


def _ordered_later(cluster: regex.Match[str]) -> str:
    return _ordered_parts(cluster) if _LATER.search(cluster[0]) else cluster[0]


def _ordered_parts(cluster: regex.Match[str]) -> str:
    """The parts of the characters, each run of marks in its canonical order."""
    parts = cluster[0].translate({ord(character): _parts(character) for character in set(cluster[0])})
    runs = itertools.groupby(parts, key=lambda part: canonical_class(part) > 0)
    return "".join("".join(sorted(run, key=canonical_class)) for _, run in runs)


def _parts(character: str) -> str:
    parts = _LATER_PARTS.get(character)
    return unicodedata.normalize("NFD", character) if parts is None else "".join(map(_parts, parts))


def _joined(parts: str) -> Iterator[str]:
    """Ordered parts, joined as NFC does: a part joins the last starter unless one between is in its way.

    (The Unicode Standard, section 3.11, D115 and D117.)
    """
    starter, last_class = "", 0
    waiting: list[str] = []
    for part in parts:
        own_class = canonical_class(part)
        free = not waiting or last_class < own_class
        whole = _whole(starter, part) if starter and free else ""
        if whole:
            starter = whole
        elif own_class:
            waiting.append(part)
            last_class = own_class
        else:
            yield starter
            yield from waiting
            starter, waiting = part, []
    yield starter
    yield from waiting


@lru_cache(1 << 12)
def _whole(first: str, second: str) -> str:
    """The character that two parts make up, or an empty text."""
    later = _LATER_WHOLES.get(first + second)
    if later is not None:
        return later
    composed = unicodedata.normalize("NFC", first + second)
    return composed if len(composed) == 1 else ""
