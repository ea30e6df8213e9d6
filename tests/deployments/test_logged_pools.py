"""The pool that is left to the KV cache, against what vLLM logged.

Rows of ../shared/reference/memory_vectors.json; what vLLM needs beside weights was fitted on these very logs
of vLLM 0.19 (memory/gpus/overhead.py), so this tests that it is put together rightly, weights
and shards included.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tokenquote.catalog import AmbiguousModel, Catalog, ModelNotFound
from tokenquote_client.deployments import DeploymentAnswer

VECTORS = Path(__file__).parents[3] / "shared" / "reference" / "memory_vectors.json"
GIB = 2**30
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "float32": "fp32"}
NOT_COMPARED = {
    "google/gemma-3-12b-it": "the catalog's architecture is the text model's, vLLM loads the vision tower",
    "google/gemma-3-27b-it": "the catalog's architecture is the text model's, vLLM loads the vision tower",
}


def logs() -> list[Any]:
    if not VECTORS.exists():
        return []
    groups: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in json.loads(VECTORS.read_text())["entries"]:
        if row["category"] == "vllm_log" and row.get("group") and "0.19" in row["inputs"].get("engine", ""):
            groups[row["group"]] |= {
                row["quantity"]: row["value"],
                "inputs": row["inputs"],
                "model": row["model"],
            }
    return [
        pytest.param(group, id=name.removeprefix("llmd/"))
        for name, group in groups.items()
        if "kv_pool_gib_per_gpu" in group
    ]


def test_there_are_logs() -> None:
    if not VECTORS.exists():
        pytest.skip("no ../shared/reference/memory_vectors.json here")
    assert len(logs()) > 30


@pytest.mark.parametrize("log", logs())
def test_the_pool_is_what_vllm_logged(
    deployed: Callable[..., DeploymentAnswer], catalog: Catalog, log: dict[str, Any]
) -> None:
    """Within 1 % or 0.25 GiB; what vLLM 0.19 leaves outside of its share, the version knows."""
    model, inputs = log["model"], log["inputs"]
    if model in NOT_COMPARED:
        pytest.skip(NOT_COMPARED[model])
    if inputs["pipeline_parallel"] > 1:
        pytest.skip("the log is of one of the stages, and does not say of which")
    try:
        weights = catalog.resolve(model).weights
    except (ModelNotFound, AmbiguousModel):
        pytest.skip("not in the catalog")
    assert weights is not None
    dtype = DTYPES.get(inputs["dtype"], "bf16")
    if dtype == "fp32":
        pytest.skip("activations are counted in 16 bit")
    quantization = inputs.get("quantization") or (weights.published_as if dtype == "bf16" else dtype)
    answer = deployed(
        model=model,
        context_tokens=inputs["max_model_len"],
        gpu="h100",
        tensor_parallel=inputs["tensor_parallel"],
        quantization=quantization,
        kv_dtype="fp8" if "fp8" in str(inputs["kv_cache_dtype"]) else "bf16",
        engine={
            "version": inputs["engine"].removeprefix("vLLM "),
            "gpu_memory_utilization": inputs["gpu_memory_utilization"],
        },
    )
    logged = log["kv_pool_gib_per_gpu"]
    assert answer.kv_cache_pool_bytes / GIB == pytest.approx(logged, rel=0.01, abs=0.25)
    assert answer.per_gpu[0].activation_bytes / GIB == pytest.approx(
        log["torch_peak_activation_gib"], abs=0.2
    )
    # Of a small pool, 0.25 GiB may be a tenth.
    assert answer.kv_cache_pool_tokens == pytest.approx(log["kv_tokens"], rel=0.01 + 0.25 / logged)
    assert answer.per_gpu[0].runtime_bytes / GIB == pytest.approx(log["non_torch_gib"], abs=0.25)
