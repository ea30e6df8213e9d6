"""The fast engine for the vocabularies that most models have: toktok, where it is installed.

It counts without writing ids down, keeps no memory of what it has read and lets other threads run meanwhile.
It brings its vocabularies along, so it stands in for tiktoken only where a file and its pattern are the very
ones that it was built with; tests compare both on every character, and tiktoken remains the reference.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from typing import Protocol

__all__ = ["FastTokenizer", "find_fast_tokenizer", "name_engine"]

# SHA-256 of pattern and ranks, as tiktoken 0.14.0 has them (tiktoken_ext/openai_public.py), and what toktok
# calls them.
_BUILT_IN = {
    "89ae321f5e28ece5e289d9a059b498db9a818a23eec43278de5cc85a169a3185": "o200k_base",
    "24e0956553650174bdd6a959d9a130ed5f206691a19553e3b56aa36535ad0a67": "cl100k_base",
}


class FastTokenizer(Protocol):
    """A tokenizer of toktok's, which threads may share; it refuses texts with lone surrogates."""

    @property
    def n_vocab(self) -> int:
        """One more than the largest id."""

    def count(self, text: str) -> int:
        """Return the number of tokens; what looks like a special token counts as plain text."""

    def encode_ordinary(self, text: str) -> list[int]:
        """Return the ids of these tokens."""

    def decode_single_token_bytes(self, token: int) -> bytes:
        """Return the bytes that a token stands for."""


def find_fast_tokenizer(pattern: str, content: bytes) -> FastTokenizer | None:
    """Return the tokenizer of a file of ranks and its pattern; None: it has none, or is not installed."""
    name = _BUILT_IN.get(hashlib.sha256(pattern.encode() + b"\0" + content).hexdigest())
    return None if name is None else _load(name)


def name_engine() -> str:
    """Name what counts OpenAI's vocabularies, with its version."""
    if find_spec("toktok") is None:
        return f"tiktoken {metadata.version('tiktoken')}"
    return f"toktok {metadata.version('toktok-rs')}"


@cache  # what it brings along is the same for every catalog
def _load(name: str) -> FastTokenizer | None:
    try:
        import toktok
    except ModuleNotFoundError:
        return None
    tokenizer: FastTokenizer = toktok._encoding(name)
    return tokenizer
