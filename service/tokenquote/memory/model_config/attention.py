"""The attention of each layer of a config. A kind that is not known here is refused, never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tokenquote.memory.layers import Attention
from tokenquote.memory.model_config.attention_kinds import ReadAttention
from tokenquote.memory.model_config.families import UNKNOWN, Family
from tokenquote.memory.model_config.fields import ConfigFields, as_list, as_mapping
from tokenquote.memory.model_config.layer_kinds import layer_kinds
from tokenquote.memory.model_config.uncommon_attention import (
    compressed_layers,
    latent_pairs,
    layers_with_cross_attention,
    nemotron_nas_layers,
    zamba_layers,
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


def read_attention(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return the attention of each layer, first to last.

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
        return shape(fields, family)
    if family.mixer not in ("mamba", "mamba2"):
        fields.require("num_hidden_layers", "num_attention_heads")
    kinds = layer_kinds(fields, family)
    reader = _LayerReader(fields, family)
    layers = tuple(reader.layer(index, kind) for index, kind in enumerate(kinds))
    shared = fields.count("num_kv_shared_layers")
    return _with_shared_caches(layers, shared, fields) if shared else layers


def _refuse_what_is_not_counted(fields: ConfigFields, family: Family) -> None:
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
    """A reader of single layers, which reads equal ones once."""

    def __init__(self, fields: ConfigFields, family: Family) -> None:
        self._fields = fields
        self._family = family
        self._overrides = _read_overrides(fields)
        self._seen: dict[tuple[ReadAttention, str], Attention] = {}

    def layer(self, index: int, read: ReadAttention) -> Attention:
        """Return the layer of this number, read from the fields that hold for it."""
        own = self._overrides.get(index, {})
        key = (read, repr(own))
        if key not in self._seen:
            self._seen[key] = read(self._fields.with_layer(own), self._family)
        return self._seen[key]


def _read_overrides(fields: ConfigFields) -> dict[int, Mapping[str, Any]]:
    """Return the fields that single layers state for themselves, by the number of the layer."""
    found: dict[int, Mapping[str, Any]] = {}
    for number, own in (fields.mapping("per_layer_config") or {}).items():
        if str(number).isdecimal():
            stated = as_mapping(own)
            if stated is None:
                raise fields.error("per_layer_config", "an object is expected for each layer")
            found[int(number)] = stated
    for index, heads in enumerate(fields.listed("num_attention_heads_per_layer") or ()):
        found[index] = {**found.get(index, {}), "num_attention_heads": heads}
    # Layers may reuse the selection of an earlier layer's indexer (GLM-5.2).
    for index, kind in enumerate(fields.listed("indexer_types") or ()):
        if kind != "full":
            found[index] = {**found.get(index, {}), "index_head_dim": None}
    for index in _layers_that_select_nothing(fields):
        found[index] = {**found.get(index, {}), "sparse_attention_config": None}
    return found


def _layers_that_select_nothing(fields: ConfigFields) -> list[int]:
    """Return the numbers of MiniMax-M3's layers that look at all blocks, without an indexer."""
    sparse = as_mapping(fields.raw("sparse_attention_config")) or {}
    flags = as_list(sparse.get("sparse_attention_freq")) or []
    return [index for index, is_sparse in enumerate(flags) if not is_sparse]


def _with_shared_caches(
    layers: tuple[Attention, ...], shared: int, fields: ConfigFields
) -> tuple[Attention, ...]:
    """Return the layers, of which the last read what earlier ones of their kind keep (Gemma 3n and 4)."""
    if shared >= len(layers):
        raise fields.error(
            "num_kv_shared_layers", f"{shared} of {len(layers)} layers leave none to share from"
        )
    first = len(layers) - shared
    return layers[:first] + tuple(layer.reading_earlier() for layer in layers[first:])
