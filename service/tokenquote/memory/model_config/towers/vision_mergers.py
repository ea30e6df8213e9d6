"""Vision towers that merge neighbouring patches themselves and yield the text model's width.

Counted as transformers 5.23.0 builds them; tests hold each to a published total, or to the class itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields
from tokenquote.memory.model_config.towers.tower_tensors import tower_matrix, tower_vector
from tokenquote.memory.model_config.towers.vision_kinds import TowerKind
from tokenquote.memory.model_config.towers.vit import Vit, layer_number, patch_elements, tower_width

__all__ = ["MERGING_KINDS"]


def _merged(vision: ConfigFields) -> int:
    """Return the patches that become one."""
    return (vision.optional_size("spatial_merge_size", "merge_size") or 2) ** 2


def _qwen_2(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen2-VL's tower; its `hidden_size` is the text model's."""
    hidden = vision.optional_size("hidden_size") or hidden
    width = vision.size("embed_dim")
    merged = width * _merged(vision)
    own = vision.with_layer({"hidden_size": width, "mlp_ratio": vision.raw("mlp_ratio") or 4})
    yield from Vit(frames=True, patch_bias=False, positions="none").tensors(own)
    yield from tower_matrix(merged, merged)
    yield from tower_matrix(hidden, merged)


def _qwen_2_5(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen2.5-VL's tower, of gated blocks and RMSNorms; EXAONE 4.5's heads share keys."""
    width = tower_width(vision)
    merged = width * _merged(vision)
    yield from Vit(frames=True, patch_bias=False, positions="none", rms=True, gated=True).tensors(vision)
    yield from tower_matrix(merged, merged)
    yield from tower_matrix(vision.optional_size("out_hidden_size") or hidden, merged)


def _qwen_3(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen3-VL's and Qwen3.5's tower, with a merger for each layer that is read."""
    width = tower_width(vision)
    hidden = vision.optional_size("out_hidden_size") or hidden
    merged = width * _merged(vision)
    deep = len(vision.layer_numbers("deepstack_visual_indexes"))
    yield from Vit(frames=True, positions="stated").tensors(vision)
    yield from tower_matrix(merged, merged, 1 + deep)
    yield from tower_matrix(hidden, merged, 1 + deep)
    yield tower_vector(merged, 2 * deep)


def _llama_4(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    joined = vision.optional_size("projector_output_dim") or 4096
    yield from Vit(patch_bias=False, class_token=True, norms_before=1).tensors(vision)
    yield from tower_matrix(
        vision.optional_size("projector_input_dim") or 4096, vision.size("intermediate_size"), bias=False
    )
    yield from tower_matrix(joined, joined, bias=False)
    yield from tower_matrix(hidden, vision.size("vision_output_dim"), bias=False)


def _glm_4(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield GLM-4.1V's tower, whose blocks are as wide as what it yields, and whose merger is wider."""
    width, out = tower_width(vision), vision.size("out_hidden_size")
    bias = vision.flag("attention_bias", False)
    blocks = vision.with_layer({"intermediate_size": out})
    yield from Vit(
        frames=True, rms=True, gated=True, norms_before=1, qkv_bias=bias, out_bias=False, mlp_bias=False
    ).tensors(blocks)
    yield from _glm_merger(width, out, vision.size("intermediate_size"), vision)


def _glm_ocr(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield GLM-OCR's tower: norms of queries and keys, no learned positions."""
    channels = vision.optional_size("in_channels") or 3
    return _glm_with_head_norms(vision, vision.size("out_hidden_size") * channels)


def _glm_5(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    return _glm_with_head_norms(vision, vision.size("projection_intermediate_size"))


def _glm_with_head_norms(vision: ConfigFields, merger: int) -> Iterator[Tensors]:
    bias = vision.flag("attention_bias", True)
    vit = Vit(
        frames=True, positions="none", rms=True, gated=True, qkv_bias=bias, out_bias=bias, mlp_bias=bias,
        head_norms=True,
    )  # fmt: skip
    yield from vit.tensors(vision)
    yield from _glm_merger(tower_width(vision), vision.size("out_hidden_size"), merger, vision)


def _glm_merger(width: int, out: int, inner: int, vision: ConfigFields) -> Iterator[Tensors]:
    yield from tower_matrix(out, width * _merged(vision))  # the convolution that merges patches
    yield from tower_matrix(out, out, bias=False)
    yield tower_vector(out, 2)
    yield from tower_matrix(inner, out, 2, bias=False)
    yield from tower_matrix(out, inner, bias=False)


def _minimax(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield MiniMax-M3's tower; its projector is joined in `projectors.py`."""
    yield from Vit(frames=True, patch_bias=False, positions="none", norms_before=1, norms_after=0).tensors(
        vision
    )


def _ernie(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield ERNIE 4.5 VL's tower, and its resampler over neighbouring patches and frames."""
    width = tower_width(vision)
    space, frames = width * _merged(vision), vision.optional_size("temporal_merge_size") or 2
    yield from Vit(patch_bias=False, positions="none").tensors(vision)
    yield from tower_matrix(space, space, 3)
    yield from tower_matrix(space, frames * space)
    yield tower_vector(space, 4)
    yield from tower_matrix(hidden, space)
    yield tower_vector(hidden)


def _gemma_4(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 4's tower: four norms a layer, norms of queries and keys, positions along both sides."""
    width, layers = tower_width(vision), layer_number(vision)
    heads, head = vision.size("num_attention_heads"), vision.size("head_dim")
    kv_heads = vision.optional_size("num_key_value_heads") or heads
    inner, bias = vision.size("intermediate_size"), vision.flag("attention_bias", False)
    yield from tower_matrix(width, patch_elements(vision, frames=False), bias=False)
    yield Tensors("vision", "tower", 2 * vision.size("position_embedding_size"), width)
    yield from tower_matrix(heads * head, width, layers, bias=bias)
    yield from tower_matrix(kv_heads * head, width, 2 * layers, bias=bias)
    yield from tower_matrix(width, heads * head, layers, bias=bias)
    yield from tower_matrix(inner, width, 2 * layers, bias=False)
    yield from tower_matrix(width, inner, layers, bias=False)
    yield tower_vector(width, 4 * layers)
    yield tower_vector(head, 2 * layers)
    if vision.flag("use_clipped_linears", False):
        yield tower_vector(4, 7 * layers)  # the bounds of what goes in and out of each matrix
    if vision.flag("standardize", False):
        yield tower_vector(width, 2)
    yield from tower_matrix(hidden, width, bias=False)


def _gemma_3n(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 3n's MobileNetV5, whose sizes no config states, and its embedder with words of its own."""
    name = vision.text("architecture") or _MOBILENET
    if name != _MOBILENET:
        raise vision.error("architecture", f"{name[:64]!r}: not counted; only {_MOBILENET} is")
    width = tower_width(vision)
    yield tower_vector(_MOBILENET_WEIGHTS)
    yield Tensors("vision", "tower", vision.size("vocab_size"), width)
    yield tower_vector(width, 2)
    yield from tower_matrix(hidden, width, bias=False)


def _gemma_4_unified(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 4 12B's embedder of patches, which has no layers."""
    width = vision.size("mm_embed_dim")
    patch = 3 * (vision.size("patch_size") * vision.size("pooling_kernel_size")) ** 2
    yield Tensors("vision", "tower", 2 * vision.size("mm_posemb_size"), width)
    yield tower_vector(patch, 2)
    yield from tower_matrix(width, patch)
    yield tower_vector(width, 4)
    yield from tower_matrix(hidden, width, bias=False)


_MOBILENET = "mobilenetv5_300m_enc"
# timm's mobilenetv5_300m_enc; what is left of the Hub's total of google/gemma-3n-E4B, 7,849,978,192, after
# the text model with the keys and values that its last 15 layers do not use, the audio tower and embedders.
_MOBILENET_WEIGHTS = 294_126_912
_QWEN_2_5 = {
    "hidden_size": 3584, "intermediate_size": 3420, "depth": 32, "patch_size": 14, "out_hidden_size": 3584,
}  # fmt: skip
_QWEN_3 = {
    "hidden_size": 1152, "intermediate_size": 4304, "depth": 27, "patch_size": 16,
    "num_position_embeddings": 2304,
}  # fmt: skip
_GLM_4 = {
    "hidden_size": 1536, "intermediate_size": 13696, "depth": 24, "patch_size": 14, "image_size": 336,
    "out_hidden_size": 4096,
}  # fmt: skip
_GLM_OCR = {
    **_GLM_4, "hidden_size": 1024, "intermediate_size": 4096, "out_hidden_size": 1536, "num_heads": 16,
}  # fmt: skip
_WITH_MODEL = {
    "exaone4_5": TowerKind(_qwen_2_5, {**_QWEN_2_5, "num_heads": 16, "num_key_value_heads": 8}),
    "glm4v": TowerKind(_glm_4, _GLM_4),
    "glm4v_moe": TowerKind(_glm_4, _GLM_4),
    "glm5_next": TowerKind(_glm_5, {**_GLM_OCR, "projection_intermediate_size": 10240}),
    "glm_ocr": TowerKind(_glm_ocr, _GLM_OCR),
    "qwen2_5_vl": TowerKind(_qwen_2_5, _QWEN_2_5),
    "qwen2_vl": TowerKind(_qwen_2, {"embed_dim": 1280, "depth": 32, "patch_size": 14}),
    "qwen3_5": TowerKind(_qwen_3, _QWEN_3),
    "qwen3_5_moe": TowerKind(_qwen_3, _QWEN_3),
    "qwen3_vl": TowerKind(_qwen_3, _QWEN_3),
    "qwen3_vl_moe": TowerKind(_qwen_3, _QWEN_3),
    "qwen4_exp": TowerKind(_qwen_3, _QWEN_3),
}

MERGING_KINDS: Mapping[str, TowerKind] = {
    # Published configs give the tower the model's own type, or one of its own.
    **_WITH_MODEL,
    **{f"{name}_vision": kind for name, kind in _WITH_MODEL.items()},
    "ernie4_5_vl_moe_vision": TowerKind(_ernie, {
        "hidden_size": 1280, "intermediate_size": 5120, "depth": 32, "patch_size": 14}),
    "gemma3n_vision": TowerKind(_gemma_3n, {"hidden_size": 2048, "vocab_size": 128}),
    "gemma4_unified_vision": TowerKind(_gemma_4_unified, {
        "patch_size": 16, "pooling_kernel_size": 3, "mm_embed_dim": 3840, "mm_posemb_size": 1120}),
    "gemma4_vision": TowerKind(_gemma_4, {
        "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 16, "num_attention_heads": 12,
        "head_dim": 64, "patch_size": 16, "position_embedding_size": 10240}),
    "llama4_vision_model": TowerKind(_llama_4, {
        "hidden_size": 768, "intermediate_size": 5632, "num_hidden_layers": 34, "image_size": 448,
        "patch_size": 14, "vision_output_dim": 7680}),
    "minimax_m3_vl_vision": TowerKind(_minimax, {
        "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "patch_size": 14}),
    "qwen2_5_omni_vision_encoder": TowerKind(_qwen_2_5, _QWEN_2_5),
    "qwen3_omni_moe_vision_encoder": TowerKind(_qwen_3, _QWEN_3),
}  # fmt: skip
