"""Options that the question's engine does not have, versions that are not known, layers beyond the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tokenquote.errors import LocatedError
from tokenquote_client.deployments import DeploymentAnswer

LLAMA: dict[str, Any] = {"model": "meta-llama/Llama-3.1-8B", "context_tokens": 8192}
EXPERTS: dict[str, Any] = {"model": "Qwen/Qwen3-30B-A3B"}
Ask = Callable[..., DeploymentAnswer]


@pytest.mark.parametrize(
    ("question", "location", "said"),
    [
        ({"engine": {"name": "vllm"}, "gpu_layers": 20}, ("gpu_layers",), "state `engine.name` llama.cpp"),
        ({"engine": {"name": "sglang"}, "kv_offload": False}, ("kv_offload",), "sglang holds all layers"),
        ({"gpu_layers": 34}, ("gpu_layers",), "32 layers and its output, so at most 33"),
        ({"gpu_layers": 5, "engine": {"cuda_graphs": True}}, ("engine", "cuda_graphs"), "no such option"),
        ({"engine": {"name": "ollama", "block_tokens": 16}}, ("engine", "block_tokens"), "no such option"),
        ({"engine": {"name": "llama.cpp"}, "tensor_parallel": 2}, ("tensor_parallel",), "by layers"),
        ({"engine": {"name": "llama.cpp"}, "data_parallel": 2}, ("data_parallel",), "leave it out"),
        ({"engine": {"version": "0.3"}}, ("engine", "version"), "known: 0.6.4, 0.8, 0.9"),
        ({"engine": {"name": "sglang", "version": "main"}}, ("engine", "version"), "known: 0.4, 0.5"),
        ({"data_parallel": 2}, ("data_parallel",), "ask about one of them"),
        ({"tensor_parallel": 4, "gpu_count": 2}, ("gpu_count",),
         "tensor_parallel 4 does not make 2 GPUs: state factors of 2, or another `gpu_count`"),
        ({"expert_parallel": True, "tensor_parallel": 2}, ("expert_parallel",), "no experts to spread"),
        ({**EXPERTS, "data_parallel": 2, "tensor_parallel": 3, "gpu_count": 4}, ("gpu_count",), "parallel 2"),
    ],
)  # fmt: skip
def test_contradictions_are_refused_with_a_remedy(
    deployed: Ask, question: dict[str, Any], location: tuple[str, ...], said: str
) -> None:
    with pytest.raises(LocatedError) as refused:
        deployed(**{**LLAMA, "gpu": "rtx-3090", **question})
    assert refused.value.location == location
    assert said in refused.value.detail


def test_before_0_9_2_windows_hold_every_token(deployed: Ask) -> None:
    """52 of Gemma's 62 layers look at 1,024 tokens, and yet one sequence takes all tokens of the pool."""
    question = {"model": "google/gemma-3-27b-it", "context_tokens": 32_768, "gpu": "h100", "gpu_count": 2}
    whole, grouped = (deployed(**question, engine={"version": version}) for version in ("0.9.1", "0.9.2"))
    (share,) = whole.per_gpu
    assert share.kv_cache_bytes == 62 * 16 * (128 + 128) * 2 * 32_768 // 2
    assert share.kv_in_flight_bytes == 0
    assert whole.longest_context_tokens == whole.kv_cache_pool_tokens
    assert whole.largest_batch == whole.longest_context_tokens // 32_768
    assert grouped.largest_batch > 4 * whole.largest_batch


@pytest.mark.parametrize(
    ("quantization", "is_read"),
    [
        ("awq-4bit-g128", False), ("fp8", False), ("nf4", False),
        ("q4_k_m", True), ("q6_k_l", True), ("iq4_nl", True), ("bf16", True), ("mxfp4", True),
    ],
)  # fmt: skip
def test_llama_cpp_reads_the_types_of_gguf(deployed: Ask, quantization: str, is_read: bool) -> None:
    question = {**LLAMA, "gpu": "rtx-4090", "quantization": quantization}
    for engine in ("llama.cpp", "ollama"):
        codes = {warning.code for warning in deployed(**question, engine={"name": engine}).warnings}
        assert ("format_not_of_engine" not in codes) == is_read
    codes = {warning.code for warning in deployed(**question, engine={"name": "vllm"}).warnings}
    assert "format_not_of_engine" not in codes


def test_what_the_gpus_do_not_bound_is_said(deployed: Ask) -> None:
    in_ram = {**LLAMA, "gpu": "rtx-4090", "gpu_count": 1, "kv_offload": False}
    said = {warning.code: warning.detail for warning in deployed(**in_ram).warnings}
    assert "`largest_batch` and `longest_context_tokens`" in said["not_bounded_by_gpus"]
    assert "generates_nothing" not in said
    in_gpu = deployed(**{**in_ram, "kv_offload": True})
    assert "not_bounded_by_gpus" not in {warning.code for warning in in_gpu.warnings}


def test_an_encoder_generates_nothing(deployed: Ask) -> None:
    answer = deployed(model="BAAI/bge-m3", context_tokens=8192, gpu="h100")
    assert {"generates_nothing", "not_bounded_by_gpus"} <= {warning.code for warning in answer.warnings}
