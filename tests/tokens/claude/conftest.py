"""Claude's two vocabularies, fast and slow."""

from __future__ import annotations

import pytest
from tests.tokens.claude.slow_claude import SlowClaude

from tokenquote.catalog import Catalog
from tokenquote.tokens import Vocabularies
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder
from tokenquote.tokens.vocabularies.files import read_vocabulary_file


@pytest.fixture(scope="session")
def encoders(vocabularies: Vocabularies) -> dict[str, ClaudeEncoder]:
    loaded = {name: vocabularies.encoder(f"claude-{name}") for name in ("v3", "v4.7")}
    return {name: encoder for name, encoder in loaded.items() if isinstance(encoder, ClaudeEncoder)}


@pytest.fixture(scope="session")
def slow_encoders(catalog: Catalog) -> dict[str, SlowClaude]:
    known = catalog.vocabularies
    names = ("v3", "v4.7")
    return {
        name: SlowClaude(read_vocabulary_file(f"claude-{name}", known[f"claude-{name}"])) for name in names
    }
