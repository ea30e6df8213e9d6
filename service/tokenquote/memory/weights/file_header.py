"""Weights from the header of a model file: every tensor with the type that it has there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Literal

from tokenquote.errors import LocatedError, under
from tokenquote.memory.weights import Weights
from tokenquote.memory.weights.quantization import Formats, Storage

__all__ = ["FileHeader", "FileHeaderError", "HeaderTensor", "weigh_header"]


class FileHeaderError(LocatedError):
    """A tensor is of a type that is not known, or of a size that no tensor has."""


@dataclass(frozen=True, slots=True)
class HeaderTensor:
    """One tensor of a file."""

    name: str
    type: str
    """`F16`, `BF16`, `Q4_K`, …: as the file's format writes it."""
    shape: tuple[int, ...]
    """Rows before columns."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What a file says of itself."""

    format: Literal["gguf", "safetensors"]
    metadata: Mapping[str, Any]
    tensors: tuple[HeaderTensor, ...]


_PLAIN_BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F6_E2M3": 6,
    "F6_E3M2": 6, "F4": 4, "F4_E2M1": 4, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32,
    "U16": 16, "U8": 8, "BOOL": 8,
}  # fmt: skip
_PACKED = frozenset({"I32", "U32", "U8", "I8"})
"""Types in which safetensors files keep several quantised weights at once."""
_PARTS = (
    ("embedding", ("token_embd", "embed_tokens", "wte.", "word_embeddings", "embeddings.weight")),
    ("lm_head", ("lm_head", "output.weight", "output.bias")),
    ("norms", ("norm", "ln_")),
    ("experts", ("_exps.", ".experts.")),
    ("shared_experts", ("_shexp", "shared_expert")),
    ("vision", ("vision", "visual", "v.blk", "mm.")),
    ("attention", ("attn", "attention")),
    ("mlp", ("ffn_", "mlp", "feed_forward")),
)
MAX_ELEMENTS = 2**53


def weigh_header(header: FileHeader, formats: Formats) -> tuple[Weights, bool]:
    """Bytes of the file's weights, and whether each of its elements is one weight.

    Raises:
        FileHeaderError: a tensor's type is not known, or its size is absurd.
    """
    components: Counter[str] = Counter()
    types: Counter[str] = Counter()
    elements, packed = 0, False
    for i, one in enumerate(header.tensors):
        number = prod(one.shape)
        if number > MAX_ELEMENTS:
            raise FileHeaderError(("tensors", i), f"{number} elements: more than 2^53")
        with under("tensors", i):
            size = _bytes(one, number, header, formats)
        components[_part(one.name)] += size
        types[one.type.lower()] += size
        elements += number
        packed = packed or (header.format == "safetensors" and one.type in _PACKED)
    return Weights(dict(components), elements, frozenset(), dict(types)), not packed


def _bytes(one: HeaderTensor, number: int, header: FileHeader, formats: Formats) -> int:
    bits = _PLAIN_BITS.get(one.type.upper())
    if bits is not None:
        return -(-number * bits // 8)
    storage = _block_type(one.type.lower(), formats) if header.format == "gguf" else None
    if storage is None or storage.group is None:
        raise FileHeaderError((), f"type {one.type[:40]!r} is not known")
    columns = one.shape[-1] if one.shape else 1
    if columns % storage.group:
        raise FileHeaderError((), f"rows of {columns} are no whole blocks of {storage.group}")
    return int(storage.bits * Fraction(number) / 8)


def _block_type(name: str, formats: Formats) -> Storage | None:
    known = formats.weights.get(f"{name}-gguf") or formats.weights.get(name)
    return None if known is None else known.storage


def _part(name: str) -> str:
    return next((part for part, marks in _PARTS if any(mark in name for mark in marks)), "other")
