"""How fast a deployment is at best, as the wire says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.gpus import Gpu, MatrixType
from tokenquote.memory.gpus.roofline import (
    GpuRates,
    Spread,
    Step,
    accepted_tokens,
    decode_step,
    prefill,
    share_of_batch,
)
from tokenquote_client.deployments import DecodeSpeed, Efficiency, PrefillSpeed, Speed

__all__ = ["Machine", "decode_seconds", "machine_of", "speed_of"]

_GIGA, _TERA = 1e9, 1e12


@dataclass(frozen=True, slots=True)
class Machine:
    """What the chosen GPUs do in a second, and how the work is cut over them."""

    rates: GpuRates
    spread: Spread
    stages: int
    multiplied_as: MatrixType


def machine_of(hosted: HostedModel, choice: Choice, catalog: Catalog) -> Machine | None:
    """None where the catalog does not know bandwidth or operations of the GPU."""
    gpu, layout, efficiency = choice.gpu, choice.layout, hosted.question.efficiency
    if gpu.bandwidth_gb_per_second is None or gpu.tflops is None:
        return None
    kind, tflops = gpu.tflops.speed(catalog.multiplied_as.get(hosted.format.name, "fp16"))
    rates = GpuRates(
        bandwidth=gpu.bandwidth_gb_per_second.value * _GIGA * efficiency.bandwidth,
        flops=tflops * _TERA * efficiency.compute,
        attention_flops=gpu.tflops.speed("fp16")[1] * _TERA * efficiency.compute,
        link=_link(gpu, layout.tensor_parallel, efficiency),
    )
    spread = Spread(layout.tensor_parallel, hosted.architecture.hidden, hosted.element, hosted.encoder_tokens)
    return Machine(rates, spread, layout.pipeline_parallel, kind)


def _link(gpu: Gpu, ranks: int, efficiency: Efficiency) -> float | None:
    """None where it is not known: between nodes, and of GPUs whose link no source says."""
    if gpu.link is None or ranks > gpu.gpus_per_node:
        return None
    return gpu.link.gb_per_second * _GIGA * efficiency.bandwidth


def speed_of(hosted: HostedModel, choice: Choice, machine: Machine, running: int) -> Speed:
    """Bounds for so many sequences at the same time, each at its longest context."""
    return Speed(
        prefill=_prefill(hosted, choice, machine),
        decode=_decode(hosted, choice, machine, running),
        multiplied_as=machine.multiplied_as,
    )


def decode_seconds(
    hosted: HostedModel, choice: Choice, machine: Machine, contexts: Mapping[int, float], running: int
) -> tuple[float, Step]:
    """Of a step of the whole batch, and what one part of it is.

    The batch goes through a pipeline in as many parts as there are stages, so the slowest stage sets the
    pace; fewer sequences than stages go through one after the other.
    """
    part = share_of_batch(running, machine.stages)
    speculation = hosted.question.speculation
    drafted = speculation.tokens if speculation else 0
    step = decode_step(
        hosted.shards(choice.layout),
        machine.rates,
        machine.spread,
        contexts=contexts,
        sequences=part,
        tokens_each=1 + drafted,
    )
    seconds = step.seconds
    if running >= machine.stages:
        seconds = machine.stages * step.slowest_stage_seconds
    return seconds + drafted * _draft_seconds(hosted, choice, machine, contexts, part), step


def _draft_seconds(
    hosted: HostedModel, choice: Choice, machine: Machine, contexts: Mapping[int, float], sequences: int
) -> float:
    """Of one drafted token; drafting is one token after the other."""
    drafts = hosted.draft_shards(choice.layout)
    if hosted.draft is None or not drafts:
        return 0.0
    spread = Spread(machine.spread.ranks, hosted.draft.architecture.hidden, hosted.element)
    return decode_step(drafts, machine.rates, spread, contexts=contexts, sequences=sequences).seconds


def _prefill(hosted: HostedModel, choice: Choice, machine: Machine) -> PrefillSpeed:
    question = hosted.question
    tokens = question.prompt_tokens or max(1, question.context_tokens - 1)
    chunk = hosted.engine_on(choice.gpu).max_num_batched_tokens
    step = prefill(hosted.shards(choice.layout), machine.rates, machine.spread, tokens, chunk)
    return PrefillSpeed(
        prompt_tokens=tokens,
        seconds=step.seconds,
        tokens_per_second=tokens / step.slowest_stage_seconds,
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
