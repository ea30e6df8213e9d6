"""The block pool that vLLM lays a KV cache out in: groups of layers, blocks, and how many tokens fit.

Layers of one kind each have a page in every block. A model of several kinds is split into groups of equally
many layers, which all take their blocks from one pool (vLLM 0.33.0, `kv_cache_planning.py`). Where recurrent
layers stand beside attention, the block grows until a page of attention is as large as a recurrent state
(`platforms/interface.py`); that is why a hybrid's blocks hold hundreds of tokens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tokenquote.memory.kv_cache import state_on_rank, token_on_rank
from tokenquote.memory.kv_cache.plan import CacheError, CachePlan
from tokenquote.memory.layers import Attention, GroupedAttention, LatentAttention, Parallel

__all__ = ["BlockPool", "block_pool", "hybrid_block"]

_LATENT_ALIGNMENT = 64  # FlashMLA's kernel block; others 16


@dataclass(frozen=True, slots=True)
class BlockPool:
    """How a pool of bytes becomes blocks of tokens, on one GPU."""

    block: int
    """Tokens of a block."""
    bytes_per_block: int
    groups: int
    """Groups of layers, each with blocks of its own for the same tokens."""

    def blocks(self, pool_bytes: int) -> int:
        return pool_bytes // self.bytes_per_block

    def tokens(self, pool_bytes: int) -> int:
        """Tokens of one sequence that fit, if every group held all of them (vLLM up to 0.19)."""
        return self.blocks(pool_bytes) // self.groups * self.block


def block_pool(layers: Sequence[Attention], plan: CachePlan) -> BlockPool:
    """The pool on one tensor-parallel rank of a pipeline's largest stage.

    Raises:
        CacheError: heads do not divide over the ranks, or no layer keeps anything.
    """
    ranks = plan.tensor_parallel
    caching = [layer for layer in layers if _keeps(layer, plan)]
    states = [state for layer in caching if (state := state_on_rank(layer, ranks, plan))]
    pages = [page for layer in caching if (page := token_on_rank(layer, ranks, plan))]
    if not pages:
        raise CacheError("block_tokens", "no layer keeps keys and values, so that there is nothing to page")
    block = plan.block or 16
    if states:
        block = hybrid_block(layers, plan)
    kinds = Counter(_kind(layer) for layer in caching)
    stage = -(-len(caching) // plan.pipeline_parallel)
    if len(kinds) == 1:
        size = sum(sorted(pages, reverse=True)[:stage])
        return BlockPool(block, size * block, 1)
    group, groups = _groups(sorted(kinds.values()))
    return BlockPool(block, group * max(pages) * block, groups)


def hybrid_block(layers: Sequence[Attention], plan: CachePlan) -> int:
    """Tokens of a block, so that a page of attention is no smaller than a recurrent layer's state.

    Raises:
        CacheError: the model has no attention layer, or heads do not divide over the ranks.
    """
    ranks = plan.tensor_parallel
    states = [state_on_rank(layer, ranks, plan) for layer in layers]
    pages = [page for layer in layers if (page := token_on_rank(layer, ranks, plan))]
    if not pages:
        raise CacheError("block_tokens", "no layer keeps keys and values, so that there is nothing to page")
    latent = any(isinstance(layer, LatentAttention) for layer in layers)
    step = _LATENT_ALIGNMENT if latent else 16
    return max(plan.block or 16, step * -(-max(states) // (step * pages[0])))


def _keeps(layer: Attention, plan: CachePlan) -> bool:
    return bool(token_on_rank(layer, 1, plan) or state_on_rank(layer, 1, plan))


def _kind(layer: Attention) -> tuple[str, int | None]:
    window = layer.window if isinstance(layer, GroupedAttention | LatentAttention) else None
    return ("attention" if isinstance(layer, Parallel) else layer.kind, window)


def _groups(counts: Sequence[int]) -> tuple[int, int]:
    """Layers of a group, and how many groups: of the rarest kind's size, unless kinds are nearly as many."""
    least, most = counts[0], counts[-1]
    group = most if most < 1.5 * least else least
    return group, sum(-(-count // group) for count in counts)
