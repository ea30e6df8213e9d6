"""Whether a model with its KV cache fits on GPUs, and how much of either does.

A GPU of every pipeline stage must hold weights, what the engine needs, and its part of the cache:

    weights + activations + CUDA graphs + non-torch + sequences x cache(context) + chunk in flight
        <=  utilisation x memory

While a chunk of a prompt is read, layers with a window hold the chunk besides (vLLM 0.33.0,
kv_cache_interface.py): once, for a step reads as many tokens as a chunk has and no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from tokenquote.memory.gpus.overhead import Overhead
from tokenquote.memory.kv_cache import CacheError, CachePlan, kv_cache
from tokenquote.memory.kv_cache.paging import block_pool
from tokenquote.memory.layers import Attention
from tokenquote.memory.weights.quantization import CacheElement

__all__ = ["Placement", "StageDemand", "budget_of"]


def budget_of(usable_bytes: int, utilization: Fraction) -> int:
    """What the engine takes of a GPU: rounded up, as vLLM's request_memory does."""
    share = usable_bytes * utilization
    return -(-share.numerator // share.denominator)


@dataclass(frozen=True, slots=True)
class StageDemand:
    """What one GPU of a stage holds."""

    weights: int
    draft: int
    """Weights of a draft model, where it runs here."""
    overhead: Overhead
    layers: tuple[tuple[Attention, int], ...]
    """Whose cache it holds, and how many of each; those of the draft model included."""

    @property
    def fixed(self) -> int:
        return self.weights + self.draft + self.overhead.bytes


@dataclass(frozen=True)
class Placement:
    """A model spread over GPUs of one kind."""

    stages: tuple[StageDemand, ...]
    budget: int
    """Bytes of one GPU that the engine may use."""
    element: CacheElement
    block: int | None
    tensor_parallel: int
    chunk: int = 0
    """Tokens of a step at most."""
    encoder_tokens: int | None = None
    """That layers of cross attention hold."""

    def cache(self, stage: StageDemand, context: int, sequences: int = 1) -> int:
        """Bytes of the KV cache on one GPU of the stage.

        Raises:
            CacheError: a row is not made of whole blocks of the cache type.
        """
        return _held(stage, self._plan(context, sequences))

    def in_flight(self, stage: StageDemand, context: int) -> int:
        """Bytes that windows need besides while a chunk is read, on one GPU of the stage."""
        plan = self._plan(context, 1)
        return _held(stage, replace(plan, in_flight=self.chunk)) - _held(stage, plan)

    def need(self, stage: StageDemand, context: int, sequences: int) -> int:
        """All bytes of one GPU of the stage."""
        return stage.fixed + self.cache(stage, context, sequences) + self.in_flight(stage, context)

    def pool(self, stage: StageDemand) -> int:
        """Bytes that are left to the cache; negative where not even the weights fit."""
        return self.budget - stage.fixed

    def pool_tokens(self) -> int | None:
        """Tokens that vLLM's pool of blocks holds, on the stage that holds fewest; None: it holds none."""
        found = [self._tokens_of(stage) for stage in self.stages]
        known = [tokens for tokens in found if tokens is not None]
        return min(known) if known and min(known) > 0 else None

    def fits(self, context: int, sequences: int) -> bool:
        """Whether so many sequences of this length fit at the same time, on every stage."""
        return all(self.need(stage, context, sequences) <= self.budget for stage in self.stages)

    def largest_batch(self, context: int, limit: int) -> int:
        """The most sequences of this length, at most `limit`; 0 if not even one fits."""
        return _largest(lambda sequences: self.fits(context, sequences), limit)

    def longest_context(self, sequences: int, limit: int) -> int:
        """The most tokens that each of so many sequences may hold, at most `limit`; 0 if none."""
        return _largest(lambda tokens: self.fits(tokens, sequences), limit)

    def _tokens_of(self, stage: StageDemand) -> int | None:
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
    return sum(times * _of_one_layer(layer, plan) for layer, times in stage.layers)


@lru_cache(maxsize=4096)  # a search over layouts asks for the same few layers again and again
def _of_one_layer(layer: Attention, plan: CachePlan) -> int:
    return kv_cache([layer], plan).bytes_per_gpu


def _largest(fits: Callable[[int], bool], limit: int) -> int:
    """The largest of 1 to limit that fits, by bisection: what fits, fits in less; 0 if none does."""
    low, high = 0, 1
    while high <= limit and fits(high):
        low, high = high, 2 * high
    high = min(high, limit + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low
