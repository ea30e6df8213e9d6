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

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import CacheError, CachePlan
from tokenquote.memory.layers import Attention

__all__ = ["BlockPool", "block_pool", "hybrid_block"]


@dataclass(frozen=True, slots=True)
class BlockPool:
    """The way in which a pool of bytes becomes blocks of tokens on one GPU."""

    block: int
    """The tokens of a block."""
    bytes_per_block: int
    groups: int
    """The number of groups of layers, each with its own blocks for the same tokens."""

    def blocks(self, pool_bytes: int) -> int:
        """Return the number of whole blocks in a pool of this size."""
        return pool_bytes // self.bytes_per_block

    def tokens(self, pool_bytes: int) -> int:
        """Return the tokens of one sequence that fit, if every group held all of them (vLLM up to 0.19)."""
        return self.blocks(pool_bytes) // self.groups * self.block


def block_pool(layers: Sequence[Attention], plan: CachePlan) -> BlockPool:
    """Return the pool on one tensor-parallel rank of a pipeline's largest stage.

    Raises:
        CacheError: heads do not divide over the ranks, or no layer keeps anything.
    """
    ranks = plan.tensor_parallel
    caching = [layer for layer in layers if _keeps(layer, plan)]
    states = [state for layer in caching if (state := layer.state_bytes(ranks, plan))]
    pages = [page for layer in caching if (page := layer.token_bytes(ranks, plan))]
    if not pages:
        raise CacheError("block_tokens", "no layer keeps keys and values, so that there is nothing to page")
    block = plan.block or 16
    if states:
        block = hybrid_block(layers, plan)
    kinds = Counter(layer.page_kind for layer in caching)
    stage = ceil_div(len(caching), plan.pipeline_parallel)
    if len(kinds) == 1:
        size = sum(sorted(pages, reverse=True)[:stage])
        return BlockPool(block, size * block, 1)
    group, groups = _groups(sorted(kinds.values()))
    return BlockPool(block, group * max(pages) * block, groups)


def hybrid_block(layers: Sequence[Attention], plan: CachePlan) -> int:
    """Return the tokens of a block whose page of attention is no smaller than a recurrent layer's state.

    Raises:
        CacheError: the model has no attention layer, or heads do not divide over the ranks.
    """
    ranks = plan.tensor_parallel
    states = [layer.state_bytes(ranks, plan) for layer in layers]
    pages = [page for layer in layers if (page := layer.token_bytes(ranks, plan))]
    if not pages:
        raise CacheError("block_tokens", "no layer keeps keys and values, so that there is nothing to page")
    step = max(layer.block_alignment for layer in layers)
    return max(plan.block or 16, step * ceil_div(max(states), step * pages[0]))


def _keeps(layer: Attention, plan: CachePlan) -> bool:
    return bool(layer.token_bytes(1, plan) or layer.state_bytes(1, plan))


def _groups(counts: Sequence[int]) -> tuple[int, int]:
    """Return the layers of a group and the number of groups.

    A group has as many layers as the rarest kind, unless all kinds are nearly as many.
    """
    least, most = counts[0], counts[-1]
    group = most if most < 1.5 * least else least
    return group, sum(ceil_div(count, group) for count in counts)
