"""Vision towers of ViT layers, by the `model_type` of a `vision_config`, with their classes' defaults.

Counted as transformers 5.23.0 builds them. What joins a tower to the text model stands in `projectors.py`; of
towers that merge patches by themselves it is part of the tower (`vision_mergers.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields
from tokenquote.memory.model_config.towers.tower_tensors import tower_matrix, tower_vector
from tokenquote.memory.model_config.towers.vit import (
    Vit,
    inner_width,
    layer_number,
    patch_number,
    tower_width,
)

__all__ = ["VIT_KINDS", "TowerKind", "TowerReader"]

TowerReader = Callable[[ConfigFields, int], Iterator[Tensors]]
"""A function that yields a tower's tensors from its fields and the hidden width of the text model."""


@dataclass(frozen=True, slots=True)
class TowerKind:
    """A kind of tower: how it is built, and what its config class says where a config does not."""

    tensors: TowerReader
    defaults: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """The kind's own names of fields, by the usual name."""


def _of(vit: Vit) -> TowerReader:
    return lambda vision, hidden: vit.tensors(vision)


def _siglip(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield SigLIP, whose class has a head that pools patches unless the config leaves it out."""
    yield from Vit().tensors(vision)
    yield from _pooling_head(vision)


def _siglip_2(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    yield from Vit(positions="stated").tensors(vision)
    yield from _pooling_head(vision)


def _pooling_head(vision: ConfigFields) -> Iterator[Tensors]:
    if vision.flag("vision_use_head", True):
        width = tower_width(vision)
        inner = inner_width(vision, width)
        yield tower_vector(width, 3)  # the probe and a norm
        yield from tower_matrix(width, width, 4)
        yield from tower_matrix(inner, width)
        yield from tower_matrix(width, inner)


def _internvl(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield InternVL's tower: scaled layers, and a last norm only where patches are not averaged."""
    width, layers = tower_width(vision), layer_number(vision)
    vit = Vit(
        class_token=True,
        positions="patches" if vision.flag("use_absolute_position_embeddings", True) else "none",
        qkv_bias=vision.flag("attention_bias", False),
        rms=vision.text("norm_type") == "rms_norm",
        norms_after=0 if vision.flag("use_mean_pooling", True) else 1,
        scales=2,
    )
    yield from vit.tensors(vision)
    if vision.flag("use_qk_norm", False):
        yield tower_vector(width, 2 * layers)
    if vision.flag("use_mask_token", False):
        yield tower_vector(width)


def _qianfan(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    return _internvl(vision.with_layer({"attention_bias": vision.flag("attention_bias", True)}), hidden)


def _step(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Step's tower: two convolutions of 3 x 3 halve the sides and double the width."""
    yield from Vit(patch_bias=False, norms_before=1, norms_after=0, scales=2).tensors(vision)
    width = tower_width(vision)
    for times in (1, 2):
        yield from tower_matrix(2 * times * width, 9 * times * width)


def _with_stated_grid(vit: Vit) -> TowerReader:
    """Return a reader of a tower whose positions are a grid of stated height and width."""

    def tensors(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
        grid = vision.size("pos_emb_height") * vision.size("pos_emb_width")
        return vit.tensors(vision.with_layer({"num_position_embeddings": grid}))

    return tensors


def _ovis(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Ovis's tower: gated blocks, and one norm of patches more."""
    bias = vision.flag("qkv_bias", False)
    block_bias = vision.flag("mlp_bias", False)
    yield from Vit(
        rms=True, gated=True, norms_before=1, qkv_bias=bias, out_bias=bias, mlp_bias=block_bias
    ).tensors(vision)


def _janus(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    bias = vision.flag("attention_bias", True)
    yield from Vit(qkv_bias=bias).tensors(vision.with_layer({"depth": None}))
    if vision.flag("use_qk_norm", False):
        yield tower_vector(tower_width(vision), 4 * layer_number(vision))


def _blip_2(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    return Vit(class_token=True, qkv_bias=vision.flag("qkv_bias", True)).tensors(vision)


def _radio(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield RADIO, which keeps positions of the largest image, and a matrix for the patches of videos."""
    width = tower_width(vision)
    largest = (vision.size("max_img_size") // vision.size("patch_size")) ** 2
    vit = Vit(
        patch_bias=False, positions="stated", norms_after=0, scales=2, qkv_bias=vision.flag("qkv_bias", True)
    )
    yield from vit.tensors(vision.with_layer({"num_position_embeddings": largest}))
    yield tower_vector(width, vision.count("num_cls_tokens") + vision.count("num_registers"))
    if frames := vision.count("video_temporal_patch_size"):
        yield from tower_matrix(width, 3 * frames * vision.size("patch_size") ** 2, bias=False)


def _sam(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield GOT-OCR's tower, SAM's: positions along both sides in each layer, and a neck of convolutions."""
    width, layers = tower_width(vision), layer_number(vision)
    out, head = vision.size("output_channels"), width // vision.size("num_attention_heads")
    if vision.flag("use_rel_pos", True):
        full = len(vision.layer_numbers("global_attn_indexes"))
        grid = vision.size("image_size") // vision.size("patch_size")
        yield tower_vector(2 * head * (2 * grid - 1), full)
        yield tower_vector(2 * head * (2 * vision.size("window_size") - 1), layers - full)
    yield from Vit(norms_after=0, qkv_bias=vision.flag("qkv_bias", True)).tensors(vision)
    yield from tower_matrix(out, width, bias=False)
    yield from tower_matrix(out, 9 * out, bias=False)
    yield tower_vector(out, 4)


def _mllama(vision: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Llama 3.2 Vision's tower: global layers after the others, and positions of tiles with gates."""
    width, layers, further = tower_width(vision), layer_number(vision), vision.size("num_global_layers")
    plain = Vit(patch_bias=False, class_token=True, qkv_bias=False, out_bias=False, norms_before=1)
    both = vision.with_layer({"num_hidden_layers": layers + further})
    yield from plain.tensors(both)
    ratios = (len(vision.listed("supported_aspect_ratios") or ()) or 8) + 1
    tiles = vision.size("max_num_tiles")
    yield Tensors("vision", "tower", ratios, tiles * (patch_number(vision) + 1) * width)
    yield Tensors("vision", "tower", ratios, tiles * width, 2)
    yield tower_vector(1, 3 + 2 * further)  # gates of positions, and of what global layers add


_BASE = {
    "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
    "image_size": 224, "patch_size": 16,
}  # fmt: skip
_LARGE = {
    "hidden_size": 1152, "intermediate_size": 4304, "num_hidden_layers": 27, "num_attention_heads": 16,
    "patch_size": 14,
}  # fmt: skip
_IDEFICS_3 = {**_BASE, "hidden_size": 1152, "patch_size": 32}
_INTERN = {
    **_BASE, "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "image_size": 448,
    "patch_size": 14,
}  # fmt: skip
_MUSE = {
    "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 50, "patch_size": 14,
    "pos_emb_height": 32, "pos_emb_width": 32,
}  # fmt: skip
_CLIP = Vit(patch_bias=False, class_token=True, norms_before=1)
_PIXTRAL = Vit(
    patch_bias=False, positions="none", norms_before=1, norms_after=0, rms=True, gated=True, qkv_bias=False,
    out_bias=False, mlp_bias=False,
)  # fmt: skip
_MUSE_TOWER = _with_stated_grid(Vit(frames=True, patch_bias=False, positions="stated", norms_before=1))
# Moonshot's own configs name the same fields otherwise.
_KIMI_NAMES = {
    "hidden_size": "vt_hidden_size", "intermediate_size": "vt_intermediate_size",
    "num_hidden_layers": "vt_num_hidden_layers", "pos_emb_height": "init_pos_emb_height",
    "pos_emb_width": "init_pos_emb_width",
}  # fmt: skip
_KIMI = TowerKind(
    _with_stated_grid(Vit(positions="stated")),
    {**_LARGE, "pos_emb_height": 64, "pos_emb_width": 64},
    _KIMI_NAMES,
)
_SIGLIP = TowerKind(_siglip, _BASE)

VIT_KINDS: Mapping[str, TowerKind] = {
    "blip_2_vision_model": TowerKind(_blip_2, {**_BASE, "hidden_size": 1408, "intermediate_size": 6144,
                                               "num_hidden_layers": 39, "patch_size": 14}),
    "clip_vision_model": TowerKind(_of(_CLIP), {**_BASE, "patch_size": 32}),
    "got_ocr2_vision": TowerKind(_sam, {**_BASE, "image_size": 1024, "mlp_dim": 3072, "output_channels": 256,
                                        "window_size": 14}, {"intermediate_size": "mlp_dim"}),
    "idefics2_vision": TowerKind(_of(Vit()), {**_BASE, "patch_size": 32}),
    "idefics3_vision": TowerKind(_of(Vit()), _IDEFICS_3),
    "internvl_vision": TowerKind(_internvl, _INTERN),
    "janus_vision_model": TowerKind(_janus, {**_INTERN, "image_size": 384, "patch_size": 16}),
    "kimi_k25_vision": _KIMI,
    "mllama_vision_model": TowerKind(_mllama, {
        "hidden_size": 1280, "intermediate_size": 5120, "num_hidden_layers": 32, "num_global_layers": 8,
        "image_size": 448, "patch_size": 14, "max_num_tiles": 4}),
    "molmo2_vision": TowerKind(_of(Vit(positions="stated", norms_after=0)), {
        **_LARGE, "num_hidden_layers": 25, "num_position_embeddings": 729}),
    "moonvit": _KIMI,
    "muse_glimmer_vision": TowerKind(_MUSE_TOWER, _MUSE),
    "muse_spark_vision": TowerKind(_MUSE_TOWER, _MUSE),
    "ovis2_vision": TowerKind(_ovis, {**_INTERN, "intermediate_size": 2816, "image_size": 224}),
    "paddleocr_vl_vision": TowerKind(_of(Vit()), {**_LARGE, "image_size": 384}),
    "phi4_multimodal_vision": TowerKind(_siglip, {**_LARGE, "image_size": 448}),
    "pixtral": TowerKind(_of(_PIXTRAL), {**_INTERN, "patch_size": 16}),
    "qianfan_ocr_vision": TowerKind(_qianfan, _INTERN),
    "radio": TowerKind(_radio, {
        "hidden_size": 1280, "num_hidden_layers": 32, "patch_size": 16, "max_img_size": 2048,
        "num_cls_tokens": 3, "num_registers": 7, "video_temporal_patch_size": 2, "intermediate_size": 5120}),
    "siglip2_vision_model": TowerKind(_siglip_2, {**_BASE, "num_patches": 256}),
    "siglip_vision_model": _SIGLIP,
    "smolvlm_vision": TowerKind(_of(Vit()), _IDEFICS_3),
    "step3p5_vision": TowerKind(_step, {
        "hidden_size": 1536, "intermediate_size": 8960, "num_hidden_layers": 47, "image_size": 728,
        "patch_size": 14}),
    "video_llama_3_vision": TowerKind(_of(replace(Vit(), positions="none")), _BASE),
}  # fmt: skip
