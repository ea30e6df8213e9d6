"""The weights of a model file from its header: every tensor with the type that it has there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError, under
from tokenquote.memory.weights import Weights
from tokenquote.memory.weights.quantization import Formats, Storage

__all__ = ["FileHeader", "FileHeaderError", "HeaderTensor", "weigh_header"]


class FileHeaderError(LocatedError):
    """A tensor is of a type that is not known, or of a size that no tensor has."""


@dataclass(frozen=True, slots=True)
class HeaderTensor:
    """A tensor as a file lists it."""

    name: str
    type: str
    """The type as the file's format writes it: `F16`, `BF16`, `Q4_K` or another."""
    shape: tuple[int, ...]
    """The size of each dimension, rows before columns."""


@dataclass(frozen=True, slots=True)
class FileHeader:
    """The header of a model file: what it says of itself."""

    format: Literal["gguf", "safetensors"]
    metadata: Mapping[str, Any]
    tensors: tuple[HeaderTensor, ...]


_PLAIN_BITS = {
    "F64": 64, "F32": 32, "F16": 16, "BF16": 16, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F6_E2M3": 6,
    "F6_E3M2": 6, "F4": 4, "F4_E2M1": 4, "I64": 64, "I32": 32, "I16": 16, "I8": 8, "U64": 64, "U32": 32,
    "U16": 16, "U8": 8, "BOOL": 8,
}  # fmt: skip
_PACKED = frozenset({"I32", "U32", "U8", "I8"})
"""The types in which safetensors files keep several quantised weights in one element."""
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
    """Return the bytes of the file's weights, and whether each of its elements is one weight.

    Raises:
        FileHeaderError: a tensor's type is not known, or its size is absurd.
    """
    components: Counter[str] = Counter()
    types: Counter[str] = Counter()
    elements, packed = 0, False
    for i, tensor in enumerate(header.tensors):
        with under("tensors", i):
            number = _count_elements(tensor.shape)
            size = _bytes(tensor, number, header, formats)
        components[_part(tensor.name)] += size
        types[tensor.type.lower()] += size
        elements += number
        packed = packed or (header.format == "safetensors" and tensor.type in _PACKED)
    return Weights(dict(components), elements, frozenset(), dict(types)), not packed


def _count_elements(shape: tuple[int, ...]) -> int:
    if 0 in shape:
        return 0
    number = 1
    for size in shape:
        number *= size
        if number > MAX_ELEMENTS:  # said without the number, which may have any number of digits
            raise FileHeaderError((), "more than 2^53 elements")
    return number


def _bytes(tensor: HeaderTensor, number: int, header: FileHeader, formats: Formats) -> int:
    bits = _PLAIN_BITS.get(tensor.type.upper())
    if bits is not None:
        return ceil_div(number * bits, 8)
    storage = _block_type(tensor.type.lower(), formats) if header.format == "gguf" else None
    if storage is None or storage.group is None:
        raise FileHeaderError((), f"type {tensor.type[:40]!r} is not known")
    columns = tensor.shape[-1] if tensor.shape else 1
    if columns % storage.group:
        raise FileHeaderError((), f"rows of {columns} are no whole blocks of {storage.group}")
    return int(storage.bits * Fraction(number) / 8)


def _block_type(name: str, formats: Formats) -> Storage | None:
    known = formats.weights.get(f"{name}-gguf") or formats.weights.get(name)
    return None if known is None else known.storage


def _part(name: str) -> str:
    return next((part for part, marks in _PARTS if any(mark in name for mark in marks)), "other")
