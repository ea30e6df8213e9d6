"""Turn vocabulary files into encoders, each by the library whose merges are exact for its format."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import tiktoken

from tokenquote.catalog.schema.vocabularies import Vocabulary, VocabularyFormat
from tokenquote.tokens.vocabularies.byte_pairs import BytePairEncoder
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder
from tokenquote.tokens.vocabularies.fast_engine import find_fast_tokenizer
from tokenquote.tokens.vocabularies.files import VocabularyError, VocabularyMissing
from tokenquote.tokens.vocabularies.merged_pieces import MergedPiecesEncoder
from tokenquote.tokens.vocabularies.spaced_pieces import SpacedPiecesEncoder
from tokenquote.tokens.vocabularies.unigram import UnigramEncoder
from tokenquote.tokens.vocabularies.wordpiece import WordPieceEncoder

__all__ = ["Encoder", "build_encoder"]

MAX_TOKENS = 1_000_000
"""The number of tokens that a vocabulary may have; the largest known has 262,144."""


class Encoder(Protocol):
    """An encoder of text to tokens, which threads may share."""

    def encode(self, text: str) -> list[int]:
        """Return the ids of the tokens, without any that open or close a prompt."""

    def count(self, text: str) -> int:
        """Return the number of tokens."""


def build_encoder(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    """Return the encoder that a file's content describes.

    Raises:
        VocabularyMissing: the library for the format is not installed.
        VocabularyError: the content is not of the format.
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


class HuggingFaceEncoder:
    """An encoder that a tokenizer.json describes, by Hugging Face's tokenizers."""

    def __init__(self, name: str, entry: Vocabulary, content: bytes) -> None:
        import tokenizers

        self._tokenizer = tokenizers.Tokenizer.from_str(content.decode("utf-8"))
        absent = [token for token in entry.special_tokens if self._tokenizer.token_to_id(token) is None]
        if absent:
            raise VocabularyError(f"vocabulary {name!r}: the file has no token {', '.join(absent)}")
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._encode(text).ids
        return ids

    def count(self, text: str) -> int:
        return len(self._encode(text))

    def _encode(self, text: str) -> Any:
        """Encode as a batch of one: other threads run meanwhile, and no offsets of tokens are made.

        `encode` keeps them waiting for seconds a megabyte (tokenizers 0.23).
        """
        return self._tokenizer.encode_batch_fast([_sendable(text)], add_special_tokens=False)[0]


class SentencePieceEncoder:
    """An encoder that a SentencePiece model describes, by its own library."""

    def __init__(self, content: bytes) -> None:
        import sentencepiece

        self._processor = sentencepiece.SentencePieceProcessor(model_proto=content)

    def encode(self, text: str) -> list[int]:
        ids: list[int] = self._processor.encode(_sendable(text))
        return ids

    def count(self, text: str) -> int:
        return len(self.encode(text))


def _sendable(text: str) -> str:
    """Return the text as UTF-8 can carry it: a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _tiktoken(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    """Read a file of ranks, at once unless the fast engine has been built with it."""
    pattern = str(entry.pattern)
    whole = entry.ranks_used is None
    fast = find_fast_tokenizer(pattern, content) if whole else None
    return BytePairEncoder(
        lambda: _byte_pairs(name, pattern, _read_ranks(name, entry, content)), entry.normalization, fast
    )


def _read_ranks(name: str, entry: Vocabulary, content: bytes) -> dict[bytes, int]:
    words = content.split()  # a token and its rank on each line, some 200,000 of them
    ranks = dict(zip(map(_decode_strictly, words[::2]), map(int, words[1::2]), strict=True))
    if entry.tokens is not None and len(ranks) != entry.tokens:
        raise VocabularyError(f"vocabulary {name!r}: {len(ranks)} tokens, not {entry.tokens}; is it cut off?")
    if entry.ranks_used is not None:
        ranks = {token: rank for token, rank in ranks.items() if rank < entry.ranks_used}
    return ranks


_decode_strictly = partial(binascii.a2b_base64, strict_mode=True)


def _tekken(name: str, entry: Vocabulary, content: bytes) -> Encoder:
    """Read Mistral's file, which holds more ranks than its models use; the first ids are special tokens'."""
    data = json.loads(content)
    config = data["config"]
    used = int(config["default_vocab_size"]) - int(config["default_num_special_tokens"])
    if not 256 <= used <= len(data["vocab"]):
        raise VocabularyError(f"vocabulary {name!r}: {used} tokens used of {len(data['vocab'])}")
    entries = data["vocab"][:used]
    ranks = {base64.b64decode(token["token_bytes"]): int(token["rank"]) for token in entries}
    return BytePairEncoder(lambda: _byte_pairs(name, str(config["pattern"]), ranks), entry.normalization)


def _byte_pairs(name: str, pattern: str, ranks: dict[bytes, int]) -> tiktoken.Encoding:
    if not all(bytes([byte]) in ranks for byte in range(256)) or len(ranks) > MAX_TOKENS:
        raise VocabularyError(
            f"vocabulary {name!r}: {len(ranks)} tokens; it needs one for each byte, {MAX_TOKENS} at most"
        )
    return tiktoken.Encoding(name=name, pat_str=pattern, mergeable_ranks=ranks, special_tokens={})


_READERS: Mapping[VocabularyFormat, Callable[[str, Vocabulary, bytes], Encoder]] = {
    "tiktoken": _tiktoken,
    "tekken": _tekken,
    "tokenizer.json": HuggingFaceEncoder,
    "sentencepiece": lambda name, entry, content: SentencePieceEncoder(content),
    "wordpiece": lambda name, entry, content: WordPieceEncoder(name, content),
    "unigram": lambda name, entry, content: UnigramEncoder(name, content),
    "spaced-pieces": lambda name, entry, content: SpacedPiecesEncoder(name, content),
    "claude-pieces": lambda name, entry, content: ClaudeEncoder(content),
    "pieces": lambda name, entry, content: MergedPiecesEncoder(name, content),
}
