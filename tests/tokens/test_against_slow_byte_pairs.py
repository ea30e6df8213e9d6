"""OpenAI's three vocabularies beside a second implementation, over texts that have broken encoders."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tokens.slow_byte_pairs import SlowBytePairs

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.files import read_vocabulary_file

NAMES = ("o200k_base", "cl100k_base", "p50k_base")

# Besides the shared adversarial texts: what the three patterns treat each in its own way.
OWN = [
    "don't DON'T I'LL we'Re it'S o'clock '' 'sss",
    "HTTPServer getHTTPResponseCode camelCase SCREAMING_CASE ǅungla",
    "a/b//c\n/d\\e\r\n/\n\n//x",
    "1 12 123 1234 ١٢٣ ²³ Ⅷ ½",
    "tab\tafter  two   three\n  indented\n\n\n    deeper\r\n",
    "trailing blanks   ",
    "\u3000wide\u2003em\u00a0nbsp\u200bzero",
    "a\u0301 e\u0301\u0302\u0303 \u0301alone",
    "👍🏽👩🏾‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪🇫🇷",
    "<|endoftext|><|fim_prefix|><|im_start|>user<|endofprompt|>",
    "def f(x):\n\treturn {'a': [1, 2.5e-3], \"b\": None}  # été\n",
    json.dumps({"type": "object", "properties": {"a": {"enum": ["x", None]}}}, indent=2),
    base64.b64encode(bytes(range(256)) * 3).decode(),
    "".join(map(chr, range(0x80))),
    "\ufeff\ufffe\uffff\U0010ffff",
]


@pytest.fixture(scope="module")
def slow(catalog: Catalog) -> Callable[[str], SlowBytePairs]:
    """The second implementation of a vocabulary, over the same file's ranks."""
    known: dict[str, SlowBytePairs] = {}

    def build(name: str) -> SlowBytePairs:
        if name not in known:
            lines = read_vocabulary_file(name, catalog.vocabularies[name]).split(b"\n")
            pairs = (line.split() for line in lines if line)
            known[name] = SlowBytePairs(name, {base64.b64decode(token): int(rank) for token, rank in pairs})
        return known[name]

    return build


@pytest.mark.parametrize("name", NAMES)
def test_ids_equal_the_second_implementations(
    vocabularies: Vocabularies,
    slow: Callable[[str], SlowBytePairs],
    adversarial_texts: list[str],
    name: str,
) -> None:
    encoder, second = vocabularies.encoder(name), slow(name)
    for text in [*OWN, *adversarial_texts]:
        expected = second.encode(text)
        assert encoder.encode(text) == expected, repr(text[:80])
        assert encoder.count(text) == len(expected), repr(text[:80])


alphabets = st.sampled_from(
    [
        "aA'sSlL ",
        "0129 .,",
        " \t\n\r\x0b",
        "/\\<|>_",
        "éÉß ",
        "日本語カナ ",
        "👍🏽\u200d ",
        "שלום ",
        "\u0301e\x00",
    ]
)
texts = alphabets.flatmap(lambda characters: st.text(alphabet=characters, max_size=30))


@given(name=st.sampled_from(NAMES), parts=st.lists(texts, max_size=4))
@settings(max_examples=400)
def test_texts_at_random(
    vocabularies: Vocabularies, slow: Callable[[str], SlowBytePairs], name: str, parts: list[str]
) -> None:
    text = "".join(parts)
    assert vocabularies.encoder(name).encode(text) == slow(name).encode(text)


@pytest.mark.parametrize("name", ["cl100k_base", "p50k_base"])
@pytest.mark.parametrize("text", ["a", " ", "^", "日"])
def test_a_million_repeats_are_counted(vocabularies: Vocabularies, name: str, text: str) -> None:
    """o200k_base is in test_vocabularies.py. Merges are local: ten times the text, ten times the tokens."""
    million, hundred_thousand = (vocabularies.count(name, text * n) for n in (1_000_000, 100_000))
    assert abs(million - 10 * hundred_thousand) <= 20


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["a", "^"])
def test_a_long_word_takes_time_in_proportion(vocabularies: Vocabularies, name: str, text: str) -> None:
    """Eight times the text: 64 times as long if it were quadratic. The best of three, this thread's alone."""

    def seconds(length: int) -> float:
        best = float("inf")
        for _ in range(3):
            begun = time.thread_time()
            vocabularies.count(name, text * length)
            best = min(best, time.thread_time() - begun)
        return best

    vocabularies.count(name, text)
    assert seconds(200_000) < 32 * seconds(25_000)
