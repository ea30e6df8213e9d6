"""Vocabularies: the right ones, offline, loaded once, whatever the text."""

from __future__ import annotations

import hashlib
import lzma
import socket
import threading
from collections.abc import Callable
from importlib.resources import files

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies, VocabularyError, one_after_the_other
from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder
from tokenquote_client import Quote

# tiktoken's own expected hashes: tiktoken 0.14.0, tiktoken_ext/openai_public.py.
SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}

NAMES_OF_CL100K = ("gpt-", "text-embedding-", "babbage-002", "davinci-002")
"""The models that tiktoken 0.14.0 has in this vocabulary (tiktoken/model.py), whoever sells them."""


@pytest.mark.parametrize(("name", "digest"), SHA256.items())
def test_the_ranks_in_the_package_are_tiktokens(name: str, digest: str) -> None:
    packed = (files("tokenquote.tokens.vocabularies") / "ranks" / f"{name}.tiktoken.xz").read_bytes()
    assert hashlib.sha256(lzma.decompress(packed)).hexdigest() == digest


# Ids from tiktoken's own tests (tests/test_simple_public.py and test_encoding.py, tiktoken 0.14.0).
@pytest.mark.parametrize(
    ("vocabulary", "text", "ids"),
    [
        ("cl100k_base", "hello world", [15339, 1917]),
        ("cl100k_base", "rer", [38149]),
        ("cl100k_base", "'rer", [2351, 81]),
        ("cl100k_base", "today\n ", [31213, 198, 220]),
        ("cl100k_base", "today\n \n", [31213, 27907]),
        ("cl100k_base", "\U0001f44d", [9468, 239, 235]),
        ("o200k_base", "hello world", [24912, 2375]),
    ],
)
def test_known_ids(vocabularies: Vocabularies, vocabulary: str, text: str, ids: list[int]) -> None:
    assert vocabularies.encoder(vocabulary).encode(text) == ids


def _encoding(vocabularies: Vocabularies, name: str) -> tiktoken.Encoding:
    encoder = vocabularies.encoder(name)
    assert isinstance(encoder, BytePairEncoder)
    return encoder.encoding


@pytest.mark.parametrize("text", ["<|endoftext|>", "<|im_start|>system", "<|fim_prefix|>"])
def test_special_token_text_counts_as_plain_text(vocabularies: Vocabularies, text: str) -> None:
    """A user who writes a control token's name does not send the control token."""
    assert vocabularies.count("o200k_base", text) > 3


@given(text=st.text())
def test_any_text_decodes_back(vocabularies: Vocabularies, text: str) -> None:
    encoding = _encoding(vocabularies, "o200k_base")
    assert encoding.decode(encoding.encode_ordinary(text)) == text


@pytest.mark.parametrize("text", ["a", " ", "^", "\n", "é", "0", "日"])
def test_a_million_repeated_characters_are_counted(vocabularies: Vocabularies, text: str) -> None:
    """The class of input that made earlier encoders run for minutes or overflow their stack."""
    assert 0 < vocabularies.count("o200k_base", text * 1_000_000) <= 1_000_000


@pytest.mark.parametrize("before", ["", "a", "x.\n", " \n"])
@pytest.mark.parametrize("after", ["", "b", " \nb", "\n", "\t\tz", "."])
def test_long_blanks_are_counted_as_tiktoken_counts_them(
    vocabularies: Vocabularies, before: str, after: str
) -> None:
    """300,000 blanks go our way and still fit into tiktoken's; a million would make it panic."""
    text = before + " " * 300_000 + after
    direct = len(_encoding(vocabularies, "o200k_base").encode_ordinary(text))
    assert vocabularies.count("o200k_base", text) == direct


def test_lone_surrogates_are_counted(vocabularies: Vocabularies) -> None:
    assert vocabularies.count("o200k_base", "a\ud800b") > 2


def test_threads_that_start_together_load_a_vocabulary_once(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = Vocabularies(catalog.vocabularies)
    loads: list[str] = []
    load = fresh._load

    def counted(name: str) -> object:
        loads.append(name)
        return load(name)

    monkeypatch.setattr(fresh, "_load", counted)
    barrier = threading.Barrier(8)
    found: list[int] = []

    def work() -> None:
        barrier.wait()
        found.append(fresh.count("cl100k_base", "hello world"))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [2] * 8
    assert loads == ["cl100k_base"]


def test_nothing_is_loaded_before_it_is_needed(catalog: Catalog) -> None:
    assert Vocabularies(catalog.vocabularies)._loaded == {}


def test_one_after_the_other_few_are_kept_and_count_the_same(catalog: Catalog) -> None:
    kept = Vocabularies(catalog.vocabularies)
    kept.encoder("p50k_base")
    alone, text = Vocabularies(catalog.vocabularies), "Good morning, 世界"
    counts = {name: alone.count(name, text) for name in ("gpt2", "gpt-neox", "llama2")}
    with one_after_the_other():
        for name in ("gpt2", "gpt-neox", "llama2", "gpt2", "gpt-neox"):
            assert kept.count(name, text) == counts[name]
            assert len(kept.loaded - {"p50k_base"}) <= 2
            assert {"p50k_base", name} <= kept.loaded
    kept.encoder("llama2")
    assert len(kept.loaded) == 4


def test_no_network_is_needed(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert Vocabularies(catalog.vocabularies).count("o200k_base", "hello world") == 2


def test_a_changed_vocabulary_is_refused(catalog: Catalog) -> None:
    entry = catalog.vocabularies["o200k_base"].model_copy(update={"sha256": "0" * 64})
    with pytest.raises(VocabularyError, match="SHA-256 is 446a9538"):
        Vocabularies({"o200k_base": entry}).count("o200k_base", "x")


def test_a_missing_vocabulary_is_named(catalog: Catalog) -> None:
    entry = catalog.vocabularies["o200k_base"].model_copy(update={"file": "gone.xz"})
    with pytest.raises(VocabularyError, match=r"gone\.xz cannot be read"):
        Vocabularies({"o200k_base": entry}).count("o200k_base", "x")
    with pytest.raises(VocabularyError, match="no vocabulary 'p51k_base'; it has o200k_base, cl100k_base"):
        Vocabularies(catalog.vocabularies).count("p51k_base", "x")


def test_no_model_is_counted_with_another_vocabulary_in_silence(catalog: Catalog) -> None:
    """`exact` stands only where the provider's own vocabulary is used; all others have a band."""
    for model in catalog.models.values():
        counting = model.counting
        if counting.method == "exact":
            entry = catalog.vocabularies[counting.vocabulary]
            packaged = entry.file is not None and entry.package is None
            assert packaged or counting.without_vocabulary, model.id
            assert counting.factor == counting.low == counting.high == 1
        else:
            assert counting.low <= 1 <= counting.high, model.id
            assert (counting.low < 1 < counting.high) or counting.slack, model.id
        if counting.vocabulary == "cl100k_base":
            assert any(word in model.id for word in NAMES_OF_CL100K), model.id


def test_a_count_that_is_not_exact_says_so(quoted: Callable[..., Quote]) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 20
    exact = quoted(turns=[{"user": text}]).counts[0]
    fitted = quoted(model="xai/grok-4", turns=[{"user": text}]).counts[0]
    assumed = quoted(model="openai/gpt-6-sol", turns=[{"user": text}]).counts[0]
    assert (exact.method, exact.low, exact.tokens, exact.high) == ("exact", 201, 201, 201)
    assert fitted.method == "calibrated"
    assert fitted.low < fitted.tokens < fitted.high
    assert (assumed.method, assumed.low, assumed.tokens, assumed.high) == ("assumed", 180, 201, 222)
