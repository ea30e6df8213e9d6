"""Bytes of the KV cache: per layer kind, per token held, per GPU.

Formulas as in vLLM 0.33.0 (`kv_cache_interface.py`, `config/model.py`) and llama.cpp:

    grouped   max(1, kv_heads / tp) x (d_k + d_v) x bytes per element, for each token that the layer keeps
    MLA       (kv_lora_rank + qk_rope_head_dim) x bytes per element, on every tensor-parallel rank
    linear    a state per sequence, whatever its length: the convolution's last columns in 16 bit, and
              value_heads x d_k x d_v in fp32
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.memory.architecture import Attention, GroupedAttention, LatentAttention, LinearAttention
from tokenquote.memory.quantization import CacheElement

__all__ = ["CacheError", "CachePlan", "KvCache", "kv_cache"]

_CONV_BYTES = 2  # model dtype
_STATE_BYTES = 4  # mamba_ssm_cache_dtype of Qwen3.5: float32


class CacheError(ValueError):
    """The cache cannot be laid out so; `field` is what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class CachePlan:
    """What is to be held, and how it is spread."""

    tokens: int
    """That each sequence holds."""
    element: CacheElement
    sequences: int = 1
    block: int | None = None
    """Tokens of a block; each sequence is rounded up to whole blocks. None: not paged."""
    tensor_parallel: int = 1
    pipeline_parallel: int = 1


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
    """Of one sequence, without replication: what linear attention keeps, whatever the length."""


def kv_cache(layers: Sequence[Attention], plan: CachePlan) -> KvCache:
    """Bytes of the whole cache.

    Raises:
        CacheError: heads or layers do not divide over the GPUs, or a row is not made of whole blocks.
    """
    sizes = {layer: _on_one_rank(layer, plan) for layer in set(layers)}
    stages = [
        plan.sequences * sum(sizes[layer] * times for layer, times in Counter(stage).items())
        for stage in _stages(layers, plan.pipeline_parallel)
    ]
    return KvCache(
        bytes=plan.tensor_parallel * sum(stages),
        bytes_per_token=sum(_token_bytes(one, 1, plan.element) * n for one, n in Counter(layers).items()),
        bytes_per_gpu=max(stages),
        state_bytes=sum(_state_bytes(one, 1) for one in layers if isinstance(one, LinearAttention)),
    )


def _on_one_rank(layer: Attention, plan: CachePlan) -> int:
    """Bytes of one layer and one sequence on one tensor-parallel rank."""
    if isinstance(layer, LinearAttention):
        return _state_bytes(layer, plan.tensor_parallel)
    return _token_bytes(layer, plan.tensor_parallel, plan.element) * _tokens_held(layer, plan)


def _token_bytes(layer: Attention, ranks: int, element: CacheElement) -> int:
    """Bytes of one token in one layer on one of so many ranks."""
    if isinstance(layer, LinearAttention):
        return 0
    if isinstance(layer, LatentAttention):
        indexer = _indexer_bytes(layer.indexer.head_dim) if layer.indexer else 0
        return _row_bytes(layer.kv_rank + layer.rope_dim, element) + indexer
    return 2 * _row_bytes(_heads_on_rank(layer, ranks) * layer.head_dim, element)


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


def _tokens_held(layer: GroupedAttention | LatentAttention, plan: CachePlan) -> int:
    """Tokens that the layer has room for: those of its window, in whole blocks."""
    window = layer.window if isinstance(layer, GroupedAttention) else None
    kept = plan.tokens if window is None else min(plan.tokens, window)
    if plan.block is None:
        return kept
    blocks = -(-kept // plan.block)
    if kept < plan.tokens:
        # A window that has moved on begins inside of a block: one more (vLLM, kv_cache_interface.py).
        blocks = min(blocks + 1, -(-plan.tokens // plan.block))
    return blocks * plan.block


def _state_bytes(layer: LinearAttention, ranks: int) -> int:
    if layer.key_heads % ranks or layer.value_heads % ranks:
        heads = f"{layer.key_heads} and {layer.value_heads} heads of linear attention"
        raise CacheError("tensor_parallel", f"{heads} do not divide over {ranks} GPUs")
    convolution = (layer.kernel - 1) * layer.conv_width * _CONV_BYTES
    state = layer.value_heads * layer.key_dim * layer.value_dim * _STATE_BYTES
    return (convolution + state) // ranks


def _stages(layers: Sequence[Attention], stages: int) -> Iterator[Sequence[Attention]]:
    """Layers in a row for each stage; the rest goes to those before the last (vLLM, distributed/utils.py)."""
    if stages > len(layers):
        raise CacheError("pipeline_parallel", f"{stages} stages for {len(layers)} layers")
    each, rest = divmod(len(layers), stages)
    first = 0
    for stage in range(stages):
        # The last stage has the output matrix and gets none of the rest.
        more = stages - 1 - rest <= stage < stages - 1
        count = each + more
        yield layers[first : first + count]
        first += count
