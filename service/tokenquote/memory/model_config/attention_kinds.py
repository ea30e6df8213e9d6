"""The kinds of attention that configs name, each with the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from tokenquote.memory.layers import (
    Attention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    NoAttention,
    Parallel,
)
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields
from tokenquote.memory.model_config.recurrent import read_mamba2

__all__ = ["ReadAttention", "read_chunked", "read_full", "read_grouped", "read_nothing", "read_sliding"]

ReadAttention = Callable[[ConfigFields, Family], Attention]
"""A function that reads the attention of a layer from the fields that hold for it."""

Reach = Literal["full", "sliding", "chunked"]
"""The tokens that a layer looks at: all, those of a window, or those of its chunk."""


def read_full(fields: ConfigFields, family: Family) -> Attention:
    """Return attention to all tokens.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    return _attending(fields, family, "full")


def read_sliding(fields: ConfigFields, family: Family) -> Attention:
    """Return attention to the tokens of a window.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    return _attending(fields, family, "sliding")


def read_chunked(fields: ConfigFields, family: Family) -> Attention:
    """Return attention to the tokens of a chunk (Llama 4).

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    return _attending(fields, family, "chunked")


def read_nothing(fields: ConfigFields, family: Family) -> Attention:
    """Return the empty place of attention."""
    return NoAttention()


def _attending(fields: ConfigFields, family: Family, reach: Reach) -> Attention:
    if fields.has("kv_lora_rank") or fields.has("qk_rope_head_dim"):
        return _latent(fields, family, _window(fields, reach))
    attention = read_grouped(_with_sizes_of_reach(fields, family, reach), family, reach)
    return Parallel(attention, read_mamba2(fields, norm=False)) if family.parallel else attention


def _with_sizes_of_reach(fields: ConfigFields, family: Family, reach: Reach) -> ConfigFields:
    """Return the fields with the sizes that families state for all layers of one reach."""
    if reach == "sliding" and fields.raw("swa_head_dim"):
        names = ("num_attention_heads", "num_key_value_heads", "head_dim", "v_head_dim")
        stated = [name for name in names if fields.has(f"swa_{name}")]
        return fields.with_layer({name: fields.raw(f"swa_{name}") for name in stated})
    if reach == "full" and family.shape == "gemma4" and not fields.has("per_layer_config"):
        own: dict[str, Any] = {"head_dim": fields.raw("global_head_dim") or 512}
        if fields.raw("num_global_key_value_heads") and fields.raw("attention_k_eq_v"):
            own["num_key_value_heads"] = fields.raw("num_global_key_value_heads")
        return fields.with_layer(own)
    return fields


def _window(fields: ConfigFields, reach: Reach) -> int | None:
    if reach == "sliding":
        return fields.size("sliding_window", "sliding_window_size", "window_size")
    return fields.size("attention_chunk_size") if reach == "chunked" else None


def read_grouped(fields: ConfigFields, family: Family, reach: Reach = "full") -> GroupedAttention:
    """Return attention with keys and values per head.

    Raises:
        ArchitectureError: a field is missing or wrong, or heads do not divide.
    """
    fields.require("num_attention_heads")
    heads = fields.size("num_attention_heads")
    kv_heads = _kv_heads(fields, heads)
    if heads % kv_heads:
        raise fields.error("num_key_value_heads", f"{heads} query heads do not divide over {kv_heads}")
    head_dim = _head_dim(fields, heads)
    value_dim = fields.optional_size("v_head_dim")
    bias = fields.any_flag(family.bias_fields, family.bias_default)
    out_bias = fields.flag(family.out_bias_field, False) if family.out_bias_field else bias
    norm = _norm(fields, family)
    kinds: dict[Reach, Literal["attention", "sliding_window", "chunked"]] = {
        "sliding": "sliding_window", "chunked": "chunked",
    }  # fmt: skip
    return GroupedAttention(
        query_heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        kind=kinds.get(reach, "attention"),
        window=_window(fields, reach),
        value_dim=None if value_dim == head_dim else value_dim,
        qkv_bias=bias if family.qkv_bias is None else family.qkv_bias,
        out_bias=out_bias if family.out_bias is None else family.out_bias,
        norm=norm,
        norm_bias=family.qk_norm_bias and norm != "none",
        norm_copies=heads if family.qk_norm_per_head else 1,
        sinks=family.sinks == "all" or (family.sinks == "sliding" and reach == "sliding"),
        gate=_gate(fields, family),
        projects="keys" if reach == "full" and fields.flag("attention_k_eq_v", False) else "keys and values",
        fused=family.fused_qkv,
        indexer=_block_indexer(fields),
    )


def _kv_heads(fields: ConfigFields, heads: int) -> int:
    if fields.raw("multi_query") is True and not fields.raw("new_decoder_architecture"):
        return 1  # Falcon-7B states as many KV heads as query heads besides
    stated = fields.optional_size("num_key_value_heads", "num_kv_heads", "multi_query_group_num")
    inner = None if fields.mapping("attn_config") is None else fields.within("attn_config")
    return stated or (inner.optional_size("kv_n_heads") if inner else None) or heads


def _gate(fields: ConfigFields, family: Family) -> Literal["none", "width", "head"]:
    stated = fields.raw("attn_output_gate")
    if stated is True or stated is False:
        return "width" if stated else "none"
    if family.gate == "head" and fields.raw("use_attention_gate") is False:
        return "none"
    return family.gate


def _block_indexer(fields: ConfigFields) -> Indexer | None:
    """Return the indexer that selects blocks in MiniMax-M3's sparse attention; None if it is not sparse."""
    inner = fields.within("sparse_attention_config")
    if inner is None or not inner.flag("use_sparse_attention", True):
        return None
    return Indexer(inner.size("sparse_num_index_heads"), inner.size("sparse_index_dim"))


def _norm(fields: ConfigFields, family: Family) -> Literal["none", "head", "width"]:
    if family.shared_is_expert:  # Llama 4 norms queries and keys without weights
        return "none"
    if family.norm == "none":
        return "head" if fields.flag("use_qk_norm", False) else "none"
    if family.norm_field is None:
        return family.norm
    return family.norm if fields.flag(family.norm_field, family.norm_default) else "none"


def _head_dim(fields: ConfigFields, heads: int) -> int:
    stated = fields.optional_size("head_dim", "attention_head_dim", "kv_channels")
    if stated is not None:
        return stated
    hidden = fields.size("hidden_size")
    if hidden % heads:
        raise fields.error("num_attention_heads", f"{hidden} does not divide by {heads}: state `head_dim`")
    return hidden // heads


def _latent(fields: ConfigFields, family: Family, window: int | None) -> LatentAttention:
    fields.require("num_hidden_layers", "num_attention_heads", "kv_lora_rank", "qk_rope_head_dim")
    indexer = None
    if fields.has("index_head_dim") and window is None:
        indexer = Indexer(
            fields.size("index_n_heads"), fields.size("index_head_dim"), fields.count("index_kpool")
        )
    return LatentAttention(
        query_heads=fields.size("num_attention_heads"),
        q_rank=fields.optional_size("q_lora_rank"),
        kv_rank=fields.size("kv_lora_rank"),
        rope_dim=fields.count("qk_rope_head_dim"),
        # The cache does not depend on these two, so a question about it may leave them out.
        nope_dim=fields.count("qk_nope_head_dim"),
        value_dim=fields.count("v_head_dim"),
        bias=fields.any_flag(family.bias_fields, False),
        indexer=indexer,
        gate=family.gate,
        window=window,
        rope_norm=family.rope_norm,
    )
