"""Pools of blocks against what engines logged: literal figures, each with its issue."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tokenquote.catalog import Catalog
from tokenquote.memory import CachePlan, block_pool, number_formats, read_cache_layout
from tokenquote.memory.engines import find_engine
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus.pools import LayerCounts, SglangPool, VllmPool
from tokenquote.memory.kv_cache.paging import single_group_pool
from tokenquote.memory.layers import Attention, GroupedAttention
from tokenquote.memory.layers.parallel import Parallel
from tokenquote.memory.layers.recurrent import Mamba2

GIB = 2**30


@dataclass(frozen=True)
class Log:
    """What a log says of a pool."""

    source: str
    model: str
    version: str
    pool_gib: float
    length: int
    tokens: int
    chunk: int = 8192
    ranks: int = 1
    dtype: str = "bf16"
    off: float = 0.001
    """How far the printed size of the pool, of two digits, lets the tokens be off."""


LOGS = (
    Log("hf-mem#61", "google/gemma-4-31B", "0.20", 24.54, 131_072, 26_800, off=0),
    Log("club-3090#612", "Qwen/Qwen3.5-35B-A3B", "0.24", 5.98, 131_072, 567_978, dtype="fp8", off=0),
    Log("club-3090#652", "Qwen/Qwen3.5-35B-A3B", "0.24", 6.01, 131_072, 569_878, dtype="fp8", off=0.004),
    Log("club-3090, two RTX 3090", "google/gemma-4-12B-it", "0.21", 8.16, 131_072, 384_019, 4096, 2),
    Log("club-3090, four RTX 3090", "google/gemma-4-31B", "0.21", 14.84, 262_144, 650_262, 4096, 4),
    Log("llm-d-planner#205", "google/gemma-3-27b-it", "0.19", 19.53, 8192, 36_560),
    Log("llm-d-planner#205", "openai/gpt-oss-20b", "0.19", 58.47, 8192, 1_277_184),
    Log("vllm#21348", "Qwen/Qwen3-235B-A22B", "0.9.2", 8.11, 32_768, 178_880, ranks=4, off=0.02),
)


def layers_of(catalog: Catalog, model: str) -> LayerCounts:
    weights = catalog.resolve(model).weights
    assert weights is not None
    layers = read_cache_layout(weights.architecture).layers
    return tuple((layer, layers.count(layer)) for layer in dict.fromkeys(layers))


@pytest.mark.parametrize("log", LOGS, ids=lambda log: f"{log.source} {log.model}")
def test_the_pool_holds_the_tokens_that_vllm_logged(catalog: Catalog, log: Log) -> None:
    rules = find_engine("vllm", log.version).rules
    assert isinstance(rules, VllmRules)
    element = number_formats(catalog.quantization).cache_element(log.dtype)
    plan = CachePlan(1, element, tensor_parallel=log.ranks)
    pool = VllmPool(rules, log.chunk, prefixes=True)
    tokens = pool.tokens(layers_of(catalog, log.model), plan, int(log.pool_gib * GIB), log.length)
    assert tokens == pytest.approx(log.tokens, rel=log.off)


def test_a_request_takes_one_block_of_states_without_prefixes(catalog: Catalog) -> None:
    """vllm#40691: 290,864 tokens are 1,484 to 1,487 blocks of 784, and 33.04 requests of 32,768 tokens: 42
    blocks of attention and one for each of three groups of states, 45 in all.
    """
    layers = [layer for layer, times in layers_of(catalog, "Qwen/Qwen3.5-27B") for _ in range(times)]
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("bf16"))
    pool = block_pool(layers, plan)
    assert (pool.block, pool.groups) == (784, 4)
    assert pool.blocks_of_request(32_768, 16_384, recurrent_blocks=1) == 42 + 3
    assert pool.tokens(1487 * pool.bytes_per_block) == 290_864
    assert round(1487 / 45, 2) == 33.04


def test_drafted_tokens_take_columns_and_blocks(catalog: Catalog) -> None:
    """club-3090#1107: Qwen3.8-27B in fp8 with seven drafted tokens: blocks of 1,648, padded by 0.73 %."""
    layers = layers_of(catalog, "Qwen/Qwen3.8-27B")
    rules = find_engine("vllm", "0.29").rules
    assert isinstance(rules, VllmRules)
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("fp8"), drafted=7)
    pool = VllmPool(rules, 8192, prefixes=True, drafted=7)
    assert pool.block(layers, plan) == 1648
    state = next(layer.state_bytes(1, plan) for layer, _ in layers if layer.is_recurrent)
    assert round(100 * (1648 * 2048 / state - 1), 2) == 0.73
    held = [
        VllmPool(rules, 8192, prefixes=True, drafted=drafted).cache_bytes(
            layers, CachePlan(1, plan.element, drafted=7)
        )
        for drafted in (6, 7)
    ]
    assert held[1] - held[0] == 3 * 16 * 2048 * 1648  # type: ignore[operator]


def test_smaller_pages_have_longer_blocks(catalog: Catalog) -> None:
    """Gemma 4 31B: 8 heads of 256 slide, 2 of 512 do not: half of the bytes, so 32 tokens and not 16."""
    layers = [layer for layer, times in layers_of(catalog, "google/gemma-4-31B") for _ in range(times)]
    pool = block_pool(layers, CachePlan(1, number_formats(catalog.quantization).cache_element("bf16")))
    assert {kind.layer.kind: (kind.block, kind.groups) for kind in pool.kinds} == {
        "sliding_window": (16, 5),
        "attention": (32, 1),
    }


SLIDING = GroupedAttention(8, 8, 64, kind="sliding_window", window=128)
FULL = GroupedAttention(8, 8, 64)


def test_windows_hold_every_step_in_flight(catalog: Catalog) -> None:
    """Since vLLM 0.26 two steps: (127 + 2 x 2,048) / 16 in whole blocks and one more, beside 512 of all."""
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("bf16"))
    pool = block_pool([FULL, SLIDING], plan)
    assert pool.blocks_of_request(8192, 2048, 1) == 512 + 137
    assert pool.blocks_of_request(8192, 2 * 2048, 1) == 512 + 265
    assert pool.blocks_of_request(1000, 2048, 1) == 63 + 64


def test_older_engines_hold_every_token_in_every_layer(catalog: Catalog) -> None:
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("bf16"))
    pool = single_group_pool([FULL, SLIDING], plan)
    assert (pool.groups, pool.bytes_per_block) == (1, 2 * 2048 * 16)
    assert pool.blocks_of_request(8192, 2048, 1) == 512


def test_attention_and_a_state_side_by_side_have_pages_of_their_own(catalog: Catalog) -> None:
    mamba = Mamba2(heads=8, head_dim=64, groups=1, state=64, kernel=4)
    layers: list[Attention] = [Parallel(FULL, mamba)] * 4
    pool = block_pool(layers, CachePlan(1, number_formats(catalog.quantization).cache_element("bf16")))
    assert sorted(kind.layer.kind for kind in pool.kinds) == ["attention", "mamba2"]
    assert pool.bytes_per_block == 4 * 2048 * pool.block


def sglang() -> SglangRules:
    rules = find_engine("sglang", "0.5.5").rules
    assert isinstance(rules, SglangRules)
    return rules


def test_sglang_s_pool_counts_windows_for_eight_tenths(catalog: Catalog) -> None:
    """SGLang keeps 0.8 tokens of windows for each of full attention: 2,048 + 0.8 x 2,048 bytes a token."""
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("bf16"))
    pool = SglangPool(sglang(), prefixes=True)
    assert pool.tokens(((FULL, 1), (SLIDING, 1)), plan, 36_864_000, 100) == 10_000
    assert pool.tokens(((FULL, 1),), plan, 20_480_000, 100) == 10_000


def test_sglang_s_pool_of_tokens_is_what_it_logged(catalog: Catalog) -> None:
    """vllm#21348: 367,404 tokens of Qwen3-235B-A22B over 4 GPUs are 8.23 GB of keys and as many of values."""
    plan = CachePlan(1, number_formats(catalog.quantization).cache_element("bf16"), tensor_parallel=4)
    layers = layers_of(catalog, "Qwen/Qwen3-235B-A22B")
    pool = SglangPool(sglang(), prefixes=True)
    assert pool.tokens(layers, plan, round(2 * 8.23 * GIB), 1) == pytest.approx(367_404, rel=0.001)


def test_a_request_takes_three_slots_of_states_in_sglang(catalog: Catalog) -> None:
    mamba = Mamba2(heads=8, head_dim=64, groups=1, state=64, kernel=4)
    plan = CachePlan(10, number_formats(catalog.quantization).cache_element("bf16"))
    state = mamba.state_bytes(1, plan)
    layers: LayerCounts = ((mamba, 1),)
    held = 10 * state  # nine slots beside the one of padding
    for prefixes, most in ((True, 3), (False, 9)):
        pool = SglangPool(sglang(), prefixes)
        fits = [pool.holds(layers, CachePlan(10, plan.element, n), held) for n in (most, most + 1)]
        assert fits == [True, False]
