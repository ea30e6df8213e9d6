"""Classes of content: every token of a vocabulary is of one, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import shared_vocabularies

from tokenquote.tokens.vocabularies.content_classes import CLASSES, classify_token

VOCABULARIES = shared_vocabularies()
CONTINUED = CLASSES.index("continued")


@pytest.mark.parametrize(
    ("piece", "rank", "expected"),
    [
        (" the", 290, "spaced"),
        (" the", 150_000, "spaced_rare"),
        (" Paris", 20_000, "spaced_capital"),
        ("weather", 60_000, "joined"),
        ("ing", 288, "joined"),
        ("Hello", 13_225, "joined_capital"),
        (" JSON", 9_000, "capitals"),
        ("JSON", 120_000, "capitals_rare"),
        ("I", 40, "joined_capital"),
        ("What's", 90_000, "contraction"),
        ("don’t", 5_000, "contraction"),
        ("x86", 5_000, "mixed"),
        ("7", 22, "digits_1"),
        ("42", 4_689, "digits_2"),
        ("420", 18_000, "digits_3"),
        (".", 13, "sign"),
        (" {", 388, "sign_spaced"),
        ('":', 1_243, "signs_2"),
        ('":{"', 9_000, "signs_3"),
        (" =>", 3_500, "signs_2_spaced"),
        ("}\n", 1_000, "signs_line"),
        (" {\n", 1_000, "signs_line_spaced"),
        (" ", 220, "space"),
        ("    ", 257, "spaces"),
        ("\n\n", 279, "line"),
        ("é", 933, "accented"),
        (" naïve", 40_000, "accented"),
        (" это", 9_000, "cyrillic"),
        ("γ", 4_000, "greek"),
        ("שלום", 40_000, "hebrew"),
        ("مرحبا", 40_000, "arabic"),
        ("नम", 40_000, "indic"),
        ("ไทย", 40_000, "thai"),
        ("です", 10_000, "kana"),
        ("한국", 40_000, "hangul"),
        ("中国", 10_000, "han"),
        ("ქ", 40_000, "other_script"),
        ("—", 2_000, "symbols"),
    ],
)
def test_tokens_are_told_apart_by_script_and_shape(piece: str, rank: int, expected: str) -> None:
    assert classify_token(piece.encode(), rank) == expected


def test_half_a_character_is_a_fragment() -> None:
    assert classify_token("é".encode()[:1], 200) == "fragment"


def test_a_sentence_by_classes() -> None:
    """`Tell` ` me` ` about` ` ` `420` ` things` `,` ` please` `.` in o200k_base."""
    classes = VOCABULARIES.classes("o200k_base")
    counts = dict(zip(CLASSES, classes.counts("Tell me about 420 things, please."), strict=True))
    assert {name: int(n) for name, n in counts.items() if n} == {
        "joined_capital": 1,  # Tell
        "spaced": 4,  # me, about, things, please
        "space": 1,  # before the number
        "digits_3": 1,
        "sign": 2,
    }


@given(st.text(max_size=200))
def test_classes_add_up_to_the_tokens(text: str) -> None:
    counts = VOCABULARIES.classes("o200k_base").counts(text)
    assert counts.sum() - counts[CONTINUED] == VOCABULARIES.count("o200k_base", text)


def test_blanks_by_the_hundred_thousand_are_classed_as_they_are_counted() -> None:
    text = "a" + " " * 600_000 + "b"
    counts = VOCABULARIES.classes("o200k_base").counts(text)
    assert counts.sum() - counts[CONTINUED] == VOCABULARIES.count("o200k_base", text)
