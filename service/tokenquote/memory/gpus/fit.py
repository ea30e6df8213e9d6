"""Whether a model with its KV cache fits on GPUs, and how many sequences and tokens do.

A GPU of every pipeline stage must hold weights, what the engine needs, and its part of the cache:

    weights + activations + CUDA graphs + non-torch + sequences x cache(context) + chunk in flight
        <=  utilisation x memory

While a chunk of a prompt is read, layers with a window hold the chunk besides (vLLM 0.33.0,
kv_cache_interface.py): once, since a step reads no more tokens than a chunk has.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.gpus.overhead import Overhead
from tokenquote.memory.gpus.pools import LayerCounts, SglangPool, VllmPool
from tokenquote.memory.layers import Attention

__all__ = ["Placement", "StageDemand", "engine_budget"]


def engine_budget(usable_bytes: int, utilization: Fraction) -> int:
    """Return the bytes of a GPU that the engine takes: rounded up, as vLLM's request_memory does."""
    share = usable_bytes * utilization
    return ceil_div(share.numerator, share.denominator)


@dataclass(frozen=True, slots=True)
class StageDemand:
    """What one GPU of a stage holds."""

    weights: int
    """The bytes of the model's weights."""
    draft: int
    """The bytes of a draft model's weights; 0 where none runs on this stage."""
    overhead: Overhead
    """The bytes that the engine needs beside weights and cache."""
    layers: LayerCounts
    """The layers whose cache it holds, each with its number; those of the draft model are included."""

    @property
    def fixed(self) -> int:
        """The bytes that do not depend on sequences and tokens."""
        return self.weights + self.draft + self.overhead.bytes


@dataclass(frozen=True)
class Placement:
    """A model spread over GPUs, those of one stage alike."""

    stages: tuple[StageDemand, ...]
    budgets: tuple[int, ...]
    """The bytes of one GPU of each stage that the engine may use."""
    plan: CachePlan
    """How the engine lays a cache out; its tokens and sequences are those of each question."""
    pool_kind: VllmPool | SglangPool | None
    """What the engine makes of the memory that is left; None: a buffer of the full length (llama.cpp)."""
    chunk: int = 0
    """The tokens of a step that windows hold besides their own; 0: none, or in the plan already."""
    replicas: int = 1
    """The copies of the cache among which sequences are shared out (data parallelism)."""

    def cache(self, stage: StageDemand, context: int, sequences: int = 1) -> int:
        """Return the bytes of the KV cache on one GPU of the stage.

        Raises:
            CacheError: a row is not made of whole blocks of the cache type.
        """
        return self._cache(stage, self._plan(context, sequences), 0)

    def in_flight(self, stage: StageDemand, context: int) -> int:
        """Return the bytes that windows need besides while a chunk is read, on one GPU of the stage."""
        if self.chunk == 0:
            return 0
        plan = self._plan(context, 1)
        return self._cache(stage, plan, self.chunk) - self._cache(stage, plan, 0)

    def need(self, stage: StageDemand, context: int, sequences: int) -> int:
        """Return all bytes of one GPU of the stage."""
        return stage.fixed + self.cache(stage, context, sequences) + self.in_flight(stage, context)

    def pools(self) -> tuple[int, ...]:
        """Return the bytes that each stage leaves to the cache; negative where not even the weights fit."""
        return tuple(budget - stage.fixed for stage, budget in zip(self.stages, self.budgets, strict=True))

    def pool_tokens(self, context: int) -> int | None:
        """Return the tokens of the pool on the stage that holds fewest; None: none, or there is no pool.

        Args:
            context: the longest request, by which newer engines count.
        """
        if self.pool_kind is None:
            return None
        found = [
            self.pool_kind.tokens(stage.layers, self.plan, pool, context)
            for stage, pool in zip(self.stages, self.pools(), strict=True)
        ]
        known = [tokens for tokens in found if tokens is not None]
        return self.replicas * min(known) if known and min(known) > 0 else None

    def fits(self, context: int, sequences: int) -> bool:
        """Return whether this many sequences of this length fit at the same time, on every stage."""
        plan = self._plan(context, sequences)
        for stage, budget, pool in zip(self.stages, self.budgets, self.pools(), strict=True):
            if self.need(stage, context, sequences) > budget:
                return False
            if self.pool_kind is not None and not self.pool_kind.holds(stage.layers, plan, pool):
                return False
        return True

    def largest_batch(self, context: int, limit: int) -> int:
        """Return the most sequences of this length, at most `limit`; 0 if not even one fits."""
        return _largest(lambda sequences: self.fits(context, sequences), limit)

    def longest_context(self, sequences: int, limit: int) -> int:
        """Return the most tokens that each of this many sequences may hold, at most `limit`; 0 if none."""
        return _largest(lambda tokens: self.fits(tokens, sequences), limit)

    def _cache(self, stage: StageDemand, plan: CachePlan, in_flight: int) -> int:
        if self.pool_kind is not None:
            blocks = self.pool_kind.cache_bytes(stage.layers, plan, in_flight)
            if blocks is not None:
                return blocks
        return _held(stage, replace(plan, in_flight=in_flight) if in_flight else plan)

    def _plan(self, context: int, sequences: int) -> CachePlan:
        return replace(self.plan, tokens=context, sequences=ceil_div(sequences, self.replicas))


def _held(stage: StageDemand, plan: CachePlan) -> int:
    return sum(times * _layer_bytes(layer, plan) for layer, times in stage.layers)


@lru_cache(maxsize=4096)  # a search over layouts asks for the same few layers again and again
def _layer_bytes(layer: Attention, plan: CachePlan) -> int:
    return layer.cache_bytes(plan)


def _largest(fits: Callable[[int], bool], limit: int) -> int:
    """Return the largest of 1 to limit that fits; 0 if none does. What fits, fits in smaller numbers too."""
    high = 1
    while high <= limit and fits(high):
        high *= 2
    # The answer lies below the first power of two that does not fit, and not below the one before it.
    candidates = range(high // 2 + 1, min(high, limit + 1))
    return high // 2 + bisect_left(candidates, True, key=lambda number: not fits(number))
