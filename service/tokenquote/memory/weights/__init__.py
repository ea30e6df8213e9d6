"""The bytes of weights: each tensor in the type that it really has, scales and zeros included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.catalog.schema.quantization import Quantises
from tokenquote.memory.layers import Architecture
from tokenquote.memory.layers.parameters import tensors
from tokenquote.memory.layers.tensors import TensorRole, Tensors
from tokenquote.memory.weights.gguf_mixes import FileMix, typed_tensors
from tokenquote.memory.weights.quantization import Formats, Storage, WeightFormat

__all__ = ["Weights", "weigh", "weigh_architecture"]

_APPLIES: dict[Quantises, frozenset[TensorRole]] = {
    "everything": frozenset({"linear", "expert", "embedding", "head", "kept", "tower"}),
    "matrices": frozenset({"linear", "expert", "embedding", "head"}),
    "linears": frozenset({"linear", "expert"}),
    "experts": frozenset({"expert"}),
}
_TOWER_BITS = Fraction(16)


@dataclass(frozen=True, slots=True)
class Weights:
    """The bytes of weights, by part and by type."""

    components: dict[str, int]
    """The bytes by part, which add up to `bytes`."""
    parameters: int
    """The number of weights."""
    quantised: frozenset[str]
    """The parts with at least one tensor in the format itself."""
    types: dict[str, int]
    """The bytes by type; a format may mix several."""

    @property
    def bytes(self) -> int:
        """The bytes of all weights."""
        return sum(self.components.values())

    @property
    def bits_per_weight(self) -> Fraction:
        """The bits of a weight on average."""
        return Fraction(8 * self.bytes, self.parameters)


def weigh_architecture(
    architecture: Architecture, format_: WeightFormat, formats: Formats, *, imatrix: bool | None = None
) -> Weights:
    """Return the bytes of a model's weights, mixes of types layer by layer.

    Args:
        architecture: the architecture of the model.
        format_: the format that its weights are stored in.
        formats: all formats, among which a format finds those that it names.
        imatrix: whether a GGUF file was made with an importance matrix, which changes some of its types;
            None: where the file type asks for one.
    """
    if format_.mix is None:
        return weigh(tensors(architecture), format_, formats)
    return _weigh_mix(architecture, format_.mix, formats, imatrix=imatrix)


def weigh(found: Iterable[Tensors], format_: WeightFormat, formats: Formats) -> Weights:
    """Return the bytes of tensors in one type, and of those that it leaves in a wider one."""
    found = tuple(found)
    applies = _applies_to(format_, found)
    rest = Storage(Fraction(format_.rest_bits))
    tally = _Tally()
    for tensor in found:
        if tensor.role in applies:
            storage = _storage_for(tensor, format_.storage, formats)
            tally.add(tensor, storage, format_.name, quantised=True)
        elif tensor.role == "tower":
            tally.add(tensor, Storage(_TOWER_BITS), "16 bit", quantised=False)
        else:
            tally.add(tensor, rest, f"{format_.rest_bits} bit", quantised=False)
    return tally.weights()


def _weigh_mix(
    architecture: Architecture, mix: FileMix, formats: Formats, *, imatrix: bool | None
) -> Weights:
    tally = _Tally()
    for tensor, name in typed_tensors(architecture, mix, imatrix=imatrix):
        if tensor.role == "tower":
            tally.add(tensor, Storage(_TOWER_BITS), "f16", quantised=False)
        elif name is None:
            tally.add(tensor, Storage(Fraction(32)), "f32", quantised=False)
        else:
            name, storage = _fitting(tensor, name, mix, formats)
            tally.add(tensor, storage, name, quantised=True)
    return tally.weights()


class _Tally:
    """The sums over tensors, by part and by type."""

    def __init__(self) -> None:
        self._components: dict[str, int] = {}
        self._types: dict[str, int] = {}
        self._parameters = 0
        self._quantised: set[str] = set()

    def add(self, tensor: Tensors, storage: Storage, type_: str, *, quantised: bool) -> None:
        """Add all copies of the tensor."""
        size = storage.matrix_bytes(tensor.rows, tensor.columns) * tensor.copies
        self._components[tensor.part] = self._components.get(tensor.part, 0) + size
        self._types[type_] = self._types.get(type_, 0) + size
        self._parameters += tensor.elements
        if quantised:
            self._quantised.add(tensor.part)

    def weights(self) -> Weights:
        """Return the sums of all tensors added."""
        return Weights(self._components, self._parameters, frozenset(self._quantised), self._types)


def _applies_to(format_: WeightFormat, found: Iterable[Tensors]) -> frozenset[TensorRole]:
    without_experts = format_.quantises == "experts" and not any(tensor.role == "expert" for tensor in found)
    return _APPLIES["linears" if without_experts else format_.quantises]


def _storage_for(tensor: Tensors, wanted: Storage, formats: Formats) -> Storage:
    """Return the storage; rows that are no whole groups fall back, as llama.cpp's quantize does."""
    return next(storage for _, storage in _fallbacks(tensor, "", wanted, formats))


def _fitting(tensor: Tensors, name: str, mix: FileMix, formats: Formats) -> tuple[str, Storage]:
    """Return the type that the tensor's rows are whole blocks of."""
    output = name == mix.output and tensor.role in ("head", "embedding")
    base = formats.block_type(mix.base)
    if output and base.group is not None and tensor.columns % base.group:
        name = "q8_0"
    return next(_fallbacks(tensor, name, formats.block_type(name), formats))


def _fallbacks(
    tensor: Tensors, name: str, wanted: Storage, formats: Formats
) -> Iterator[tuple[str, Storage]]:
    while wanted.otherwise is not None and wanted.group is not None and tensor.columns % wanted.group:
        name = wanted.otherwise
        wanted = formats.block_type(name)
    yield name, wanted
