"""The number formats of quantization.yaml as the values that weights are weighed with."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tokenquote.catalog.schema.quantization import (
    CacheType,
    Mix,
    NumberFormat,
    NumberFormatFamily,
    QuantizationFile,
)
from tokenquote.memory.cache_plan import CacheElement
from tokenquote.memory.weights.gguf_mixes import FileMix, TypedLayers
from tokenquote.memory.weights.quantization import Formats, GroupedFormat, Storage, WeightFormat

__all__ = ["number_formats"]


def number_formats(quantization: QuantizationFile) -> Formats:
    """Return every format under each of its names."""
    return Formats(
        weights={
            known_as: format_
            for name, entry in quantization.weight_formats.items()
            for known_as, format_ in _weight_formats(name, entry)
        },
        mixes={
            known_as: _mix(name, entry, quantization)
            for name, entry in quantization.mixes.items()
            for known_as in (name, *entry.aliases)
        },
        grouped={name: _family(entry) for name, entry in quantization.format_families.items()},
        cache={
            known_as: _element(name, entry)
            for name, entry in quantization.cache_types.items()
            for known_as in (name, *entry.aliases)
        },
    )


def _weight_formats(name: str, entry: NumberFormat) -> Iterator[tuple[str, WeightFormat]]:
    storage = _storage(entry)
    for known_as in (name, *entry.aliases):
        yield known_as, WeightFormat(name, storage, entry.quantises, entry.rest_bits)


_TENSOR_KINDS = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")


def _mix(name: str, entry: Mix, quantization: QuantizationFile) -> WeightFormat:
    base = quantization.weight_formats[entry.base]
    choices = {
        kind: tuple(TypedLayers(choice.type, choice.where) for choice in getattr(entry, kind))
        for kind in _TENSOR_KINDS
    }
    mix = FileMix(
        entry.base, entry.output, entry.embedding, entry.rest, choices, entry.eight_experts, entry.imatrix
    )
    return WeightFormat(name, _storage(base), base.quantises, base.rest_bits, mix)


def _storage(entry: NumberFormat) -> Storage:
    if entry.block is not None and entry.block_bytes is not None:
        bits = Fraction(8 * entry.block_bytes, entry.block)
        return Storage(bits, group=entry.block, otherwise=entry.otherwise)
    return Storage(
        Fraction(entry.bits or 0),
        group=entry.group,
        group_bits=Fraction(entry.group_bits),
        row_bits=entry.row_bits,
        tensor_bits=entry.tensor_bits,
        tile=entry.tile,
        tile_bits=entry.tile_bits,
    )


def _family(entry: NumberFormatFamily) -> GroupedFormat:
    return GroupedFormat(
        bits=entry.bits,
        usual_bits=entry.usual_bits,
        usual_group=entry.usual_group,
        scale_bits=entry.scale_bits,
        zeros=entry.zeros,
        quantises=entry.quantises,
        rest_bits=entry.rest_bits,
    )


def _element(name: str, entry: CacheType) -> CacheElement:
    if entry.block is not None and entry.block_bytes is not None:
        return CacheElement(name, entry.block, Fraction(entry.block_bytes), entry.scale_bytes)
    return CacheElement(name, 1, Fraction(entry.bits or 0, 8), entry.scale_bytes)
