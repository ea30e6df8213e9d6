"""The characters that every Unicode table of the last twenty years knows alike.

Encoders split texts by kinds of characters, each with the tables of the Unicode version that it was built
with, and a character that one version does not know yet is a letter in another. What stood in Unicode 3.2
and a few blocks that were full by Unicode 14 never change their kind between those versions
(https://www.unicode.org/policies/stability_policy.html).
"""

from __future__ import annotations

import re
from functools import cache
from unicodedata import ucd_3_2_0

__all__ = ["are_settled"]

# Blocks that people write in and that are full, or nearly: small letters, currency signs, arrows and
# technical signs, symbols, the rest of Chinese, flags, emoji, rare Chinese.
_FILLED_LATER = (
    (0x2090, 0x209C), (0x20B2, 0x20C0), (0x2190, 0x2426), (0x2500, 0x2B73), (0x9FA6, 0x9FFF),
    (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F6D7), (0x1F900, 0x1F9FF), (0x20000, 0x2A6DD),
)  # fmt: skip
_ASCII = bytes(range(128))


def are_settled(text: str) -> bool:
    """Return whether every Unicode table knows all characters of the text; lone surrogates are none."""
    if text.isascii():
        return True
    try:
        others = text.encode().translate(None, _ASCII).decode()  # three times as fast as to search it all
    except UnicodeEncodeError:
        return False
    return _unsettled().search(others) is None


@cache
def _unsettled() -> re.Pattern[str]:
    """Build what finds any other character: of the first plane by a bitmap, beyond it range by range."""
    settled = {code for code in range(0x10000) if ucd_3_2_0.category(chr(code)) not in ("Cn", "Cs")}
    settled.update(code for first, last in _FILLED_LATER for code in range(first, last + 1))
    edges = sorted(code for code in settled if code - 1 not in settled)
    ends = sorted(code for code in settled if code + 1 not in settled)
    ranges = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in zip(edges, ends, strict=True))
    return re.compile(f"[^{ranges}]")
