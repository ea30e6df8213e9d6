"""Law 15: bytes of the KV cache by layer kind, over GPUs and in blocks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    CacheElement,
    CacheError,
    CachePlan,
    KvCache,
    cache_formula,
    kv_cache,
    read_cache_layout,
)
from tokenquote.memory.layers import GroupedAttention, LatentAttention
from tokenquote.memory.weights.catalog_formats import number_formats

FP16 = CacheElement("fp16", 1, Fraction(2))
Q8_0 = CacheElement("q8_0", 32, Fraction(34))
LLAMA_8B = (GroupedAttention(query_heads=32, kv_heads=8, head_dim=128),) * 32
QWEN_72B = (GroupedAttention(query_heads=64, kv_heads=8, head_dim=128),) * 80
DEEPSEEK = (
    LatentAttention(query_heads=128, q_rank=1536, kv_rank=512, rope_dim=64, nope_dim=128, value_dim=128),
) * 61


def held(catalog: Catalog, name: str, tokens: int = 1, dtype: str = "fp16", **plan: Any) -> KvCache:
    weights = catalog.resolve(name).weights
    assert weights is not None
    element = number_formats(catalog.quantization).cache_element(dtype)
    return kv_cache(read_cache_layout(weights.architecture).layers, CachePlan(tokens, element, **plan))


@pytest.mark.parametrize(
    ("name", "dtype", "bytes_per_token"),
    [
        # 32 x 8 x (128 + 128) x 2: vLLM's 2 MiB blocks of 16 tokens
        pytest.param("meta-llama/Llama-3.1-8B", "fp16", 131_072, id="GQA"),
        pytest.param("meta-llama/Llama-2-7b-hf", "fp16", 524_288, id="MHA: 2 x layers x hidden x 2"),
        pytest.param("google/gemma-2b", "fp16", 18 * 2 * 256 * 2, id="MQA"),
        # head_dim is 128 of the config, not 5120 / 64 = 80, which would give 163,840
        pytest.param("Qwen/Qwen3-32B", "fp16", 262_144, id="head_dim of its own"),
        # arXiv:2505.09343, table 1: 70.272 and 327.68 KB
        pytest.param("deepseek-ai/DeepSeek-V3", "bf16", 70_272, id="MLA: 61 layers x 576 x 2"),
        pytest.param("Qwen/Qwen2.5-72B-Instruct", "bf16", 327_680, id="GQA, 72B"),
        pytest.param("deepseek-ai/DeepSeek-V2-Lite", "fp16", 27 * 576 * 2, id="MLA without query rank"),
        # llama.cpp: a row of 576 in q8_0 is 612 bytes
        pytest.param("deepseek-ai/DeepSeek-V3", "q8_0", 61 * 612, id="MLA, q8_0"),
        pytest.param("meta-llama/Llama-3.1-8B", "fp8", 65_536, id="fp8"),
        pytest.param("meta-llama/Llama-3.1-8B", "fp32", 262_144, id="fp32"),
        pytest.param("meta-llama/Llama-3.1-8B", "q8_0", 69_632, id="q8_0: 34 bytes for 32"),
        pytest.param("meta-llama/Llama-3.1-8B", "q4_0", 36_864, id="q4_0: 18 bytes for 32"),
        pytest.param("meta-llama/Llama-3.1-8B", "nvfp4", 36_864, id="nvfp4: 9 bytes for 16"),
        # 576 elements and the indexer's 128 + 4 bytes
        pytest.param("deepseek-ai/DeepSeek-V3.2", "bf16", 61 * (1152 + 132), id="MLA with an indexer"),
    ],
)
def test_bytes_per_token(catalog: Catalog, name: str, dtype: str, bytes_per_token: int) -> None:
    cache = held(catalog, name, dtype=dtype)
    assert cache.bytes_per_token == bytes_per_token
    assert cache.bytes == cache.bytes_per_gpu == bytes_per_token
    assert held(catalog, name, 1000, dtype, sequences=3).bytes == 3000 * bytes_per_token


def test_deepseek_v3_holds_576_elements_in_each_layer(catalog: Catalog) -> None:
    assert held(catalog, "deepseek-ai/DeepSeek-V3", dtype="int8").bytes_per_token == 61 * 576


@pytest.mark.parametrize(
    ("ranks", "per_gpu", "total"),
    [(1, 131_072, 131_072), (2, 65_536, 131_072), (4, 32_768, 131_072), (8, 16_384, 131_072),
     (16, 16_384, 262_144), (32, 16_384, 524_288)],
)  # fmt: skip
def test_tensor_parallel_shares_heads_until_there_is_one_and_then_replicates_it(
    ranks: int, per_gpu: int, total: int
) -> None:
    cache = kv_cache(LLAMA_8B, CachePlan(1, FP16, tensor_parallel=ranks))
    assert (cache.bytes_per_gpu, cache.bytes, cache.bytes_per_token) == (per_gpu, total, 131_072)


@pytest.mark.parametrize("ranks", [1, 2, 8, 16])
def test_mla_is_whole_on_every_tensor_parallel_gpu(ranks: int) -> None:
    cache = kv_cache(DEEPSEEK, CachePlan(1, FP16, tensor_parallel=ranks))
    assert (cache.bytes_per_gpu, cache.bytes, cache.bytes_per_token) == (70_272, ranks * 70_272, 70_272)


@pytest.mark.parametrize(
    ("layers", "stages", "most"), [(32, 2, 16), (32, 4, 8), (61, 8, 8), (61, 4, 16), (5, 5, 1), (7, 4, 2)]
)
def test_pipeline_parallel_shares_layers(layers: int, stages: int, most: int) -> None:
    cache = kv_cache(LLAMA_8B[:1] * layers, CachePlan(1, FP16, pipeline_parallel=stages))
    assert cache.bytes_per_gpu == most * 4096
    assert cache.bytes == layers * 4096


def test_the_last_pipeline_stage_gets_none_of_the_odd_layers() -> None:
    """Of 7 layers in 3 stages the second has 3 (vLLM, distributed/utils.py): here the full ones."""
    full, local = LLAMA_8B[0], GroupedAttention(32, 8, 128, kind="sliding_window", window=1)
    cache = kv_cache((local, local, full, full, full, local, local), CachePlan(10, FP16, pipeline_parallel=3))
    assert cache.bytes_per_gpu == 3 * 10 * 4096


@pytest.mark.parametrize(
    ("tokens", "blocks"), [(0, 0), (1, 1), (15, 1), (16, 1), (17, 2), (32, 2), (33, 3), (15_049, 941)]
)
def test_each_sequence_is_rounded_up_to_whole_blocks(tokens: int, blocks: int) -> None:
    cache = kv_cache(LLAMA_8B, CachePlan(tokens, FP16, sequences=5, block=16))
    assert cache.bytes == 5 * blocks * 16 * 131_072
    assert kv_cache(LLAMA_8B, CachePlan(tokens, FP16)).bytes == tokens * 131_072


def test_a_request_of_15049_tokens_takes_118_blocks_of_128() -> None:
    """As vLLM logged for Mistral-Small-3.2: memory_vectors T0518."""
    assert kv_cache(LLAMA_8B, CachePlan(15_049, FP16, block=128)).bytes == 118 * 128 * 131_072


@pytest.mark.parametrize(("tokens", "kept"), [(1, 1), (127, 127), (128, 128), (129, 128), (131_072, 128)])
def test_a_sliding_window_holds_no_more_than_itself(catalog: Catalog, tokens: int, kept: int) -> None:
    """gpt-oss-20b: 12 layers slide over 128 tokens, 12 hold all (config.json); 2 KiB per layer and token."""
    assert held(catalog, "openai/gpt-oss-20b", tokens).bytes == 12 * 2048 * (tokens + kept)


@pytest.mark.parametrize(("tokens", "blocks"), [(128, 8), (129, 9), (144, 9), (145, 9), (9_999, 9)])
def test_a_window_that_has_moved_takes_one_block_more(tokens: int, blocks: int) -> None:
    layer = GroupedAttention(8, 8, 64, kind="sliding_window", window=128)
    assert kv_cache((layer,), CachePlan(tokens, FP16, block=16)).bytes == blocks * 16 * 2048


@pytest.mark.parametrize(
    ("window", "plan", "said"),
    [
        (None, {"block": 16}, "8192 tokens in blocks of 16"),
        (None, {"block": 16, "one_buffer": True, "pad": 256}, "8192 tokens"),
        (4096, {"block": 16, "in_flight": 512}, "min(8192, 4608) tokens in blocks of 16"),
        (4096, {"in_flight": 512, "one_buffer": True, "pad": 256}, "min(8192, 4608) tokens"),
        (
            4096,
            {"in_flight": 512, "one_buffer": True, "pad": 256, "sequences": 4},
            "min(8192, 4096 + 512 / 4) tokens x 4 sequences",
        ),
    ],
)
def test_the_formula_names_blocks_only_where_the_cache_has_some(
    window: int | None, plan: dict[str, Any], said: str
) -> None:
    layers = (GroupedAttention(query_heads=32, kv_heads=8, head_dim=128, window=window),)
    rounded = ", the tokens of a layer rounded up to a multiple of 256" if "pad" in plan else ""
    formula = cache_formula(layers, CachePlan(8192, FP16, **plan))
    assert formula == f"1 layers x 8 KV heads x (128 + 128) x 2 bytes x {said}{rounded}"


def test_gemma_3_27b_is_a_sixth_of_the_textbook_at_128k(catalog: Catalog) -> None:
    """10 of 62 layers hold everything, 52 hold 1,024 tokens; 8 KiB per layer and token."""
    cache = held(catalog, "google/gemma-3-27b-it", 131_072)
    assert cache.bytes == 8192 * (10 * 131_072 + 52 * 1024)
    assert cache.bytes_per_token == 62 * 8192


@pytest.mark.parametrize("tokens", [1, 1000, 262_144])
def test_linear_attention_holds_a_state_and_no_tokens(catalog: Catalog, tokens: int) -> None:
    """Qwen3-Next: 12 of 48 layers keep keys and values, 36 a state of 32 x 128 x 128 fp32 and 3 columns of
    8,192 channels: 75.38 MiB all in fp32 as llama.cpp logs it; vLLM keeps the convolution in 16 bit.
    """
    cache = held(catalog, "Qwen/Qwen3-Next-80B-A3B-Instruct", tokens, sequences=2)
    state = 36 * (32 * 128 * 128 * 4 + 3 * 8192 * 2)
    assert cache.state_bytes == state == 77_266_944
    assert cache.bytes == 2 * (12 * 2 * 2 * 256 * 2 * tokens + state)
    in_fp32 = state + 36 * 3 * 8192 * 2
    assert round(in_fp32 / 2**20, 2) == 75.38


def test_linear_attention_is_shared_by_its_heads(catalog: Catalog) -> None:
    whole = held(catalog, "Qwen/Qwen3-Next-80B-A3B-Instruct", 0)
    shared = held(catalog, "Qwen/Qwen3-Next-80B-A3B-Instruct", 0, tensor_parallel=2)
    assert shared.bytes_per_gpu * 2 == whole.bytes == shared.bytes


@pytest.mark.parametrize(
    ("layers", "plan", "field", "said"),
    [
        (LLAMA_8B, {"tensor_parallel": 3}, "tensor_parallel", "32 query heads do not divide over 3 GPUs"),
        (LLAMA_8B, {"tensor_parallel": 64}, "tensor_parallel", "32 query heads"),
        (LLAMA_8B, {"pipeline_parallel": 33}, "pipeline_parallel", "33 stages for 32 layers"),
        ((GroupedAttention(12, 4, 128),), {"tensor_parallel": 6}, "tensor_parallel", "4 KV heads"),
        ((GroupedAttention(8, 2, 24),), {"element": Q8_0}, "dtype", "blocks of 32, and a row of 48"),
    ],
)
def test_what_cannot_be_laid_out_names_its_field(layers: Any, plan: Any, field: str, said: str) -> None:
    with pytest.raises(CacheError) as caught:
        kv_cache(layers, CachePlan(**{"tokens": 1, "element": FP16, **plan}))
    assert caught.value.location == (field,)
    assert said in caught.value.detail


# --- properties ---

powers = st.sampled_from([1, 2, 4, 8, 16, 32])
windows = st.one_of(st.none(), st.integers(1, 300))


@st.composite
def models(draw: st.DrawFn) -> tuple[GroupedAttention | LatentAttention, ...]:
    grouped = st.builds(
        GroupedAttention,
        query_heads=st.just(32),
        kv_heads=powers,
        head_dim=st.integers(1, 256),
        window=windows,
    )
    latent = st.builds(
        LatentAttention, query_heads=st.just(32), q_rank=st.none(), kv_rank=st.integers(1, 512),
        rope_dim=st.integers(1, 64), nope_dim=st.just(1), value_dim=st.just(1),
    )  # fmt: skip
    return tuple(draw(st.lists(st.one_of(grouped, latent), min_size=1, max_size=9)))


blocks = st.one_of(st.none(), st.integers(1, 64))


@given(models(), st.integers(0, 1000), st.integers(1, 9), blocks, powers, st.integers(1, 4))
def test_bytes_grow_with_tokens_and_sequences_and_no_gpu_is_forgotten(
    layers: Any, tokens: int, sequences: int, block: int | None, tp: int, pp: int
) -> None:
    assume(pp <= len(layers))

    def of(tokens: int, sequences: int) -> KvCache:
        plan = CachePlan(tokens, FP16, sequences, block, tensor_parallel=tp, pipeline_parallel=pp)
        return kv_cache(layers, plan)

    here = of(tokens, sequences)
    assert here.bytes <= of(tokens + 1, sequences).bytes
    assert here.bytes_per_gpu <= of(tokens + 1, sequences).bytes_per_gpu
    assert here.bytes < of(tokens, sequences + 1).bytes or tokens == 0
    assert here.bytes == sequences * of(tokens, 1).bytes
    assert here.bytes_per_gpu * tp * pp >= here.bytes >= here.bytes_per_gpu
    assert here.bytes >= kv_cache(layers, CachePlan(tokens, FP16, sequences)).bytes
    if all(getattr(layer, "window", None) is None for layer in layers):
        assert here.bytes >= tokens * sequences * here.bytes_per_token


@given(models(), st.integers(0, 500), st.integers(1, 40))
def test_blocks_waste_less_than_one_block_for_each_full_layer(layers: Any, tokens: int, block: int) -> None:
    exact = kv_cache(layers, CachePlan(tokens, FP16))
    paged = kv_cache(layers, CachePlan(tokens, FP16, block=block))
    assert exact.bytes <= paged.bytes <= exact.bytes + 2 * (block - 1 or 1) * exact.bytes_per_token
    assert kv_cache(layers, CachePlan(tokens, FP16, block=1)).bytes_per_token == exact.bytes_per_token


@given(models(), st.integers(0, 300))
def test_the_closed_form_is_the_sum_over_layers_heads_and_tokens(layers: Any, tokens: int) -> None:
    slow = 0
    for layer in layers:
        for token in range(tokens):
            if isinstance(layer, LatentAttention):
                slow += 2 * (layer.kv_rank + layer.rope_dim)
            elif layer.window is None or token >= tokens - layer.window:
                slow += sum(2 * layer.head_dim + 2 * layer.head_dim for _ in range(layer.kv_heads))
    assert kv_cache(layers, CachePlan(tokens, FP16)).bytes == slow


@pytest.mark.parametrize(
    ("name", "tokens", "dtype", "plan", "stated"),
    [
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", 262_144, "fp16", {}, 24 * 2**30),
        ("Qwen/Qwen3-0.6B", 40_960, "fp16", {}, 4_480 * 2**20),
        ("meta-llama/Llama-3.1-8B", 32_768, "fp16", {}, 4 * 2**30),
        ("Qwen/Qwen2.5-Coder-32B-Instruct", 32_768, "q8_0", {}, 4_352 * 2**20),
        ("Qwen/Qwen2.5-7B-Instruct", 8_192, "q8_0", {"sequences": 2}, 476 * 2**20),
        ("deepseek-ai/DeepSeek-V3.1", 163_840, "fp16", {}, 163_840 * 61 * 576 * 2),
        ("moonshotai/Kimi-K2.6", 262_144, "fp16", {}, 262_144 * 61 * 576 * 2),
        ("moonshotai/Kimi-K2-Instruct-0905", 262_144, "fp16", {}, 262_144 * 61 * 576 * 2),
        ("Qwen/Qwen3.6-35B-A3B", 262_144, "fp16", {}, 262_144 * 10 * 2 * 2 * 256 * 2),
        ("meta-llama/Llama-2-70b-chat-hf", 4_096, "fp16", {}, 4_096 * 80 * 2 * 8 * 128 * 2),
    ],
)  # fmt: skip
def test_sizes_that_engines_logged_for_models_by_name(
    catalog: Catalog, name: str, tokens: int, dtype: str, plan: dict[str, int], stated: int
) -> None:
    """Of Qwen3.6, its ten layers with attention: the states of the others do not grow."""
    found = held(catalog, name, tokens, dtype, **plan)
    assert found.bytes - found.state_bytes == stated
