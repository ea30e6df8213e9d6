"""Serving engines, their versions and settings, as questions and answers name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from tokenquote_client.wire_types import Received, Sent

__all__ = ["CacheEngine", "Engine", "EngineName", "EngineOfCache", "EngineUsed", "EngineVersionText"]

EngineName = Literal["vllm", "sglang", "llama.cpp", "ollama"]
"""The name of a serving engine."""
EngineVersionText = Annotated[str, Field(min_length=1, max_length=64)]
"""The version of an engine, such as `0.24` or `b7000`."""


class EngineOfCache(Sent):
    """A serving engine in one of its versions."""

    name: EngineName
    """The name of the engine: `vllm`, `sglang`, `llama.cpp` or `ollama`."""
    version: EngineVersionText | None = None
    """The version of the engine, such as `0.24` or `b7000`; one that is newer than all known ones is
    counted as the newest, and the answer says so. Null, the default: the newest that is known."""


class Engine(Sent):
    """The serving engine and how it is started; what is left out is the engine's own default on the GPU."""

    name: EngineName | None = None
    """The name of the engine: `vllm`, `sglang`, `llama.cpp` or `ollama`. Null, the default: `vllm`, and
    `llama.cpp` where `gpu_layers` or `kv_offload` is stated."""
    version: EngineVersionText | None = None
    """The version of the engine, such as `0.24` or `b7000`, whose rules apply; one that is newer than all
    known ones is counted as the newest, and the answer says so. Null, the default: the newest that is
    known. One that is older than all known ones is an error that lists them."""
    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] | None = None
    """The share of a GPU's usable memory that the engine takes, above 0 and at most 1 (SGLang:
    `mem_fraction_static`). Null, the default: 0.92 in vLLM since 0.20, 0.9 before, and what SGLang works out
    for the GPU. Stating it for llama.cpp or Ollama, which have no such share, is an error."""
    max_num_seqs: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """The most sequences that run at the same time; null, the default: in vLLM 1,024 on GPUs of 70 GiB and
    more, 256 on others and on the A100; in SGLang those of its largest CUDA graph; in llama.cpp and Ollama
    as many as `concurrency`."""
    max_num_batched_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None
    """The most tokens that one step reads (SGLang: `chunked_prefill_size`, llama.cpp: `n_ubatch`); null,
    the default: in vLLM 8,192 on GPUs of 70 GiB and more, 2,048 on others and on the A100; in llama.cpp
    512."""
    cuda_graphs: bool | None = None
    """Whether CUDA graphs are captured, and take memory where the version counts them; null, the default:
    they are. False: eager mode. Stating it for llama.cpp or Ollama is an error."""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=65_536)] | None = None
    """The number of tokens in a block of the KV cache; null, the default: 16, or 64 with MLA, and more
    where recurrent layers stand beside attention; 1 in SGLang. Stating it for llama.cpp or Ollama, whose
    caches have no blocks, is an error."""
    prefix_caching: bool | None = None
    """Whether the cache keeps the prefixes of finished requests, for which recurrent layers take more room;
    null, the default: it does. Stating it for llama.cpp or Ollama is an error."""
    non_torch_bytes: Annotated[int, Field(strict=True, ge=0, le=2**50)] | None = None
    """The bytes on each GPU that you measured for CUDA context, libraries and NCCL; null, the default: as
    logs of the engine show them."""


class EngineUsed(Received):
    """The serving engine whose rules an answer follows."""

    name: str
    """The name of the engine, as asked or as assumed."""
    version: str
    """The version of the engine, as asked, or the newest that is known."""


def _form(value: Any) -> str:
    return "~version" if isinstance(value, Mapping | EngineOfCache) else "~name"


CacheEngine = Annotated[
    Annotated[EngineName, Tag("~name")] | Annotated[EngineOfCache, Tag("~version")], Discriminator(_form)
]
"""An engine by its name, or with its version."""
