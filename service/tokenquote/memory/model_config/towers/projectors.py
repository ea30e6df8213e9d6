"""What joins a tower to the text model, by the `model_type` of the whole config (transformers 5.23.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields, as_number
from tokenquote.memory.model_config.towers.vit import tower_matrix, tower_vector, tower_width

__all__ = ["AUDIO_JOINS", "VISION_JOINS", "Joint"]


@dataclass(frozen=True, slots=True)
class Joint:
    """A tower and the text model that it is joined to."""

    whole: ConfigFields
    """The fields at the top of the config, beside those of the tower and of the text model."""
    tower: ConfigFields
    hidden: int
    """The hidden width of the text model."""

    @property
    def width(self) -> int:
        """The width of what the tower yields."""
        return tower_width(self.tower)


_Join = Callable[[Joint], Iterator[Tensors]]
_audio_matrix = partial(tower_matrix, part="audio")


def _nothing(joint: Joint) -> Iterator[Tensors]:
    """Yield nothing: the tower yields the text model's width by itself."""
    yield from ()


def _one_matrix(joint: Joint) -> Iterator[Tensors]:
    yield from tower_matrix(joint.hidden, joint.width)


def _two_matrices(joint: Joint) -> Iterator[Tensors]:
    """Yield LLaVA's projector, which reads as many layers of the tower as the config names."""
    layers = len(joint.whole.listed("vision_feature_layer") or [0])
    bias = joint.whole.flag("multimodal_projector_bias", True)
    yield from tower_matrix(joint.hidden, layers * joint.width, bias=bias)
    yield from tower_matrix(joint.hidden, joint.hidden, bias=bias)


def _with_newline(joint: Joint) -> Iterator[Tensors]:
    """Yield LLaVA-NeXT's projector, and the vector that ends a row of patches."""
    yield from _two_matrices(joint)
    yield tower_vector(joint.hidden)


def _vip_llava(joint: Joint) -> Iterator[Tensors]:
    layers = len(joint.whole.listed("vision_feature_layer") or [0] * 5)
    yield tower_vector(layers * joint.width, 2)
    yield from tower_matrix(joint.hidden, layers * joint.width)
    yield from tower_matrix(joint.hidden, joint.hidden)


def _gemma_3(joint: Joint) -> Iterator[Tensors]:
    yield from tower_matrix(joint.hidden, joint.width, bias=False)
    yield tower_vector(joint.width)


def _mistral_3(joint: Joint) -> Iterator[Tensors]:
    """Yield a norm, the merging of neighbouring patches, and two matrices."""
    merged = (joint.whole.optional_size("spatial_merge_size") or 2) ** 2
    bias = joint.whole.flag("multimodal_projector_bias", False)
    yield tower_vector(joint.width)
    yield from tower_matrix(joint.width, merged * joint.width, bias=False)
    yield from tower_matrix(joint.hidden, joint.width, bias=bias)
    yield from tower_matrix(joint.hidden, joint.hidden, bias=bias)


def _shuffled(joint: Joint, times: int) -> Iterator[Tensors]:
    """Yield a norm and two matrices over `times` patches that became one."""
    yield tower_vector(times * joint.width, 2)
    yield from tower_matrix(joint.hidden, times * joint.width)
    yield from tower_matrix(joint.hidden, joint.hidden)


def _internvl(joint: Joint) -> Iterator[Tensors]:
    ratio = as_number(joint.whole.raw("downsample_ratio")) or 0.5
    if not 0.001 <= ratio <= 1:
        raise joint.whole.error("downsample_ratio", "a number from 0.001 to 1 is expected")
    return _shuffled(joint, round(1 / ratio) ** 2)


def _idefics_3(joint: Joint) -> Iterator[Tensors]:
    times = (joint.whole.optional_size("scale_factor") or 2) ** 2
    yield from tower_matrix(joint.hidden, times * joint.width, bias=False)


def _idefics_2(joint: Joint) -> Iterator[Tensors]:
    """Yield Idefics 2's gated block into the text model's width, and its perceiver of few vectors."""
    perceiver = joint.whole.within("perceiver_config") or ConfigFields({}, ("perceiver_config",), {})
    hidden, inner = joint.hidden, joint.whole.within("text_config")
    block = (inner.optional_size("intermediate_size") if inner else None) or 14336
    depth = perceiver.optional_size("resampler_depth") or 3
    head = perceiver.optional_size("resampler_head_dim") or 96
    heads = perceiver.optional_size("resampler_n_heads") or 16
    kv_heads = perceiver.optional_size("num_key_value_heads") or 4
    yield from tower_matrix(block, joint.width, 2, bias=False)
    yield from tower_matrix(hidden, block, bias=False)
    yield tower_vector(hidden, (perceiver.optional_size("resampler_n_latents") or 64) + 3 * depth + 1)
    yield from tower_matrix(heads * head, hidden, depth, bias=False)
    yield from tower_matrix(kv_heads * head, hidden, 2 * depth, bias=False)
    yield from tower_matrix(hidden, heads * head, depth, bias=False)
    yield from tower_matrix(4 * hidden, hidden, 2 * depth, bias=False)
    yield from tower_matrix(hidden, 4 * hidden, depth, bias=False)


def _cohere(joint: Joint) -> Iterator[Tensors]:
    """Yield Command A Vision's gated block over patches that became one."""
    times = (joint.whole.optional_size("downsample_factor") or 2) ** 2
    inner = joint.whole.optional_size("alignment_intermediate_size") or 36864
    yield from tower_matrix(inner, times * joint.width)
    yield from tower_matrix(joint.hidden, inner // 2)


def _aya(joint: Joint) -> Iterator[Tensors]:
    times = (joint.whole.optional_size("downsample_factor") or 2) ** 2
    inner = joint.whole.optional_size("alignment_intermediate_size") or joint.hidden
    yield tower_vector(times * joint.width, 2)
    yield from tower_matrix(inner, times * joint.width)
    yield from tower_matrix(joint.hidden, inner // 2)


def _lfm_2(joint: Joint) -> Iterator[Tensors]:
    times = (joint.whole.optional_size("downsample_factor") or 2) ** 2
    inner, bias = (
        joint.whole.optional_size("projector_hidden_size") or 2560,
        joint.whole.flag("projector_bias", True),
    )
    if joint.whole.flag("projector_use_layernorm", True):
        yield tower_vector(times * joint.width, 2)
    yield from tower_matrix(inner, times * joint.width, bias=bias)
    yield from tower_matrix(joint.hidden, inner, bias=bias)


def _merged_four(joint: Joint) -> Iterator[Tensors]:
    """Yield a norm of single patches, and two matrices over four that became one (Kimi, PaddleOCR)."""
    merged = 4 * joint.width
    yield tower_vector(joint.width, 2)
    yield from tower_matrix(merged, merged)
    yield from tower_matrix(joint.hidden, merged)


def _ovis(joint: Joint) -> Iterator[Tensors]:
    """Yield Ovis's visual words: a head over them, and a table of what they look like to the text model."""
    words, stride = (
        joint.tower.optional_size("vocab_size") or 16384,
        joint.tower.optional_size("hidden_stride") or 1,
    )
    signs = joint.tower.optional_size("num_visual_indicator_tokens") or 5
    yield from tower_matrix(words - signs, stride**2 * joint.width, bias=False)
    yield tower_vector(words - signs, 2)
    yield Tensors("vision", "tower", words, joint.whole.optional_size("hidden_size") or joint.hidden)


def _minimax(joint: Joint) -> Iterator[Tensors]:
    inner = joint.whole.optional_size("projector_hidden_size") or joint.hidden
    yield from tower_matrix(inner, joint.width)
    yield from tower_matrix(joint.hidden, inner)
    yield from tower_matrix(inner, 4 * joint.hidden)
    yield from tower_matrix(joint.hidden, inner)


def _muse(joint: Joint) -> Iterator[Tensors]:
    inner = joint.whole.optional_size("projector_hidden_size") or 4096
    yield from tower_matrix(inner, 4 * joint.width, bias=False)
    yield from tower_matrix(inner, inner, bias=False)
    yield from tower_matrix(joint.hidden, inner, bias=False)


def _step(joint: Joint) -> Iterator[Tensors]:
    yield from tower_matrix(joint.hidden, 4 * joint.width, bias=joint.whole.flag("projector_bias", False))


def _janus(joint: Joint) -> Iterator[Tensors]:
    inner, depth = (
        joint.tower.optional_size("projection_dim") or 2048,
        joint.tower.optional_size("depth") or 2,
    )
    yield from tower_matrix(inner, joint.width)
    yield from tower_matrix(inner, inner, depth - 1)


def _radio(joint: Joint) -> Iterator[Tensors]:
    inner = joint.whole.optional_size("projector_hidden_size") or 4096
    yield tower_vector(4 * joint.width)
    yield from tower_matrix(inner, 4 * joint.width, bias=False)
    yield from tower_matrix(joint.hidden, inner, bias=False)


def _got(joint: Joint) -> Iterator[Tensors]:
    """Yield two convolutions that halve the sides, and a matrix."""
    channels = joint.tower.optional_size("output_channels") or 256
    yield from tower_matrix(2 * channels, 9 * channels, bias=False)
    yield from tower_matrix(4 * channels, 18 * channels, bias=False)
    yield from tower_matrix(joint.hidden, joint.hidden)


def _molmo(joint: Joint) -> Iterator[Tensors]:
    """Yield attention that pools patches of several layers, and a gated block."""
    adapter = joint.whole.within("adapter_config") or ConfigFields({}, ("adapter_config",), {})
    read = joint.width * len(adapter.listed("vision_feature_layer") or [0, 1])
    width = adapter.optional_size("hidden_size") or joint.width
    inner = adapter.optional_size("intermediate_size") or 18944
    yield from tower_matrix(width, read, 3)
    yield from tower_matrix(width, width)
    yield from tower_matrix(inner, width, 2, bias=False)
    yield from tower_matrix(adapter.optional_size("text_hidden_size") or joint.hidden, inner, bias=False)


def _mllama(joint: Joint) -> Iterator[Tensors]:
    yield from tower_matrix(joint.hidden, joint.tower.size("vision_output_dim"))


def _phi_4(joint: Joint) -> Iterator[Tensors]:
    yield tower_vector(joint.width, 2)  # the ends of rows and of the whole image
    yield from tower_matrix(joint.hidden, joint.width)
    yield from tower_matrix(joint.hidden, joint.hidden)


def _hyperclova(joint: Joint) -> Iterator[Tensors]:
    yield from tower_matrix(joint.hidden, joint.tower.size("out_hidden_size"))


def _heard_matrix(joint: Joint) -> Iterator[Tensors]:
    yield from _audio_matrix(joint.hidden, joint.width)


def _heard_matrices(joint: Joint) -> Iterator[Tensors]:
    yield from _audio_matrix(joint.hidden, joint.width)
    yield from _audio_matrix(joint.hidden, joint.hidden)


def _voxtral(joint: Joint) -> Iterator[Tensors]:
    """Yield two matrices over four frames that became one."""
    yield from _audio_matrix(joint.hidden, 4 * joint.width, bias=False)
    yield from _audio_matrix(joint.hidden, joint.hidden, bias=False)


def _glm_asr(joint: Joint) -> Iterator[Tensors]:
    yield from _audio_matrix(2 * joint.hidden, 4 * joint.width)
    yield from _audio_matrix(joint.hidden, 2 * joint.hidden)


VISION_JOINS: Mapping[str, _Join] = {
    "aya_vision": _aya, "cohere2_vision": _cohere, "deepseek_vl": _two_matrices, "gemma3": _gemma_3,
    "got_ocr2": _got, "hyperclovax_vision_v2": _hyperclova, "idefics2": _idefics_2, "idefics3": _idefics_3,
    "internvl": _internvl, "janus": _janus, "kimi_k2": _merged_four, "kimi_k25": _merged_four,
    "kimi_vl": _merged_four, "lfm2_vl": _lfm_2, "lighton_ocr": _mistral_3, "llava": _two_matrices,
    "llava_next": _with_newline, "llava_next_video": _with_newline, "llava_onevision": _with_newline,
    "minimax_m3_vl": _minimax, "mistral3": _mistral_3, "mistral_large4": _mistral_3, "mllama": _mllama,
    "molmo2": _molmo, "muse_glimmer": _muse, "muse_spark": _muse, "nemotron_h_omni": _radio, "ovis2": _ovis,
    "paddleocr_vl": _merged_four, "paligemma": _one_matrix, "phi4_multimodal": _phi_4, "pp_chart2table": _got,
    "qianfan_ocr": _internvl, "shieldgemma2": _gemma_3, "smolvlm": _idefics_3, "step3p7": _step,
    "video_llama_3": _two_matrices, "vipllava": _vip_llava,
}  # fmt: skip
"""The projectors of images. Towers of `vision_mergers.py` need none but where one stands here."""

AUDIO_JOINS: Mapping[str, _Join] = {
    "audioflamingo3": _heard_matrices, "glmasr": _glm_asr, "musicflamingo": _heard_matrices,
    "qwen2_audio": _heard_matrix, "voxtral": _voxtral, "voxtral_realtime": _voxtral,
}  # fmt: skip
"""The projectors of audio, of the encoders that do not yield the text model's width by themselves."""
