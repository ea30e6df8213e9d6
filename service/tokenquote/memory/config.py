"""A Hugging Face `config.json` as it is, to what costs memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.architecture import Architecture, Attention, CacheLayout, Experts, Layer, Mlp
from tokenquote.memory.attention_config import read_attention
from tokenquote.memory.config_fields import ArchitectureError, Fields, Location
from tokenquote.memory.families import FAMILIES, UNKNOWN, Family

__all__ = ["read_architecture", "read_cache_layout"]

# Configs of models that also see or hear hold the text model's fields in one of these.
_TEXT_MODELS = ("text_config", "llm_config", "language_config")
_OTHER_TOWERS = ("vision_config", "audio_config", "vision_tower", "speech_config")


def read_cache_layout(config: Mapping[str, Any]) -> CacheLayout:
    """What the KV cache of the model depends on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    reader = _Reader(config)
    layers = read_attention(reader.fields, reader.family)
    assumptions, warnings = reader.assumptions(), reader.warnings()
    if reader.model_type is None:
        # The fields are the reader's own, and a cache depends on no more than they say.
        assumptions = (
            *assumptions,
            "no model_type: every layer is taken to attend to all tokens, or as stated",
        )
        warnings = ()
    known = reader.known or reader.model_type is None
    return CacheLayout(layers, known, assumptions, (*warnings, *reader.window_warning()))


def read_architecture(config: Mapping[str, Any]) -> Architecture:
    """What the weights of the model depend on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    reader = _Reader(config)
    fields, family = reader.fields, reader.family
    _require_all(fields)
    if not reader.known:
        _refuse_unknown_experts(fields)
    attention = read_attention(fields, family)
    return Architecture(
        hidden=fields.size("hidden_size"),
        vocabulary=fields.size("vocab_size"),
        tied=reader.tied(),
        layers=_with_mlps(attention, fields, family),
        norms_per_layer=family.norms_per_layer,
        norm_bias=family.norm_bias,
        head_bias=family.head_bias,
        known=reader.known,
        assumptions=(*reader.assumptions(), *_left_out(config, fields)),
        warnings=reader.warnings(),
    )


# Recurrent and hybrid models keep states, encoders keep nothing: to count them like Llama would be wrong.
_OTHER_MEMORY = (
    "bamba", "bert", "deberta", "deberta-v2", "distilbert", "electra", "falcon_h1", "falcon_mamba",
    "granitemoehybrid", "jamba", "mamba", "mamba2", "modernbert", "mpnet", "nemotron_h",
    "recurrent_gemma", "roberta", "rwkv", "t5", "xlm-roberta", "xlstm", "zamba", "zamba2",
)  # fmt: skip


class _Reader:
    """Finds the text model within a config, and its family."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        location: Location = ()
        inner: Any = config
        for name in _TEXT_MODELS:
            if isinstance(config.get(name), Mapping):
                inner, location = config[name], (name,)
                break
        self._outer = config
        model_type = inner.get("model_type") or config.get("model_type")
        if model_type is not None and not isinstance(model_type, str):
            raise ArchitectureError((*location, "model_type"), "a word is expected")
        if model_type in _OTHER_MEMORY:
            detail = f"{model_type} keeps other things than keys and values of heads: not yet offered"
            raise ArchitectureError((*location, "model_type"), detail)
        self.model_type: str | None = model_type
        self.family = FAMILIES.get(model_type or "", UNKNOWN)
        self.known = model_type in FAMILIES
        self.fields = Fields(inner, location, self.family.defaults)

    def tied(self) -> bool:
        """Multimodal configs state it outside of their text model."""
        outer = Fields(self._outer, (), {}).flag("tie_word_embeddings", self.family.tied)
        return self.fields.flag("tie_word_embeddings", outer)

    def assumptions(self) -> tuple[str, ...]:
        return tuple(
            f"{name}: {value}, the default of {self.model_type}, which the config does not state"
            for name, value in self.fields.taken_defaults.items()
        )

    def warnings(self) -> tuple[str, ...]:
        if self.known:
            return ()
        if self.model_type is None:
            return ("the config has no model_type: counted as if the model were built like Llama",)
        return (f"model type {self.model_type[:64]!r} is not known: counted as if it were built like Llama",)

    def window_warning(self) -> tuple[str, ...]:
        """What an unknown model does with its window is unknown too."""
        fields = self.fields
        if self.known or not fields.raw("sliding_window") or fields.has("layer_types"):
            return ()
        if fields.has("use_sliding_window") or fields.has("sliding_window_pattern"):
            return ()
        return ("sliding_window is not applied, since no layer_types say where: an upper bound",)


def _require_all(fields: Fields) -> None:
    names = ["num_hidden_layers", "hidden_size", "num_attention_heads", "vocab_size"]
    experts_only = fields.has("moe_intermediate_size") and not fields.count("first_k_dense_replace")
    if not experts_only:
        names.append("intermediate_size")
    if fields.has("kv_lora_rank"):
        names += ["qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"]
    fields.require(*names)


def _with_mlps(attention: tuple[Attention, ...], fields: Fields, family: Family) -> tuple[Layer, ...]:
    number = _expert_number(fields)
    if number is None:
        dense = _mlp(fields, family)
        return tuple(Layer(one, dense) for one in attention)
    experts = _experts(fields, family, number)
    has_experts = [_has_experts(i, fields) for i in range(len(attention))]
    plain = experts if all(has_experts) else _mlp(fields, family)
    return tuple(
        Layer(one, experts if moe else plain) for one, moe in zip(attention, has_experts, strict=True)
    )


def _refuse_unknown_experts(fields: Fields) -> None:
    """Experts that an unknown model has under other names are most of its weights: not to be left out."""
    if _expert_number(fields) is not None:
        return
    for name in fields.names():
        if "expert" in name and fields.raw(name):
            raise fields.error(name, "experts of an unknown model type: not counted yet")


def _expert_number(fields: Fields) -> int | None:
    for name in ("n_routed_experts", "num_experts", "num_local_experts"):
        number = fields.optional_size(name, least=0)
        if number:
            return number
    return None


def _has_experts(layer: int, fields: Fields) -> bool:
    """DeepSeek's and Qwen's ways of saying which layers are dense."""
    if layer in fields.layer_numbers("mlp_only_layers"):
        return False
    if layer < fields.count("first_k_dense_replace"):
        return False
    step = (
        fields.optional_size("decoder_sparse_step") or fields.optional_size("interleave_moe_layer_step") or 1
    )
    frequency = (
        1 if isinstance(fields.raw("moe_layer_freq"), list) else fields.optional_size("moe_layer_freq") or 1
    )
    return (layer + 1) % step == 0 and layer % frequency == 0


def _experts(fields: Fields, family: Family, number: int) -> Experts:
    width = fields.optional_size("moe_intermediate_size") or fields.size("intermediate_size")
    shared = fields.count("shared_expert_intermediate_size")
    if not shared:
        shared = fields.count("n_shared_experts") * width or fields.count("shared_intermediate_size")
    return Experts(
        number=number,
        width=width,
        active=fields.optional_size("num_experts_per_tok"),
        bias=family.expert_bias,
        shared_width=width if family.shared_is_expert else shared,
        shared_gate=family.shared_gate and shared > 0,
        router_bias=fields.flag("use_routing_bias", family.router_bias),
    )


def _mlp(fields: Fields, family: Family) -> Mlp:
    width = fields.optional_size("intermediate_size_mlp") or fields.size("intermediate_size")
    bias = fields.flag("mlp_bias", False) if family.mlp_bias is None else family.mlp_bias
    return Mlp(width=width, gated=family.gated, bias=bias)


def _left_out(config: Mapping[str, Any], fields: Fields) -> list[str]:
    left_out = [f"{name}: not counted" for name in _OTHER_TOWERS if config.get(name)]
    if fields.count("num_nextn_predict_layers") or fields.count("mtp_num_hidden_layers"):
        left_out.append("layers that predict further tokens (MTP): not counted")
    return left_out
