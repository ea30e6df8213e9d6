"""The type of each tensor of a GGUF file: the choices of llama.cpp's quantize, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenquote.memory.layers import Architecture
from tokenquote.memory.layers.parameters import layer_tensors, tensors_outside
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["FileMix", "TypedLayers", "typed_tensors"]

_VALUES = ("attn_v", "attn_qkv", "attn_kv_b")
"""The names of the tensors that llama.cpp treats as values."""
_NEVER = ("per_layer_model_proj", "laurel_l", "laurel_r")


@dataclass(frozen=True, slots=True)
class TypedLayers:
    """A type and the layers that have it, in the words of quantization.yaml."""

    type: str
    where: str


@dataclass(frozen=True, slots=True)
class FileMix:
    """A file type: the types that it mixes."""

    base: str
    output: str
    embedding: str | None
    rest: str | None
    choices: Mapping[str, Sequence[TypedLayers]]
    eight_experts: Mapping[str, str]
    imatrix: bool
    """Whether such files are always made with an importance matrix."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What the choices depend on."""

    layers: int
    values: int
    """The number of layers with a tensor of values."""
    queries_per_kv: int
    experts: int
    falcon: bool
    large: bool
    """Whether it is Llama or Qwen 2 of 80 layers whose queries share KV heads: values get more bits."""
    tied: bool
    imatrix: bool


def typed_tensors(
    architecture: Architecture, mix: FileMix, *, imatrix: bool | None = None
) -> Iterator[tuple[Tensors, str | None]]:
    """Yield every tensor with the name of its type; None for those that stay in 32 bit.

    Args:
        architecture: the architecture of the model.
        mix: the file type.
        imatrix: whether the file was made with an importance matrix, which changes some choices; None: where
            the file type asks for one.
    """
    model = _read_model(architecture, imatrix=mix.imatrix if imatrix is None else imatrix)
    for tensor in tensors_outside(architecture):
        yield tensor, _type_outside(tensor, mix, model)
    seen = 0
    for i, layer in enumerate(architecture.layers):
        found = layer_tensors(layer, architecture)
        for tensor in found:
            yield tensor, _type_in_layer(tensor, mix, model, i, seen)
        seen += any(tensor.name in _VALUES for tensor in found)


def _read_model(architecture: Architecture, *, imatrix: bool) -> _Model:
    layers = architecture.layers
    values = sum(
        any(tensor.name in _VALUES for tensor in layer_tensors(layer, architecture)) for layer in layers
    )
    experts = max((layer.mlp.expert_count for layer in layers), default=0) or 1
    shares = (share for layer in layers if (share := layer.attention.queries_per_kv_head) is not None)
    share = next(shares, 1)
    return _Model(
        layers=len(layers),
        values=values,
        queries_per_kv=share,
        experts=experts,
        falcon=architecture.model_type == "falcon",
        large=len(layers) == 80 and share > 1 and architecture.model_type in _LARGE,
        tied=architecture.tied,
        imatrix=imatrix,
    )


_LARGE = ("llama", "qwen2", "nemotron-nas", "olmo")


def _type_outside(tensor: Tensors, mix: FileMix, model: _Model) -> str | None:
    if tensor.role == "kept" or tensor.name in _NEVER:
        return None
    if tensor.role == "head" or (model.tied and tensor.role == "embedding"):
        return "q8_0" if model.falcon else mix.output
    if tensor.role == "embedding":
        return mix.embedding or mix.base
    return mix.rest or mix.base


def _type_in_layer(tensor: Tensors, mix: FileMix, model: _Model, layer: int, seen: int) -> str | None:
    if tensor.role == "kept" or tensor.name in _NEVER:
        return None
    if mix.rest is not None:
        return mix.base if tensor.role == "expert" else mix.rest
    kind = "attn_v" if tensor.name in _VALUES else tensor.name.removesuffix("_exps").removesuffix("_shexp")
    if model.experts == 8 and kind in mix.eight_experts:
        return mix.eight_experts[kind]
    index, total = (seen, model.values) if kind == "attn_v" else (layer, model.layers)
    chosen = next(
        (choice.type for choice in mix.choices.get(kind, ()) if _holds(choice.where, index, total, model)),
        mix.base,
    )
    return "q5_k" if kind == "attn_v" and model.large and chosen in ("q3_k", "q4_k") else chosen


def _holds(where: str, i: int, layers: int, model: _Model) -> bool:
    """Return whether a choice holds in this layer of this model; all its parts must."""
    parts = {
        "everywhere": True,
        "first 2": i < 2,
        "first 4": i < 4,
        "first sixteenth": i < layers // 16,
        "first eighth": i < layers // 8,
        "middle": layers // 8 <= i < 7 * layers // 8,
        "some layers": i < layers // 8 or i >= 7 * layers // 8 or (i - layers // 8) % 3 == 2,
        "four queries share": model.queries_per_kv >= 4,
        "or four experts": model.queries_per_kv >= 4 or model.experts >= 4,
        "without imatrix": not model.imatrix,
        "falcon": model.falcon,
    }
    if where.endswith("or four experts"):
        return parts["or four experts"]
    return all(parts[part] for part in where.split(", "))
