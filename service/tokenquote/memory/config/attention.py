"""The attention of each layer of a config. A kind that is not known here is refused, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from tokenquote.memory.config.families import UNKNOWN, Family
from tokenquote.memory.config.fields import Fields
from tokenquote.memory.config.layer_kinds import Kind, layer_kinds
from tokenquote.memory.config.recurrent import read_mamba2, read_recurrent
from tokenquote.memory.config.uncommon_attention import (
    compressed_layers,
    latent_pairs,
    layers_with_cross_attention,
    nemotron_nas_layers,
    zamba_layers,
)
from tokenquote.memory.layers import (
    Attention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    NoAttention,
    Parallel,
)

__all__ = ["read_attention"]

# Fields that make layers keep something that is not counted, in families that are not known to have them.
_NOT_COUNTED = {
    "compress_ratios": "compressed attention",
    "block_configs": "layers that differ in their heads",
    "multi_query": "one key for all heads",
    "cross_attention_layers": "cross attention",
    "is_encoder_decoder": "cross attention",
    "num_kv_shared_layers": "layers that share the keys and values of other layers",
    "hidden_size_per_layer_input": "embeddings per layer",
    "attention_k_eq_v": "layers whose values are their keys",
    "global_head_dim": "layers with head sizes of their own",
}
_RECURRENT_SIGNS = (
    "hybrid_override_pattern", "layers_block_type", "attn_layer_period", "mamba_d_state", "mamba_num_heads",
    "ssm_state_size", "state_size", "full_attn_idxs", "conv_L_cache", "block_types", "linear_attn_config",
    "attn_type_list",
)  # fmt: skip


def read_attention(fields: Fields, family: Family) -> tuple[Attention, ...]:
    """The attention of each layer, first to last.

    Raises:
        ArchitectureError: a field is missing or wrong, or a layer kind is not counted yet.
    """
    _refuse_what_is_not_counted(fields, family)
    shapes = {
        "deepseek_v4": compressed_layers,
        "nemotron_nas": nemotron_nas_layers,
        "longcat": latent_pairs,
        "zamba": zamba_layers,
        "mllama": layers_with_cross_attention,
    }
    if (shape := shapes.get(family.shape)) is not None:
        return shape(fields, family, read_grouped)
    if family.mixer not in ("mamba", "mamba2"):
        fields.require("num_hidden_layers", "num_attention_heads")
    kinds = layer_kinds(fields, family)
    read = _LayerReader(fields, family)
    layers = tuple(read.layer(i, kind) for i, kind in enumerate(kinds))
    shared = fields.count("num_kv_shared_layers")
    return _with_shared_caches(layers, shared, fields) if shared else layers


def _refuse_what_is_not_counted(fields: Fields, family: Family) -> None:
    if family is not UNKNOWN and family.shape != "decoder":
        return  # a reader of its own knows its fields
    for name, what in _NOT_COUNTED.items():
        if fields.raw(name) and not (name == "multi_query" and family is not UNKNOWN):
            raise fields.error(name, f"{what}: not counted yet")
    if family.mixer is None:
        for name in _RECURRENT_SIGNS:
            if fields.raw(name):
                raise fields.error(
                    name,
                    "Mamba or other recurrent layers, which the model type is not known for: not counted yet",
                )


class _LayerReader:
    """Reads layers one by one; those that are alike are read once."""

    def __init__(self, fields: Fields, family: Family) -> None:
        self._fields = fields
        self._family = family
        self._overrides = _overrides(fields)
        self._seen: dict[tuple[Kind, str, bool], Attention] = {}
        self._latent = fields.has("kv_lora_rank") or fields.has("qk_rope_head_dim")

    def layer(self, index: int, kind: Kind) -> Attention:
        own = self._overrides.get(index, {})
        indexed = self._has_indexer(index)
        key = (kind, repr(own), indexed)
        if key not in self._seen:
            self._seen[key] = self._read(kind, own, indexed=indexed)
        return self._seen[key]

    def _read(self, kind: Kind, own: Mapping[str, Any], *, indexed: bool) -> Attention:
        fields, family = self._fields.with_layer(own), self._family
        if kind == "none":
            return NoAttention()
        if kind == "recurrent":
            return read_recurrent(fields, family)
        if self._latent:
            return _latent(fields, family, indexed=indexed, window=_window(fields, kind))
        attention = read_grouped(_of_kind(fields, family, kind), family, kind)
        if family.parallel:
            return Parallel(attention, read_mamba2(fields, norm=False))
        return attention

    def _has_indexer(self, index: int) -> bool:
        """Layers may reuse the selection of an earlier layer's indexer (GLM-5.2: `indexer_types`)."""
        kinds = self._fields.raw("indexer_types")
        if isinstance(kinds, list) and index < len(kinds):
            return bool(kinds[index] == "full")
        return True


def _overrides(fields: Fields) -> dict[int, Mapping[str, Any]]:
    """Fields that single layers state for themselves."""
    found: dict[int, Mapping[str, Any]] = {}
    stated = fields.raw("per_layer_config")
    if isinstance(stated, Mapping):
        found = {int(key): value for key, value in stated.items() if str(key).isdigit()}
    heads = fields.raw("num_attention_heads_per_layer")
    if isinstance(heads, list):
        found = {i: {**found.get(i, {}), "num_attention_heads": each} for i, each in enumerate(heads)}
    return found


def _of_kind(fields: Fields, family: Family, kind: Kind) -> Fields:
    """Sizes that all layers of a kind have for themselves, under the names that families gave them."""
    if kind == "sliding" and fields.raw("swa_head_dim"):
        names = ("num_attention_heads", "num_key_value_heads", "head_dim", "v_head_dim")
        return fields.with_layer({n: fields.raw(f"swa_{n}") for n in names if fields.has(f"swa_{n}")})
    if kind == "full" and family.shape == "gemma4" and not fields.has("per_layer_config"):
        own: dict[str, Any] = {"head_dim": fields.raw("global_head_dim") or 512}
        if fields.raw("num_global_key_value_heads") and fields.raw("attention_k_eq_v"):
            own["num_key_value_heads"] = fields.raw("num_global_key_value_heads")
        return fields.with_layer(own)
    return fields


def _window(fields: Fields, kind: Kind) -> int | None:
    if kind == "sliding":
        return fields.size("sliding_window", "sliding_window_size", "window_size")
    return fields.size("attention_chunk_size") if kind == "chunked" else None


def read_grouped(fields: Fields, family: Family, kind: Kind = "full") -> GroupedAttention:
    """Attention with keys and values per head.

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
    kinds: dict[Kind, Literal["attention", "sliding_window", "chunked"]] = {
        "sliding": "sliding_window", "chunked": "chunked",
    }  # fmt: skip
    norm = _norm(fields, family)
    return GroupedAttention(
        query_heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        kind=kinds.get(kind, "attention"),
        window=_window(fields, kind),
        value_dim=None if value_dim == head_dim else value_dim,
        qkv_bias=bias if family.qkv_bias is None else family.qkv_bias,
        out_bias=out_bias if family.out_bias is None else family.out_bias,
        norm=norm,
        norm_bias=family.qk_norm_bias and norm != "none",
        norm_copies=heads if family.qk_norm_per_head else 1,
        sinks=family.sinks == "all" or (family.sinks == "sliding" and kind == "sliding"),
        gate=_gate(fields, family),
        projects="keys" if kind == "full" and fields.flag("attention_k_eq_v", False) else "keys and values",
        fused=family.fused_qkv,
        indexer=_block_indexer(fields),
    )


def _kv_heads(fields: Fields, heads: int) -> int:
    if fields.raw("multi_query") is True and not fields.raw("new_decoder_architecture"):
        return 1  # Falcon-7B states as many KV heads as query heads besides
    stated = fields.optional_size("num_key_value_heads", "num_kv_heads", "multi_query_group_num")
    inner = fields.within("attn_config") if isinstance(fields.raw("attn_config"), Mapping) else None
    return stated or (inner.optional_size("kv_n_heads") if inner else None) or heads


def _gate(fields: Fields, family: Family) -> Literal["none", "width", "head"]:
    stated = fields.raw("attn_output_gate")
    if isinstance(stated, bool):
        return "width" if stated else "none"
    if family.gate == "head" and fields.raw("use_attention_gate") is False:
        return "none"
    return family.gate


def _block_indexer(fields: Fields) -> Indexer | None:
    """Keys that MiniMax-M3's sparse attention selects blocks with."""
    inner = fields.within("sparse_attention_config")
    if inner is None or not inner.flag("use_sparse_attention", True):
        return None
    return Indexer(inner.size("sparse_num_index_heads"), inner.size("sparse_index_dim"))


def _norm(fields: Fields, family: Family) -> Literal["none", "head", "width"]:
    if family.shared_is_expert:  # Llama 4 norms queries and keys without weights
        return "none"
    if family.norm == "none":
        return "head" if fields.flag("use_qk_norm", False) else "none"
    if family.norm_field is None:
        return family.norm
    return family.norm if fields.flag(family.norm_field, family.norm_default) else "none"


def _head_dim(fields: Fields, heads: int) -> int:
    stated = fields.optional_size("head_dim", "attention_head_dim", "kv_channels")
    if stated is not None:
        return stated
    hidden = fields.size("hidden_size")
    if hidden % heads:
        raise fields.error("num_attention_heads", f"{hidden} does not divide by {heads}: state `head_dim`")
    return hidden // heads


def _latent(fields: Fields, family: Family, *, indexed: bool, window: int | None) -> LatentAttention:
    fields.require("num_hidden_layers", "num_attention_heads", "kv_lora_rank", "qk_rope_head_dim")
    indexer = None
    if indexed and fields.has("index_head_dim"):
        indexer = Indexer(heads=fields.size("index_n_heads"), head_dim=fields.size("index_head_dim"))
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
    )


def _with_shared_caches(layers: tuple[Attention, ...], shared: int, fields: Fields) -> tuple[Attention, ...]:
    """The last layers read what earlier ones of their kind keep (Gemma 3n and 4)."""
    if shared >= len(layers):
        raise fields.error(
            "num_kv_shared_layers", f"{shared} of {len(layers)} layers leave none to share from"
        )
    first = len(layers) - shared
    return layers[:first] + tuple(_reading(layer) for layer in layers[first:])


def _reading(layer: Attention) -> Attention:
    if isinstance(layer, GroupedAttention):
        return replace(layer, owns_cache=False, projects="nothing")
    return layer
