"""Texts made to be read wrongly: every kind of character beside every other, in groups by name.

Their characters are in every version of Unicode that Python knows, so all versions make and count the same.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence

__all__ = ["FRAGMENTS", "adversarial_texts"]

LETTERS = (
    *"aBzSTéÉßẞİıǅǆΣσςϴθЖжаﬁÅℳℂａＡ",
    "s",
    "t",
    "ll",
    "re",
    "ve",
    "The",
    "NASA",
    "iPhone",
    "McDonald",
    "ΣΑΣ",
)
SIGNS = (*'.,;:!?()[]{}<>=-+*/\\|_"#@&%^~`$', *"‘’“”„«»—–…€£§°→√№†│─═█", "://", "});", "</", "==", "...")
IDEOGRAPHS = (*"中文字々〆〇「」。，、（）！？한국어ひらカー・０１", "日本語", "안녕")
MARKS = (
    "\u0301",
    "\u0323",
    "\u0345",
    "\u094d",
    "\u093f",
    "\u0e4d",
    "\u0e32",
    "\u0711",
    "\u0731",
    "\u0327",
    "\u0589",
)
NUMBERS = (*"0123456789", "12", "345", "67890", *"١٢۳०१९½²①Ⅳⅳ〡１")
EMOJI = ("😀", "👩", "🏽", "\u200d", "\ufe0f", "\ufe0e", "❤", "🇩🇪", "⚖️", "👩‍👩‍👧", "\U000e0100", "\U0001d165")
BLANKS = (
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\r",
    "\f",
    "\v",
    "\xa0",
    "\u1680",
    "\u2003",
    "\u2028",
    "\u3000",
)
STRANGE = (
    "\0",
    "\x01",
    "\x7f",
    "\x85",
    "\xad",
    "\ue000",
    "\uf8ff",
    "\ufdd0",
    "\ufffe",
    "\ufffd",
    "\ud800",
    "\udfff",
    "\u200b",
    "\ufeff",
    "\U000f0000",
    "\U0010ffff",
)
WORDS = (
    "it's",
    "don't",
    "we'll",
    "'tis",
    "rock'n'roll",
    "WORLD",
    "Hello",
    "helloWorld",
    "snake_case",
    "x'S",
    "ⓐ's",
    "½'s",
    "5's",
)

FRAGMENTS = (
    *LETTERS,
    *SIGNS,
    *IDEOGRAPHS,
    *MARKS,
    *NUMBERS,
    *EMOJI,
    *BLANKS,
    *STRANGE,
    *WORDS,
    *" " * 30,
    *"'" * 8,
)
FRAMES = (
    "{}",
    " {}",
    "{} ",
    "a{}b",
    "a {} b",
    " {} ",
    "  {}  x",
    "1{}2",
    "1 {} 2",
    "中{} 文",
    "中 {}文",
    "({})",
    "( {} )",
    "{}'s x",
    "'{}",
    "\n{}\n",
    "{}\n\n",
    "{0}{0}",
    "{0} {0}",
    "½{}",
    "\u0301{}",
)
BLOCKS = (
    (0x20, 0x24F), (0x300, 0x52F), (0x590, 0x6FF), (0x900, 0x97F), (0xE00, 0xEDF), (0x10A0, 0x11FF),
    (0x1E00, 0x206F), (0x2070, 0x27BF), (0x3000, 0x318F), (0x4E00, 0x4EFF), (0xA000, 0xA48F),
    (0xAC00, 0xACFF), (0xFB00, 0xFDFF), (0xFE00, 0xFFFF), (0x10300, 0x1044F), (0x1D400, 0x1D7FF),
)  # fmt: skip
CODE = (
    'for (int i=0;i<n;++i){ x[i] += "\\n"; } // ==>!!@@##',
    "def f(self, *args: str) -> None:\n    return {**self.__dict__, 'n': 0x1F, \"k\": [1.5e-10, None]}\n",
    '<div class="a b">it&apos;s <b>x</b></div>\n\n\t<!-- no -->',
    "SELECT COUNT(*) FROM t WHERE a >= 10 AND b LIKE '%x%';",
    "$ grep -rn 'foo' ./src | awk '{print $1}' >> out.txt 2>&1",
    "| a | b |\n|---|:-:|\n| 1 | **2** |\n",
)  # fmt: skip
RUNS = (
    "a",
    "A",
    "ab",
    " ",
    "\n",
    "\t",
    "=",
    "-",
    ".",
    "0",
    "é",
    "中",
    "あ",
    "😀",
    "'",
    "\u0301",
    "\u0301\u0323",
    "½",
    "١",
    "'s",
    ". ",
    "क्",
)
LENGTHS = (1, 2, 3, 5, 8, 17, 33, 64, 127, 128, 129, 300, 1023, 1024, 1500, 5000)


def adversarial_texts() -> dict[str, list[str]]:
    """The texts, by what is wrong with them."""
    chance = random.Random(20261129)
    return {
        "code": list(CODE),
        "each fragment in each frame": [
            frame.format(fragment) for fragment in sorted(set(FRAGMENTS)) for frame in FRAMES
        ],
        "fragments by chance": [
            _mixed(chance, FRAGMENTS, chance.choice((2, 3, 4, 5, 8, 20))) for _ in range(3000)
        ],
        "signs and blanks by chance": [_mixed(chance, (*SIGNS, *BLANKS, "a", "'"), 6) for _ in range(600)],
        "marks and letters by chance": [
            _mixed(chance, (*MARKS, *LETTERS, " ", "ก", "क"), 6) for _ in range(600)
        ],
        "numbers by chance": [_mixed(chance, (*NUMBERS, " ", "\ufe0f", "'s", "."), 6) for _ in range(600)],
        "characters of all blocks": list(_of_blocks(chance)),
        "runs": [
            before + run * length + after
            for run in RUNS
            for length in LENGTHS
            for before, after in (("", ""), ("x", " y"))
        ],
    }


def _mixed(chance: random.Random, fragments: Sequence[str], number: int) -> str:
    return "".join(chance.choice(fragments) for _ in range(number))


def _of_blocks(chance: random.Random) -> Iterator[str]:
    for first, last in BLOCKS:
        codes = range(first, last + 1)
        characters = [chr(code) for code in codes if unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"]
        for _ in range(40):
            yield "".join(chance.choice([*characters, " ", " "]) for _ in range(12))
