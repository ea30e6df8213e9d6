"""How many tokens a layer has room for: windows, blocks, prefixes and prompts that are held once.

sequences    a a a a b b c c          a: prefix of all sequences     once, whole blocks of it
             a a a a b b d            b: prompt of its beams         once for each sequence, whole blocks
             a a a a e e f f f        c, d, f: generated             once for each beam
"""

from __future__ import annotations

from tokenquote.memory.kv_cache.plan import CacheError, CachePlan
from tokenquote.memory.layers import Attention, GroupedAttention, LatentAttention

__all__ = ["held_by_window", "held_contiguously", "held_tokens"]


def held_tokens(layer: Attention, plan: CachePlan) -> int:
    """Tokens of all sequences and beams that one rank has room for in the layer."""
    if isinstance(layer, GroupedAttention) and layer.kind == "cross_attention":
        return plan.sequences * _in_blocks(_share(_encoder_tokens(plan), plan), plan)
    window = _window(layer)
    if window is not None and plan.one_buffer:
        wanted = plan.sequences * plan.beams * window + plan.in_flight
        return _padded(min(plan.sequences * plan.beams * plan.tokens, wanted), plan)
    kept = plan.tokens if window is None else held_by_window(window, plan, whole_blocks=False)
    shared = _shared(plan, kept)
    moved = kept < plan.tokens
    if plan.one_buffer:
        return _padded(_sum(shared, kept, plan.unpaged(), moved=False), plan)
    return _sum(shared, kept, plan, moved=moved)


def held_contiguously(layer: Attention, plan: CachePlan) -> int:
    """The same, if each beam had a buffer of the full length for itself, windows or not."""
    if isinstance(layer, GroupedAttention) and layer.kind == "cross_attention":
        return plan.sequences * plan.beams * _share(_encoder_tokens(plan), plan)
    return plan.sequences * plan.beams * _share(plan.tokens, plan)


def held_by_window(window: int, plan: CachePlan, *, whole_blocks: bool = True) -> int:
    """Tokens of one sequence that a window keeps."""
    kept = min(plan.tokens, window + plan.in_flight)
    return _in_blocks(kept, plan) if whole_blocks else kept


def _window(layer: Attention) -> int | None:
    return layer.window if isinstance(layer, GroupedAttention | LatentAttention) else None


def _encoder_tokens(plan: CachePlan) -> int:
    if plan.encoder_tokens is None:
        raise CacheError("encoder_tokens", "missing: layers of cross attention hold the encoder's tokens")
    return plan.encoder_tokens


def _shared(plan: CachePlan, kept: int) -> tuple[int, int]:
    """Of the tokens kept, those of the common prefix, and those of the prompt after it."""
    gone = plan.tokens - kept
    prompt = plan.tokens if plan.prompt is None else plan.prompt
    prefix = max(0, plan.shared_prefix - gone)
    return prefix, max(0, prompt - gone - prefix)


def _sum(shared: tuple[int, int], kept: int, plan: CachePlan, *, moved: bool) -> int:
    """Whole blocks are shared; what follows them is each sequence's or each beam's own."""
    prefix, prompt = shared
    common = _whole(_share(prefix, plan), plan) if plan.sequences > 1 else 0
    of_prompt = _whole(_share(prefix + prompt, plan), plan) - common if plan.beams > 1 else 0
    own = _share(kept, plan) - common - of_prompt
    each = _in_blocks(own, plan, begins_inside=moved, most=plan.tokens - common - of_prompt)
    return common + plan.sequences * (of_prompt + plan.beams * each)


def _share(tokens: int, plan: CachePlan) -> int:
    """Of a sequence's tokens, those on the context-parallel rank that has most."""
    return -(-tokens // plan.context_parallel)


def _whole(tokens: int, plan: CachePlan) -> int:
    return tokens if plan.block is None else tokens // plan.block * plan.block


def _in_blocks(tokens: int, plan: CachePlan, *, begins_inside: bool = False, most: int | None = None) -> int:
    if plan.block is None:
        return _padded(tokens, plan)
    blocks = -(-tokens // plan.block)
    if begins_inside and most is not None:
        # A window that has moved on begins inside of a block: one more (vLLM, kv_cache_interface.py).
        blocks = min(blocks + 1, -(-most // plan.block))
    return blocks * plan.block


def _padded(tokens: int, plan: CachePlan) -> int:
    return tokens if plan.pad is None else plan.pad * -(-tokens // plan.pad)
