"""Vision towers, by the `model_type` of a `vision_config`, with what joins them to the text model.

Counted as transformers 5 builds them; tests hold each to the published total of a model that has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields

__all__ = ["TOWERS", "tower_tensors"]

_Tower = Callable[[ConfigFields, int], Iterator[Tensors]]


def tower_tensors(kind: str, vision: ConfigFields, hidden: int) -> tuple[Tensors, ...] | None:
    """Return every matrix of the tower and its projector; None: the kind is not counted.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    read = TOWERS.get(kind)
    return None if read is None else tuple(read(vision, hidden))


def _matrix(rows: int, columns: int, copies: int = 1, *, bias: bool = True) -> Iterator[Tensors]:
    yield Tensors("vision", "tower", rows, columns, copies)
    if bias:
        yield Tensors("vision", "tower", 1, rows, copies)


def _vector(elements: int, copies: int = 1) -> Tensors:
    return Tensors("vision", "tower", 1, elements, copies)


def _plain_layers(width: int, inner: int, layers: int) -> Iterator[Tensors]:
    """Yield ViT layers: attention of four matrices, a block of two, LayerNorms; everything with biases."""
    yield from _matrix(width, width, 4 * layers)
    yield from _matrix(inner, width, layers)
    yield from _matrix(width, inner, layers)
    yield _vector(width, 4 * layers)


def _sizes(vision: ConfigFields) -> tuple[int, int, int]:
    width = vision.size("hidden_size")
    return width, vision.size("intermediate_size"), vision.size("num_hidden_layers", "depth")


def _patches(vision: ConfigFields) -> int:
    """Return the patches of an image, each of which has a learned position."""
    return (vision.size("image_size") // vision.size("patch_size")) ** 2


def _patch_elements(vision: ConfigFields, *, frames: bool) -> int:
    channels = vision.optional_size("num_channels", "in_channels") or 3
    times = (vision.optional_size("temporal_patch_size") or 2) if frames else 1
    return channels * times * vision.size("patch_size") ** 2


def _siglip(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 3's tower, with its projector of one matrix and a norm."""
    width, inner, layers = _sizes(vision)
    yield from _matrix(width, _patch_elements(vision, frames=False))
    yield Tensors("vision", "tower", _patches(vision), width)
    yield from _plain_layers(width, inner, layers)
    yield _vector(width, 2)
    if vision.flag("vision_use_head", False):
        yield _vector(width, 3)  # probe and norm
        yield from _matrix(width, width, 4)
        yield from _matrix(inner, width)
        yield from _matrix(width, inner)
    yield from _matrix(hidden, width, bias=False)
    yield _vector(width)


def _vit_with_class_token(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield LLaVA's tower, with its projector of two matrices."""
    width, inner, layers = _sizes(vision)
    yield from _matrix(width, _patch_elements(vision, frames=False), bias=False)
    yield Tensors("vision", "tower", _patches(vision) + 1, width)
    yield _vector(width)  # the class
    yield from _plain_layers(width, inner, layers)
    yield _vector(width, 4)
    yield from _matrix(hidden, width)
    yield from _matrix(hidden, hidden)


def _pixtral(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Mistral 3's tower: gated blocks without biases, RMSNorms, four patches merged into one."""
    width, inner, layers = _sizes(vision)
    yield from _matrix(width, _patch_elements(vision, frames=False), bias=False)
    yield from _matrix(width, width, 4 * layers, bias=False)
    yield from _matrix(inner, width, 2 * layers, bias=False)
    yield from _matrix(width, inner, layers, bias=False)
    yield _vector(width, 2 * layers + 2)
    yield from _matrix(width, 4 * width, bias=False)
    yield from _matrix(hidden, width, bias=False)
    yield from _matrix(hidden, hidden, bias=False)


def _qwen2(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen2-VL's tower; its `hidden_size` is the text model's."""
    hidden = vision.optional_size("hidden_size") or hidden
    width, layers = vision.size("embed_dim"), vision.size("depth")
    merged = width * (vision.optional_size("spatial_merge_size") or 2) ** 2
    yield from _matrix(width, _patch_elements(vision, frames=True), bias=False)
    yield from _plain_layers(width, width * (vision.optional_size("mlp_ratio") or 4), layers)
    yield _vector(width, 2)
    yield from _matrix(merged, merged)
    yield from _matrix(hidden, merged)


def _qwen2_5(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    width, inner, layers = _sizes(vision)
    hidden = vision.optional_size("out_hidden_size") or hidden
    merged = width * (vision.optional_size("spatial_merge_size") or 2) ** 2
    yield from _matrix(width, _patch_elements(vision, frames=True), bias=False)
    yield from _matrix(width, width, 4 * layers)
    yield from _matrix(inner, width, 2 * layers)
    yield from _matrix(width, inner, layers)
    yield _vector(width, 2 * layers + 1)
    yield from _matrix(merged, merged)
    yield from _matrix(hidden, merged)


def _qwen3(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen3-VL's and Qwen3.5's tower: learned positions, and a merger for each layer that is read."""
    width, inner, layers = _sizes(vision)
    hidden = vision.optional_size("out_hidden_size") or hidden
    merged = width * (vision.optional_size("spatial_merge_size") or 2) ** 2
    deep = len(vision.layer_numbers("deepstack_visual_indexes"))
    yield from _matrix(width, _patch_elements(vision, frames=True))
    yield Tensors("vision", "tower", vision.optional_size("num_position_embeddings") or 2304, width)
    yield from _plain_layers(width, inner, layers)
    yield from _matrix(merged, merged, 1 + deep)
    yield from _matrix(hidden, merged, 1 + deep)
    yield _vector(width, 2)
    yield _vector(merged, 2 * deep)


def _llama4(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    width, inner, layers = _sizes(vision)
    joined = vision.optional_size("projector_output_dim") or 4096
    yield from _matrix(width, _patch_elements(vision, frames=False), bias=False)
    yield Tensors("vision", "tower", _patches(vision) + 1, width)
    yield from _plain_layers(width, inner, layers)
    yield _vector(width, 5)  # the class and two norms
    yield from _matrix(vision.optional_size("projector_input_dim") or 4096, inner, bias=False)
    yield from _matrix(joined, joined, bias=False)
    yield from _matrix(hidden, vision.size("vision_output_dim"), bias=False)


def _glm4v(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    width, inner, layers = _sizes(vision)
    out = vision.size("out_hidden_size")
    merged = (vision.optional_size("spatial_merge_size") or 2) ** 2
    yield from _matrix(width, _patch_elements(vision, frames=True))
    yield Tensors("vision", "tower", _patches(vision), width)
    yield from _matrix(width, width, 4 * layers, bias=False)
    yield from _matrix(out, width, 2 * layers, bias=False)
    yield from _matrix(width, out, layers, bias=False)
    yield _vector(width, 2 * layers + 2)
    yield from _matrix(out, width * merged)  # the convolution that merges patches
    yield from _matrix(out, out, bias=False)
    yield _vector(out, 2)
    yield from _matrix(inner, out, 2, bias=False)
    yield from _matrix(out, inner, bias=False)


TOWERS: dict[str, _Tower] = {
    "siglip_vision_model": _siglip,
    "clip_vision_model": _vit_with_class_token,
    "pixtral": _pixtral,
    "qwen2_vl": _qwen2,
    "qwen2_vl_vision": _qwen2,
    "qwen2_5_vl": _qwen2_5,
    "qwen2_5_vl_vision": _qwen2_5,
    "qwen3_vl": _qwen3,
    "qwen3_vl_vision": _qwen3,
    "qwen3_vl_moe": _qwen3,
    "qwen3_vl_moe_vision": _qwen3,
    "qwen3_5": _qwen3,
    "qwen3_5_vision": _qwen3,
    "qwen3_5_moe": _qwen3,
    "qwen3_5_moe_vision": _qwen3,
    "llama4_vision_model": _llama4,
    "glm4v_vision": _glm4v,
}
