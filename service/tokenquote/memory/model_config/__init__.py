"""A Hugging Face `config.json` as it is, read as what costs memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.layers import (
    Architecture,
    Attention,
    CacheLayout,
    Experts,
    FeedForward,
    Layer,
    Mlp,
    NoFeedForward,
)
from tokenquote.memory.layers.tensors import matrix
from tokenquote.memory.model_config.attention import read_attention
from tokenquote.memory.model_config.encoder_decoders import (
    encoder_decoder_kind,
    read_encoder_decoder,
    read_encoder_decoder_layout,
)
from tokenquote.memory.model_config.encoders import encoder_kind, read_encoder, read_encoder_layout
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.family_tensors import layer_family_tensors, model_family_tensors
from tokenquote.memory.model_config.feed_forward import (
    expert_number,
    read_feed_forward,
    refuse_unknown_experts,
)
from tokenquote.memory.model_config.fields import ConfigFields
from tokenquote.memory.model_config.pipelines import pipeline_class, pipeline_layout, refuse_pipeline
from tokenquote.memory.model_config.prediction_layers import (
    read_prediction_attention,
    read_prediction_layers,
    unread_prediction_layers,
)
from tokenquote.memory.model_config.text_model import TextModel

__all__ = ["read_architecture", "read_cache_layout"]


def read_cache_layout(config: Mapping[str, Any]) -> CacheLayout:
    """Return the kinds and sizes of layers that the KV cache of the model depends on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    if pipeline_class(config) is not None:
        return pipeline_layout()
    if (encoder := encoder_kind(config)) is not None:
        return read_encoder_layout(config, encoder)
    if (both := encoder_decoder_kind(config)) is not None:
        return read_encoder_decoder_layout(config, both)
    reader = TextModel(config)
    layers = read_attention(reader.fields, reader.family)
    assumptions, warnings = reader.assumptions(), reader.warnings()
    if reader.model_type is None:
        # Whoever leaves the model type out states the fields, and a cache depends on no more than they say.
        assumptions = (
            *assumptions,
            "no model_type: every layer is taken to attend to all tokens, or as stated",
        )
        warnings = ()
    known = reader.known or reader.model_type is None
    predictors = read_prediction_attention(layers, reader.fields, reader.family)
    return CacheLayout(
        layers, known, assumptions, (*warnings, *reader.window_warning()), predictors=predictors
    )


def read_architecture(config: Mapping[str, Any]) -> Architecture:
    """Return the architecture of the model, with every size that its weights depend on.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    refuse_pipeline(config)
    if (encoder := encoder_kind(config)) is not None:
        return read_encoder(config, encoder)
    if (both := encoder_decoder_kind(config)) is not None:
        return read_encoder_decoder(config, both)
    reader = TextModel(config)
    fields, family = reader.fields, reader.family
    _require_all(fields, family)
    if not reader.known:
        refuse_unknown_experts(fields)
    attention = read_attention(fields, family)
    towers, layers = reader.towers(), _layers(attention, fields, family)
    return Architecture(
        hidden=fields.size("hidden_size"),
        vocabulary=fields.size("vocab_size"),
        tied=reader.tied(),
        layers=layers,
        predictors=read_prediction_layers(layers, fields, family),
        final_norm=family.norm_weight,
        norm_bias=family.norm_bias,
        norm_weight=family.norm_weight,
        head_bias=family.head_bias or fields.flag("lm_head_bias", False),
        other=(*model_family_tensors(attention, fields, family), *towers.tensors),
        model_type=reader.model_type,
        known=reader.known,
        assumptions=(*reader.assumptions(), *towers.assumptions, *unread_prediction_layers(fields, family)),
        warnings=(*reader.warnings(), *towers.warnings),
    )


def _require_all(fields: ConfigFields, family: Family) -> None:
    layers = "num_layers" if family.shape == "longcat" else "num_hidden_layers"
    names = [layers, "hidden_size", "num_attention_heads", "vocab_size", "intermediate_size"]
    recurrent_only = family.mixer in ("mamba", "mamba2") and not fields.has("num_attention_heads")
    if recurrent_only:
        names.remove("num_attention_heads")
    if _has_no_dense_width(fields, family) or (recurrent_only and family.norms_per_layer == 1):
        names.remove("intermediate_size")
    if fields.has("kv_lora_rank"):
        names += ["qk_rope_head_dim", "qk_nope_head_dim", "v_head_dim"]
    if family.shape == "nemotron_h" and fields.has("layers_block_type"):
        names.remove("num_hidden_layers")
    fields.require(*names)


def _has_no_dense_width(fields: ConfigFields, family: Family) -> bool:
    """Return whether the width of a dense block need not be stated."""
    if family.mlp_times is not None or family.shape in ("nemotron_nas", "longcat", "deepseek_v4"):
        return True
    if any(
        fields.has(name) for name in ("intermediate_size_mlp", "dense_intermediate_size", "ffn_hidden_size")
    ):
        return True
    only_experts = fields.has("moe_intermediate_size") and not fields.count("first_k_dense_replace")
    return only_experts and expert_number(fields) is not None


def _layers(attention: tuple[Attention, ...], fields: ConfigFields, family: Family) -> tuple[Layer, ...]:
    if family.shape == "longcat":
        return _longcat_layers(attention, fields, family)
    if family.shape == "zamba":
        return _zamba_layers(attention, fields, family)
    seen: dict[object, Layer] = {}
    layers = []
    for mixer, mlp in zip(attention, read_feed_forward(attention, fields, family), strict=True):
        if (mixer, mlp) not in seen:
            others = layer_family_tensors(mixer, mlp, fields, family)
            seen[mixer, mlp] = Layer(mixer, mlp, _norms(mixer, mlp, fields, family), others)
        layers.append(seen[mixer, mlp])
    return tuple(layers)


def _norms(attention: Attention, mlp: FeedForward, fields: ConfigFields, family: Family) -> int:
    if family.shape == "falcon":
        return _falcon_norms(fields)
    if family.shape == "nemotron_nas":
        return attention.is_present + mlp.is_present
    return family.norms_per_layer


def _falcon_norms(fields: ConfigFields) -> int:
    """Return one norm where attention and block run together, two in the 40B and 180B and elsewhere."""
    if not fields.flag("parallel_attn", True):
        return 2
    stated = fields.optional_size("num_ln_in_parallel_attn")
    return stated or (2 if fields.flag("new_decoder_architecture", False) else 1)


def _longcat_layers(
    attention: tuple[Attention, ...], fields: ConfigFields, family: Family
) -> tuple[Layer, ...]:
    """Return layers of two blocks of attention and two dense ones, with experts across them."""
    number = expert_number(fields)
    if number is None:
        raise fields.error("n_routed_experts", "missing: each layer has experts")
    dense = Mlp(fields.size("ffn_hidden_size"))
    experts = Experts(
        number=number,
        width=fields.size("expert_ffn_hidden_size"),
        active=fields.optional_size("moe_topk"),
        router_bias=True,
        idle=fields.count("zero_expert_num"),
        dense=dense,
    )
    return tuple(Layer(block, experts if i % 2 else dense, 2) for i, block in enumerate(attention))


def _zamba_layers(
    attention: tuple[Attention, ...], fields: ConfigFields, family: Family
) -> tuple[Layer, ...]:
    """Return recurrent layers; a matrix brings the shared block's output to the input of the next layer."""
    hidden = fields.size("hidden_size")
    layers, joined = [], False
    for mixer in attention:
        if mixer.attends:
            joined = True
            continue
        others = (matrix("shared_block", hidden, hidden),) if joined else ()
        layers.append(Layer(mixer, NoFeedForward(), 1, others))
        joined = False
    return tuple(layers)
