"""Recorded and published figures in ../shared/reference, if that is there; no row of it is copied here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import shipped

from tokenquote.catalog import Catalog, ModelNotFound
from tokenquote.memory import (
    CachePlan,
    kv_cache,
    number_formats,
    parameters,
    read_architecture,
    read_cache_layout,
)
from tokenquote.memory.layers import Attention, GroupedAttention, LatentAttention

REFERENCE = Path(__file__).resolve().parents[3] / "shared" / "reference"
pytestmark = pytest.mark.skipif(
    not (REFERENCE / "memory_vectors.json").is_file(), reason=f"the recorded figures are not at {REFERENCE}"
)

# litgpt's own configs leave out the model type and whether embeddings are tied; both are well known.
_FAMILIES = (
    ("Qwen/Qwen3", "qwen3"), ("Qwen/", "qwen2"), ("microsoft/Phi-4-mini", "phi3"), ("microsoft/Phi", "phi3"),
    ("mistralai/Mixtral", "mixtral"), ("mistralai/", "mistral"), ("google/gemma-3", "gemma3_text"),
)  # fmt: skip
_TIED = (
    "Qwen/Qwen3-0.6B", "Qwen/Qwen3-1.7B", "Qwen/Qwen3-4B", "Qwen/Qwen2.5-0.5B", "Qwen/Qwen2.5-1.5B",
    "Qwen/Qwen2.5-3B", "Qwen/Qwen2.5-Coder-0.5B", "Qwen/Qwen2.5-Coder-1.5B", "Qwen/Qwen2.5-Coder-3B",
    "Qwen/Qwen2.5-Math-1.5B", "HuggingFaceTB/SmolLM", "microsoft/Phi-4-mini", "meta-llama/Llama-3.2",
)  # fmt: skip
# Rows of the category that are no count of a text model: totals with vision and MTP, rounded figures, models
# of other kinds.
_NOT_TEXT_MODELS = {"T1027", "T1034", "T1035", "T1038", "T1039", "T1040", "T1041"}


@cache
def _entries() -> list[dict[str, Any]]:
    if not (REFERENCE / "memory_vectors.json").is_file():
        return []
    found: list[dict[str, Any]] = json.loads((REFERENCE / "memory_vectors.json").read_text())["entries"]
    return found


@cache
def _architectures() -> dict[str, dict[str, Any]]:
    listed = json.loads((REFERENCE / "architectures.json").read_text())["models"]
    found: dict[str, dict[str, Any]] = {}
    for model in listed:
        found.setdefault(model["name"], model["fields"])
    return found


def _rows(*categories: str) -> list[Any]:
    return [
        pytest.param(row, id=row["id"])
        for row in _entries()
        if row["category"] in categories and row.get("check", {}).get("basis") == "independent"
    ]


def _config(name: str) -> dict[str, Any]:
    """The fields of a model as a config.json would have them."""
    fields = dict(_architectures()[name.replace("RedHatAI/", "meta-llama/").split("-quantized")[0]])
    for key in [key for key in fields if key.endswith("_rle")]:
        fields[key.removesuffix("_rle")] = [value for value, times in fields.pop(key) for _ in range(times)]
    if str(fields.get("model_type")).startswith("litgpt:"):
        fields["model_type"] = next((kind for start, kind in _FAMILIES if name.startswith(start)), "llama")
        fields["tie_word_embeddings"] = name.startswith(_TIED)
        fields.pop("attention_bias")
    return fields


@pytest.mark.parametrize("row", _rows("param_count"))
def test_parameter_counts_are_exact(row: Mapping[str, Any]) -> None:
    if row["id"] in _NOT_TEXT_MODELS:
        pytest.skip("not the count of a text model")
    assert parameters(read_architecture(_config(row["model"]))) == row["value"]


def test_every_config_that_reproduces_a_published_total_does_so_here() -> None:
    listed = json.loads((REFERENCE / "architectures.json").read_text())["models"]
    checked = [m for m in listed if m.get("params_check", {}).get("exact_match")]
    exact = [
        m["name"] for m in checked if parameters(read_architecture(_config(m["name"]))) == m["params_total"]
    ]
    assert len(exact) == len(checked) == 122


_CACHE_QUANTITIES = ("kv_total_mib", "kv_full_layers_mib", "kv_swa_layers_mib")
# DeepSeek-V4 keeps keys only, and a log of 2023 names no heads.
_OTHER_CACHES = {"T0728", "T0729"}


def _cache_logs() -> Iterator[Any]:
    """Lines that state their layers and tokens; sums over several lines do not."""
    for row in _entries():
        independent = row.get("check", {}).get("basis") == "independent"
        if row["category"] != "llamacpp_log" or row["quantity"] not in _CACHE_QUANTITIES or not independent:
            continue
        if row["inputs"].keys() & {"n_ctx", "cells"} and row["id"] not in _OTHER_CACHES:
            yield pytest.param(row, id=row["id"])


def _layers(inputs: Mapping[str, Any]) -> tuple[Attention, ...]:
    """The layers that a log line counts, each a plain one: how long they are held stands in the line too."""
    names = ("n_layer", "full_layers", "swa_layers", "own_full_layers", "own_swa_layers", "layers")
    number = int(next(inputs[name] for name in names if name in inputs))
    if "c^KV" in inputs.get("types", {}):
        mla = LatentAttention(
            query_heads=inputs["n_head_kv"],
            q_rank=None,
            kv_rank=512,
            rope_dim=64,
            nope_dim=128,
            value_dim=128,
        )
        return (mla,) * number
    heads = inputs.get("n_head_kv") or inputs.get("kv_heads") or 1
    dim = inputs.get("head_k") or inputs.get("head_dim") or inputs.get("n_embd_k_gqa") or 512
    return (GroupedAttention(heads, heads, dim),) * number


def _types(inputs: Mapping[str, Any]) -> list[str]:
    return list(inputs.get("types", {}).values()) or [inputs.get("type") or inputs.get("bytes") or "f16"]


@pytest.mark.parametrize("row", list(_cache_logs()))
def test_caches_that_llama_cpp_logged(catalog: Catalog, row: Mapping[str, Any]) -> None:
    inputs, formats = row["inputs"], number_formats(catalog.quantization)
    tokens = inputs.get("cells") or inputs["n_ctx"]
    # Keys and values may have types of their own: half of each.
    sizes = [
        kv_cache(_layers(inputs), CachePlan(tokens, formats.cache_element(t))).bytes for t in _types(inputs)
    ]
    mib = Fraction(sum(sizes), len(sizes)) / 2**20
    assert float(mib) == pytest.approx(row["value"], rel=0.001)


_PAPERS = {
    "T1148": "deepseek-ai/DeepSeek-V3",
    "T1149": "Qwen/Qwen2.5-72B-Instruct",
    "T1157": "mistralai/Mixtral-8x7B-Instruct-v0.1",
    "T1173": "meta-llama/Llama-3.1-8B",
    "T1174": "meta-llama/Llama-3.1-8B",
    "T1175": "meta-llama/Llama-3.1-8B",
    "T1176": "meta-llama/Llama-3.1-70B",
    "T1177": "meta-llama/Llama-3.1-70B",
    "T1178": "meta-llama/Llama-3.1-70B",
    "T1218": "MiniMaxAI/MiniMax-M2.5",
}
_UNITS = {"KB (1000 B)": 1000, "GiB": 2**30, "bytes": 1}


@pytest.mark.parametrize("row", [p for p in _rows("paper", "peer_output") if p.id in _PAPERS])
def test_caches_that_papers_and_peers_print(catalog: Catalog, row: Mapping[str, Any]) -> None:
    inputs = row["inputs"]
    dtype = "int8" if inputs.get("kv_bytes") == 1 else "fp16"
    plan = CachePlan(
        inputs.get("tokens") or inputs.get("context") or 1,
        number_formats(catalog.quantization).cache_element(dtype),
    )
    weights = catalog.resolve(_PAPERS[row["id"]]).weights
    assert weights is not None
    held = kv_cache(read_cache_layout(weights.architecture).layers, plan)
    assert held.bytes / _UNITS[row["unit"]] == pytest.approx(
        row["value"], rel=row["suggested_tolerance"] or 1e-9
    )


_VLLM_DTYPES = {"auto": "bf16", "fp8": "fp8", "fp8_e4m3": "fp8"}


def _blocks() -> Iterator[Any]:
    """Logs of models whose layers are all of one kind: there a block is the bytes of its tokens."""
    catalog = shipped()
    for row in _entries():
        inputs = row["inputs"]
        if row["quantity"] != "num_gpu_blocks" or "block_bytes" not in inputs:
            continue
        name = row["model"].replace("moonshotai/Kimi-Dev-72B", "Qwen/Qwen2.5-72B-Instruct")
        try:
            model = catalog.resolve(name)
        except ModelNotFound:
            continue
        if not any(part in name for part in ("gemma", "gpt-oss")):
            yield pytest.param(row, model.id, id=row["id"])


@pytest.mark.parametrize(("row", "model"), list(_blocks()))
def test_blocks_that_vllm_counted(catalog: Catalog, row: Mapping[str, Any], model: str) -> None:
    inputs = row["inputs"]
    dtype = _VLLM_DTYPES[inputs["kv_cache_dtype"]]
    if dtype == "bf16" and inputs["dtype"] in ("float32", "torch.float32"):
        dtype = "fp32"
    weights = catalog.models[model].weights
    assert weights is not None
    plan = CachePlan(
        1,
        number_formats(catalog.quantization).cache_element(dtype),
        block=inputs["block_size"],
        tensor_parallel=inputs["tensor_parallel"],
    )
    assert (
        kv_cache(read_cache_layout(weights.architecture).layers, plan).bytes_per_gpu == inputs["block_bytes"]
    )
