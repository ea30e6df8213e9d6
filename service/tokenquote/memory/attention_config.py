"""Which attention each layer of a config has. A kind that is not known here is refused, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from tokenquote.memory.architecture import (
    Attention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    LinearAttention,
)
from tokenquote.memory.config_fields import Fields
from tokenquote.memory.families import Family

__all__ = ["read_attention"]

Kind = Literal["full", "sliding", "chunked", "linear"]

_LAYER_TYPES: dict[str, Kind] = {
    "full_attention": "full",
    "attention": "full",
    "sliding_attention": "sliding",
    "chunked_attention": "chunked",
    "linear_attention": "linear",
}

# Fields that make some layers keep something else than their own keys and values, in ways not counted yet.
_NOT_COUNTED = {
    "num_kv_shared_layers": "layers that share the keys and values of other layers",
    "hidden_size_per_layer_input": "embeddings per layer",
    "attention_k_eq_v": "layers whose values are their keys",
    "global_head_dim": "layers with head sizes of their own",
    "swa_head_dim": "layers with head sizes of their own",
    "swa_num_key_value_heads": "layers with head counts of their own",
    "hybrid_override_pattern": "Mamba layers",
    "layers_block_type": "Mamba layers",
    "attn_layer_period": "Mamba layers",
    "mamba_d_state": "Mamba layers",
    "mamba_num_heads": "Mamba layers",
    "ssm_state_size": "Mamba layers",
    "state_size": "Mamba layers",
    "full_attn_idxs": "convolution layers",
    "conv_L_cache": "convolution layers",
    "block_types": "recurrent layers",
    "linear_attn_config": "Kimi delta attention",
    "compress_ratios": "compressed attention",
    "sparse_attention_config": "sparse attention",
    "block_configs": "layers that differ in their heads",
    "is_encoder_decoder": "cross attention",
    "cross_attention_layers": "cross attention",
    "multi_query": "falcon's own names for heads",
}


def read_attention(fields: Fields, family: Family) -> tuple[Attention, ...]:
    """The attention of each layer, first to last.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    for name, what in _NOT_COUNTED.items():
        if fields.raw(name):
            raise fields.error(name, f"{what}: not counted yet")
    if fields.has("kv_lora_rank") or fields.has("qk_rope_head_dim"):
        return _latent_layers(fields, family)
    fields.require("num_hidden_layers", "num_attention_heads")
    kinds = _kinds(fields, family)
    full = _grouped(fields, family) if set(kinds) != {"linear"} else None
    linear = _linear(fields) if "linear" in kinds else None
    by_kind: dict[Kind, Attention | None] = {"full": full, "linear": linear}
    if full is not None and "sliding" in kinds:
        by_kind["sliding"] = replace(full, kind="sliding_window", window=fields.size("sliding_window"))
    if full is not None and "chunked" in kinds:
        by_kind["chunked"] = replace(full, kind="chunked", window=fields.size("attention_chunk_size"))
    return tuple(attention for kind in kinds if (attention := by_kind[kind]) is not None)


def _kinds(fields: Fields, family: Family) -> Sequence[Kind]:
    layers = fields.layers()
    stated = fields.per_layer("layer_types", layers)
    if stated is not None:
        for word in stated:
            if not isinstance(word, str) or word not in _LAYER_TYPES:
                raise fields.error("layer_types", f"{str(word)[:40]!r} layers: not counted yet")
        return [_LAYER_TYPES[word] for word in stated]
    if fields.has("full_attention_interval") or fields.has("linear_num_value_heads"):
        every = fields.optional_size("full_attention_interval") or family.full_every or 4
        return _all_but_every(every, layers, "linear")
    if fields.has("attention_chunk_size"):
        return _chunked(fields, family, layers)
    if fields.optional_size("sliding_window", least=0):
        return _sliding(fields, family, layers)
    return ["full"] * layers


def _sliding(fields: Fields, family: Family, layers: int) -> Sequence[Kind]:
    if family.local == "all":
        return ["sliding"] * layers
    if family.local == "pattern" or fields.has("sliding_window_pattern"):
        every = fields.optional_size("sliding_window_pattern") or family.full_every or 1
        return _all_but_every(every, layers, "sliding")
    # Of the others, Qwen's convention: only if asked for, and then from a layer on.
    if not fields.flag("use_sliding_window", False):
        return ["full"] * layers
    first = fields.count("max_window_layers")
    return ["full" if i < first else "sliding" for i in range(layers)]


def _chunked(fields: Fields, family: Family, layers: int) -> Sequence[Kind]:
    """Llama 4: layers with rotary positions attend within their chunk, those without to everything."""
    rotary = fields.per_layer("no_rope_layers", layers) if fields.raw("no_rope_layers") else None
    if rotary is not None:
        return ["chunked" if with_rope else "full" for with_rope in rotary]
    return _all_but_every(fields.optional_size("no_rope_layer_interval") or 4, layers, "chunked")


def _all_but_every(every: int, layers: int, kind: Kind) -> Sequence[Kind]:
    """Each `every`-th layer is full, the others are of the kind."""
    return ["full" if (i + 1) % every == 0 else kind for i in range(layers)]


def _grouped(fields: Fields, family: Family) -> GroupedAttention:
    heads = fields.size("num_attention_heads")
    kv_heads = fields.optional_size("num_key_value_heads") or heads
    if heads % kv_heads:
        raise fields.error("num_key_value_heads", f"{heads} query heads do not divide over {kv_heads}")
    head_dim = _head_dim(fields, heads)
    if fields.optional_size("v_head_dim") not in (None, head_dim):
        raise fields.error("v_head_dim", "values of another size than their keys: not counted yet")
    bias = fields.flag("attention_bias", False)
    return GroupedAttention(
        query_heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        qkv_bias=bias if family.qkv_bias is None else family.qkv_bias,
        out_bias=bias if family.out_bias is None else family.out_bias,
        norm=_norm(fields, family),
        sinks=family.sinks,
        gate=fields.flag("attn_output_gate", family.gate),
    )


def _norm(fields: Fields, family: Family) -> Literal["none", "head", "width"]:
    if family.shared_is_expert:  # Llama 4 norms queries and keys without weights
        return "none"
    if family.norm == "none":
        return "head" if fields.flag("use_qk_norm", False) else "none"
    return family.norm if fields.flag("use_qk_norm", True) else "none"


def _head_dim(fields: Fields, heads: int) -> int:
    stated = fields.optional_size("head_dim")
    if stated is not None:
        return stated
    hidden = fields.size("hidden_size")
    if hidden % heads:
        raise fields.error("num_attention_heads", f"{hidden} does not divide by {heads}: state `head_dim`")
    return hidden // heads


def _latent_layers(fields: Fields, family: Family) -> tuple[Attention, ...]:
    fields.require("num_hidden_layers", "num_attention_heads", "kv_lora_rank", "qk_rope_head_dim")
    if set(_kinds(fields, family)) != {"full"}:
        raise fields.error("kv_lora_rank", "MLA beside layers of other kinds: not counted yet")
    return (_latent(fields),) * fields.layers()


def _latent(fields: Fields) -> LatentAttention:
    indexer = None
    if fields.has("index_head_dim"):
        indexer = Indexer(heads=fields.size("index_n_heads"), head_dim=fields.size("index_head_dim"))
    return LatentAttention(
        query_heads=fields.size("num_attention_heads"),
        q_rank=fields.optional_size("q_lora_rank"),
        kv_rank=fields.size("kv_lora_rank"),
        rope_dim=fields.size("qk_rope_head_dim"),
        # The cache does not depend on these two, so a question about it may leave them out.
        nope_dim=fields.count("qk_nope_head_dim"),
        value_dim=fields.count("v_head_dim"),
        bias=fields.flag("attention_bias", False),
        indexer=indexer,
    )


def _linear(fields: Fields) -> LinearAttention:
    stated = ("num_key_heads", "num_value_heads", "key_head_dim", "value_head_dim", "conv_kernel_dim")
    fields.require(*(f"linear_{name}" for name in stated))
    return LinearAttention(
        key_heads=fields.size("linear_num_key_heads"),
        value_heads=fields.size("linear_num_value_heads"),
        key_dim=fields.size("linear_key_head_dim"),
        value_dim=fields.size("linear_value_head_dim"),
        kernel=fields.size("linear_conv_kernel_dim"),
    )
