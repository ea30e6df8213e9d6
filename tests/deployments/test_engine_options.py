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
