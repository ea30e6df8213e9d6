"""Byte-pair merges over explicit ranks: by tiktoken, the reference, or by what counts alike and faster."""

from __future__ import annotations

import threading
from collections.abc import Callable

import tiktoken

from tokenquote.tokens.vocabularies.canonical_forms import compose
from tokenquote.tokens.vocabularies.fast_engine import FastTokenizer
from tokenquote.tokens.vocabularies.loading import require_loading
from tokenquote.tokens.vocabularies.long_blanks import count_around_blanks, encode_around_blanks
from tokenquote.tokens.vocabularies.settled_characters import are_settled

__all__ = ["BytePairEncoder"]


class BytePairEncoder:
    """An encoder of byte-pair merges over explicit ranks, which threads may share.

    Text that looks like a special token counts as the plain text it is. `fast` takes the texts whose
    characters it certainly splits as tiktoken does; the encoding is built when the first other text comes.
    """

    def __init__(
        self,
        build: Callable[[], tiktoken.Encoding],
        normalization: str | None = None,
        fast: FastTokenizer | None = None,
    ) -> None:
        self._composes = normalization == "NFC"
        self._fast = fast
        self._lock = threading.Lock()
        # What builds the encoding holds the file: it is kept only until then.
        self._encoding: tiktoken.Encoding | Callable[[], tiktoken.Encoding] = build if fast else build()

    @property
    def encoding(self) -> tiktoken.Encoding:
        """The reference, built when it is first needed.

        Raises:
            NotLoaded: it has not been built, and nothing may be loaded here.
        """
        if not isinstance(self._encoding, tiktoken.Encoding):
            require_loading("tiktoken")
            with self._lock:
                if not isinstance(self._encoding, tiktoken.Encoding):
                    self._encoding = self._encoding()
        return self._encoding

    @property
    def size(self) -> int:
        """One more than the largest id."""
        return self.encoding.n_vocab if self._fast is None else self._fast.n_vocab

    def token_bytes(self, token: int) -> bytes:
        """Return the bytes that a token stands for."""
        if self._fast is not None:
            return self._fast.decode_single_token_bytes(token)
        return self.encoding.decode_single_token_bytes(token)

    def encode(self, text: str) -> list[int]:
        text = compose(text) if self._composes else text
        if self._fast is not None and are_settled(text):
            return self._fast.encode_ordinary(text)
        return encode_around_blanks(self.encoding, text)

    def count(self, text: str) -> int:
        text = compose(text) if self._composes else text
        if self._fast is not None and are_settled(text):
            return self._fast.count(text)
        return count_around_blanks(self.encoding, text)
