"""What attention multiplies: for one new token with each token before it, and for a whole prompt."""

from __future__ import annotations

from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    GroupedAttention,
    LatentAttention,
    Parallel,
)

__all__ = ["pair_flops", "pairs_seen", "tokens_seen"]


def pair_flops(layer: Attention, ranks: int, *, absorbed: bool) -> int:
    """Operations of one new token with one token before it: scores and the sum of values, 2 each an element.

    Recurrent layers have a state in place of tokens before; the little that it takes is not counted, nor
    is what an indexer takes.
    """
    if isinstance(layer, Parallel):
        return pair_flops(layer.attention, ranks, absorbed=absorbed)
    if isinstance(layer, GroupedAttention):
        return 2 * layer.query_heads // ranks * (layer.head_dim + layer.value_size)
    if isinstance(layer, CompressedAttention):
        return 4 * layer.query_heads // ranks * layer.head_dim
    if isinstance(layer, LatentAttention):
        # Decoding works on the compressed rows themselves, prefill on keys and values (arXiv:2412.19437).
        width = 2 * layer.kv_rank + layer.rope_dim
        if not absorbed:
            width = layer.nope_dim + layer.rope_dim + layer.value_dim
        return 2 * layer.query_heads // ranks * width
    return 0


def tokens_seen(layer: Attention, context: int, encoder_tokens: int | None) -> int:
    """Tokens, or compressed rows, that a token looks at."""
    if isinstance(layer, GroupedAttention) and layer.kind == "cross_attention":
        return encoder_tokens or 0
    window = _window(layer)
    seen = context if window is None else min(context, window)
    rows = context // layer.ratio if isinstance(layer, CompressedAttention) and layer.ratio else 0
    return seen + rows


def _window(layer: Attention) -> int | None:
    if isinstance(layer, GroupedAttention | LatentAttention | CompressedAttention):
        return layer.window
    return None


def pairs_seen(layer: Attention, tokens: int, encoder_tokens: int | None) -> int:
    """Pairs of a token and one that it looks at, in a prompt of so many: n (n + 1) / 2, within the window."""
    if isinstance(layer, GroupedAttention) and layer.kind == "cross_attention":
        return tokens * (encoder_tokens or 0)
    window = _window(layer)
    full = tokens if window is None else min(tokens, window)
    ratio = layer.ratio if isinstance(layer, CompressedAttention) else 0
    rows = tokens * (tokens + 1) // 2 // ratio if ratio else 0
    return full * (full + 1) // 2 + (tokens - full) * full + rows
