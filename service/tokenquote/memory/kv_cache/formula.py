"""The arithmetic of a KV cache in words, so that a reader can do it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tokenquote.memory.kv_cache.plan import CachePlan
from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    LatentAttention,
    NoAttention,
    Parallel,
)
from tokenquote.memory.layers.recurrent import Recurrent
from tokenquote.memory.weights.quantization import CacheElement

__all__ = ["cache_formula"]


def cache_formula(layers: Sequence[Attention], plan: CachePlan) -> str:
    """Such as `32 layers x 8 KV heads x (128 + 128) x 2 bytes x 8192 tokens x 4 sequences`."""
    terms = [term for layer, times in Counter(layers).items() for term in _terms(layer, times, plan)]
    each = terms[0] if len(terms) == 1 else f"[{' + '.join(terms)}]"
    return f"{each}{_sequences(plan)}"


def _sequences(plan: CachePlan) -> str:
    words = "" if plan.sequences == 1 else f" x {plan.sequences} sequences"
    if plan.beams > 1:
        prompt = plan.tokens if plan.prompt is None else plan.prompt
        words += f" x {plan.beams} beams that hold their prompt of {prompt} tokens once"
    if plan.shared_prefix and plan.sequences > 1:
        words += f", the first {plan.shared_prefix} tokens once for all"
    return words


def _terms(layer: Attention, times: int, plan: CachePlan) -> list[str]:
    if isinstance(layer, NoAttention):
        return []
    if isinstance(layer, Parallel):
        return [*_terms(layer.attention, times, plan), *_terms(layer.recurrent, times, plan)]
    if isinstance(layer, GroupedAttention):
        return [_grouped(layer, times, plan)] if layer.owns_cache else []
    if isinstance(layer, LatentAttention):
        indexer = f" + indexer of {layer.indexer.head_dim}" if layer.indexer else ""
        row = f"(({layer.kv_rank} + {layer.rope_dim}) x {_size(plan.element)}{indexer})"
        return [f"{times} layers x {row} x {_held(layer.window, plan)}"]
    if isinstance(layer, CompressedAttention):
        return [_compressed(layer, times, plan)]
    return [_recurrent(layer, times, plan)]


def _grouped(layer: GroupedAttention, times: int, plan: CachePlan) -> str:
    keys, values = plan.element, plan.value_element or plan.element
    heads = f"{layer.kv_heads} KV heads x "
    if keys == values:
        row = f"{heads}({layer.head_dim} + {layer.value_size}) x {_size(keys)}"
    else:
        row = f"{heads}({layer.head_dim} x {_size(keys)} + {layer.value_size} x {_size(values)})"
    if layer.kind == "cross_attention":
        return f"{times} layers x {row} x {plan.encoder_tokens} encoder tokens"
    return f"{times} layers x {row} x {_held(layer.window, plan)}"


def _compressed(layer: CompressedAttention, times: int, plan: CachePlan) -> str:
    held = _held(layer.window, plan)
    if layer.ratio:
        held = f"({held} + {plan.tokens} / {layer.ratio} compressed rows)"
    return f"{times} layers x {layer.head_dim} x {_size(plan.element)} x {held}"


def _recurrent(layer: Recurrent, times: int, plan: CachePlan) -> str:
    parts = []
    if layer.state_elements:
        parts.append(f"{layer.state_elements} x {plan.state_bytes} bytes of state")
    if layer.conv_elements:
        parts.append(f"{layer.conv_elements} x {plan.conv_bytes} bytes of convolution")
    return f"{times} layers x [{' + '.join(parts)}]"


def _held(window: int | None, plan: CachePlan) -> str:
    held = f"{plan.tokens} tokens"
    if window is not None:
        held = f"min({plan.tokens}, {window + plan.in_flight}) tokens"
    if plan.block is not None:
        held += f" in blocks of {plan.block}"
    return held


def _size(element: CacheElement) -> str:
    return f"{float(element.block_bytes / element.block):g} bytes"
