"""Measure how much faster a grid of a million points is than a Python loop over its points.

    python benchmarks/speed/memory_grid_speed.py

Both are timed in one run, and both must come to the same bytes. There are two loops: the first asks for the
KV cache of each point, as a program without the grid would, and is timed on fewer points and scaled; the
second has the cache of each context already and only multiplies and adds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TypeVar

from tokenquote.catalog import load_catalog
from tokenquote.memory import kv_cache, number_formats, read_architecture
from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.grids import MemoryGrid, memory_grid

MODEL = "google/gemma-3-27b-it"  # layers of two kinds
CONTEXTS = [1024 * i for i in range(1, 101)]
SEQUENCES = list(range(1, 101))
WEIGHTS = [10**9 * i for i in range(1, 101)]
ASKED = 10_000
"""The number of points that the slow loop is timed on."""

ResultT = TypeVar("ResultT")


def main() -> int:
    """Print the times and their ratios; exit 1 if the results differ."""
    catalog = load_catalog()
    weights = catalog.resolve(MODEL).weights
    if weights is None:
        print(f"{MODEL} has no architecture in the catalog")
        return 1
    layers = [layer.attention for layer in read_architecture(weights.architecture).layers]
    element = number_formats(catalog.quantization).cache_element("bf16")
    points = len(CONTEXTS) * len(SEQUENCES) * len(WEIGHTS)

    def at_once() -> MemoryGrid:
        return memory_grid(layers, element, WEIGHTS, CONTEXTS, SEQUENCES, block=16, limit=2**53)

    def point_by_point() -> list[int]:
        plans = [CachePlan(tokens, element, many, 16) for tokens in CONTEXTS for many in SEQUENCES]
        some = WEIGHTS[: ASKED // len(plans)]
        return [size + kv_cache(layers, plan).bytes for size in some for plan in plans]

    def arithmetic() -> list[int]:
        each = [kv_cache(layers, CachePlan(tokens, element, block=16)).bytes for tokens in CONTEXTS]
        return [size + cache * many for size in WEIGHTS for cache in each for many in SEQUENCES]

    grid, fast = _timed(at_once)
    asked, slow = _timed(point_by_point)
    added, loop = _timed(arithmetic)
    flat = grid.total.reshape(-1)
    if flat[: len(asked)].tolist() != asked or flat.tolist() != added:
        print("the loops come to other bytes than the grid")
        return 1
    slow *= points / len(asked)
    print(f"{points} points of {MODEL}: the grid takes {fast * 1000:.1f} ms")
    print(
        f"a loop that asks for each point {slow:.1f} s (of {len(asked)} points, scaled): {slow / fast:.0f} x"
    )
    print(f"a loop that only multiplies and adds {loop * 1000:.0f} ms: {loop / fast:.1f} x")
    return 0


def _timed(work: Callable[[], ResultT]) -> tuple[ResultT, float]:
    """Return the result of the work, and the shortest of three times in seconds."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begin)
    return result, min(times)


if __name__ == "__main__":
    sys.exit(main())
