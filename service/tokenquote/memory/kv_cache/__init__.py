"""Bytes of the KV cache: per layer kind, per token held, per GPU.

Formulas as in vLLM 0.33.0 (`kv_cache_interface.py`, `config/model.py`) and llama.cpp:

    grouped     max(1, kv_heads / tp) x (d_k + d_v) x bytes per element, for each token that the layer keeps
    MLA         (kv_lora_rank + qk_rope_head_dim) x bytes per element, on every tensor-parallel rank
    compressed  a row for each token of the window, and one for each `ratio` tokens (DeepSeek-V4)
    recurrent   a state per sequence, whatever its length: the last columns of the convolution, and the state

Layers that read the keys and values of earlier ones keep nothing; cross attention keeps the encoder's tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.memory.kv_cache.held_tokens import held_by_window, held_contiguously, held_tokens
from tokenquote.memory.kv_cache.plan import CacheError, CachePlan, split_into_stages
from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    LatentAttention,
    NoAttention,
    Parallel,
)
from tokenquote.memory.layers.recurrent import Mamba2, Recurrent
from tokenquote.memory.weights.quantization import CacheElement

__all__ = ["CacheError", "CachePlan", "KvCache", "kv_cache", "state_on_rank", "token_on_rank"]


@dataclass(frozen=True, slots=True)
class KvCache:
    """What the cache takes."""

    bytes: int
    """Over all GPUs; what is replicated counts as often as it is held."""
    bytes_per_token: int
    """Over all layers, without replication, while the sequence is within every window."""
    bytes_per_gpu: int
    """On the GPUs of the pipeline stage that holds most."""
    state_bytes: int
    """Of one sequence, without replication: what recurrent layers keep, whatever the length."""
    rounding_bytes: int
    """Of `bytes`, what lies in blocks that are not full."""
    contiguous_bytes: int
    """Over all GPUs, if every sequence and every beam had a buffer of its own of the full length."""


def kv_cache(layers: Sequence[Attention], plan: CachePlan) -> KvCache:
    """Bytes of the whole cache.

    Raises:
        CacheError: heads or layers do not divide over the GPUs, or a row is not made of whole blocks.
    """
    ranks = plan.tensor_parallel * plan.context_parallel
    stages = [Counter(stage) for stage in _stages(layers, plan.pipeline_parallel)]
    kinds = set(layers)
    sizes = {layer: _on_one_rank(layer, plan) for layer in kinds}
    exact = {layer: _on_one_rank(layer, plan.unpaged()) for layer in kinds}
    apart = {layer: _contiguously(layer, plan) for layer in kinds}
    held = [sum(sizes[layer] * times for layer, times in stage.items()) for stage in stages]
    counts = Counter(layers)
    return KvCache(
        bytes=ranks * sum(held),
        bytes_per_token=sum(token_on_rank(one, 1, plan) * n for one, n in counts.items()),
        bytes_per_gpu=max(held),
        state_bytes=sum(state_on_rank(one, 1, plan) * n for one, n in counts.items()),
        rounding_bytes=ranks * sum((sizes[one] - exact[one]) * n for one, n in counts.items()),
        contiguous_bytes=ranks * sum(apart[one] * n for one, n in counts.items()),
    )


def _on_one_rank(layer: Attention, plan: CachePlan) -> int:
    """Bytes of one layer and all sequences on one rank."""
    ranks = plan.tensor_parallel
    states = plan.sequences * plan.beams * state_on_rank(layer, ranks, plan)
    if isinstance(layer, CompressedAttention):
        return states + _compressed_rows(layer, plan)
    return states + token_on_rank(layer, ranks, plan) * held_tokens(_cached(layer), plan)


def _contiguously(layer: Attention, plan: CachePlan) -> int:
    ranks, all_beams = plan.tensor_parallel, plan.sequences * plan.beams
    states = all_beams * state_on_rank(layer, ranks, plan)
    if isinstance(layer, CompressedAttention):
        return states + _compressed_rows(layer, plan)
    return states + token_on_rank(layer, ranks, plan) * held_contiguously(_cached(layer), plan)


def _cached(layer: Attention) -> Attention:
    return layer.attention if isinstance(layer, Parallel) else layer


def token_on_rank(layer: Attention, ranks: int, plan: CachePlan) -> int:
    """Bytes of one token in one layer on one of so many tensor-parallel ranks.

    Raises:
        CacheError: heads do not divide over the ranks, or a row is not made of whole blocks.
    """
    if isinstance(layer, Parallel):
        return token_on_rank(layer.attention, ranks, plan)
    if isinstance(layer, LatentAttention):
        indexer = _indexer_bytes(layer.indexer.head_dim) if layer.indexer else 0
        return _row_bytes(layer.kv_rank + layer.rope_dim, plan.element) + indexer
    if isinstance(layer, CompressedAttention):
        return _row_bytes(layer.head_dim, plan.element)
    if isinstance(layer, GroupedAttention):
        return _grouped_token(layer, ranks, plan)
    return 0


def _grouped_token(layer: GroupedAttention, ranks: int, plan: CachePlan) -> int:
    heads = _heads_on_rank(layer, ranks)
    if not layer.owns_cache:
        return 0
    keys, values = plan.element, plan.value_element or plan.element
    scales = heads * (keys.scale_bytes + values.scale_bytes)
    indexer = _row_bytes(layer.indexer.head_dim, keys) if layer.indexer else 0
    return (
        _row_bytes(heads * layer.head_dim, keys)
        + _row_bytes(heads * layer.value_size, values)
        + scales
        + indexer
    )


def _heads_on_rank(layer: GroupedAttention, ranks: int) -> int:
    """KV heads of one rank: an equal share, or one that several ranks hold each for itself."""
    if layer.query_heads % ranks:
        raise CacheError(
            "tensor_parallel", f"{layer.query_heads} query heads do not divide over {ranks} GPUs"
        )
    heads = layer.kv_heads
    if heads % ranks and ranks % heads:
        raise CacheError("tensor_parallel", f"{heads} KV heads do not divide over {ranks} GPUs")
    return max(1, heads // ranks)


def _row_bytes(elements: int, element: CacheElement) -> int:
    size = element.bytes_of(elements)
    if size is None or size.denominator != 1:
        blocks = f"blocks of {element.block}"
        raise CacheError(
            "dtype", f"{element.name} holds {blocks}, and a row of {elements} is not made of them"
        )
    return int(size)


def _indexer_bytes(head_dim: int) -> int:
    """One fp8 key and an fp32 scale per 128 elements (vLLM, flashmla_sparse.py), in any cache type."""
    return head_dim + 4 * -(-head_dim // 128)


def _compressed_rows(layer: CompressedAttention, plan: CachePlan) -> int:
    """Rows of all sequences: keys alone, which serve as values too, on every rank."""
    window = plan.sequences * plan.beams * held_by_window(layer.window, plan)
    row = _row_bytes(layer.head_dim, plan.element)
    if not layer.ratio:
        return row * window
    compressed = plan.sequences * plan.beams * (plan.tokens // layer.ratio)
    indexer = _indexer_bytes(layer.indexer.head_dim) if layer.indexer else 0
    return row * (window + compressed) + indexer * compressed


def state_on_rank(layer: Attention, ranks: int, plan: CachePlan) -> int:
    """Bytes that one sequence keeps in one recurrent layer on one of so many ranks; 0 for other layers.

    Raises:
        CacheError: heads do not divide over the ranks.
    """
    if isinstance(layer, Parallel):
        return state_on_rank(layer.recurrent, ranks, plan)
    if isinstance(layer, CompressedAttention):
        return _compressor_state(layer)
    if isinstance(layer, GroupedAttention | LatentAttention | NoAttention):
        return 0
    for heads in layer.head_counts:
        if heads % ranks:
            named = " and ".join(map(str, layer.head_counts))
            what = layer.kind.replace("_", " ")
            raise CacheError("tensor_parallel", f"{named} heads of {what} do not divide over {ranks} GPUs")
    convolution = _conv_on_rank(layer, ranks) * plan.conv_bytes
    return convolution + layer.state_elements // ranks * plan.state_bytes


def _conv_on_rank(layer: Recurrent, ranks: int) -> int:
    """Groups of Mamba 2 that are fewer than the ranks are held by each (vLLM, `mamba_utils.py`)."""
    if isinstance(layer, Mamba2):
        groups = -(-layer.groups // ranks) * ranks
        return (layer.kernel - 1) * (layer.inner + 2 * groups * layer.state) // ranks
    return layer.conv_elements // ranks


def _compressor_state(layer: CompressedAttention) -> int:
    """Rows and weights of tokens that are not compressed yet, in fp32 (aiconfigurator, deepseek_v4.py)."""
    spans = 2 if layer.overlap else 1
    widths = layer.head_dim + (layer.indexer.head_dim if layer.indexer else 0)
    return 2 * 4 * layer.ratio * spans * spans * widths


def _stages(layers: Sequence[Attention], stages: int) -> Iterator[Sequence[Attention]]:
    if stages > len(layers):
        raise CacheError("pipeline_parallel", f"{stages} stages for {len(layers)} layers")
    return split_into_stages(layers, stages)
