"""The speed of a deployment at best, as the wire says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.gpus import Gpu, MatrixType
from tokenquote.memory.gpus.roofline import (
    GpuRates,
    Step,
    WorkSplit,
    accepted_tokens,
    decode_step,
    prefill,
    share_of_batch,
)
from tokenquote_client.deployments import DecodeSpeed, Efficiency, PrefillSpeed, Speed

__all__ = ["Machine", "bound_speed", "decode_seconds", "read_machine"]

_GIGA, _TERA = 1e9, 1e12


@dataclass(frozen=True, slots=True)
class Machine:
    """The speed of the chosen GPUs, and how the work is split over them."""

    rates: GpuRates
    """What each GPU does in a second."""
    split: WorkSplit
    """The GPUs of a stage, and what they exchange."""
    stages: int
    """The number of pipeline stages."""
    multiplied_as: MatrixType
    """The type that matrices are multiplied in."""


def read_machine(hosted: HostedModel, choice: Choice, catalog: Catalog) -> Machine | None:
    """Return the GPUs' speed; None where the catalog does not know bandwidth or operations of the GPU."""
    gpu, layout, efficiency = _slowest(choice), choice.layout, hosted.question.efficiency
    if gpu is None or gpu.bandwidth_gb_per_second is None or gpu.tflops is None:
        return None
    kind, tflops = gpu.tflops.speed(catalog.multiplied_as.get(hosted.format.name, "fp16"))
    rates = GpuRates(
        bandwidth=gpu.bandwidth_gb_per_second.value * _GIGA * efficiency.bandwidth,
        flops=tflops * _TERA * efficiency.compute,
        attention_flops=gpu.tflops.speed("fp16")[1] * _TERA * efficiency.compute,
        link=_link(gpu, layout.tensor_parallel, efficiency),
    )
    architecture, element = hosted.architecture, hosted.element
    split = WorkSplit(layout.tensor_parallel, architecture.hidden, element, hosted.encoder_tokens)
    return Machine(rates, split, layout.pipeline_parallel, kind)


def _slowest(choice: Choice) -> Gpu | None:
    """Return the GPU that reads slowest; None where one of them is not known to be fast or slow."""
    gpus = [gpu for _, gpu in choice.unequal] or [choice.gpu]
    rates = [gpu.bandwidth_gb_per_second for gpu in gpus]
    known = [(rate.value, gpu.name, gpu) for rate, gpu in zip(rates, gpus, strict=True) if rate is not None]
    return min(known, key=lambda rated: rated[:2])[2] if len(known) == len(gpus) else None


def _link(gpu: Gpu, ranks: int, efficiency: Efficiency) -> float | None:
    """Return the bytes a second of the link; None between nodes, and for GPUs whose link no source states."""
    if gpu.link is None or ranks > gpu.gpus_per_node:
        return None
    return gpu.link.gb_per_second * _GIGA * efficiency.bandwidth


def bound_speed(hosted: HostedModel, choice: Choice, machine: Machine, running: int) -> Speed:
    """Return the bounds for this many running sequences, each at its longest context."""
    return Speed(
        prefill=_prefill(hosted, choice, machine),
        decode=_decode(hosted, choice, machine, running),
        multiplied_as=machine.multiplied_as,
    )


def decode_seconds(
    hosted: HostedModel, choice: Choice, machine: Machine, contexts: Mapping[int, float], running: int
) -> tuple[float, Step]:
    """Return the seconds of a step of the whole batch, and the step of one part of it.

    The batch goes through a pipeline in as many parts as there are stages, so the slowest stage sets the
    pace; sequences that are fewer than the stages go through one after the other.
    """
    replicas = choice.layout.data_parallel
    part = share_of_batch(running, machine.stages * replicas)
    speculation = hosted.question.speculation
    drafted = speculation.tokens if speculation else 0
    step = decode_step(
        hosted.shards(choice.layout),
        machine.rates,
        machine.split,
        contexts=contexts,
        sequences=part,
        tokens_each=1 + drafted,
    )
    seconds = step.seconds
    if running >= machine.stages * replicas:
        seconds = machine.stages * step.slowest_stage_seconds
    return seconds + drafted * _draft_seconds(hosted, choice, machine, contexts, part), step


def _draft_seconds(
    hosted: HostedModel, choice: Choice, machine: Machine, contexts: Mapping[int, float], sequences: int
) -> float:
    """Return the seconds of one drafted token; tokens are drafted one after the other."""
    drafts = hosted.draft_shards(choice.layout)
    if hosted.draft is None or not drafts:
        return 0.0
    split = WorkSplit(machine.split.ranks, hosted.draft.architecture.hidden, hosted.element)
    return decode_step(drafts, machine.rates, split, contexts=contexts, sequences=sequences).seconds


def _prefill(hosted: HostedModel, choice: Choice, machine: Machine) -> PrefillSpeed:
    question = hosted.question
    tokens = question.prompt_tokens or max(1, question.context_tokens - 1)
    chunk = hosted.engine_on(choice.gpu, choice.layout).max_num_batched_tokens
    step = prefill(hosted.shards(choice.layout), machine.rates, machine.split, tokens, chunk)
    return PrefillSpeed(
        prompt_tokens=tokens,
        seconds=step.seconds,
        tokens_per_second=choice.layout.data_parallel * tokens / step.slowest_stage_seconds,
        bound_by=step.bound_by,
        flops=step.flops,
    )


def _decode(hosted: HostedModel, choice: Choice, machine: Machine, running: int) -> DecodeSpeed:
    question = hosted.question
    seconds, step = decode_seconds(hosted, choice, machine, {question.context_tokens: 1.0}, running)
    speculation = question.speculation
    yielded = accepted_tokens(speculation.tokens, speculation.acceptance) if speculation else 1.0
    return DecodeSpeed(
        sequences=running,
        step_seconds=seconds,
        tokens_per_step=yielded,
        tokens_per_second_per_user=yielded / seconds,
        tokens_per_second=running * yielded / seconds,
        bound_by=step.bound_by,
        weight_bytes_read=step.weight_bytes,
        kv_cache_bytes_read=step.cache_bytes,
        flops=step.flops,
    )
