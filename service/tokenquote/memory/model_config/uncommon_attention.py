"""The attention of families that put their layers together in an unusual way."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any

from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    CrossAttention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    NoAttention,
)
from tokenquote.memory.model_config.attention_kinds import read_grouped
from tokenquote.memory.model_config.families import Family
from tokenquote.memory.model_config.fields import ConfigFields, as_mapping, as_whole_number
from tokenquote.memory.model_config.recurrent import read_recurrent

__all__ = [
    "compressed_layers",
    "latent_pairs",
    "layers_with_cross_attention",
    "nemotron_nas_layers",
    "zamba_attention",
    "zamba_layers",
]

_RATIOS = {"sliding_attention": 0, "compressed_sparse_attention": 4, "heavily_compressed_attention": 128}


def compressed_layers(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return DeepSeek-V4's layers: a window of single rows, and before it one row for each 4 or 128 tokens.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    number = fields.layers()
    ratios = _ratios(fields, number)
    seen = {ratio: _compressed(fields, ratio) for ratio in sorted(set(ratios))}
    return tuple(seen[ratio] for ratio in ratios)


def _ratios(fields: ConfigFields, layers: int) -> list[int]:
    stated = fields.listed("compress_ratios")
    if stated is not None:
        ratios = [as_whole_number(ratio) for ratio in stated]
        if any(ratio is None or ratio < 0 for ratio in ratios) or len(stated) < layers:
            raise fields.error("compress_ratios", f"{layers} whole numbers from 0 are expected")
        return stated[:layers]  # published lists go on with the layers that predict further tokens
    words = fields.per_layer("layer_types", layers)
    if words is None:
        raise fields.error("compress_ratios", "missing, and no layer_types either")
    unknown = [word for word in words if not isinstance(word, str) or word not in _RATIOS]
    if unknown:
        raise fields.error("layer_types", f"{str(unknown[0])[:40]!r} layers: not counted yet")
    return [_RATIOS[word] for word in words]


def _compressed(fields: ConfigFields, ratio: int) -> CompressedAttention:
    indexer = None
    if ratio == 4 and fields.has("index_head_dim"):
        indexer = Indexer(fields.size("index_n_heads"), fields.size("index_head_dim"))
    return CompressedAttention(
        query_heads=fields.size("num_attention_heads"),
        head_dim=fields.size("head_dim"),
        q_rank=fields.size("q_lora_rank"),
        out_rank=fields.size("o_lora_rank"),
        out_groups=fields.size("o_groups"),
        window=fields.size("sliding_window"),
        ratio=ratio,
        overlap=ratio == 4,
        indexer=indexer,
    )


def nemotron_nas_layers(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return Nemotron-NAS's layers, which state the query heads of a KV head, or that they do not attend.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    blocks = fields.per_layer("block_configs", fields.layers())
    if blocks is None:
        raise fields.error("block_configs", "missing: each layer has heads of its own")
    return tuple(_nas_attention(fields, family, block) for block in blocks)


def _nas_attention(fields: ConfigFields, family: Family, block: Any) -> Attention:
    attention = as_mapping((as_mapping(block) or {}).get("attention"))
    if attention is None:
        raise fields.error("block_configs", "an object with `attention` and `ffn` is expected for each layer")
    if attention.get("replace_with_linear"):
        raise fields.error("block_configs", "attention replaced with a matrix: not counted yet")
    if attention.get("no_op"):
        return NoAttention()
    heads, share = fields.size("num_attention_heads"), as_whole_number(attention.get("n_heads_in_group"))
    if share is None or share < 1 or heads % share:
        raise fields.error("block_configs", f"n_heads_in_group: a divisor of {heads} heads is expected")
    return read_grouped(fields.with_layer({"num_key_value_heads": heads // share}), family)


def latent_pairs(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return LongCat-Flash's MLA blocks, of which each layer has two.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    attention = LatentAttention(
        query_heads=fields.size("num_attention_heads"),
        q_rank=fields.optional_size("q_lora_rank"),
        kv_rank=fields.size("kv_lora_rank"),
        rope_dim=fields.size("qk_rope_head_dim"),
        nope_dim=fields.size("qk_nope_head_dim"),
        value_dim=fields.size("v_head_dim"),
    )
    return (attention,) * (2 * fields.size("num_layers", "num_hidden_layers"))


def zamba_layers(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return Zamba's recurrent layers, and the attention of shared weights before some of them.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    words = fields.per_layer("layers_block_type", fields.layers())
    if words is None:
        raise fields.error("layers_block_type", "missing: it says before which layers attention runs")
    recurrent = read_recurrent(fields, family)
    attention = zamba_attention(fields, family)
    layers: list[Attention] = []
    for word in words:
        layers += [attention, recurrent] if word == "hybrid" else [recurrent]
    return tuple(layers)


def zamba_attention(fields: ConfigFields, family: Family) -> GroupedAttention:
    """Return Zamba's shared attention, which reads the layer's input beside the model's.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    hidden = 2 * fields.size("hidden_size")
    heads = fields.size("num_attention_heads")
    return read_grouped(fields.with_layer({"hidden_size": hidden, "head_dim": hidden // heads}), family)


def layers_with_cross_attention(fields: ConfigFields, family: Family) -> tuple[Attention, ...]:
    """Return the layers of Llama 3.2 Vision, some of which attend to the tokens of images, not of text.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    crossing = fields.layer_numbers("cross_attention_layers")
    plain = read_grouped(fields, family)
    sizes = {field.name: getattr(plain, field.name) for field in dataclass_fields(plain)}
    crossed = CrossAttention(**{**sizes, "kind": "cross_attention", "norm": "head"})
    return tuple(crossed if i in crossing else plain for i in range(fields.layers()))
