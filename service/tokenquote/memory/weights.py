"""Bytes of the weights: each tensor in the type that it really has, scales and zeros included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.memory.parameters import Role, Tensors
from tokenquote.memory.quantization import Formats, Quantises, Storage, WeightFormat

__all__ = ["Weights", "weigh"]

_APPLIES: dict[Quantises, frozenset[Role]] = {
    "everything": frozenset({"linear", "expert", "embedding", "head", "kept"}),
    "matrices": frozenset({"linear", "expert", "embedding", "head"}),
    "linears": frozenset({"linear", "expert"}),
    "experts": frozenset({"expert"}),
}


@dataclass(frozen=True, slots=True)
class Weights:
    """What the weights take."""

    components: dict[str, int]
    """Bytes by part; they add up to `bytes`."""
    parameters: int
    quantised: frozenset[str]
    """Parts with at least one tensor in the format itself."""

    @property
    def bytes(self) -> int:
        return sum(self.components.values())

    @property
    def bits_per_weight(self) -> Fraction:
        return Fraction(8 * self.bytes, self.parameters)


def weigh(tensors: Iterable[Tensors], format_: WeightFormat, formats: Formats, *, tied: bool) -> Weights:
    """Bytes of all tensors.

    Args:
        tensors: of the architecture.
        format_: what the quantised ones are stored in.
        formats: where a format finds those that it names for the output and for odd rows.
        tied: whether the embedding serves as the output matrix as well.
    """
    found = tuple(tensors)
    applies = _applies_to(format_, found)
    rest = Storage(Fraction(format_.rest_bits))
    components: dict[str, int] = {}
    quantised: set[str] = set()
    for one in found:
        storage = rest
        if one.role in applies:
            quantised.add(one.part)
            output = one.role == "head" or (tied and one.role == "embedding")
            wanted = formats.weight(format_.head).storage if output and format_.head else format_.storage
            storage = _storage_for(one, wanted, formats)
        size = storage.bytes_of(one.rows, one.columns) * one.copies
        components[one.part] = components.get(one.part, 0) + size
    return Weights(components, sum(one.elements for one in found), frozenset(quantised))


def _applies_to(format_: WeightFormat, tensors: Iterable[Tensors]) -> frozenset[Role]:
    without_experts = format_.quantises == "experts" and not any(one.role == "expert" for one in tensors)
    return _APPLIES["linears" if without_experts else format_.quantises]


def _storage_for(one: Tensors, wanted: Storage, formats: Formats) -> Storage:
    """Rows of odd length fall back, as llama.cpp's quantize does."""
    while wanted.otherwise is not None and wanted.group is not None and one.columns % wanted.group:
        wanted = formats.weight(wanted.otherwise).storage
    return wanted
