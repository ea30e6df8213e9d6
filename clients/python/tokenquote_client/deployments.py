"""The answer of POST /v1/deployments: does it fit, how much of it, how fast, and when is it cheaper.

The models of the question are in `deployment_question.py`, those of speed and cost in
`deployment_outcome.py`.
"""

from __future__ import annotations

from pydantic import Field

from tokenquote_client.deployment_outcome import BreakEvenAnswer, DecodeSpeed, PrefillSpeed, Speed
from tokenquote_client.deployment_question import (
    BreakEven,
    DeploymentQuestion,
    Efficiency,
    Engine,
    Speculation,
)
from tokenquote_client.engines import EngineUsed
from tokenquote_client.quote import Warned
from tokenquote_client.wire_types import Dollars, Method, Received

__all__ = [
    "BreakEven",
    "BreakEvenAnswer",
    "DecodeSpeed",
    "DeploymentAnswer",
    "DeploymentQuestion",
    "Efficiency",
    "Engine",
    "EngineUsed",
    "Explained",
    "GpuOption",
    "GpuShare",
    "HostShare",
    "PoolBand",
    "PrefillSpeed",
    "Speculation",
    "Speed",
]


class GpuShare(Received):
    """What each GPU of one pipeline stage holds, in bytes."""

    stage: int
    """The number of the pipeline stage, from 0."""
    gpu: str
    """The catalog id of the GPUs in this stage, of the smallest where they are not alike."""
    gpus: int
    """The number of GPUs in this stage, which all hold the same (`tensor_parallel` × `data_parallel`)."""
    layers: int
    """The number of the model's layers in this stage."""
    memory_bytes: int
    """The bytes of one GPU's memory that its driver gives to programs."""
    budget_bytes: int
    """The part of `memory_bytes` that the engine takes (`gpu_memory_utilization`); all of it in SGLang,
    llama.cpp and Ollama, which keep a part of it free."""
    weights_bytes: int
    """The bytes of the model's weights on one GPU, without a draft model's."""
    weights: dict[str, int]
    """The bytes of the weights by part, such as `attention`, `mlp` and `embedding`; they add up to
    `weights_bytes`."""
    draft_bytes: int
    """The bytes of the draft model's weights on one GPU; 0 without one, and on all stages but the last."""
    kv_cache_bytes: int
    """The bytes of the KV cache on one GPU with all `concurrency` sequences of `context_tokens`, a draft
    model's cache included."""
    kv_in_flight_bytes: int
    """The bytes that layers with a sliding window need in addition to `kv_cache_bytes` while a chunk of a
    prompt is read."""
    activation_bytes: int
    """The bytes of activations on one GPU at the peak of a step, or what SGLang keeps free for them."""
    cuda_graph_bytes: int
    """The bytes that CUDA graphs take of the engine's share on one GPU; 0 where there are none, or where the
    version of vLLM has them outside its share (before 0.21)."""
    runtime_bytes: int
    """The bytes of the CUDA context, libraries and NCCL on one GPU."""
    padding_bytes: int
    """The bytes that kernels add to MXFP4 experts to fill whole blocks of columns, beside `weights_bytes`; 0
    for other weights."""
    total_bytes: int
    """The sum of `weights_bytes`, `draft_bytes`, `kv_cache_bytes`, `kv_in_flight_bytes`, `activation_bytes`,
    `cuda_graph_bytes`, `runtime_bytes` and `padding_bytes`."""
    free_bytes: int
    """The bytes of `budget_bytes` that `total_bytes` leaves free; negative: the bytes that are missing."""


class HostShare(Received):
    """What is in RAM beside the GPUs, in bytes: the layers that are not on a GPU, and the input embedding."""

    layers: int
    """The number of the model's layers in RAM."""
    weights_bytes: int
    """The bytes of the weights in RAM, the input embedding among them."""
    weights: dict[str, int]
    """The bytes of these weights by part; they add up to `weights_bytes`."""
    kv_cache_bytes: int
    """The bytes of the KV cache in RAM with all `concurrency` sequences of `context_tokens`."""
    total_bytes: int
    """The sum of `weights_bytes` and `kv_cache_bytes`; the engine's buffers in RAM are not counted."""


class PoolBand(Received):
    """How small and how large the memory that is left to the KV cache may be, by what logs show."""

    low_bytes: int
    """The least bytes of `kv_cache_pool_bytes`: activations, graphs and runtime as large as in any log."""
    high_bytes: int
    """The most bytes of `kv_cache_pool_bytes`: activations, graphs and runtime as small as in any log."""


class GpuOption(Received):
    """The fewest GPUs of one kind on which the model fits."""

    gpu: str
    """The catalog id of the GPU."""
    gpu_count: int
    """The number of GPUs of this kind, `tensor_parallel` × `pipeline_parallel`."""
    tensor_parallel: int
    """The number of GPUs that each layer is split over (tensor parallelism)."""
    pipeline_parallel: int
    """The number of pipeline stages that the layers are divided into."""
    memory_bytes: int
    """The usable bytes of all these GPUs together."""
    price_per_hour: Dollars | None
    """The price of all these GPUs per hour in US dollars, as a decimal string; null: the catalog has no
    price."""


class Explained(Received):
    """How a number of the answer is calculated."""

    what: str
    """The name of the number in the answer, such as `budget_bytes` or `speed.prefill.seconds`."""
    method: Method
    """How the explained number is known: `exact`, `rule` (a published formula), `calibrated` (fitted to
    measurements) or `assumed` (a default)."""
    formula: str
    """The formula with its numbers filled in."""


class DeploymentAnswer(Received):
    """One deployment, and which other GPUs the model fits on."""

    model: str | None
    """The catalog id of the model; null: the question brought its own `architecture`."""
    quantization: str
    """The number format of the weights: as asked, or else as published, and bf16 for an `architecture`."""
    kv_dtype: str
    """The number format of the KV cache, as asked."""
    context_tokens: int
    """The longest context of one sequence in tokens, as asked."""
    concurrency: int
    """The number of sequences at the same time, as asked."""
    gpu: str
    """The catalog id of the GPU, as asked or as chosen."""
    gpu_count: int
    """The number of GPUs used, `tensor_parallel` × `pipeline_parallel`, which may be fewer than there are."""
    tensor_parallel: int
    """The number of GPUs that each layer is split over (tensor parallelism): as asked or, where the question
    leaves it open, as chosen, whether the model fits or not."""
    pipeline_parallel: int
    """The number of pipeline stages that the layers are divided into: as asked or, where the question leaves
    it open, as chosen, whether the model fits or not."""
    data_parallel: int = 1
    """The number of groups of GPUs that each hold all of attention, as asked."""
    expert_parallel: bool = False
    """Whether each GPU holds whole experts, as asked."""
    engine: EngineUsed
    """The engine and the version whose rules the answer follows."""
    gpu_layers: int | None = None
    """The number of layers on the GPUs, the output counted where the version counts it; null: all of them,
    in an engine that has no others."""
    most_gpu_layers: int | None = None
    """The most layers that fit on these GPUs with all sequences, counted as `gpu_layers` is; null: the engine
    holds all layers on the GPUs."""
    host: HostShare | None = None
    """What is in RAM; null: all of the model is on the GPUs."""
    fits: bool
    """Whether `concurrency` sequences of `context_tokens` fit at the same time."""
    per_gpu: list[GpuShare]
    """What each GPU holds, one row for each pipeline stage."""
    kv_cache_pool_bytes: int
    """The bytes of its budget that one GPU has left for the KV cache, on the stage where that is least;
    negative: not even weights and engine fit."""
    kv_cache_pool_band: PoolBand | None = None
    """How small and how large `kv_cache_pool_bytes` may be by what logs show; null: no logs say it."""
    kv_cache_pool_tokens: int | None
    """The number of tokens that vLLM's log calls "GPU KV cache size", as the version counts it: up to
    0.20.0 in whole blocks that every group of layers has for itself, later those of the requests of
    `context_tokens` that fit; in SGLang the tokens of its pool. Null: nothing is left, the model caches
    nothing by the token, or the engine has no pool."""
    largest_batch: int
    """The most sequences of `context_tokens` that the memory holds at the same time, whatever `concurrency`
    and `max_num_seqs` are; 0 if not even one, and 1,000,000 with the warning `not_bounded_by_gpus` if no
    memory of the GPUs grows with them."""
    longest_context_tokens: int
    """The most tokens, of prompt and answer together, that each of `concurrency` sequences may hold on these
    GPUs by their memory alone: the model's own window is no bound. 0: not even one token each fits;
    1,000,000,000 with the warning `not_bounded_by_gpus`: no memory of the GPUs grows with them."""
    options: list[GpuOption]
    """For each kind of GPU the fewest, up to 64, on which the model fits with all sequences: those of the
    fewest GPUs first, of equally many those with the least memory. Empty: it fits on none."""
    speed: Speed | None
    """How fast the deployment is with the sequences that fit; null: not even one fits, or the catalog does
    not know how fast the GPU is."""
    break_even: BreakEvenAnswer | None = None
    """The comparison with an API; null: the question asks for none."""
    explained: list[Explained]
    """How the main numbers are calculated, an entry for each."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[Warned] = Field(default=[])
    """What could mislead a reader who sees only the numbers; empty: nothing that is known."""
