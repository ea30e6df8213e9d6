"""Every version of Python counts alike, though each has its own version of Unicode (`make pythons`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies

# Totals and hashes, equal on CPython 3.11.7, 3.12.1, 3.13.0 and 3.14.10 (Unicode 14 to 16). Other
# vocabularies ask nothing of Python's own tables.
COUNTED = {
    "bert-uncased": (687_658, "b003450f601e5d76"),
    "claude-v3": (3_267_284, "4f482e671afddf9c"),
    "claude-v4.7": (3_392_637, "91f01bae6c2c8afd"),
    "qwen3.5": (2_723_728, "5b5f59e120586365"),
}


def texts() -> Iterator[str]:
    """Each character of two planes beside letters and marks, 32 characters in a text."""
    for start in (*range(0, 0xD800, 32), *range(0xE000, 0x20000, 32), *range(0xE0000, 0xE0200, 32)):
        characters = map(chr, range(start, start + 32))
        yield " ".join(f"a{one}b A{one} e\u0323{one}\u0323 {one}SS" for one in characters)


@pytest.mark.parametrize("name", COUNTED)
def test_all_characters_count_alike(catalog: Catalog, name: str) -> None:
    encoder = Vocabularies(catalog.vocabularies).encoder(name)
    counts = [encoder.count(text) for text in texts()]
    assert (sum(counts), hashlib.sha256(str(counts).encode()).hexdigest()[:16]) == COUNTED[name]
