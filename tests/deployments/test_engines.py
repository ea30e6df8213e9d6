"""Deployments by engine and version: what it takes, what is in RAM, unequal GPUs, experts spread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote_client.deployments import DeploymentAnswer

GIB, MIB = 2**30, 2**20
Ask = Callable[..., DeploymentAnswer]
LLAMA: dict[str, Any] = {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 8192}
IN_PART: dict[str, Any] = {**LLAMA, "quantization": "q4_k_m", "gpu": "rtx-3090", "gpu_count": 1}


def test_the_pool_of_two_cards_without_nvlink_is_what_vllm_0_7_logged(deployed: Ask) -> None:
    """vllm#13061: 81,536 tokens; 0.25 GiB of NCCL and libraries over PCIe, and a sampler that sorts."""
    answer = deployed(
        model="deepseek-ai/DeepSeek-R1-Distill-Qwen-14B",
        context_tokens=131_072,
        gpu="rtx-4090",
        tensor_parallel=2,
        engine={
            "name": "vllm",
            "version": "0.7",
            "gpu_memory_utilization": 0.98,
            "cuda_graphs": False,
            "max_num_batched_tokens": 2048,
            "max_num_seqs": 256,
        },
    )
    (share,) = answer.per_gpu
    assert share.runtime_bytes == GIB // 4
    assert share.activation_bytes == 38 * 256 * 152_064 + 2 * 2048 * 5120 + round(0.15 * GIB)
    assert not answer.fits
    assert answer.kv_cache_pool_tokens == pytest.approx(81_536, rel=0.01)
    assert answer.engine.version == "0.7"


@pytest.mark.parametrize(
    ("gpu", "runtime_gib"),
    [("h100", 2.1), ("l40s", 0.25), ("rtx-3090", 0.25), ("mi300x", 2.1)],
)
def test_the_link_between_gpus_decides_what_nccl_takes(deployed: Ask, gpu: str, runtime_gib: float) -> None:
    answer = deployed(**LLAMA, gpu=gpu, tensor_parallel=2)
    assert answer.per_gpu[0].runtime_bytes == round(runtime_gib * GIB)


def test_an_unknown_link_is_said_and_widens_the_band(deployed: Ask) -> None:
    question = {**LLAMA, "tensor_parallel": 2, "engine": {"cuda_graphs": False}}
    known, unknown = deployed(**question, gpu="h100"), deployed(**question, gpu="h20")
    assert any("no source says how these GPUs are linked" in line for line in unknown.assumptions)
    assert not any("are linked" in line for line in known.assumptions)
    assert known.kv_cache_pool_band is not None
    assert unknown.kv_cache_pool_band is not None
    off = [
        answer.kv_cache_pool_band.high_bytes - answer.kv_cache_pool_bytes  # type: ignore[union-attr]
        for answer in (known, unknown)
    ]
    assert off[1] - off[0] == round(2.1 * GIB) - GIB // 4 - round(0.04 * GIB)


@pytest.mark.parametrize(
    ("version", "utilization", "graphs"),
    [("0.19", 0.9, False), ("0.20.1", 0.92, False), ("0.21", 0.92, True)],
)
def test_a_version_has_its_own_share_and_graphs(
    deployed: Ask, version: str, utilization: float, graphs: bool
) -> None:
    answer = deployed(**LLAMA, gpu="h100", gpu_count=1, engine={"version": version})
    (share,) = answer.per_gpu
    assert share.budget_bytes == pytest.approx(utilization * share.memory_bytes, abs=1)
    assert (share.cuda_graph_bytes > 0) == graphs
    assert share.total_bytes + share.free_bytes == share.budget_bytes


def test_sources_that_disagree_on_graphs_make_the_band_lower(deployed: Ask) -> None:
    graphs = (
        deployed(**LLAMA, gpu="h100", gpu_count=1, engine={"version": "0.21"}).per_gpu[0].cuda_graph_bytes
    )
    bands = [
        deployed(**LLAMA, gpu="h100", gpu_count=1, engine={"version": version, "cuda_graphs": captured})
        for version, captured in (("0.20.2", True), ("0.20.2", False))
    ]
    lows = [answer.kv_cache_pool_band.low_bytes for answer in bands if answer.kv_cache_pool_band]
    assert lows[1] - lows[0] == graphs


def test_fewer_sequences_capture_fewer_graphs(deployed: Ask) -> None:
    """Sizes 1, 2, 4, 8 and 16 of 51; 5 sizes took 0.13 GiB of Qwen3.6-27B on two cards (club-3090#104)."""
    answer = deployed(
        model="Qwen/Qwen3.5-27B",
        quantization="awq-4bit-g128",
        context_tokens=8192,
        gpu="rtx-3090",
        tensor_parallel=2,
        engine={"version": "0.21", "max_num_seqs": 8},
    )
    assert answer.per_gpu[0].cuda_graph_bytes / GIB == pytest.approx(0.13, abs=0.03)


def test_a_hybrid_pays_for_whole_blocks(deployed: Ask) -> None:
    """Qwen3.5-35B-A3B in fp8: 12 tokens take a block of 2,096, and two for each of three groups of states."""
    answer = deployed(
        model="Qwen/Qwen3.5-35B-A3B", kv_dtype="fp8", context_tokens=12, gpu="h200", gpu_count=1
    )
    assert answer.per_gpu[0].kv_cache_bytes == (1 + 3 * 2) * 10 * 2096 * 1024
    alone = deployed(
        model="Qwen/Qwen3.5-35B-A3B",
        kv_dtype="fp8",
        context_tokens=12,
        gpu="h200",
        gpu_count=1,
        engine={"prefix_caching": False},
    )
    assert alone.per_gpu[0].kv_cache_bytes == (1 + 3) * 10 * 2096 * 1024


# Layers in RAM


def test_twenty_layers_on_the_card_are_nineteen_and_the_output(deployed: Ask) -> None:
    """llama.cpp: layers 13 to 31 and the output; 19 x 8 x 128 x 2 x 2 bytes x 8,192 tokens of cache."""
    answer = deployed(**IN_PART, gpu_layers=20)
    (share,) = answer.per_gpu
    host = answer.host
    assert host is not None
    assert (share.layers, host.layers, answer.gpu_layers, answer.most_gpu_layers) == (19, 13, 20, 33)
    assert share.kv_cache_bytes == 19 * 4096 * 8192
    assert host.kv_cache_bytes == 13 * 4096 * 8192
    assert set(host.weights) == {"embedding", "attention", "mlp", "norms"}
    assert "embedding" not in share.weights
    assert host.total_bytes == host.weights_bytes + host.kv_cache_bytes
    assert share.budget_bytes == share.memory_bytes
    assert answer.fits
    assert (answer.engine.name, answer.kv_cache_pool_tokens, answer.speed) == ("llama.cpp", None, None)
    assert any("since layers or their cache may be in RAM" in line for line in answer.assumptions)


@pytest.mark.parametrize("layers", [0, 1, 20, 32, 33])
@pytest.mark.parametrize("engine", ["llama.cpp", "ollama"])
def test_weights_on_the_card_and_in_ram_are_the_model_s(deployed: Ask, layers: int, engine: str) -> None:
    answer = deployed(**IN_PART, gpu_layers=layers, engine={"name": engine})
    whole = deployed(**{**IN_PART, "gpu_layers": 33}, engine={"name": engine})
    sums = []
    for found in (answer, whole):
        assert found.host is not None
        sums.append(found.host.weights_bytes + found.per_gpu[0].weights_bytes)
        assert found.host.layers + found.per_gpu[0].layers == 32
    assert sums[0] == pytest.approx(sums[1], abs=8)


def test_the_cache_in_ram_leaves_the_card_to_the_weights(deployed: Ask) -> None:
    """--no-kv-offload: 32 x 4,096 bytes x 131,072 tokens are 16 GiB of RAM, and none of the card."""
    asked = {**IN_PART, "context_tokens": 131_072, "concurrency": 2, "gpu_layers": 33}
    beside, apart = deployed(**asked), deployed(**asked, kv_offload=False)
    assert (beside.fits, apart.fits) == (False, True)
    assert apart.per_gpu[0].kv_cache_bytes == 0
    assert apart.host is not None
    assert apart.host.kv_cache_bytes == 2 * 32 * 4096 * 131_072


def test_most_layers_fit_and_one_more_does_not(deployed: Ask) -> None:
    question = {"model": "meta-llama/Llama-3.1-70B", "quantization": "q4_k_m", "context_tokens": 8192}
    question |= {"gpu": "rtx-3090", "gpu_count": 1}
    most = deployed(**question, engine={"name": "llama.cpp"}).most_gpu_layers
    assert most is not None
    assert 0 < most < 81
    assert deployed(**question, gpu_layers=most).fits
    assert not deployed(**question, gpu_layers=most + 1).fits


def test_a_tied_embedding_is_in_ram_and_on_the_card(deployed: Ask) -> None:
    """Llama-3.2-1B: the output is the embedding, 128,256 x 2,048 in 16 bit, once more on the card."""
    answer = deployed(
        model="meta-llama/Llama-3.2-1B",
        quantization="fp16",
        context_tokens=256,
        gpu="rtx-3090",
        gpu_layers=17,
    )
    table = 2 * 128_256 * 2048
    assert answer.host is not None
    assert (answer.host.weights["embedding"], answer.per_gpu[0].weights["embedding"]) == (table, table)


# GPUs that are not alike


def test_layers_are_shared_out_by_memory(deployed: Ask) -> None:
    answer = deployed(
        **LLAMA, quantization="fp16", gpus=["rtx-3090", "rtx-5090"], engine={"name": "llama.cpp"}
    )
    assert [(share.gpu, share.layers) for share in answer.per_gpu] == [
        ("rtx-3090-24gb", 15),
        ("rtx-5090-32gb", 17),
    ]
    assert answer.per_gpu[1].weights["lm_head"] == 2 * 128_256 * 4096
    assert [share.memory_bytes for share in answer.per_gpu] == sorted(
        share.memory_bytes for share in answer.per_gpu
    )


def test_ranks_hold_what_the_smallest_gpu_holds(deployed: Ask) -> None:
    unequal = deployed(**LLAMA, gpus=["rtx-5090", "l4"], tensor_parallel=2)
    equal = deployed(**LLAMA, gpu="l4", gpu_count=2, tensor_parallel=2)
    assert (unequal.kv_cache_pool_bytes, unequal.largest_batch) == (
        equal.kv_cache_pool_bytes,
        equal.largest_batch,
    )
    assert any("are not alike" in line for line in unequal.assumptions)


def test_each_stage_has_the_budget_of_its_own_gpu(deployed: Ask) -> None:
    answer = deployed(**LLAMA, gpus=["rtx-5090", "l4"], pipeline_parallel=2)
    assert [share.gpu for share in answer.per_gpu] == ["rtx-5090-32gb", "l4-24gb"]
    assert answer.per_gpu[0].budget_bytes > answer.per_gpu[1].budget_bytes
    assert answer.speed is not None


# Experts spread over GPUs


def test_whole_experts_on_each_gpu_are_an_equal_part_of_all(deployed: Ask) -> None:
    """Qwen3-30B-A3B: 128 experts over 4 GPUs; attention and its cache are whole on each of them."""
    question: dict[str, Any] = {"model": "Qwen/Qwen3-30B-A3B", "context_tokens": 8192, "gpu": "h100"}
    one = deployed(**question, gpu_count=1).per_gpu[0]
    spread = deployed(**question, gpu_count=4, tensor_parallel=1, data_parallel=4, expert_parallel=True)
    (share,) = spread.per_gpu
    assert (spread.gpu_count, spread.data_parallel, spread.expert_parallel, share.gpus) == (4, 4, True, 4)
    assert share.weights["experts"] == one.weights["experts"] // 4
    assert share.weights["attention"] == one.weights["attention"]
    assert share.kv_cache_bytes == one.kv_cache_bytes


def test_experts_that_do_not_divide_are_counted_where_most_are(deployed: Ask) -> None:
    """60 experts over 8 GPUs: 8 on some, 7 on others."""
    question: dict[str, Any] = {"model": "Qwen/Qwen1.5-MoE-A2.7B", "context_tokens": 1024, "gpu": "h100"}
    one = deployed(**question, gpu_count=1).per_gpu[0].weights["experts"]
    shared = deployed(**question, tensor_parallel=8, expert_parallel=True).per_gpu[0].weights["experts"]
    assert shared == pytest.approx(one * 8 / 60, rel=1e-6)


def test_sequences_are_shared_out_over_copies_of_attention(deployed: Ask) -> None:
    question: dict[str, Any] = {"model": "Qwen/Qwen3-30B-A3B", "context_tokens": 8192, "gpu": "h100"}
    question |= {"tensor_parallel": 1, "data_parallel": 2, "expert_parallel": True}
    three = deployed(**question, concurrency=3).per_gpu[0].kv_cache_bytes
    assert three == 2 * deployed(**question, concurrency=2).per_gpu[0].kv_cache_bytes


# SGLang


def test_sglang_s_pool_is_what_weights_and_its_reserve_leave(deployed: Ask) -> None:
    answer = deployed(**LLAMA, gpu="h100", gpu_count=1, engine={"name": "sglang", "version": "0.5.5"})
    (share,) = answer.per_gpu
    assert share.cuda_graph_bytes == 512 * MIB
    assert share.activation_bytes == (512 + 12_288 + 128) * MIB
    assert share.budget_bytes == share.memory_bytes
    pool = share.memory_bytes - share.weights_bytes - (512 + 12_288 + 128 + 512) * MIB - GIB // 4
    assert answer.kv_cache_pool_bytes == pool
    assert answer.kv_cache_pool_tokens == pool // 131_072
    assert answer.largest_batch == answer.kv_cache_pool_tokens // 8192


def test_sglang_s_fraction_may_be_stated(deployed: Ask) -> None:
    engine = {"name": "sglang", "gpu_memory_utilization": 0.8}
    answer = deployed(**LLAMA, gpu="h100", gpu_count=1, engine=engine)
    (share,) = answer.per_gpu
    assert share.activation_bytes == pytest.approx(0.2 * share.memory_bytes, abs=1)
    assert share.cuda_graph_bytes == 0
