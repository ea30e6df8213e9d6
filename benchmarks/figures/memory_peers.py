"""The same models through other estimators, beside what engines logged and files hold.

KV caches: hf-mem's own function, where it is installed (`make references`). Weights: accelerate's arithmetic,
a model's elements x 4 bytes, divided by 2, 4 or 8 (commands/estimate.py of 1.15.0; run on the meta device for
Llama-3.1-8B and Qwen2.5-0.5B it gave that, and 500 bytes of buffers). gguf-parser reads the file, so its
figure is the truth of its row; without a file it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import Any

from tokenquote.catalog import Catalog
from tokenquote.memory import (
    CachePlan,
    kv_cache,
    number_formats,
    parameters,
    read_architecture,
    read_cache_layout,
    weigh_architecture,
)

__all__ = ["memory_peer_table"]

_MIB = 2**20


@dataclass(frozen=True)
class CacheCase:
    """A cache that an engine laid out, and what it logged."""

    model: str
    tokens: int
    dtype: str
    logged: float
    """The size in MiB, as the engine logged it."""
    by: str
    llama_cpp: bool = True
    """Whether buffers are llama.cpp's: windows with room for a batch, multiples of 256, states in fp32."""
    full_windows: bool = False


# Lines that llama.cpp, ik_llama.cpp and vLLM print at start; f16 unless said otherwise.
CACHES = (
    CacheCase("Qwen/Qwen3-32B", 8192, "fp16", 2048, "ik_llama.cpp"),
    CacheCase("Qwen/Qwen3-235B-A22B", 32_768, "q8_0", 3196, "ik_llama.cpp"),
    CacheCase("Qwen/Qwen2.5-1.5B-Instruct", 32_768, "fp16", 896, "llama.cpp"),
    CacheCase("deepseek-ai/DeepSeek-V3", 8192, "fp16", 549, "ik_llama.cpp, DeepSeek-R1"),
    CacheCase("openai/gpt-oss-20b", 131_072, "fp16", 3090, "llama.cpp: 3072 full, 18 in windows"),
    CacheCase("google/gemma-4-12B-it", 8192, "fp16", 608, "llama.cpp"),
    CacheCase("google/gemma-4-E4B-it", 32_768, "fp16", 1792, "llama.cpp: 24 of 42 layers", full_windows=True),
    CacheCase("Qwen/Qwen3-4B", 32_768, "fp16", 4608, "vLLM, Qwen3-VL-4B", llama_cpp=False),
)  # fmt: skip


@dataclass(frozen=True)
class FileCase:
    """A file of weights, and its size."""

    model: str
    quantization: str
    gib: float
    by: str
    accelerate: float
    """The bytes of a weight that accelerate assumes."""


FILES = (
    FileCase("meta-llama/Llama-3.1-70B", "q4_k_m", 39.59, "gguf-parser reads the file", 0.5),
    FileCase("Qwen/Qwen2.5-7B-Instruct", "q4_k_m", 4.36, "gguf-parser reads R1-Distill-Qwen-7B", 0.5),
    FileCase("Qwen/Qwen2.5-7B-Instruct", "fp16", 14.19, "gguf-parser reads R1-Distill-Qwen-7B", 2),
    FileCase("Qwen/Qwen3-30B-A3B", "q4_k_m", 17.28, "llama.cpp", 0.5),
    FileCase("meta-llama/Llama-3.1-8B", "q2_k", 2.95, "llama.cpp", 0.5),
    FileCase("meta-llama/Llama-3.1-8B", "q8_0", 7.95, "llama.cpp", 1),
    FileCase("meta-llama/Llama-3.1-8B", "fp8", 8.49, "vLLM loads it", 1),
    FileCase("openai/gpt-oss-20b", "mxfp4", 12.88, "vLLM loads it", 0.5),
)


def memory_peer_table(catalog: Catalog) -> str:
    """Return tables of caches and of weights, with the error of each beside its figure."""
    hf_mem = _hf_mem()
    lines = [
        "| KV cache | tokens | type | logged, MiB | by | here | hf-mem |",
        "|---|---:|---|---:|---|---:|---:|",
        *(_cache_line(case, catalog, hf_mem) for case in CACHES),
        "",
        "| weights | format | file, GiB | by | here | accelerate |",
        "|---|---|---:|---|---:|---:|",
        *(_file_line(case, catalog) for case in FILES),
    ]
    return "\n".join(lines)


def _cache_line(case: CacheCase, catalog: Catalog, hf_mem: Callable[..., int] | None) -> str:
    config = _config(case.model, catalog)
    formats = number_formats(catalog.quantization)
    plan = CachePlan(case.tokens, formats.cache_element(case.dtype))
    layers = read_cache_layout(config).layers
    if case.llama_cpp:
        in_flight = case.tokens if case.full_windows else 512
        plan = replace(plan, in_flight=in_flight, pad=256, one_buffer=True, conv_bytes=4)
    here = kv_cache(layers, plan).bytes / _MIB
    theirs = "not installed" if hf_mem is None else _hf_mem_cell(case, config, hf_mem)
    cells = f"{case.model} | {case.tokens:,} | {case.dtype} | {case.logged:,g} | {case.by}"
    return f"| {cells} | {_cell(here, case.logged)} | {theirs} |"


def _hf_mem_cell(case: CacheCase, config: Mapping[str, Any], hf_mem: Callable[..., int]) -> str:
    """Return hf-mem's figure; it knows no block types, which are left out."""
    dtype = {"fp16": "F16", "bf16": "BF16", "fp8": "F8_E4M3"}.get(case.dtype)
    if dtype is None:
        return "no such type"
    try:
        found = hf_mem(dict(config), dtype, case.tokens)
    except Exception as error:  # whatever it is, the peer gave no figure
        return f"{type(error).__name__}"
    return _cell(found / _MIB, case.logged)


def _file_line(case: FileCase, catalog: Catalog) -> str:
    architecture = read_architecture(_config(case.model, catalog))
    formats = number_formats(catalog.quantization)
    weights = weigh_architecture(architecture, formats.weight(case.quantization), formats)
    theirs = parameters(architecture) * case.accelerate
    cells = f"{case.model} | {case.quantization} | {case.gib:g} | {case.by}"
    return f"| {cells} | {_cell(weights.bytes / 2**30, case.gib)} | {_cell(theirs / 2**30, case.gib)} |"


def _cell(found: float, truth: float) -> str:
    return f"{found:,.2f} ({(found - truth) / truth:+.1%})"


def _config(name: str, catalog: Catalog) -> Mapping[str, Any]:
    weights = catalog.models[name].weights
    if weights is None:
        raise LookupError(f"the catalog has no weights of {name}")
    return weights.architecture


def _hf_mem() -> Callable[..., int] | None:
    if find_spec("hf_mem") is None:
        return None
    from hf_mem.safetensors.kv_cache import compute_safetensors_kv_cache_size

    found: Callable[..., int] = compute_safetensors_kv_cache_size
    return found
