"""The question of POST /v1/deployments: a model on GPUs, and a plan whose cost is compared with an API's."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tokenquote_client.engines import Engine
from tokenquote_client.memory import GpuCount, Subject
from tokenquote_client.plan import PlanOfOneModel
from tokenquote_client.stated_money import StatedMoney
from tokenquote_client.wire_types import Dollars, Sent, all_rules, either, exactly_one, having

__all__ = ["BreakEven", "DeploymentQuestion", "Efficiency", "Engine", "Speculation"]

ContextTokens = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Sequences = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Share = Annotated[float, Field(ge=0.001, le=1, allow_inf_nan=False)]
GpuName = Annotated[str, Field(min_length=1, max_length=64)]
HourlyPrice = Annotated[Dollars, Field(ge=0, le=100_000), StatedMoney(most_digits=5, most=100_000)]


class Efficiency(Sent):
    """How much of what the GPU can do is reached; at 1, the default, speeds are upper bounds."""

    bandwidth: Share = 1.0
    """The share of the memory and link bandwidth that is reached, from 0.001 to 1, the default."""
    compute: Share = 1.0
    """The share of the GPU's operations per second that is reached, from 0.001 to 1, the default."""


class Speculation(Sent):
    """Speculative decoding: tokens are drafted cheaply and verified by the model."""

    model_config = all_rules(either(having(prediction_layers=(False,)), having(draft_model=(None,))))

    tokens: Annotated[int, Field(strict=True, ge=1, le=64)]
    """The number of tokens that are drafted for each step."""
    acceptance: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    """The probability, from 0 to 1, that a drafted token is accepted, the same for each; measure it, for it
    depends on the text."""
    draft_model: str | None = Field(default=None, min_length=1, max_length=200)
    """The catalog id of the small model that drafts, whose weights must be public; null, the default: n-grams
    or another method that costs nothing, unless `prediction_layers` draft."""
    prediction_layers: bool = False
    """Whether the model's own layers that predict further tokens (multi-token prediction, MTP) draft: their
    weights and cache count like those of any layer. False, the default: they are not loaded. True is an error
    for a model without any, and beside a `draft_model`."""

    @model_validator(mode="after")
    def _one_drafter(self) -> Self:
        if self.prediction_layers and self.draft_model is not None:
            detail = "either a `draft_model` or the model's `prediction_layers` draft"
            raise PydanticCustomError("contradiction", detail)
        return self


class BreakEven(Sent):
    """The traffic, and the plan of each conversation, whose `model` is the API to compare with."""

    model_config = exactly_one("conversations_per_day", "conversations_per_month")

    plan: PlanOfOneModel
    """The plan of one conversation. It must name one `model`, the API to compare with; its `mode`, `caching`,
    `budget` and `conversations` do not concern the hosted side."""
    conversations_per_day: Annotated[int, Field(strict=True, ge=1, le=10**12)] | None = None
    """The number of conversations per day; null, the default: `conversations_per_month` is stated. Both or
    neither is an error."""
    conversations_per_month: Annotated[int, Field(strict=True, ge=1, le=10**13)] | None = None
    """The number of conversations per month of 730 hours; null, the default: `conversations_per_day` is
    stated. Both or neither is an error."""
    gpu_price_per_hour: HourlyPrice | None = None
    """The price of one GPU per hour in US dollars, as a decimal string; null, the default: the catalog's.
    Without either the question is an error."""
    prefix_caching: bool = True
    """Whether the KV cache of a conversation is still there when its next request comes, so that only what is
    new is read; true by default."""

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
    """A model on GPUs. Without `gpu`, the smallest set of GPUs on which it fits is chosen."""

    model_config = exactly_one(
        "model",
        "architecture",
        also=[
            either(having(gpus=(None,)), having(gpu=(None,), gpu_count=(None,))),
            either(
                having("gpu"),
                having("gpus"),
                having(
                    gpu_count=(None,),
                    tensor_parallel=(None,),
                    pipeline_parallel=(None,),
                    data_parallel=(None,),
                ),
            ),
        ],
    )

    quantization: str | None = Field(default=None, max_length=64)
    """The number format of the weights, such as `fp8` or `awq-4bit-g128`; null, the default: as published,
    and bf16 for an `architecture`."""
    kv_dtype: str = Field(default="bf16", max_length=32)
    """The number format of the KV cache: `bf16`, the default, `fp8` or another."""
    context_tokens: ContextTokens
    """The tokens of prompt and answer of one sequence together, at its longest."""
    prompt_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)] | None = None
    """The part of `context_tokens` that is the prompt, for the speed of prefill; null, the default: all
    tokens but one."""
    concurrency: Sequences = 1
    """The number of sequences at the same time, each as long as `context_tokens`; 1 by default."""
    gpu: GpuName | None = None
    """The GPU, by its id or another name in GET /v1/gpus; null, the default: the first of the answer's
    `options`, or the GPU with the most memory if there are none."""
    gpu_count: GpuCount | None = None
    """The number of GPUs that there are; null, the default: `tensor_parallel` × `pipeline_parallel` where one
    of them is stated, else the fewest on which the model fits. Stating it without `gpu` is an error."""
    tensor_parallel: GpuCount | None = None
    """The number of GPUs that each layer is split over; null, the default: what `gpu_count` and
    `pipeline_parallel` leave, 1 beside `pipeline_parallel` alone, else as many as attention heads and node
    allow. Stating it without `gpu` is an error."""
    pipeline_parallel: GpuCount | None = None
    """The number of pipeline stages that the layers are divided into; null, the default: what `gpu_count`
    and `tensor_parallel` leave, else the fewest. Stating it without `gpu` is an error."""
    gpus: Annotated[list[GpuName], Field(min_length=1, max_length=64)] | None = None
    """The GPUs that there are, one name for each, where they are not alike; in vLLM and SGLang the GPUs of
    a pipeline stage follow one another. Null, the default: `gpu` names them. Stating `gpu` or `gpu_count`
    beside it is an error."""
    data_parallel: GpuCount | None = None
    """The number of groups of GPUs that each hold all of attention and serve sequences of their own, while
    the experts are spread over all groups; null, the default: 1. Stating it without `gpu`, for a model
    without experts, or for llama.cpp or Ollama is an error."""
    expert_parallel: bool = False
    """Whether each GPU holds whole experts (vLLM: `--enable-expert-parallel`), in place of a share of the
    columns of each; false by default. True for a model without experts is an error."""
    gpu_layers: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    """The number of layers on the GPUs, counted from the end of the model as llama.cpp's `-ngl` does; the
    others are in RAM. Null, the default: all of them. More than the model has, or stating it for vLLM or
    SGLang, is an error."""
    kv_offload: bool | None = None
    """Whether the KV cache of a layer is where the layer is; false: all of it is in RAM (llama.cpp:
    `--no-kv-offload`). Null, the default: it is. Stating it for vLLM or SGLang is an error."""
    among: Annotated[list[GpuName], Field(min_length=1, max_length=100)] | None = None
    """The GPUs that `options` are chosen from, by their ids or other names; null, the default: all of the
    catalog on which serving engines run."""
    engine: Engine = Engine()
    """The serving engine, its version, and the settings that it is started with, such as its share of the
    memory and the size of its steps; by default vLLM, and what it chooses for the GPU."""
    efficiency: Efficiency = Efficiency()
    """How much of what the GPU can do is reached; by default all of it, so that speeds are upper bounds."""
    speculation: Speculation | None = None
    """How tokens are drafted; null, the default: there is no speculative decoding."""
    break_even: BreakEven | None = None
    """The traffic and the plan for a comparison with an API; null, the default: the answer has no
    `break_even`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.prompt_tokens is not None and self.prompt_tokens > self.context_tokens:
            raise PydanticCustomError(
                "contradiction", "`prompt_tokens` are part of `context_tokens`, and cannot be more"
            )
        if self.gpus is not None:
            if self.gpu is not None or self.gpu_count is not None:
                raise PydanticCustomError(
                    "contradiction", "`gpus` names every GPU: leave `gpu` and `gpu_count` out"
                )
            return self
        stated = (self.gpu_count, self.tensor_parallel, self.pipeline_parallel, self.data_parallel)
        if self.gpu is None and any(number is not None for number in stated):
            raise PydanticCustomError(
                "contradiction",
                "`gpu_count`, `tensor_parallel`, `pipeline_parallel` and `data_parallel` need a `gpu`",
            )
        return self
