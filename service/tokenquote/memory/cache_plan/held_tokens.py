"""The tokens that a layer has room for: windows, blocks, prefixes and prompts that are held once.

sequences    a a a a b b c c          a: prefix of all sequences     once, whole blocks of it
             a a a a b b d            b: prompt of its beams         once for each sequence, whole blocks
             a a a a e e f f f        c, d, f: generated             once for each beam
"""

from __future__ import annotations

from tokenquote.counts import ceil_div, round_up
from tokenquote.memory.cache_plan import CacheError, CachePlan

__all__ = [
    "held_by_window",
    "held_contiguously",
    "held_encoder_tokens",
    "held_encoder_tokens_contiguously",
    "held_in_words",
    "held_tokens",
]


def held_tokens(plan: CachePlan, window: int | None) -> int:
    """Return the tokens of all sequences and beams that one rank has room for in a layer.

    Args:
        plan: what is to be held.
        window: the tokens that the layer keeps at most; None: all.
    """
    if window is not None and plan.one_buffer:
        wanted = plan.all_beams * window + plan.in_flight
        return _padded(min(plan.all_beams * plan.tokens, wanted), plan)
    kept = plan.tokens if window is None else held_by_window(window, plan, whole_blocks=False)
    shared = _shared(plan, kept)
    if plan.one_buffer:
        return _padded(_sum(shared, kept, plan.unpaged(), moved=False), plan)
    return _sum(shared, kept, plan, moved=kept < plan.tokens)


def held_contiguously(plan: CachePlan) -> int:
    """Return the tokens if each beam had a buffer of the full length for itself, windows or not."""
    return plan.all_beams * _share(plan.tokens, plan)


def held_by_window(window: int, plan: CachePlan, *, whole_blocks: bool = True) -> int:
    """Return the tokens of one sequence that a window keeps."""
    kept = plan.tokens if plan.whole_windows else min(plan.tokens, window + plan.in_flight)
    return _in_blocks(kept, plan) if whole_blocks else kept


def held_encoder_tokens(plan: CachePlan) -> int:
    """Return the encoder's tokens that a layer of cross attention has room for; beams have them in common.

    Raises:
        CacheError: the plan does not say how many tokens the encoder has.
    """
    return plan.sequences * _in_blocks(_share(_encoder_tokens(plan), plan), plan)


def held_encoder_tokens_contiguously(plan: CachePlan) -> int:
    """Return the encoder's tokens if each beam had a buffer for itself.

    Raises:
        CacheError: the plan does not say how many tokens the encoder has.
    """
    return plan.all_beams * _share(_encoder_tokens(plan), plan)


def held_in_words(plan: CachePlan, window: int | None) -> str:
    """Return the tokens of a sequence in words, such as `min(8192, 4096) tokens in blocks of 16`.

    One buffer for all sequences has no blocks, and room in flight once for all of them.
    """
    held = f"{plan.tokens} tokens"
    if window is not None and plan.one_buffer and plan.in_flight and plan.all_beams > 1:
        held = f"min({plan.tokens}, {window} + {plan.in_flight} / {plan.all_beams}) tokens"
    elif window is not None and not plan.whole_windows:
        held = f"min({plan.tokens}, {window + plan.in_flight}) tokens"
    return held if plan.block is None or plan.one_buffer else f"{held} in blocks of {plan.block}"


def _encoder_tokens(plan: CachePlan) -> int:
    if plan.encoder_tokens is None:
        raise CacheError("encoder_tokens", "missing: layers of cross attention hold the encoder's tokens")
    return plan.encoder_tokens


def _shared(plan: CachePlan, kept: int) -> tuple[int, int]:
    """Return how many of the tokens kept are of the common prefix, and how many of the prompt after it."""
    gone = plan.tokens - kept
    prompt = plan.tokens if plan.prompt is None else plan.prompt
    prefix = max(0, plan.shared_prefix - gone)
    return prefix, max(0, prompt - gone - prefix)


def _sum(shared: tuple[int, int], kept: int, plan: CachePlan, *, moved: bool) -> int:
    """Add up what is shared in whole blocks and what follows them, which each sequence or beam has alone."""
    prefix, prompt = shared
    common = _whole(_share(prefix, plan), plan) if plan.sequences > 1 else 0
    prompts = _whole(_share(prefix + prompt, plan), plan) - common if plan.beams > 1 else 0
    own = _share(kept, plan) - common - prompts
    each = _in_blocks(own, plan, begins_inside=moved, most=plan.tokens - common - prompts)
    return common + plan.sequences * (prompts + plan.beams * each)


def _share(tokens: int, plan: CachePlan) -> int:
    """Return how many of a sequence's tokens are on the context-parallel rank that has most."""
    return ceil_div(tokens, plan.context_parallel)


def _whole(tokens: int, plan: CachePlan) -> int:
    return tokens if plan.block is None else tokens // plan.block * plan.block


def _in_blocks(tokens: int, plan: CachePlan, *, begins_inside: bool = False, most: int | None = None) -> int:
    if plan.block is None:
        return _padded(tokens, plan)
    blocks = ceil_div(tokens, plan.block)
    if begins_inside and most is not None:
        # A window that has moved on begins inside of a block: one more (vLLM, kv_cache_interface.py).
        blocks = min(blocks + 1, ceil_div(most, plan.block))
    return blocks * plan.block


def _padded(tokens: int, plan: CachePlan) -> int:
    return tokens if plan.pad is None else round_up(tokens, plan.pad)
