"""Claude's vocabularies: recorded counts, known sentences, the two ways to count, and bad input."""

from __future__ import annotations

import gzip
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from tests.tokens.claude.slow_claude import SlowClaude

from tokenquote.tokens.vocabularies.claude import ClaudeEncoder
from tokenquote.tokens.vocabularies.claude.characters import known_characters
from tokenquote.tokens.vocabularies.claude.marked_text import (
    BEGIN,
    CAPITALS,
    CONTRACTION,
    END,
    SHIFT,
    MarkedText,
)
from tokenquote.tokens.vocabularies.claude.normalization import normalize

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "truth" / "claude_counts" / "counts.jsonl.gz"

# Tokens of a single message beside those of its text.
FRAMES = {"v3": 7, "v4.7": 11, "v5": 6}

# Of a text in v3 and v4.7: inside a prompt, and as a message; as a message without a marker in front (4.8).
SENTENCES = {
    "": (0, 1, 0, 1, 0),
    "a": (1, 1, 1, 1, 1),
    " a": (2, 1, 2, 1, 2),
    "  a": (2, 2, 2, 2, 2),
    "a ": (2, 2, 2, 2, 2),
    "a\n": (2, 1, 2, 1, 1),
    "a\n\n": (2, 1, 2, 1, 1),
    "a\n\n\n": (2, 1, 2, 1, 1),
    "7": (1, 2, 1, 2, 1),
    "42 is 6 * 7.": (10, 11, 10, 11, 10),
    "1234567": (3, 4, 3, 4, 3),
    "Hello, world!": (4, 4, 6, 6, 6),
    "It's the dog's bone, isn't it?": (11, 11, 14, 14, 14),
    "NASA and HTTP and IBM": (5, 5, 12, 12, 12),
    "The Quick Brown fox": (4, 4, 9, 9, 9),
    "camelCase and PascalCase": (8, 8, 10, 10, 10),
    "“Curly” quotes aren’t straight": (9, 9, 14, 14, 14),
    "def f(x):\n    return x ** 2\n": (13, 12, 14, 13, 13),
    '{"key": [1, 2.5, null]}': (13, 13, 15, 15, 15),
    "</div>\n\n<p>": (7, 7, 7, 7, 7),
    "中文，标点。": (6, 7, 6, 7, 6),
    "한국어 텍스트": (8, 9, 8, 9, 8),
    "Привет, мир!": (7, 7, 7, 7, 7),
    "नमस्ते दुनिया": (11, 11, 11, 11, 11),
    "สวัสดีชาวโลก": (12, 12, 12, 12, 12),
    "مرحبا بالعالم": (10, 10, 10, 10, 10),
    "naïve café": (4, 4, 4, 4, 4),
    "👩\u200d👩\u200d👧 🙂": (14, 15, 14, 15, 14),
    "½ cup, ٣ spoons": (10, 11, 12, 13, 12),
    "tab\tand\r\nreturn": (5, 5, 6, 6, 6),
    "\x00": (1, 1, 1, 1, 1),
    "\ud800": (1, 1, 1, 1, 1),
    "\ue000": (0, 1, 0, 1, 0),
    "====================================================================================================": (
        3,
        4,
        7,
        8,
        7,
    ),
}


@pytest.mark.parametrize("text", SENTENCES)
def test_known_sentences(encoders: dict[str, ClaudeEncoder], text: str) -> None:
    """Our own sentences; the numbers are those of ctok 1.3.0 too."""
    v3, v4_7 = encoders["v3"], encoders["v4.7"]
    assert SENTENCES[text] == (
        v3.count(text),
        v3.count_message(text),
        v4_7.count(text),
        v4_7.count_message(text),
        v4_7.count_message(text, after_marker=False),
    )


@pytest.mark.parametrize("family", FRAMES)
def test_recorded_counts_are_equal(encoders: dict[str, ClaudeEncoder], family: str) -> None:
    """Anthropic's counts of some 1,500 texts in 330 languages and dozens of programming languages."""
    if not RECORDED.exists():
        pytest.skip("the recorded counts are not part of this repository")
    lines = gzip.decompress(RECORDED.read_bytes()).splitlines()
    rows: list[dict[str, Any]] = [row for row in map(json.loads, lines) if row["input_tokens"].get(family)]
    encoder = encoders["v3" if family == "v3" else "v4.7"]
    opus_5 = {"after_marker": family != "v5", "free_trailing_space": family == "v5"}
    counted = [encoder.count_message(row["text"], **opus_5) + FRAMES[family] for row in rows]
    wrong = sum(row["input_tokens"][family] != tokens for row, tokens in zip(rows, counted, strict=True))
    assert len(rows) > 1_000
    assert wrong == 0 if family != "v5" else wrong <= len(rows) // 1_000


def test_trailing_white_space_is_free_where_it_is_said_to_be(encoders: dict[str, ClaudeEncoder]) -> None:
    encoder = encoders["v4.7"]
    plain = encoder.count_message("a", after_marker=False)
    assert encoder.count_message("a \n\t\n", after_marker=False, free_trailing_space=True) == plain
    assert encoder.count_message("a \n\t\n", after_marker=False) > plain


def test_signs_are_pieces_across_the_border_of_two_parts(encoders: dict[str, ClaudeEncoder]) -> None:
    """So parts of a prompt are joined before they are counted."""
    encoder = encoders["v3"]
    assert encoder.count("end.</p>") < encoder.count("end.") + encoder.count("</p>")


def test_no_piece_reaches_beyond_a_section(slow_encoders: dict[str, SlowClaude]) -> None:
    """Texts are counted section by section, so a piece that is longer than its section would go unused."""
    marked, word = MarkedText(), known_characters().word
    for piece in slow_encoders["v3"].pieces | slow_encoders["v4.7"].pieces:
        inside = piece.strip(f"{BEGIN}{END}{SHIFT}{CAPITALS}")
        if inside[:1] in word or inside[1:2] in word:
            piece = inside.replace("'", CONTRACTION)
        assert [len(sections) for sections in marked.sections(piece)] == [1], ascii(piece)


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "A",
        "ab",
        "É",
        " ",
        "\n",
        "\t",
        "=",
        "0",
        "中",
        "😀",
        "\u0301\u0323",
        "\x00",
        "\x01",
        "\ud800",
        "\ue000",
    ],
)
def test_a_million_repeated_characters_are_counted(encoders: dict[str, ClaudeEncoder], text: str) -> None:
    """The class of input that takes quadratic time where marks are sorted or runs are tiled naively."""
    many = text * (1_000_000 // len(text))
    for encoder in encoders.values():
        assert 0 <= encoder.count(many) <= 3_000_000
        assert 0 <= encoder.count_message(many) <= 3_000_000


def test_ten_megabytes_of_one_character(encoders: dict[str, ClaudeEncoder]) -> None:
    """16 blanks are the longest piece of them."""
    assert encoders["v3"].count(" " * 10_000_000) == 625_000


def test_memory_does_not_grow_with_new_texts(encoders: dict[str, ClaudeEncoder]) -> None:
    encoder = encoders["v4.7"]
    for start in range(0, 300_000, 10_000):
        encoder.count(" ".join(f"x{number:x}y" for number in range(start, start + 10_000)))
        encoder.count("".join(map(chr, range(0x10000 + start, 0x10000 + start + 10_000))))
    assert len(encoder._costs) <= 1 << 16
    assert len(encoder._fewest._characters) <= 1 << 15


def test_many_marks_are_composed_as_few_are() -> None:
    """Sorting a long run of marks beforehand changes nothing."""
    marks = "\u0301\u0323\u0344\u0327" * 20
    text = f"e{marks} q{marks}"
    assert normalize(text, fold_quotes=False) == unicodedata.normalize("NFC", text)
