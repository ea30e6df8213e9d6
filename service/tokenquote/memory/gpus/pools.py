"""What an engine makes of the memory that is left to the cache: blocks of groups, or tokens and states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from tokenquote.memory.cache_plan import CacheElement, CacheError, CachePlan
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.kv_cache.paging import BlockPool, block_pool, single_group_pool
from tokenquote.memory.layers import Attention

__all__ = ["LayerCounts", "SglangPool", "VllmPool"]

LayerCounts = tuple[tuple[Attention, int], ...]
"""The layers of one stage, equal ones once, each with its number."""


@dataclass(frozen=True, slots=True)
class VllmPool:
    """A pool of blocks that groups of layers take from."""

    rules: VllmRules
    chunk: int
    """The tokens of a step at most."""
    prefixes: bool
    """Whether prefixes are cached, for which a recurrent state takes more blocks."""
    drafted: int = 0
    """The tokens that are drafted for each step, for each of which a recurrent state takes a block."""

    def tokens(self, layers: LayerCounts, plan: CachePlan, pool_bytes: int, length: int) -> int | None:
        """Return the tokens that the log calls "GPU KV cache size"; None: nothing is paged."""
        pool = self._pool(layers, plan)
        if pool is None:
            return None
        if not self.rules.tokens_by_requests:
            return pool.tokens(pool_bytes)
        in_flight = self.chunk * self.rules.steps_in_flight
        blocks = pool.blocks_of_request(length, in_flight, self._recurrent_blocks, plan.encoder_tokens)
        return pool.tokens_of_requests(pool_bytes, length, blocks)

    def block(self, layers: LayerCounts, plan: CachePlan) -> int | None:
        """Return the tokens of a block; None: nothing is paged."""
        pool = self._pool(layers, plan)
        return None if pool is None else pool.block

    def cache_bytes(self, layers: LayerCounts, plan: CachePlan, in_flight: int = 0) -> int | None:
        """Return the bytes of all sequences in whole blocks, padding of groups included.

        None: all layers are of one kind, so that their own bytes are those of the blocks.

        Args:
            layers: the layers of the stage.
            plan: the sequences and their tokens.
            in_flight: the tokens of a step that windows hold besides.
        """
        pool = self._pool(layers, plan)
        if pool is None or len(pool.kinds) == 1:
            return None
        each = pool.blocks_of_request(plan.tokens, in_flight, self._recurrent_blocks, plan.encoder_tokens)
        return plan.sequences * each * pool.bytes_per_block

    def holds(self, layers: LayerCounts, plan: CachePlan, pool_bytes: int) -> bool:
        """Return whether the pool holds the sequences as far as its bytes do: blocks are not divided."""
        return True

    @property
    def _recurrent_blocks(self) -> int:
        return (self.rules.recurrent_blocks if self.prefixes else 1) + self.drafted

    def _pool(self, layers: LayerCounts, plan: CachePlan) -> BlockPool | None:
        return _laid_out(layers, plan.element, plan.block, (plan.tensor_parallel, plan.drafted), self.rules)


@dataclass(frozen=True, slots=True)
class SglangPool:
    """Pools of tokens for full attention and for windows, and one of states (`pool_configurator.py`)."""

    rules: SglangRules
    prefixes: bool
    """Whether prefixes are cached, for which a request takes more slots of states."""

    def tokens(self, layers: LayerCounts, plan: CachePlan, pool_bytes: int, length: int) -> int | None:
        """Return the tokens of the pool, in whole pages; None: nothing is kept by the token."""
        cell = self._cell(layers, plan)
        if cell == 0:
            return None
        kept = pool_bytes * self._attention_share(layers, plan)
        page = plan.block or 1
        return int(kept / cell) // page * page

    def block(self, layers: LayerCounts, plan: CachePlan) -> int | None:
        """Return the tokens of a page."""
        return plan.block

    def cache_bytes(self, layers: LayerCounts, plan: CachePlan, in_flight: int = 0) -> int | None:
        """Return None: each layer's own bytes count."""
        return None

    def holds(self, layers: LayerCounts, plan: CachePlan, pool_bytes: int) -> bool:
        """Return whether the sequences' tokens fit in their pool, and their states in that of states."""
        tokens = self.tokens(layers, plan, pool_bytes, plan.tokens)
        if tokens is not None and plan.sequences * plan.tokens > tokens:
            return False
        state = _state_bytes(layers, plan)
        if not state:
            return True
        share = 1 - self._attention_share(layers, plan) if self._cell(layers, plan) else Fraction(1)
        slots = int(pool_bytes * share / state) - 1  # one slot is padding (memory_pool.py)
        return plan.sequences <= slots // (self.rules.slots_of_request if self.prefixes else 1)

    def _cell(self, layers: LayerCounts, plan: CachePlan) -> Fraction:
        """Return the bytes of a token: windows count as far as their pool is shorter."""
        ratio = self.rules.swa_full_tokens_ratio
        full = sum(times * _token_bytes(layer, plan) for layer, times in layers if layer.held_window is None)
        windows = sum(times * _token_bytes(layer, plan) for layer, times in layers if layer.held_window)
        return full + (ratio * windows if full else Fraction(windows))

    def _attention_share(self, layers: LayerCounts, plan: CachePlan) -> Fraction:
        ratio = self.rules.mamba_full_memory_ratio
        return 1 / (1 + ratio) if _state_bytes(layers, plan) else Fraction(1)


def _token_bytes(layer: Attention, plan: CachePlan) -> int:
    return layer.token_bytes(plan.tensor_parallel, plan)


def _state_bytes(layers: LayerCounts, plan: CachePlan) -> int:
    return sum(times * layer.state_bytes(plan.tensor_parallel, plan) for layer, times in layers)


@lru_cache(maxsize=1024)  # a search over layouts and contexts asks for the same few pools
def _laid_out(
    layers: LayerCounts,
    element: CacheElement,
    block: int | None,
    ranks_and_drafted: tuple[int, int],
    rules: VllmRules,
) -> BlockPool | None:
    ranks, drafted = ranks_and_drafted
    plan = CachePlan(1, element, block=block, tensor_parallel=ranks, drafted=drafted)
    flat: Sequence[Attention] = [layer for layer, times in layers for _ in range(times)]
    try:
        if not rules.groups_layers:
            return single_group_pool(flat, plan)
        return block_pool(flat, plan, latent_alignment=rules.latent_alignment)
    except CacheError:  # nothing to page
        return None
