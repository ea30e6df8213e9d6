"""Which type each tensor of a GGUF file has: the choices of llama.cpp's quantize, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenquote.memory.layers import Architecture, Experts, GroupedAttention, Parallel
from tokenquote.memory.layers.parameters import layer_tensors, tensors_outside
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["FileMix", "TypedLayers", "typed_tensors"]

_VALUES = ("attn_v", "attn_qkv", "attn_kv_b")
"""What llama.cpp treats as values are treated."""
_NEVER = ("per_layer_model_proj", "laurel_l", "laurel_r")


@dataclass(frozen=True, slots=True)
class TypedLayers:
    """A type, and the layers that have it, in the words of quantization.yaml."""

    type: str
    where: str


@dataclass(frozen=True, slots=True)
class FileMix:
    """One file type."""

    base: str
    output: str
    embedding: str | None
    rest: str | None
    choices: Mapping[str, Sequence[TypedLayers]]
    eight_experts: Mapping[str, str]
    imatrix: bool
    """Whether such files are made with an importance matrix always."""


@dataclass(frozen=True, slots=True)
class _Model:
    """What of a model the choices depend on."""

    layers: int
    values: int
    """Layers with a tensor of values."""
    queries_per_kv: int
    experts: int
    falcon: bool
    large: bool
    """Llama or Qwen 2 of 80 layers whose queries share KV heads, for which values get more bits."""
    tied: bool
    imatrix: bool


def typed_tensors(
    architecture: Architecture, mix: FileMix, *, imatrix: bool | None = None
) -> Iterator[tuple[Tensors, str | None]]:
    """Every tensor with the name of its type; None for those that stay in 32 bit.

    Args:
        architecture: of the model.
        mix: the file type.
        imatrix: whether the file was made with an importance matrix, which changes some choices; None: where
            the file type asks for one.
    """
    model = _model_of(architecture, imatrix=mix.imatrix if imatrix is None else imatrix)
    for one in tensors_outside(architecture):
        yield one, _of_ends(one, mix, model)
    seen = 0
    for i, layer in enumerate(architecture.layers):
        found = layer_tensors(layer, architecture)
        for one in found:
            yield one, _of_layer(one, mix, model, i, seen)
        seen += any(one.name in _VALUES for one in found)


def _model_of(architecture: Architecture, *, imatrix: bool) -> _Model:
    attending = [grouped for layer in architecture.layers if (grouped := _grouped(layer.attention))]
    first = attending[0] if attending else None
    values = sum(
        any(one.name in _VALUES for one in layer_tensors(layer, architecture))
        for layer in architecture.layers
    )
    experts = max((x.mlp.number for x in architecture.layers if isinstance(x.mlp, Experts)), default=1)
    share = first.query_heads // first.kv_heads if first else 1
    return _Model(
        layers=len(architecture.layers),
        values=values,
        queries_per_kv=share,
        experts=experts,
        falcon=architecture.model_type == "falcon",
        large=len(architecture.layers) == 80 and share > 1 and architecture.model_type in _LARGE,
        tied=architecture.tied,
        imatrix=imatrix,
    )


_LARGE = ("llama", "qwen2", "nemotron-nas", "olmo")


def _grouped(attention: object) -> GroupedAttention | None:
    if isinstance(attention, Parallel):
        return attention.attention
    return attention if isinstance(attention, GroupedAttention) else None


def _of_ends(one: Tensors, mix: FileMix, model: _Model) -> str | None:
    if one.role == "kept" or one.name in _NEVER:
        return None
    if one.role == "head" or (model.tied and one.role == "embedding"):
        return "q8_0" if model.falcon else mix.output
    if one.role == "embedding":
        return mix.embedding or mix.base
    return mix.rest or mix.base


def _of_layer(one: Tensors, mix: FileMix, model: _Model, layer: int, seen: int) -> str | None:
    if one.role == "kept" or one.name in _NEVER:
        return None
    if mix.rest is not None:
        return mix.base if one.role == "expert" else mix.rest
    kind = "attn_v" if one.name in _VALUES else one.name.removesuffix("_exps").removesuffix("_shexp")
    if model.experts == 8 and kind in mix.eight_experts:
        return mix.eight_experts[kind]
    index, total = (seen, model.values) if kind == "attn_v" else (layer, model.layers)
    chosen = next(
        (c.type for c in mix.choices.get(kind, ()) if _holds(c.where, index, total, model)), mix.base
    )
    return "q5_k" if kind == "attn_v" and model.large and chosen in ("q3_k", "q4_k") else chosen


def _holds(where: str, i: int, layers: int, model: _Model) -> bool:
    """Whether a choice holds in this layer of this model; all its parts must."""
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
