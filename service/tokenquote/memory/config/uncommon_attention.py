"""Attention of families whose layers are put together in a way of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tokenquote.memory.config.families import Family
from tokenquote.memory.config.fields import Fields
from tokenquote.memory.config.recurrent import read_recurrent
from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    Indexer,
    LatentAttention,
    NoAttention,
)

__all__ = [
    "compressed_layers",
    "latent_pairs",
    "layers_with_cross_attention",
    "nemotron_nas_layers",
    "zamba_layers",
]

ReadGrouped = Callable[..., GroupedAttention]

_RATIOS = {"sliding_attention": 0, "compressed_sparse_attention": 4, "heavily_compressed_attention": 128}


def compressed_layers(fields: Fields, family: Family, read_grouped: ReadGrouped) -> tuple[Attention, ...]:
    """DeepSeek-V4: a window of single rows, and before it one row for each 4 or 128 tokens.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    number = fields.layers()
    ratios = _ratios(fields, number)
    seen = {ratio: _compressed(fields, ratio) for ratio in sorted(set(ratios))}
    return tuple(seen[ratio] for ratio in ratios)


def _ratios(fields: Fields, layers: int) -> list[int]:
    stated = fields.raw("compress_ratios")
    if isinstance(stated, list):
        if any(type(ratio) is not int or ratio < 0 for ratio in stated) or len(stated) < layers:
            raise fields.error("compress_ratios", f"{layers} whole numbers from 0 are expected")
        return stated[:layers]  # published lists go on with the layers that predict further tokens
    words = fields.per_layer("layer_types", layers)
    if words is None:
        raise fields.error("compress_ratios", "missing, and no layer_types either")
    unknown = [word for word in words if word not in _RATIOS]
    if unknown:
        raise fields.error("layer_types", f"{str(unknown[0])[:40]!r} layers: not counted yet")
    return [_RATIOS[word] for word in words]


def _compressed(fields: Fields, ratio: int) -> CompressedAttention:
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


def nemotron_nas_layers(fields: Fields, family: Family, read_grouped: ReadGrouped) -> tuple[Attention, ...]:
    """Nemotron-NAS: each block says how many query heads share a KV head, or that it does not attend.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    blocks = fields.per_layer("block_configs", fields.layers())
    if blocks is None:
        raise fields.error("block_configs", "missing: each layer has heads of its own")
    return tuple(_nas_attention(fields, family, block, read_grouped) for block in blocks)


def _nas_attention(fields: Fields, family: Family, block: Any, read_grouped: ReadGrouped) -> Attention:
    attention = block.get("attention") if isinstance(block, Mapping) else None
    if not isinstance(attention, Mapping):
        raise fields.error("block_configs", "an object with `attention` and `ffn` is expected for each layer")
    if attention.get("replace_with_linear"):
        raise fields.error("block_configs", "attention replaced with a matrix: not counted yet")
    if attention.get("no_op"):
        return NoAttention()
    heads, share = fields.size("num_attention_heads"), attention.get("n_heads_in_group")
    if type(share) is not int or share < 1 or heads % share:
        raise fields.error("block_configs", f"n_heads_in_group: a divisor of {heads} heads is expected")
    return read_grouped(fields.with_layer({"num_key_value_heads": heads // share}), family)


def latent_pairs(fields: Fields, family: Family, read_grouped: ReadGrouped) -> tuple[Attention, ...]:
    """LongCat-Flash: two MLA blocks in each of its layers.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    one = LatentAttention(
        query_heads=fields.size("num_attention_heads"),
        q_rank=fields.optional_size("q_lora_rank"),
        kv_rank=fields.size("kv_lora_rank"),
        rope_dim=fields.size("qk_rope_head_dim"),
        nope_dim=fields.size("qk_nope_head_dim"),
        value_dim=fields.size("v_head_dim"),
    )
    return (one,) * (2 * fields.size("num_layers", "num_hidden_layers"))


def zamba_layers(fields: Fields, family: Family, read_grouped: ReadGrouped) -> tuple[Attention, ...]:
    """Zamba: recurrent layers, before some of which one attention block of shared weights runs.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    words = fields.per_layer("layers_block_type", fields.layers())
    if words is None:
        raise fields.error("layers_block_type", "missing: it says before which layers attention runs")
    recurrent = read_recurrent(fields, family)
    hidden = 2 * fields.size("hidden_size")  # attention reads the layer's input beside the model's
    heads = fields.size("num_attention_heads")
    attention = read_grouped(fields.with_layer({"hidden_size": hidden, "head_dim": hidden // heads}), family)
    layers: list[Attention] = []
    for word in words:
        layers += [attention, recurrent] if word == "hybrid" else [recurrent]
    return tuple(layers)


def layers_with_cross_attention(
    fields: Fields, family: Family, read_grouped: ReadGrouped
) -> tuple[Attention, ...]:
    """Llama 3.2 Vision: some layers attend to the picture's tokens instead of the text's.

    Raises:
        ArchitectureError: a field is missing or wrong.
    """
    crossing = fields.layer_numbers("cross_attention_layers")
    plain: GroupedAttention = read_grouped(fields, family)
    crossed = replace(plain, kind="cross_attention", norm="head")
    return tuple(crossed if i in crossing else plain for i in range(fields.layers()))
