"""The fast engine counts as tiktoken does: every character, any text, and texts that are hard on encoders."""

from __future__ import annotations

import base64
import random
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies import fast_engine
from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder
from tokenquote.tokens.vocabularies.encoders import build_encoder
from tokenquote.tokens.vocabularies.fast_engine import find_fast_tokenizer, name_engine
from tokenquote.tokens.vocabularies.files import read_vocabulary_file
from tokenquote.tokens.vocabularies.settled_characters import are_settled

pytest.importorskip("toktok", reason="the extra `fast` is not installed")

# Every vocabulary of the catalog that has OpenAI's ranks and pattern; those beside them have one of the two.
FAST = ("o200k_base", "o200k_harmony", "o200k_minimax", "cl100k_base", "phi-4", "dolma2")
SLOW = ("o200k_digits", "arcade100k", "p50k_base", "gpt2")
ENGINES = ("o200k_base", "cl100k_base")

LATER = (0x088F, 0x0C5C, 0x1ACF, 0xA7CE, 0x10940, 0x16EA0, 0x1E6C0, 0x323B0)
"""Characters of Unicode 17, which toktok 0.3.0 does not know and tiktoken 0.14.0 does."""


def _encoder(vocabularies: Vocabularies, name: str) -> BytePairEncoder:
    encoder = vocabularies.encoder(name)
    assert isinstance(encoder, BytePairEncoder)
    return encoder


def _assert_alike(vocabularies: Vocabularies, name: str, text: str) -> None:
    encoder = _encoder(vocabularies, name)
    expected = encoder.encoding.encode_ordinary(text)
    assert encoder.encode(text) == expected
    assert encoder.count(text) == len(expected)


@pytest.mark.parametrize("name", FAST)
def test_it_stands_in_for_the_vocabularies_that_it_was_built_with(catalog: Catalog, name: str) -> None:
    entry = catalog.vocabularies[name]
    assert find_fast_tokenizer(str(entry.pattern), read_vocabulary_file(name, entry)) is not None


@pytest.mark.parametrize("name", ENGINES)
def test_it_brings_the_very_tokens_of_the_catalogs_file(catalog: Catalog, name: str) -> None:
    entry = catalog.vocabularies[name]
    content = read_vocabulary_file(name, entry)
    fast = find_fast_tokenizer(str(entry.pattern), content)
    assert fast is not None
    lines = (line.split() for line in content.splitlines() if line)
    tokens = {int(rank): base64.b64decode(token) for token, rank in lines}
    assert {rank: fast.decode_single_token_bytes(rank) for rank in tokens} == tokens


@pytest.mark.parametrize("name", SLOW)
def test_other_ranks_and_other_patterns_are_tiktokens(catalog: Catalog, name: str) -> None:
    entry = catalog.vocabularies[name]
    assert find_fast_tokenizer(str(entry.pattern), read_vocabulary_file(name, entry)) is None


def _every_settled_character() -> Iterator[str]:
    """Each character beside letters, digits, blanks, line ends and contractions, 128 of them in a text."""
    settled = [one for one in map(chr, range(0x110000)) if are_settled(one)]
    assert len(settled) > 100_000
    for start in range(0, len(settled), 128):
        some = settled[start : start + 128]
        yield "".join(f"a{one}b {one}1{one} \n{one}A's{one}{one}'S.{one}\n " for one in some)


@pytest.mark.parametrize("name", ENGINES)
def test_it_splits_every_character_alike(vocabularies: Vocabularies, name: str) -> None:
    for text in _every_settled_character():
        _assert_alike(vocabularies, name, text)


_PIECES = st.sampled_from(
    (
        *(" ", "  ", "\t", "\n", "\r\n", " \n", "\u00a0", "\u2028", "\u3000", "\x00", "\ufeff", "\ufffd"),
        *("a", "B", "the", "ing", "CamelCase", "'s", "'LL", "'\u017f", "\u2019s", "1", "12", "123", "1234"),
        *(
            "\u0663",
            "½",
            "é",
            "e\u0301",
            "ß",
            "İ",
            "\u01c5",
            "ª",
            "中文",
            "日本語",
            "한국어",
            "עברית",
            "العربية",
        ),
        *("हिन्दी", "தமிழ்", "ไทย", "😀", "👩\u200d👩\u200d👧", "🇩🇪", "\ufe0f", "\u200b", "\ud800"),
        *(".", "...", "!?", "/", "//", "\\", "_", "__", "(", "}", ";", "<|endoftext|>", "<|im_start|>"),
        *("\U000323b0", "\u1acf"),
    )
)
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=24).map("".join))


@pytest.mark.parametrize("name", ENGINES)
@given(text=_TEXTS)
def test_any_text_counts_alike(vocabularies: Vocabularies, name: str, text: str) -> None:
    _assert_alike(vocabularies, name, text)


def _hard_texts() -> Iterator[tuple[str, str]]:
    drawn = random.Random(20261129)
    for one in "a Z9.!_-\n\té中😀":
        yield f"one character: {one!r}", one * 5_000
    yield "digits", "".join(drawn.choices("0123456789", k=5_000))
    yield "one word", "".join(drawn.choices("abcdefghijklmnopqrstuvwxyz", k=20_000))
    yield "chinese", "".join(chr(drawn.randrange(0x4E00, 0x9FFF)) for _ in range(5_000))
    yield "base64", base64.b64encode(drawn.randbytes(10_000)).decode()
    yield "minified", "".join(f"function(a,b){{return a[{i}]||b.x{i}}};" for i in range(500))
    yield "blanks and marks", "".join(drawn.choices(" \t\r\n\u00a0'’.;/", k=5_000))


HARD = dict(_hard_texts())


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("what", HARD)
def test_hard_texts_count_alike(vocabularies: Vocabularies, name: str, what: str) -> None:
    _assert_alike(vocabularies, name, HARD[what])


@pytest.mark.parametrize("code", LATER)
def test_characters_of_later_versions_of_unicode_are_tiktokens(vocabularies: Vocabularies, code: int) -> None:
    assert not are_settled(f"a{chr(code)}")
    _assert_alike(vocabularies, "o200k_base", f"A{chr(code)}'s x{chr(code)}{chr(code)}\n")


def test_lone_surrogates_are_tiktokens() -> None:
    assert not are_settled("a\udc00")


def test_without_it_tiktoken_counts_and_says_so(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    assert name_engine().startswith("toktok 0.3.")
    monkeypatch.setitem(sys.modules, "toktok", None)
    fast_engine._load.cache_clear()
    try:
        assert name_engine().startswith("tiktoken ")
        entry = catalog.vocabularies["cl100k_base"]
        encoder = build_encoder("cl100k_base", entry, read_vocabulary_file("cl100k_base", entry))
        assert encoder.count("hello world") == 2
    finally:
        fast_engine._load.cache_clear()
