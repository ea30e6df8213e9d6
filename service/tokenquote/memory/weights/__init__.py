"""Bytes of the weights: each tensor in the type that it really has, scales and zeros included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.memory.layers import Architecture
from tokenquote.memory.layers.parameters import tensors
from tokenquote.memory.layers.tensors import Role, Tensors
from tokenquote.memory.weights.gguf_mixes import FileMix, typed_tensors
from tokenquote.memory.weights.quantization import Formats, Quantises, Storage, WeightFormat

__all__ = ["Weights", "weigh", "weigh_architecture"]

_APPLIES: dict[Quantises, frozenset[Role]] = {
    "everything": frozenset({"linear", "expert", "embedding", "head", "kept", "tower"}),
    "matrices": frozenset({"linear", "expert", "embedding", "head"}),
    "linears": frozenset({"linear", "expert"}),
    "experts": frozenset({"expert"}),
}
_TOWER_BITS = Fraction(16)


@dataclass(frozen=True, slots=True)
class Weights:
    """What the weights take."""

    components: dict[str, int]
    """Bytes by part; they add up to `bytes`."""
    parameters: int
    quantised: frozenset[str]
    """Parts with at least one tensor in the format itself."""
    types: dict[str, int]
    """Bytes by type, where a format mixes several."""

    @property
    def bytes(self) -> int:
        return sum(self.components.values())

    @property
    def bits_per_weight(self) -> Fraction:
        return Fraction(8 * self.bytes, self.parameters)


def weigh_architecture(
    architecture: Architecture, format_: WeightFormat, formats: Formats, *, imatrix: bool | None = None
) -> Weights:
    """Bytes of a model's weights, mixes of types layer by layer.

    Args:
        architecture: of the model.
        format_: what its weights are stored in.
        formats: where a format finds those that it names.
        imatrix: whether a GGUF file was made with an importance matrix, which changes some of its types;
            None: where the file type asks for one.
    """
    if format_.mix is None:
        return weigh(tensors(architecture), format_, formats)
    return _weigh_mix(architecture, format_.mix, formats, imatrix=imatrix)


def weigh(found: Iterable[Tensors], format_: WeightFormat, formats: Formats) -> Weights:
    """Bytes of tensors in one type, and of those that it leaves in a wider one."""
    found = tuple(found)
    applies = _applies_to(format_, found)
    rest = Storage(Fraction(format_.rest_bits))
    tally = _Tally()
    for one in found:
        if one.role in applies:
            storage = _storage_for(one, format_.storage, formats)
            tally.add(one, storage, format_.name, quantised=True)
        elif one.role == "tower":
            tally.add(one, Storage(_TOWER_BITS), "16 bit", quantised=False)
        else:
            tally.add(one, rest, f"{format_.rest_bits} bit", quantised=False)
    return tally.weights()


def _weigh_mix(
    architecture: Architecture, mix: FileMix, formats: Formats, *, imatrix: bool | None
) -> Weights:
    tally = _Tally()
    for one, name in typed_tensors(architecture, mix, imatrix=imatrix):
        if one.role == "tower":
            tally.add(one, Storage(_TOWER_BITS), "f16", quantised=False)
        elif name is None:
            tally.add(one, Storage(Fraction(32)), "f32", quantised=False)
        else:
            name, storage = _fitting(one, name, mix, formats)
            tally.add(one, storage, name, quantised=True)
    return tally.weights()


class _Tally:
    """Adds tensors up."""

    def __init__(self) -> None:
        self._components: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._parameters = 0
        self._quantised: set[str] = set()

    def add(self, one: Tensors, storage: Storage, type_: str, *, quantised: bool) -> None:
        size = storage.bytes_of(one.rows, one.columns) * one.copies
        self._components[one.part] = self._components.get(one.part, 0) + size
        self._types[type_] = self._types.get(type_, 0) + size
        self._parameters += one.elements
        if quantised:
            self._quantised.add(one.part)

    def weights(self) -> Weights:
        return Weights(self._components, self._parameters, frozenset(self._quantised), self._types)


def _applies_to(format_: WeightFormat, found: Iterable[Tensors]) -> frozenset[Role]:
    without_experts = format_.quantises == "experts" and not any(one.role == "expert" for one in found)
    return _APPLIES["linears" if without_experts else format_.quantises]


def _storage_for(one: Tensors, wanted: Storage, formats: Formats) -> Storage:
    """Rows of odd length fall back, as llama.cpp's quantize does."""
    return next(storage for _, storage in _fallbacks(one, "", wanted, formats))


def _fitting(one: Tensors, name: str, mix: FileMix, formats: Formats) -> tuple[str, Storage]:
    """The type that the tensor's rows are whole blocks of."""
    output = name == mix.output and one.role in ("head", "embedding")
    base = formats.block_type(mix.base)
    if output and base.group is not None and one.columns % base.group:
        name = "q8_0"
    return next(_fallbacks(one, name, formats.block_type(name), formats))


def _fallbacks(one: Tensors, name: str, wanted: Storage, formats: Formats) -> Iterator[tuple[str, Storage]]:
    while wanted.otherwise is not None and wanted.group is not None and one.columns % wanted.group:
        name = wanted.otherwise
        wanted = formats.block_type(name)
    yield name, wanted
