"""Vocabulary files to encoders, each by the library whose merges are exact for its format."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import tiktoken

from tokenquote.catalog.schema.vocabularies import Vocabulary, VocabularyFormat
from tokenquote.tokens.vocabularies.files import VocabularyError, VocabularyMissing
from tokenquote.tokens.vocabularies.long_blanks import count_around_blanks, encode_around_blanks

__all__ = ["BytePairEncoder", "Encoder", "encoder_of"]

MAX_TOKENS = 1_000_000
"""The largest vocabulary; the largest known has 262,144 tokens."""


class Encoder(Protocol):
    """Text to tokens; safe to share between threads."""

    def encode(self, text: str) -> list[int]:
        """Ids of the tokens, without any that open or close a prompt."""

    def count(self, text: str) -> int:
        """Number of tokens."""


def encoder_of(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    """The encoder of a file.

    Raises:
        VocabularyError: the content is not of the format, or the library for it is not installed.
    """
    try:
        return _READERS[entry.format](name, entry, content)
    except VocabularyError:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except ModuleNotFoundError as error:
        raise VocabularyMissing(
            f"vocabulary {name!r} needs {error.name}: pip install 'tokenquote[vocabularies]'"
        ) from None
    except BaseException as error:  # what panics in Rust is no Exception
        raise VocabularyError(f"vocabulary {name!r}: not a file of format {entry.format}: {error}") from None


class BytePairEncoder:
    """Byte-pair merges over explicit ranks, by tiktoken.

    Text that looks like a special token counts as the plain text it is.
    """

    def __init__(self, encoding: tiktoken.Encoding, normalization: str | None = None) -> None:
        self.encoding = encoding
        self._normalization = normalization

    def encode(self, text: str) -> list[int]:
        return encode_around_blanks(self.encoding, self._normal(text))

    def count(self, text: str) -> int:
        return count_around_blanks(self.encoding, self._normal(text))

    def _normal(self, text: str) -> str:
        return unicodedata.normalize("NFC", text) if self._normalization == "NFC" else text


class HuggingFaceEncoder:
    """A tokenizer.json, by Hugging Face's tokenizers."""

    def __init__(self, name: str, entry: Vocabulary, content: bytes) -> None:
        import tokenizers

        self._tokenizer = tokenizers.Tokenizer.from_str(content.decode("utf-8"))
        absent = [one for one in entry.special_tokens if self._tokenizer.token_to_id(one) is None]
        if absent:
            raise VocabularyError(f"vocabulary {name!r}: the file has no token {', '.join(absent)}")
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(_sendable(text), add_special_tokens=False).ids
        return ids

    def count(self, text: str) -> int:
        return len(self._tokenizer.encode(_sendable(text), add_special_tokens=False))


class SentencePieceEncoder:
    """A SentencePiece model."""

    def __init__(self, content: bytes) -> None:
        import sentencepiece

        self._processor = sentencepiece.SentencePieceProcessor(model_proto=content)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._processor.encode(_sendable(text))
        return ids

    def count(self, text: str) -> int:
        return len(self.encode(text))


def _sendable(text: str) -> str:
    """Text as UTF-8 can carry it: a lone surrogate is sent as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _tiktoken(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    lines = (line.split() for line in content.splitlines() if line)
    ranks = {base64.b64decode(token, validate=True): int(rank) for token, rank in lines}
    if entry.tokens is not None and len(ranks) != entry.tokens:
        raise VocabularyError(f"vocabulary {name!r}: {len(ranks)} tokens, not {entry.tokens}; is it cut off?")
    return _byte_pairs(name, str(entry.pattern), ranks, entry.normalization)


def _tekken(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    """Mistral's file holds more ranks than its models use; ids of special tokens come first, outside."""
    data = json.loads(content)
    config: Mapping[str, Any] = data["config"]
    used = int(config["default_vocab_size"]) - int(config["default_num_special_tokens"])
    if not 256 <= used <= len(data["vocab"]):
        raise VocabularyError(f"vocabulary {name!r}: {used} tokens used of {len(data['vocab'])}")
    ranks = {base64.b64decode(one["token_bytes"]): int(one["rank"]) for one in data["vocab"][:used]}
    return _byte_pairs(name, str(config["pattern"]), ranks, entry.normalization)


def _byte_pairs(
    name: str, pattern: str, ranks: dict[bytes, int], normalization: str | None
) -> BytePairEncoder:
    if not all(bytes([byte]) in ranks for byte in range(256)) or len(ranks) > MAX_TOKENS:
        raise VocabularyError(
            f"vocabulary {name!r}: {len(ranks)} tokens; it needs one for each byte, {MAX_TOKENS} at most"
        )
    encoding = tiktoken.Encoding(name=name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    return BytePairEncoder(encoding, normalization)


_READERS: Mapping[VocabularyFormat, Callable[[str, Vocabulary, bytes], Encoder]] = {
    "tiktoken": _tiktoken,
    "tekken": _tekken,
    "tokenizer.json": HuggingFaceEncoder,
    "sentencepiece": lambda name, entry, content: SentencePieceEncoder(content),
}
