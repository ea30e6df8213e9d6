"""Gemma's vocabulary: the fast encoder beside the slow and obvious one, and texts that nobody would send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tokens.gemini.slow_pieces import CONTENTS, ENCODER, ENCODERS, SlowPieces

from tokenquote.tokens import Vocabularies, VocabularyError
from tokenquote.tokens.vocabularies.merged_pieces import MergedPiecesEncoder

SLOW = {name: SlowPieces(content) for name, content in CONTENTS.items()}

TEXTS = (
    "Hello world!",
    "  two blanks,   three, and a tab\there\t\t\tand\n\n\nlines\r\nof Windows",
    "def f(x):\n        return x ** 2  # été, naïve\n\n\n\n",
    "<table>\n <tr><td> a </td></tr>\n</table> <b>bold</b></i><strong > </b>",
    "a> </b and > </ and >  </ and > <",
    "yyyy YYYY yyyy-MM-dd ::::::::  :::::::: diffformul",
    "東京 서울 Москва עברית हिन्दी ไทย 🙂👩‍👩‍👧 ﬁ\u0301",
    "\x00\x01\x7f\ue000\U000f0000\ufffd\u3000\u2028\u00a0",
    "▁ and ▁▁▁ are blanks too",
    "1234567890 3.14e-9 0xDEADBEEF",
    "<|tool>declaration:x{}<tool|> <start_of_turn>user <eos> <0x0A> <unused7> [multimodal]",
    "=" * 70 + "-" * 33 + "_" * 40 + " " * 65 + "\n" * 64 + "\t" * 63,
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab" * 3,
)


@pytest.mark.parametrize("name", [*SLOW])
@pytest.mark.parametrize("text", TEXTS)
def test_the_same_tokens_as_the_slow_way(text: str, name: str) -> None:
    assert ENCODERS[name].encode(text) == SLOW[name].encode(text)
    assert ENCODERS[name].count(text) == len(SLOW[name].encode(text))


@given(st.text(st.sampled_from(" \n\t\r▁<>/ab1=:y.é的🙂\u200d\u0301\ue000\x00"), max_size=40))
def test_whatever_the_text(text: str) -> None:
    for name, slow in SLOW.items():
        assert ENCODERS[name].encode(text) == slow.encode(text)
        assert ENCODERS[name].count(text) == len(slow.encode(text))


@given(st.lists(st.sampled_from([*SLOW["gemma4"].ids][600:60_000:7]), max_size=5))
def test_pieces_after_each_other(pieces: list[str]) -> None:
    text = "".join(pieces).replace("▁", " ")
    for name, slow in SLOW.items():
        assert ENCODERS[name].encode(text) == slow.encode(text)


# Ids from the test of DiffusionGemma's chat template in transformers, the marks around the text left out.
def test_ids_that_transformers_has() -> None:
    expected = [6974, 496, 1440, 20494, 1003, 23613, 236761]
    assert ENCODER.encode("Write a long essay about Portugal.") == expected


@pytest.mark.parametrize("character", ["a", " ", "的", "\ue000"])
def test_megabytes_of_one_character(character: str) -> None:
    """What is quadratic in a run would not come back."""
    times = 2_000_000 // len(character.encode())
    assert 0 < ENCODER.count(character * times) <= 2_000_000


def test_lone_surrogates_count_as_the_replacement_character() -> None:
    assert ENCODER.count("a\ud800b") == ENCODER.count("a\ufffdb") == len(ENCODER.encode("a\udfffb"))


def test_what_every_byte_costs() -> None:
    assert ENCODER.count("\r") == 1
    assert ENCODER.count("\u3000") == 3
    assert ENCODER.count("\U000f0000") == 4


@pytest.mark.parametrize("content", [b"", b"a\nb\n", CONTENTS["gemma4"][:100_000], b'"\n'])
def test_a_file_that_is_none(content: bytes) -> None:
    with pytest.raises((VocabularyError, ValueError)):
        MergedPiecesEncoder("mine", content)


def test_gemma_2_as_sentencepiece_counts_with_googles_own_file() -> None:
    """A carriage return is a piece, a null is a byte, and a lone tab is one too."""
    texts = ("\r", "a\tb", "\t\t", "\x00", "\u3400")
    assert [ENCODERS["gemma2"].count(text) for text in texts] == [1, 3, 1, 1, 3]


@pytest.mark.parametrize("name", ["gemma2", "gemma3", "gemma4"])
def test_the_catalog_has_it(vocabularies: Vocabularies, name: str) -> None:
    assert vocabularies.count(name, "Hello world!") == 3
