"""Bytes of the KV cache over all layers, and the arithmetic behind them in words.

Each kind of layer knows its own rule (memory/layers), as vLLM 0.33.0 (`kv_cache_interface.py`,
`config/model.py`) and llama.cpp have it:

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

from tokenquote.memory.cache_plan import CacheError, CachePlan, split_into_stages
from tokenquote.memory.layers import Attention

__all__ = ["KvCache", "cache_formula", "kv_cache"]


@dataclass(frozen=True, slots=True)
class KvCache:
    """The bytes of a KV cache."""

    bytes: int
    """The bytes over all GPUs; what is replicated counts as often as it is held."""
    bytes_per_token: int
    """The bytes of a token in all layers, without replication, while the sequence is within every window."""
    bytes_per_gpu: int
    """The bytes on each GPU of the pipeline stage that holds most."""
    state_bytes: int
    """What recurrent layers keep of one sequence, without replication, whatever its length."""
    rounding_bytes: int
    """The part of `bytes` that lies in blocks that are not full."""
    contiguous_bytes: int
    """The bytes over all GPUs, if every beam of every sequence had a buffer of the full length for itself."""


def kv_cache(layers: Sequence[Attention], plan: CachePlan) -> KvCache:
    """Return the bytes of the whole cache.

    Raises:
        CacheError: heads or layers do not divide over the GPUs, or a row is not made of whole blocks.
    """
    ranks = plan.tensor_parallel * plan.context_parallel
    stages = [Counter(stage) for stage in _stages(layers, plan.pipeline_parallel)]
    counts = Counter(layers)
    unpaged = plan.unpaged()
    sizes = {layer: layer.cache_bytes(plan) for layer in counts}
    exact = {layer: layer.cache_bytes(unpaged) for layer in counts}
    apart = {layer: layer.contiguous_bytes(plan) for layer in counts}
    held = [sum(sizes[layer] * times for layer, times in stage.items()) for stage in stages]
    return KvCache(
        bytes=ranks * sum(held),
        bytes_per_token=sum(layer.token_bytes(1, plan) * times for layer, times in counts.items()),
        bytes_per_gpu=max(held),
        state_bytes=sum(layer.state_bytes(1, plan) * times for layer, times in counts.items()),
        rounding_bytes=ranks * sum((sizes[layer] - exact[layer]) * times for layer, times in counts.items()),
        contiguous_bytes=ranks * sum(apart[layer] * times for layer, times in counts.items()),
    )


def cache_formula(layers: Sequence[Attention], plan: CachePlan) -> str:
    """Return the arithmetic in words, so that a reader can do it again.

    Such as `32 layers x 8 KV heads x (128 + 128) x 2 bytes x 8192 tokens x 4 sequences`.
    """
    terms = [term for layer, times in Counter(layers).items() for term in layer.cache_terms(times, plan)]
    if not terms:
        return "0 bytes"
    each = terms[0] if len(terms) == 1 else f"[{' + '.join(terms)}]"
    return f"{each}{_sequences_in_words(plan)}"


def _sequences_in_words(plan: CachePlan) -> str:
    words = "" if plan.sequences == 1 else f" x {plan.sequences} sequences"
    if plan.beams > 1:
        prompt = plan.tokens if plan.prompt is None else plan.prompt
        words += f" x {plan.beams} beams that hold their prompt of {prompt} tokens once"
    if plan.shared_prefix and plan.sequences > 1:
        words += f", the first {plan.shared_prefix} tokens once for all"
    if plan.pad is not None:
        words += f", the tokens of a layer rounded up to a multiple of {plan.pad}"
    return words


def _stages(layers: Sequence[Attention], stages: int) -> Iterator[Sequence[Attention]]:
    if stages > len(layers):
        raise CacheError("pipeline_parallel", f"{stages} stages for {len(layers)} layers")
    return split_into_stages(layers, stages)
