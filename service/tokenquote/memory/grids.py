"""The memory of weights and KV cache at every point of a grid at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tokenquote.errors import LocatedError
from tokenquote.memory.cache_plan import CacheElement, CachePlan
from tokenquote.memory.layers import Attention

__all__ = ["GridTooLarge", "MemoryGrid", "memory_grid"]

Bytes = npt.NDArray[np.int64]


class GridTooLarge(LocatedError):
    """A point of the grid needs more bytes than the limit."""


@dataclass(frozen=True, slots=True)
class MemoryGrid:
    """The bytes at every point; its axes are quantisation, context and sequences."""

    cache: Bytes
    """The bytes of the cache, of shape (contexts, sequences)."""
    total: Bytes
    """The bytes of weights and cache, of shape (quantisations, contexts, sequences)."""


def memory_grid(
    layers: Sequence[Attention],
    element: CacheElement,
    weights: Sequence[int],
    contexts: Sequence[int],
    sequences: Sequence[int],
    *,
    block: int | None,
    encoder_tokens: int | None = None,
    limit: int,
) -> MemoryGrid:
    """Return weights and KV cache for each of the weights, contexts and numbers of sequences.

    The cache of one sequence is asked for once per context and kind of layer; the rest is sums and products.

    Raises:
        CacheError: a row is not made of whole blocks of the cache type.
        GridTooLarge: the largest point is above the limit, of at most 2^63 - 1; it is found in Python's
            integers, before int64 could overflow.
    """
    kinds = Counter(layers)
    plans = [CachePlan(tokens, element, block=block, encoder_tokens=encoder_tokens) for tokens in contexts]
    each = [sum(times * layer.cache_bytes(plan) for layer, times in kinds.items()) for plan in plans]
    largest = max(weights) + max(each) * max(sequences)
    if largest > limit:
        raise GridTooLarge(("sequences",), f"the largest point would take {largest} bytes, more than {limit}")
    cache = np.multiply.outer(np.array(each, np.int64), np.array(sequences, np.int64))
    return MemoryGrid(cache, np.add.outer(np.array(weights, np.int64), cache))
