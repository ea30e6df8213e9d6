"""The arithmetic of a KV cache in words, so that a reader can do it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tokenquote.memory.architecture import Attention, LatentAttention, LinearAttention
from tokenquote.memory.kv_cache import CachePlan

__all__ = ["cache_formula"]


def cache_formula(layers: Sequence[Attention], plan: CachePlan) -> str:
    """Such as `32 layers x 8 KV heads x (128 + 128) x 2 bytes x 8192 tokens x 4 sequences`."""
    terms = [_term(layer, times, plan) for layer, times in Counter(layers).items()]
    each = terms[0] if len(terms) == 1 else f"[{' + '.join(terms)}]"
    return each if plan.sequences == 1 else f"{each} x {plan.sequences} sequences"


def _term(layer: Attention, times: int, plan: CachePlan) -> str:
    if isinstance(layer, LinearAttention):
        state = f"{layer.value_heads} heads x {layer.key_dim} x {layer.value_dim} x 4 bytes"
        return f"{times} layers x [{state} + {layer.kernel - 1} x {layer.conv_width} x 2 bytes]"
    element = plan.element
    size = f"{float(element.block_bytes / element.block):g} bytes"
    if isinstance(layer, LatentAttention):
        indexer = f" + indexer of {layer.indexer.head_dim}" if layer.indexer else ""
        row = f"(({layer.kv_rank} + {layer.rope_dim}) x {size}{indexer})"
        held = f"{plan.tokens} tokens"
    else:
        row = f"{layer.kv_heads} KV heads x ({layer.head_dim} + {layer.head_dim}) x {size}"
        held = f"{plan.tokens} tokens"
        if layer.window is not None:
            held = f"min({plan.tokens}, {layer.window}) tokens"
    if plan.block is not None:
        held += f" in blocks of {plan.block}"
    return f"{times} layers x {row} x {held}"
