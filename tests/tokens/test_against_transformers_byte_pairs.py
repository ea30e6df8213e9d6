"""OpenAI's three vocabularies beside transformers' conversion of them, run by Hugging Face's tokenizers."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.files import read_vocabulary_file

pytestmark = [pytest.mark.references, pytest.mark.filterwarnings("default")]


def _converted(name: str, catalog: Catalog, directory: Path) -> Callable[[str], list[int]]:
    """Merges are found anew from the ranks; the pattern runs in Oniguruma."""
    module = pytest.importorskip("transformers.convert_slow_tokenizer")
    path = directory / f"{name}.tiktoken"
    path.write_bytes(read_vocabulary_file(name, catalog.vocabularies[name]))
    # Oniguruma takes `{1,3}+` for a repetition of the repetition; as the last of its branch it is the same.
    pattern = str(catalog.vocabularies[name].pattern).replace("{1,3}+", "{1,3}")
    tokenizer = module.TikTokenConverter(vocab_file=str(path), pattern=pattern).converted()
    return lambda text: list(tokenizer.encode(text, add_special_tokens=False).ids)


@pytest.mark.parametrize("name", ["o200k_base", "cl100k_base", "p50k_base"])
def test_ids_equal_transformers(
    catalog: Catalog,
    vocabularies: Vocabularies,
    adversarial_texts: list[str],
    tmp_path: Path,
    name: str,
) -> None:
    encode, encoder = _converted(name, catalog, tmp_path), vocabularies.encoder(name)
    rng = random.Random(7)
    shuffled = ["".join(rng.sample(text, len(text))) for text in adversarial_texts if len(text) < 200]
    for text in [*adversarial_texts, *shuffled]:
        assert encode(text) == encoder.encode(text), repr(text[:80])
