"""How BERT's tokenizer writes each character: as a word of its own, as a blank, as itself, or not at all.

This follows Hugging Face's tokenizers, which knows the categories of Unicode 8: signs and marks that came
later stay in their words. So every version of Python writes alike.
"""

from __future__ import annotations

import unicodedata

__all__ = ["WRITTEN_AS"]

# Blocks of Chinese characters, as Hugging Face's tokenizers have them.
_CHINESE = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Signs, marks and format characters of Unicode 9 to 17, which the library keeps (tokenizers 0.23.3).
_YOUNG_RANGES = """
61D 7FD 890-89F 8CA-8E2 9FD-9FE A76 AFA-AFF B55 C04 C3C C77 C84 D00 D3B-D3C D81 EBA ECE 180F 1885-1886
1ABF-1AEB 1B4E-1B4F 1B7D-1B7F 1DF6-1DFB 2E43-2E4F 2E52-2E5D A82C A8C5 A8FF A9BD 10D24-10D27 10D69-10D6E
10EAB-10EAD 10ED0 10EFA-10EFF 10F46-10F50 10F55-10F59 10F82-10F89 11070 11073-11074 110C2-110CD 111CF
1123E 11241 1133B 113BB-113C0 113CE 113D0 113D2 113D4-113E2 11438-1143F 11442-11444 11446 1144B-1144F
1145A-1145E 11660-1166C 116B9 1182F-11837 11839-1183B 1193B-1193C 1193E 11943-11946 119D4-119DB 119E0
119E2 11A01-11A0A 11A33-11A38 11A3B-11A47 11A51-11A56 11A59-11A5B 11A8A-11A96 11A98-11A9C 11A9E-11AA2
11B00-11B60 11B62-11B64 11B66 11BE1 11C30-11C3D 11C3F 11C41-11C45 11C70-11C71 11C92-11CA7 11CAA-11CB0
11CB2-11CB3 11CB5-11CB6 11D31-11D45 11D47 11D90-11D91 11D95 11D97 11EF3-11EF4 11EF7-11F01 11F36-11F3A
11F40 11F42-11F4F 11F5A 11FFF 12FF1-12FF2 13430-13440 13447-13455 1611E-16129 1612D-1612F 16D6D-16D6F
16E97-16E9A 16F4F 16FE2 16FE4 1CF00-1CF46 1E000-1E02A 1E08F 1E130-1E136 1E2AE 1E2EC-1E2EF 1E4EC-1E4EF
1E5EE-1E5EF 1E5FF 1E6E3 1E6E6 1E6EE-1E6EF 1E6F5 1E944-1E94A 1E95E-1E95F
"""
# Characters whose category Unicode has changed since.
_OLD_CATEGORIES = {"\u166d": "Po", "\u1734": "Mn", "\U000111c9": "Po", "\U0001171e": "Mn"}


def _between(ranges: str) -> frozenset[str]:
    bounds = (field.partition("-") for field in ranges.split())
    return frozenset(
        chr(code) for first, _, last in bounds for code in range(int(first, 16), int(last or first, 16) + 1)
    )


_YOUNG = _between(_YOUNG_RANGES)


class _WrittenAs(dict[int, str]):
    """How each character is written in a word or between words, found when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = written = _write(chr(code))
        return written


def _write(character: str) -> str:
    if character in _ASCII_SIGNS:
        return f" {character} "
    if character in "\t\n\r":
        return " "
    if character in _YOUNG:
        return character
    category = _OLD_CATEGORIES.get(character) or unicodedata.category(character)
    # U+FFFD stands for what could not be read. A lone surrogate is sent as a question mark.
    if category == "Cs":
        return " ? "
    if character == "\ufffd" or category in ("Mn", "Cc", "Cf", "Co"):
        return ""
    if category[0] == "Z":
        return " "
    if category[0] == "P" or any(first <= ord(character) <= last for first, last in _CHINESE):
        return f" {character} "
    return character


WRITTEN_AS = _WrittenAs()
"""How each character is written in a word or between words; what is between words is a blank."""
