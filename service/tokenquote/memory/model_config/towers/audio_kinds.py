"""Audio towers, by the `model_type` of an `audio_config`, with their classes' defaults.

Counted as transformers 5.23.0 builds them. Most are Whisper's encoder (arXiv:2212.04356): two convolutions
over mel frames, positions, layers of attention whose keys have no bias. Others are conformers
(arXiv:2005.08100).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from tokenquote.memory.layers.tensors import Tensors
from tokenquote.memory.model_config.fields import ConfigFields, as_whole_number
from tokenquote.memory.model_config.towers.tower_tensors import tower_matrix, tower_vector
from tokenquote.memory.model_config.towers.vision_kinds import TowerKind
from tokenquote.memory.model_config.towers.vit import inner_width, layer_number, tower_width

__all__ = ["AUDIO_KINDS"]

_matrix = partial(tower_matrix, part="audio")
_vector = partial(tower_vector, part="audio")


def _whisper_layers(audio: ConfigFields, *, key_bias: bool = False) -> Iterator[Tensors]:
    """Yield layers of attention and a block with LayerNorms."""
    width, layers = tower_width(audio), layer_number(audio)
    inner = inner_width(audio, width)
    yield from _matrix(width, width, 3 * layers)
    yield from _matrix(width, width, layers, bias=key_bias)
    yield from _matrix(inner, width, layers)
    yield from _matrix(width, inner, layers)
    yield _vector(width, 4 * layers + 2)  # with the norm after the last layer


def _two_convolutions(audio: ConfigFields) -> Iterator[Tensors]:
    width = tower_width(audio)
    yield from _matrix(width, 3 * audio.size("num_mel_bins"))
    yield from _matrix(width, 3 * width)


def _whisper(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    yield from _two_convolutions(audio)
    yield Tensors("audio", "tower", audio.size("max_source_positions"), tower_width(audio))
    yield from _whisper_layers(audio)


def _without_positions(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield GLM-ASR's encoder, whose positions are rotary."""
    yield from _two_convolutions(audio)
    yield from _whisper_layers(audio)


def _qwen_2_5_omni(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen2.5-Omni's encoder, with its projection and the vectors that begin and end audio."""
    out = audio.size("output_dim")
    yield from _two_convolutions(audio)
    yield from _whisper_layers(audio)
    yield from _matrix(out, tower_width(audio))
    yield _vector(out, 2)


def _qwen_3_omni(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Qwen3-Omni's encoder: three convolutions, which halve frequencies and frames."""
    width, channels, out = tower_width(audio), audio.size("downsample_hidden_size"), audio.size("output_dim")
    frequencies = (audio.size("num_mel_bins") + 7) // 8
    yield from _matrix(channels, 9)
    yield from _matrix(channels, 9 * channels, 2)
    yield from _matrix(width, channels * frequencies, bias=False)
    yield from _whisper_layers(audio, key_bias=True)
    yield from _matrix(width, width)
    yield from _matrix(out, width)


def _voxtral_realtime(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Voxtral Realtime's encoder: gated blocks and RMSNorms, heads wider than the tower together."""
    width, layers, inner = tower_width(audio), layer_number(audio), audio.size("intermediate_size")
    heads = audio.size("num_attention_heads") * audio.size("head_dim")
    yield from _two_convolutions(audio)
    yield from _matrix(heads, width, 2 * layers)
    yield from _matrix(heads, width, layers, bias=False)
    yield from _matrix(width, heads, layers)
    yield from _matrix(inner, width, 2 * layers, bias=False)
    yield from _matrix(width, inner, layers)
    yield _vector(width, 2 * layers + 1)


def _gemma_4(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 4's conformer, and a projection."""
    layers, out = layer_number(audio), audio.size("output_proj_dims")
    yield from _conformer(audio)
    if audio.flag("use_clipped_linears", True):
        yield _vector(4, 10 * layers)  # the bounds of what goes in and out of each matrix
    yield from _matrix(out, tower_width(audio))
    yield from _matrix(hidden, out, bias=False)


def _gemma_3n(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Gemma 3n's conformer, and its embedder with words of its own."""
    width = tower_width(audio)
    yield from _conformer(audio)
    yield Tensors("audio", "tower", audio.size("vocab_size"), width)
    yield _vector(width, 2)
    yield from _matrix(hidden, width, bias=False)


def _conformer(audio: ConfigFields) -> Iterator[Tensors]:
    """Yield two convolutions over 128 mel frequencies; in each layer two blocks, attention, a convolution."""
    width, layers = tower_width(audio), layer_number(audio)
    first, second = _channels(audio)
    yield from _matrix(first, 9, bias=False)
    yield from _matrix(second, 9 * first, bias=False)
    yield _vector(first + second)
    yield from _matrix(width, (128 // 4) * second, bias=False)
    yield from _matrix(4 * width, width, 2 * layers, bias=False)
    yield from _matrix(width, 4 * width, 2 * layers, bias=False)
    yield from _matrix(width, width, 5 * layers, bias=False)  # q, k, v, output and relative positions
    yield from _matrix(2 * width, width, layers, bias=False)
    yield from _matrix(width, width, layers, bias=False)
    yield _vector(width * audio.size("conv_kernel_size"), layers)
    yield _vector(width, 9 * layers)
    yield _vector(width // audio.size("num_attention_heads"), layers)  # a scale for each dimension of a head


def _channels(audio: ConfigFields) -> tuple[int, int]:
    stated = audio.listed("subsampling_conv_channels")
    numbers = [as_whole_number(item) or 0 for item in stated] if stated is not None else [128, 32]
    if len(numbers) != 2 or min(numbers) < 1:
        raise audio.error("subsampling_conv_channels", "two whole numbers are expected")
    return numbers[0], numbers[1]


def _gemma_4_unified(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield the one matrix of Gemma 4 12B, which has no audio tower."""
    yield from _matrix(hidden, audio.size("audio_embed_dim"), bias=False)


def _granite(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Granite Speech's conformer, with its outputs for characters."""
    width, layers, out = audio.size("hidden_dim"), audio.size("num_layers"), audio.size("output_dim")
    inner = width * audio.size("feedforward_mult")
    heads, conv = (
        audio.size("num_heads") * audio.size("dim_head"),
        width * audio.size("conv_expansion_factor"),
    )
    yield from _matrix(width, audio.size("input_dim"))
    yield from _matrix(inner, width, 2 * layers)
    yield from _matrix(width, inner, 2 * layers)
    yield from _matrix(3 * heads, width, layers, bias=False)
    yield from _matrix(width, heads, layers)
    yield Tensors("audio", "tower", 2 * audio.size("max_pos_emb") + 1, audio.size("dim_head"), layers)
    yield from _matrix(2 * conv, width, layers)
    yield _vector(conv * (audio.size("conv_kernel_size") + 4), layers)  # with the batch norm and its averages
    yield from _matrix(width, conv, layers)
    yield _vector(width, 10 * layers)
    yield from _matrix(out, width)
    yield from _matrix(width, out)


def _phi_4(audio: ConfigFields, hidden: int) -> Iterator[Tensors]:
    """Yield Phi-4-multimodal's conformer, with two projections: for speech, and beside images."""
    width, inner, layers = tower_width(audio), audio.size("intermediate_size"), audio.size("num_blocks")
    first, out = audio.size("nemo_conv_channels"), audio.size("ext_pw_out_channel")
    depth = audio.size("depthwise_separable_out_channel")
    yield _vector(audio.size("input_size"), 2)
    yield from _matrix(first, 9, 3)
    yield from _matrix(first, first, 2)
    yield from _matrix(width, first * audio.size("nemo_final_size"))
    yield _vector(2 * audio.size("bias_max_distance") * audio.size("num_attention_heads"))
    yield from _matrix(2 * inner, width, 2 * layers)
    yield from _matrix(width, inner, 2 * layers)
    yield from _matrix(width, width, 4 * layers)
    yield _vector(width, 10 * layers)
    yield _vector(out, 2 * layers)
    yield from _matrix(2 * out, width, layers)
    yield _vector(width * audio.size("depthwise_multiplier") * (audio.size("kernel_size") + 1), layers)
    yield from _matrix(depth, width * audio.size("depthwise_multiplier"), layers)
    yield from _matrix(out, width, layers)
    yield from _matrix(hidden, width, 2)
    yield from _matrix(hidden, hidden, 2)


_WHISPER = {
    "d_model": 1280, "encoder_layers": 32, "encoder_ffn_dim": 5120, "num_mel_bins": 128,
    "max_source_positions": 1500,
}  # fmt: skip
_NAMED = {
    "hidden_size": 1280, "num_hidden_layers": 32, "intermediate_size": 5120, "num_mel_bins": 128,
    "max_source_positions": 1500,
}  # fmt: skip
_WITH_OUTPUT = {**_WHISPER, "output_dim": 3584}
_QWEN_3 = {**_WITH_OUTPUT, "downsample_hidden_size": 480}

AUDIO_KINDS: Mapping[str, TowerKind] = {
    "audioflamingo3_encoder": TowerKind(_whisper, _NAMED),
    "gemma3n_audio": TowerKind(_gemma_3n, {
        "hidden_size": 1536, "num_hidden_layers": 12, "num_attention_heads": 8, "conv_kernel_size": 5,
        "vocab_size": 128}, {
        "num_hidden_layers": "conf_num_hidden_layers", "num_attention_heads": "conf_num_attention_heads",
        "conv_kernel_size": "conf_conv_kernel_size",
        "subsampling_conv_channels": "sscp_conv_channel_size"}),
    "gemma4_audio": TowerKind(_gemma_4, {
        "hidden_size": 1024, "num_hidden_layers": 12, "num_attention_heads": 8, "conv_kernel_size": 5,
        "output_proj_dims": 1536}),
    "gemma4_unified_audio": TowerKind(_gemma_4_unified, {"audio_embed_dim": 640}),
    "glmasr_encoder": TowerKind(_without_positions, _NAMED),
    "granite_speech_encoder": TowerKind(_granite, {
        "input_dim": 160, "num_layers": 10, "hidden_dim": 1024, "feedforward_mult": 4, "num_heads": 8,
        "dim_head": 128, "output_dim": 42, "max_pos_emb": 512, "conv_kernel_size": 15,
        "conv_expansion_factor": 2}),
    "phi4_multimodal_audio": TowerKind(_phi_4, {
        "hidden_size": 1024, "intermediate_size": 1536, "num_blocks": 24, "num_attention_heads": 16,
        "ext_pw_out_channel": 1024, "depthwise_separable_out_channel": 1024, "depthwise_multiplier": 1,
        "kernel_size": 3, "input_size": 80, "bias_max_distance": 1000, "nemo_conv_channels": 1024,
        "nemo_final_size": 10}),
    "qwen2_5_omni_audio_encoder": TowerKind(_qwen_2_5_omni, _WITH_OUTPUT),
    "qwen2_audio_encoder": TowerKind(_whisper, _WHISPER),
    "qwen3_asr_encoder": TowerKind(_qwen_3_omni, {
        **_QWEN_3, "d_model": 1024, "encoder_layers": 24, "encoder_ffn_dim": 4096}),
    "qwen3_omni_moe_audio_encoder": TowerKind(_qwen_3_omni, _QWEN_3),
    "voxtral_encoder": TowerKind(_whisper, _NAMED),
    "voxtral_realtime_encoder": TowerKind(_voxtral_realtime, {
        **_NAMED, "num_attention_heads": 32, "head_dim": 64}),
    "whisper": TowerKind(_whisper, _WHISPER),
}  # fmt: skip
