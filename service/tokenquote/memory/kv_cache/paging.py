"""The block pool that vLLM lays a KV cache out in: groups of layers, blocks, and how many tokens fit.

Layers of one kind each have a page in every block. A model of several kinds is split into groups of equally
many layers, which all take their blocks from one pool (vLLM 0.33.0, `kv_cache_planning.py`). Where recurrent
layers stand beside attention, the block grows until a page of attention is as large as a recurrent state
(`platforms/interface.py`); that is why a hybrid's blocks hold hundreds of tokens. Attention whose page is a
whole part of the largest has blocks of as many times more tokens (`unify_kv_cache_spec_page_size`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import CacheError, CachePlan
from tokenquote.memory.layers import Attention

_KERNEL_BLOCK = 16  # of kernels other than those of MLA

__all__ = ["BlockPool", "LayerGroups", "block_pool", "hybrid_block", "single_group_pool"]


@dataclass(frozen=True, slots=True)
class LayerGroups:
    """The groups of one kind of layer in a pool."""

    layer: Attention
    """One of the layers."""
    block: int
    """The tokens of a block of this kind."""
    groups: int
    """The number of groups, each of which has blocks of its own for the same tokens."""

    def blocks(self, length: int, in_flight: int, recurrent_blocks: int, encoder_tokens: int | None) -> int:
        """Return the blocks of one sequence in all groups of this kind, as `max_memory_usage_bytes` counts.

        Args:
            length: the tokens of the sequence.
            in_flight: the tokens of steps that have begun, which windows hold besides their own.
            recurrent_blocks: the blocks of a recurrent state, those of cached prefixes included.
            encoder_tokens: the tokens that cross attention looks at; None: not known.
        """
        window = self.layer.held_window
        if self.layer.attends_to_encoder:
            each = ceil_div(encoder_tokens or 0, self.block)
        elif self.layer.is_recurrent:
            each = recurrent_blocks
        elif window is None:
            each = ceil_div(length, self.block)
        elif self.layer.kind == "chunked":
            each = ceil_div(min(window + in_flight, length), self.block)
        else:  # a window that has moved on begins inside of a block: one more
            each = ceil_div(min(window - 1 + in_flight, length), self.block) + 1
        return self.groups * each


@dataclass(frozen=True, slots=True)
class BlockPool:
    """The way in which a pool of bytes becomes blocks of tokens on one GPU."""

    block: int
    """The tokens of a block, the smallest if kinds differ."""
    bytes_per_block: int
    kinds: tuple[LayerGroups, ...]
    """The kinds of layers, each with its groups."""

    @property
    def groups(self) -> int:
        """The number of groups of layers, each with its own blocks for the same tokens."""
        return sum(kind.groups for kind in self.kinds)

    def blocks(self, pool_bytes: int) -> int:
        """Return the number of whole blocks in a pool of this size."""
        return pool_bytes // self.bytes_per_block

    def tokens(self, pool_bytes: int) -> int:
        """Return the tokens of one sequence that fit, if every group held all of them (vLLM up to 0.20.0)."""
        return self.blocks(pool_bytes) // self.groups * self.block

    def tokens_of_requests(self, pool_bytes: int, length: int, blocks_of_request: int) -> int:
        """Return the tokens of all requests of this length that fit, the last in part (vLLM since 0.20.1)."""
        return self.blocks(pool_bytes) * length // blocks_of_request

    def blocks_of_request(
        self, length: int, in_flight: int, recurrent_blocks: int, encoder_tokens: int | None = None
    ) -> int:
        """Return the blocks that one sequence of this length takes of all groups (`LayerGroups.blocks`)."""
        return sum(kind.blocks(length, in_flight, recurrent_blocks, encoder_tokens) for kind in self.kinds)


def block_pool(layers: Sequence[Attention], plan: CachePlan, *, latent_alignment: int = 64) -> BlockPool:
    """Return the pool on one tensor-parallel rank of a pipeline's largest stage.

    Args:
        layers: the layers of the model, or of a stage.
        plan: the type of the cache, its block and the ranks.
        latent_alignment: the tokens of which a block of MLA beside recurrent layers is a multiple: 64
            (FlashMLA), 128 since vLLM 0.27.

    Raises:
        CacheError: heads do not divide over the ranks, or no layer keeps anything.
    """
    caching = _caching(layers, plan)
    pages = _pages(caching, plan)
    block = plan.block or 16
    if any(layer.state_bytes(plan.tensor_parallel, plan) for layer in caching):
        block = hybrid_block(layers, plan, latent_alignment=latent_alignment)
    kinds = Counter(layer.page_kind for layer in caching)
    if len(kinds) == 1:
        stage = ceil_div(len(caching), plan.pipeline_parallel)
        size = sum(sorted(pages, reverse=True)[:stage])
        return BlockPool(block, size * block, (LayerGroups(caching[0], block, 1),))
    group = _group_size(sorted(kinds.values()))
    first = {layer.page_kind: layer for layer in reversed(caching)}
    groups = tuple(
        LayerGroups(first[kind], _block_tokens(first[kind], block, max(pages), plan), ceil_div(count, group))
        for kind, count in kinds.items()
    )
    return BlockPool(block, group * max(pages) * block, groups)


def single_group_pool(layers: Sequence[Attention], plan: CachePlan) -> BlockPool:
    """Return the pool of vLLM before 0.9.2, whose layers all hold every token, windows or not.

    Raises:
        CacheError: heads do not divide over the ranks, or no layer keeps anything.
    """
    caching = _caching(layers, plan)
    pages = _pages(caching, plan)
    block = plan.block or 16
    full = next((layer for layer in caching if layer.held_window is None), caching[0])
    return BlockPool(block, sum(pages) * block, (LayerGroups(full, block, 1),))


def hybrid_block(layers: Sequence[Attention], plan: CachePlan, *, latent_alignment: int = 64) -> int:
    """Return the tokens of a block whose page of attention is no smaller than a recurrent layer's state.

    Raises:
        CacheError: the model has no attention layer, or heads do not divide over the ranks.
    """
    ranks = plan.tensor_parallel
    states = [layer.state_bytes(ranks, plan) for layer in layers]
    pages = _pages(layers, plan)
    step = max(
        layer.block_alignment if layer.block_alignment <= _KERNEL_BLOCK else latent_alignment
        for layer in layers
    )
    return max(plan.block or 16, step * ceil_div(max(states), step * pages[0]))


def _caching(layers: Sequence[Attention], plan: CachePlan) -> list[Attention]:
    parts = [part for layer in layers for part in layer.cached_parts]
    return [part for part in parts if part.token_bytes(1, plan) or part.state_bytes(1, plan)]


def _pages(layers: Sequence[Attention], plan: CachePlan) -> list[int]:
    """Return the bytes of a token in each layer of attention on one rank."""
    ranks = plan.tensor_parallel
    pages = [page for layer in layers if (page := layer.token_bytes(ranks, plan))]
    if not pages:
        raise CacheError("block_tokens", "no layer keeps keys and values, so that there is nothing to page")
    return pages


def _block_tokens(layer: Attention, block: int, largest_page: int, plan: CachePlan) -> int:
    """Return the tokens of a block of this layer: more where its page is a whole part of the largest."""
    page = layer.token_bytes(plan.tensor_parallel, plan)
    return block * largest_page // page if page and largest_page % page == 0 else block


def _group_size(counts: Sequence[int]) -> int:
    """Return the layers of a group: as many as the rarest kind has, unless all kinds are nearly as many."""
    least, most = counts[0], counts[-1]
    return most if most < 1.5 * least else least
