"""The targets by name; a target itself is imported only where its branches are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["TARGETS", "Named"]


@dataclass(frozen=True)
class Named:
    """Where a target is made."""

    module: str
    """The module below tests.fuzz.targets."""
    maker: str
    """Its function that makes the target."""
    counted: tuple[str, ...]
    """The packages whose branches guide the fuzzer; few, for to count takes time and each import a while."""


_HEADERS = ("tokenquote.media.headers", "imagesize", "tinytag")
_DOCUMENTS = ("tokenquote.media.headers", *(f"pypdf.{module}" for module in (
    "_reader", "_doc_common", "_page", "_cmap", "_encryption", "_crypt_providers", "_text_extraction",
    "_utils", "_codecs._codecs", "filters", "generic",
)))  # fmt: skip
TARGETS: Mapping[str, Named] = {
    "bodies": Named("bodies", "make", ("tokenquote.api.json_bodies", "tokenquote.api.validation",
        "tokenquote.api.whole_numbers", "tokenquote.api.problems", "tokenquote.errors", "tokenquote_client")),
    "answers": Named("answers", "make", ("tokenquote.api", "tokenquote.ledger", "tokenquote.memory",
        "tokenquote.tokens.bodies", "tokenquote.tokens.tools", "tokenquote.media")),
    "images": Named("media_files", "make_images", _HEADERS),
    "sounds": Named("media_files", "make_sounds", _HEADERS),
    "documents": Named("documents", "make", _DOCUMENTS),
    "yaml": Named("yaml_files", "make", ("tokenquote.catalog.yaml_text",)),
    "overlay": Named("overlays", "make", ("tokenquote.catalog", "tokenquote.errors")),
    "keys": Named("key_files", "make", ("tokenquote.http.access", "tokenquote.errors")),
    "gguf": Named("model_files", "make_gguf", ("tokenquote.cli.model_files", "tokenquote.memory.weights")),
    "safetensors": Named("model_files", "make_safetensors", ("tokenquote.cli.model_files",
        "tokenquote.memory.weights")),
}  # fmt: skip
