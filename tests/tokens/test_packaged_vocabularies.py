"""The open vocabularies in the package: beside slow twins and other libraries, whatever the text."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable
from importlib.resources import files
from itertools import accumulate, pairwise
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tokens.slow_pieces import count_best_pieces, count_word_pieces

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.vocabularies import Vocabulary
from tokenquote.tokens import Vocabularies, VocabularyError
from tokenquote.tokens.vocabularies.encoders import build_encoder
from tokenquote.tokens.vocabularies.files import read_vocabulary_file

NAMES = ("bert-uncased", "xlm-roberta", "gpt2", "gpt-neox", "llama2")

# Sentences of our own with their counts by sentencepiece 0.2.3 or tokenizers 0.23.3, in the order of NAMES.
GOLDEN: list[tuple[str, tuple[int, ...]]] = json.loads(
    (files("tests.tokens") / "golden_counts.json").read_text(encoding="utf-8")
)
LETTERS = " \t\n aAbBcCéÉßİΣς.,'-_`^$+ 日本カ한é\u0301\u3000½ﬁ0123456789▁"
texts = st.one_of(st.text(), st.text(alphabet=LETTERS), st.text(alphabet="ab  \n▁", max_size=60))


@pytest.mark.parametrize(("text", "counts"), GOLDEN, ids=[text[:16] for text, _ in GOLDEN])
def test_sentences_in_many_scripts(vocabularies: Vocabularies, text: str, counts: tuple[int, ...]) -> None:
    assert [vocabularies.count(name, text) for name in NAMES] == list(counts)


@pytest.mark.parametrize("name", NAMES)
@given(text=texts)
@settings(max_examples=60)
def test_count_is_the_number_of_ids(vocabularies: Vocabularies, name: str, text: str) -> None:
    assert vocabularies.count(name, text) == len(vocabularies.encoder(name).encode(text))


@pytest.fixture(scope="module")
def bert_tokens(catalog: Catalog) -> frozenset[str]:
    content = read_vocabulary_file("bert-uncased", catalog.vocabularies["bert-uncased"])
    return frozenset(content.decode().split("\n")[:-1])


@given(
    text=st.text(alphabet=st.characters(exclude_categories=["Cs", "Cn", "Lo"])) | st.text(alphabet=LETTERS)
)
def test_word_pieces_equal_a_slow_twin(
    vocabularies: Vocabularies, bert_tokens: frozenset[str], text: str
) -> None:
    assert vocabularies.count("bert-uncased", text) == count_word_pieces(text, bert_tokens)


@given(
    words=st.lists(st.text(alphabet="abc", min_size=1, max_size=7), max_size=4),
    pieces=st.sets(st.text(alphabet="abc", min_size=2, max_size=4), max_size=12),
)
def test_best_pieces_equal_every_cut_tried(words: list[str], pieces: set[str]) -> None:
    """Powers of two as scores, so that no two cuts are worth the same."""
    listed = ["▁", "a", "b", "c", *sorted(pieces)]
    scores = [-1.0 - 2.0 ** -(i + 1) - i % 3 for i in range(len(listed))]
    known = dict(zip(listed, scores, strict=True))
    encoder = build_encoder("twin", _entry("unigram"), _unigram(listed, scores))
    expected = sum(count_best_pieces("▁" + word, known) for word in words)
    assert encoder.count(" ".join(words)) == expected


def _entry(word: str) -> Vocabulary:
    return Vocabulary.model_validate({"format": word, "licence": "none", "source": "this test"})


def _unigram(pieces: list[str], scores: list[float]) -> bytes:
    bits = struct.unpack(f"<{len(scores)}I", struct.pack(f"<{len(scores)}f", *scores))
    steps = [after - before for before, after in pairwise((0, *bits))]
    charsmap = struct.pack("<II", 4, 0)
    return json.dumps(
        {"pieces": pieces, "scores": steps, "charsmap": base64.b64encode(charsmap).decode()}
    ).encode()


@pytest.mark.parametrize(
    ("name", "size"), [(name, 2 * 10**6 if name in NAMES[:2] else 10**6) for name in NAMES]
)
@pytest.mark.parametrize(
    "character", ["a", " ", "^", "\n", "é", "0", "日", "\0", "\ue000", "▁", "\u0301", "\ud800"]
)
def test_megabytes_of_one_character_are_counted(
    vocabularies: Vocabularies, name: str, size: int, character: str
) -> None:
    """What is quadratic in a word would not come back."""
    length = size // len(character.encode("utf-8", "surrogatepass"))
    assert 0 <= vocabularies.count(name, character * length) <= size + 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text", ["a\ud800b", "a\0b", "\ue000", "\ufffd\ufffe\U0010ffff", "[SEP]<s></s><|endoftext|>"]
)
def test_strange_characters_are_counted(vocabularies: Vocabularies, name: str, text: str) -> None:
    assert 0 <= vocabularies.count(name, text) <= 4 * len(text)


@pytest.mark.parametrize("name", ["bert-uncased", "xlm-roberta", "gpt-neox", "llama2", "phi-3", "gpt2"])
def test_no_library_beside_tiktoken_is_needed(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for module in ("tokenizers", "sentencepiece"):
        monkeypatch.setitem(__import__("sys").modules, module, None)
    assert Vocabularies({name: catalog.vocabularies[name]}).count(name, "Hello world") == 2


@pytest.mark.parametrize(
    ("word", "content"),
    [
        ("wordpiece", b"a\nb\n"),
        ("wordpiece", b"[UNK]\na\na\n"),
        ("unigram", b'{"pieces": ["a", "a"], "scores": [1, 1], "charsmap": ""}'),
        ("unigram", b"not JSON"),
        ("spaced-pieces", b"ab\na\n"),
        ("spaced-pieces", "a▁b\na\nb\n▁\n".encode()),
    ],
)
def test_files_that_are_not_whole_are_refused(word: str, content: bytes) -> None:
    with pytest.raises(VocabularyError, match="vocabulary 'cut'"):
        build_encoder("cut", _entry(word), content)


def _sentencepiece(catalog: Catalog) -> Callable[[str], int]:
    """The pieces of XLM-R as a .model file, which its own library reads."""
    library = pytest.importorskip("sentencepiece")
    data = json.loads(read_vocabulary_file("xlm-roberta", catalog.vocabularies["xlm-roberta"]))
    bits = [*accumulate(data["scores"])]
    scores = struct.unpack(f"<{len(bits)}f", struct.pack(f"<{len(bits)}I", *bits))
    pieces = [("<unk>", 0.0, 2), *((p, s, 1) for p, s in zip(data["pieces"], scores, strict=True))]
    rows = (
        _field(1, p.encode()) + b"\x15" + struct.pack("<f", s) + b"\x18" + bytes([k]) for p, s, k in pieces
    )
    normalizer = _field(1, b"x") + _field(2, base64.b64decode(data["charsmap"])) + b"\x18\1\x20\1\x28\1"
    model = b"".join(_field(1, row) for row in rows) + _field(2, b"\x18\1") + _field(3, normalizer)
    processor = library.SentencePieceProcessor(model_proto=model)
    return lambda text: len(processor.encode(text))


def _field(number: int, content: bytes) -> bytes:
    size, length = b"", len(content)
    while length > 127:
        size, length = size + bytes([length & 127 | 128]), length >> 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def test_unigram_equals_sentencepiece(
    catalog: Catalog, vocabularies: Vocabularies, adversarial_texts: list[str]
) -> None:
    second = _sentencepiece(catalog)
    for text in adversarial_texts:
        assert vocabularies.count("xlm-roberta", text) == second(text), repr(text[:80])


def test_word_pieces_equal_tokenizers(
    vocabularies: Vocabularies, bert_tokens: frozenset[str], adversarial_texts: list[str]
) -> None:
    library: ModuleType = pytest.importorskip("tokenizers")
    second = library.Tokenizer(
        library.models.WordPiece(
            {token: i for i, token in enumerate(sorted(bert_tokens))},
            unk_token="[UNK]",
            max_input_chars_per_word=100,
        )
    )
    second.normalizer = library.normalizers.BertNormalizer()
    second.pre_tokenizer = library.pre_tokenizers.BertPreTokenizer()
    for text in adversarial_texts:
        text = text.replace("\u061d", "")  # punctuation since Unicode 14, which tokenizers does not know
        assert vocabularies.count("bert-uncased", text) == len(second.encode(text).ids), repr(text[:80])
