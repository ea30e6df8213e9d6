"""The contract of POST /v1/deployments: does it fit, how much of it, how fast, and when is it cheaper."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.memory import Subject
from tokenquote_client.plan import Plan
from tokenquote_client.quote import Warned
from tokenquote_client.wire import Dollars, Method, Received, Sent

__all__ = [
    "BreakEven",
    "BreakEvenAnswer",
    "DecodeSpeed",
    "DeploymentAnswer",
    "DeploymentQuestion",
    "Efficiency",
    "Engine",
    "Explained",
    "GpuOption",
    "GpuShare",
    "PrefillSpeed",
    "Speculation",
    "Speed",
]

Count = Annotated[int, Field(strict=True, ge=1, le=1024)]
Tokens = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Sequences = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0.001, le=1, allow_inf_nan=False)]
GpuName = Annotated[str, Field(min_length=1, max_length=64)]
HourlyPrice = Annotated[Dollars, Field(ge=0, le=100_000)]
Bound = Literal["memory bandwidth", "compute", "link"]


class Engine(Sent):
    """How the engine is started; what is left out is vLLM's default on the GPU."""

    gpu_memory_utilization: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.92
    """Share of a GPU's memory that the engine takes; the default of vLLM 0.22 and later."""
    max_num_seqs: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    max_num_batched_tokens: Annotated[int, Field(strict=True, ge=1, le=10_000_000)] | None = None
    cuda_graphs: bool = True
    """False: eager mode, or an engine that keeps them outside its share (vLLM before 0.21)."""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=65_536)] | None = None
    """Tokens of a cache block: 16, or 64 with MLA."""
    non_torch_bytes: Annotated[int, Field(strict=True, ge=0, le=2**50)] | None = None
    """What you measured of CUDA context, libraries and NCCL, in place of what logs say."""


class Efficiency(Sent):
    """Which part of what the GPU can do is reached; at 1 speeds are upper bounds."""

    bandwidth: Share = 1.0
    compute: Share = 1.0


class Speculation(Sent):
    """Speculative decoding."""

    tokens: Annotated[int, Field(strict=True, ge=1, le=64)]
    """Drafted for each step."""
    acceptance: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """How likely a drafted token is taken, each alike; measure it, for it depends on the text."""
    draft_model: str | None = Field(default=None, min_length=1, max_length=200)
    """Catalog id of a small model that drafts; none: n-grams or the like, which cost nothing."""


class BreakEven(Sent):
    """Traffic, and the plan of each conversation, whose `model` is the API to compare with."""

    plan: Plan
    conversations_per_day: Annotated[int, Field(strict=True, ge=1, le=10**12)] | None = None
    conversations_per_month: Annotated[int, Field(strict=True, ge=1, le=10**13)] | None = None
    """Of 730 hours."""
    gpu_price_per_hour: HourlyPrice | None = None
    """Dollars per GPU; else the catalog's."""
    prefix_caching: bool = True
    """Whether the KV cache of a conversation is still there when its next request comes."""

    @model_validator(mode="after")
    def _one_traffic(self) -> Self:
        if (self.conversations_per_day is None) == (self.conversations_per_month is None):
            raise PydanticCustomError(
                "contradiction", "state either `conversations_per_day` or `conversations_per_month`"
            )
        if self.plan.model is None:
            raise PydanticCustomError("contradiction", "the plan names one `model`: the API to compare with")
        return self


class DeploymentQuestion(Subject):
    """A model on GPUs. Without `gpu`, the smallest set of GPUs that does is chosen."""

    quantization: str | None = Field(default=None, max_length=64)
    """Of the weights; by default as published, and bf16 for an architecture of your own."""
    kv_dtype: str = Field(default="bf16", max_length=32)
    """Of the KV cache: bf16, fp8, …"""
    context_tokens: Tokens
    """Prompt and answer of one sequence together, at its longest."""
    prompt_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """Of them the prompt, for the speed of prefill; by default all but one."""
    concurrency: Sequences = 1
    """Sequences at the same time."""
    gpu: GpuName | None = None
    """Id or other name of a GPU of the catalog, GET /v1/gpus."""
    gpu_count: Count | None = None
    """How many there are; by default as few as do."""
    tensor_parallel: Count | None = None
    pipeline_parallel: Count | None = None
    """Both by default chosen: as wide as heads and node allow."""
    among: Annotated[list[GpuName], Field(min_length=1, max_length=100)] | None = None
    """GPUs that `options` are looked for among; by default the whole catalog."""
    engine: Engine = Engine()
    efficiency: Efficiency = Efficiency()
    speculation: Speculation | None = None
    break_even: BreakEven | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.prompt_tokens is not None and self.prompt_tokens > self.context_tokens:
            raise PydanticCustomError(
                "contradiction", "`prompt_tokens` are part of `context_tokens`, and cannot be more"
            )
        stated = (self.gpu_count, self.tensor_parallel, self.pipeline_parallel)
        if self.gpu is None and any(one is not None for one in stated):
            raise PydanticCustomError(
                "contradiction", "`gpu_count`, `tensor_parallel` and `pipeline_parallel` need a `gpu`"
            )
        return self


class GpuShare(Received):
    """What each GPU of one pipeline stage holds, in bytes."""

    stage: int
    """From 0."""
    gpus: int
    """Alike, side by side."""
    layers: int
    memory_bytes: int
    """What the driver gives."""
    budget_bytes: int
    """Of that, what the engine takes."""
    weights_bytes: int
    weights: dict[str, int]
    """By part; they add up to `weights_bytes`."""
    draft_bytes: int
    """Weights of the draft model."""
    kv_cache_bytes: int
    """Of all sequences at the longest context."""
    kv_in_flight_bytes: int
    """Of layers with a window, while a chunk of a prompt is read."""
    activation_bytes: int
    cuda_graph_bytes: int
    runtime_bytes: int
    """CUDA context, libraries, NCCL."""
    padding_bytes: int
    total_bytes: int
    free_bytes: int
    """Of the budget; negative: so much is missing."""


class GpuOption(Received):
    """The fewest GPUs of one kind that do."""

    gpu: str
    gpu_count: int
    tensor_parallel: int
    pipeline_parallel: int
    memory_bytes: int
    """Of all of them."""
    price_per_hour: Dollars | None
    """Of all of them; None: the catalog has no price."""


class PrefillSpeed(Received):
    """Reading one prompt that nothing is cached of, at best."""

    prompt_tokens: int
    seconds: float
    """Until the first token, with the GPUs to itself."""
    tokens_per_second: float
    """Of prompts one after the other."""
    bound_by: Bound
    flops: float
    """Of one GPU of each stage."""


class DecodeSpeed(Received):
    """Generating, at best, with every sequence at its longest context."""

    sequences: int
    """That run at the same time: the concurrency, as far as it fits."""
    step_seconds: float
    tokens_per_step: float
    """Of each sequence: 1, or what a verified draft is expected to yield."""
    tokens_per_second_per_user: float
    tokens_per_second: float
    bound_by: Bound
    weight_bytes_read: float
    """In a step, by one GPU of each stage; of experts those that are expected to be chosen."""
    kv_cache_bytes_read: float
    flops: float


class Speed(Received):
    """Upper bounds at efficiency 1."""

    prefill: PrefillSpeed
    decode: DecodeSpeed
    multiplied_as: str
    """The type in which matrices are multiplied: fp16, fp8, …"""


class Explained(Received):
    """Where a number comes from."""

    what: str
    method: Method
    formula: str


class BreakEvenAnswer(Received):
    """Hosting beside the API, for this plan. Hosted costs are lower bounds where speeds are upper bounds."""

    api_model: str
    api_cost_per_conversation: Dollars | None
    """None: nothing has a price. As large as what has one, if not `api_cost_complete`."""
    api_cost_complete: bool
    gpu_price_per_hour: Dollars
    """Of one GPU."""
    price_source: str
    replicas: int
    """Deployments like this that the traffic keeps busy."""
    conversations_per_hour: float
    """That one deployment can do at most."""
    seconds_per_conversation: float
    """Of the whole deployment, at full utilisation: prefill, and decoding's share of the batch."""
    prefill_seconds: float
    decode_seconds: float
    utilization: float
    """Of the replicas, by the stated traffic."""
    hosted_cost_per_conversation: Dollars
    """At the stated traffic: GPUs are paid for while they idle."""
    hosted_cost_per_conversation_at_full_load: Dollars
    break_even_utilization: float | None
    """From here on hosting is cheaper; above 1: never. None: nothing to compare with."""
    break_even_conversations_per_day: float | None
    """The same, for one deployment."""
    cheaper: Literal["api", "hosted"] | None
    """At the stated traffic."""
    api_cost_per_month: Dollars | None
    hosted_cost_per_month: Dollars


class DeploymentAnswer(Received):
    """One deployment, and what else would do."""

    model: str | None
    """Catalog id; None for an architecture of one's own."""
    quantization: str
    kv_dtype: str
    context_tokens: int
    concurrency: int
    gpu: str
    gpu_count: int
    """That are used."""
    tensor_parallel: int
    pipeline_parallel: int
    fits: bool
    per_gpu: list[GpuShare]
    """One row for each pipeline stage."""
    kv_cache_pool_bytes: int
    """Left to the cache on the GPU that has least for its need; negative: not even the weights fit."""
    kv_cache_pool_tokens: int | None
    """What vLLM's log calls "GPU KV cache size", in whole blocks that every group of layers has for itself.
    None: nothing is left, or the model caches nothing by the token."""
    largest_batch: int
    """Sequences of `context_tokens` that fit; 0 if none."""
    longest_context_tokens: int
    """Tokens that each of `concurrency` sequences may hold; 0 if none."""
    options: list[GpuOption]
    """The fewest GPUs of each kind that do, fewest and smallest first."""
    speed: Speed | None
    """None if it does not fit, or the catalog does not know how fast the GPU is."""
    break_even: BreakEvenAnswer | None = None
    explained: list[Explained]
    assumptions: list[str] = Field(default=[])
    warnings: list[Warned] = Field(default=[])
