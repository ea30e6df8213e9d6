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
from tokenquote.memory.cache_plan import CacheElement, CacheError, CachePlan
from tokenquote.memory.gpus.overhead import Overhead
from tokenquote.memory.kv_cache.paging import block_pool
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
    layers: tuple[tuple[Attention, int], ...]
    """The layers whose cache it holds, each with its number; those of the draft model are included."""

    @property
    def fixed(self) -> int:
        """The bytes that do not depend on sequences and tokens."""
        return self.weights + self.draft + self.overhead.bytes


@dataclass(frozen=True)
class Placement:
    """A model spread over GPUs of one kind."""

    stages: tuple[StageDemand, ...]
    budget: int
    """The bytes of one GPU that the engine may use."""
    element: CacheElement
    """The type of the KV cache."""
    block: int | None
    """The tokens of a block of the KV cache; None: not paged."""
    tensor_parallel: int
    """The number of GPUs of each stage."""
    chunk: int = 0
    """The tokens of a step at most."""
    encoder_tokens: int | None = None
    """The tokens that layers of cross attention hold; None: not known."""

    def cache(self, stage: StageDemand, context: int, sequences: int = 1) -> int:
        """Return the bytes of the KV cache on one GPU of the stage.

        Raises:
            CacheError: a row is not made of whole blocks of the cache type.
        """
        return _held(stage, self._plan(context, sequences))

    def in_flight(self, stage: StageDemand, context: int) -> int:
        """Return the bytes that windows need besides while a chunk is read, on one GPU of the stage."""
        plan = self._plan(context, 1)
        return _held(stage, replace(plan, in_flight=self.chunk)) - _held(stage, plan)

    def need(self, stage: StageDemand, context: int, sequences: int) -> int:
        """Return all bytes of one GPU of the stage."""
        return stage.fixed + self.cache(stage, context, sequences) + self.in_flight(stage, context)

    def pool(self, stage: StageDemand) -> int:
        """Return the bytes that are left to the cache; negative where not even the weights fit."""
        return self.budget - stage.fixed

    def pool_tokens(self) -> int | None:
        """Return the tokens that vLLM's pool of blocks holds on the stage that holds fewest; None: none."""
        found = [self._tokens_in_pool(stage) for stage in self.stages]
        known = [tokens for tokens in found if tokens is not None]
        return min(known) if known and min(known) > 0 else None

    def fits(self, context: int, sequences: int) -> bool:
        """Return whether this many sequences of this length fit at the same time, on every stage."""
        return all(self.need(stage, context, sequences) <= self.budget for stage in self.stages)

    def largest_batch(self, context: int, limit: int) -> int:
        """Return the most sequences of this length, at most `limit`; 0 if not even one fits."""
        return _largest(lambda sequences: self.fits(context, sequences), limit)

    def longest_context(self, sequences: int, limit: int) -> int:
        """Return the most tokens that each of this many sequences may hold, at most `limit`; 0 if none."""
        return _largest(lambda tokens: self.fits(tokens, sequences), limit)

    def _tokens_in_pool(self, stage: StageDemand) -> int | None:
        layers = [layer for layer, times in stage.layers for _ in range(times)]
        try:
            return block_pool(layers, self._plan(1, 1)).tokens(self.pool(stage))
        except CacheError:  # nothing to page
            return None

    def _plan(self, context: int, sequences: int) -> CachePlan:
        return CachePlan(
            context,
            self.element,
            sequences,
            self.block,
            self.tensor_parallel,
            encoder_tokens=self.encoder_tokens,
        )


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
