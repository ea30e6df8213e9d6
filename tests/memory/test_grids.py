"""Grids of memory: the same as asking point by point."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.memory import Formats, kv_cache, number_formats, read_architecture
from tokenquote.memory.cache_plan import CachePlan
from tokenquote.memory.grids import GridTooLarge, memory_grid
from tokenquote.memory.layers import Attention

MODELS = ["meta-llama/Llama-3.1-8B", "openai/gpt-oss-20b", "deepseek-ai/DeepSeek-V3", "google/gemma-3-27b-it"]
LIMIT = 2**53


@pytest.fixture(scope="module")
def formats(catalog: Catalog) -> Formats:
    return number_formats(catalog.quantization)


def layers_of(catalog: Catalog, model: str) -> list[Attention]:
    weights = catalog.resolve(model).weights
    assert weights is not None
    return [layer.attention for layer in read_architecture(weights.architecture).layers]


@settings(max_examples=40)
@given(
    model=st.sampled_from(MODELS),
    dtype=st.sampled_from(["bf16", "fp8"]),
    weights=st.lists(st.integers(0, 10**12), min_size=1, max_size=3),
    contexts=st.lists(st.integers(0, 300_000), min_size=1, max_size=5),
    sequences=st.lists(st.integers(0, 300), min_size=1, max_size=5),
    block=st.sampled_from([None, 16, 64]),
)
def test_every_point_is_what_it_is_by_itself(
    catalog: Catalog,
    formats: Formats,
    model: str,
    dtype: str,
    weights: list[int],
    contexts: list[int],
    sequences: list[int],
    block: int | None,
) -> None:
    layers, element = layers_of(catalog, model), formats.cache_element(dtype)
    grid = memory_grid(layers, element, weights, contexts, sequences, block=block, limit=LIMIT)
    assert grid.total.shape == (len(weights), len(contexts), len(sequences))
    assert grid.total.dtype == np.int64
    for c, tokens in enumerate(contexts):
        for s, many in enumerate(sequences):
            by_itself = kv_cache(layers, CachePlan(tokens, element, many, block)).bytes
            assert grid.cache[c, s] == by_itself
            assert [grid.total[w, c, s] for w in range(len(weights))] == [w + by_itself for w in weights]


def test_a_product_that_int64_cannot_hold_is_refused_before_it_overflows(
    catalog: Catalog, formats: Formats
) -> None:
    """131,072 x 10^9 x 10^6 is 1.3 x 10^20; 2^63 is 9.2 x 10^18."""
    layers, element = layers_of(catalog, MODELS[0]), formats.cache_element("bf16")
    with pytest.raises(GridTooLarge, match="131072000000000000000 bytes"):
        memory_grid(layers, element, [0], [1, 10**9], [1, 10**6], block=None, limit=2**63 - 1)


def test_the_limit_itself_is_allowed(catalog: Catalog, formats: Formats) -> None:
    layers, element = layers_of(catalog, MODELS[0]), formats.cache_element("bf16")
    grid = memory_grid(layers, element, [5], [8], [3], block=None, limit=131_072 * 24 + 5)
    assert grid.total.max() == 131_072 * 24 + 5
    with pytest.raises(GridTooLarge):
        memory_grid(layers, element, [5], [8], [3], block=None, limit=131_072 * 24 + 4)
