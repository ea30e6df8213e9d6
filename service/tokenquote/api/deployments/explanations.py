"""The explanations of a deployment's numbers: for each its method and formula."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tokenquote.api.deployments.engine_formulas import Formula, engine_formulas
from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.api.deployments.speed import Machine
from tokenquote.api.memory import figure_method
from tokenquote.memory import CachePlan, cache_formula
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.overhead import EngineSettings
from tokenquote_client.deployments import BreakEvenAnswer, Explained

__all__ = ["MOST_SEQUENCES", "MOST_TOKENS", "Findings", "explain"]

MOST_SEQUENCES, MOST_TOKENS = 1_000_000, 1_000_000_000
"""The most that is looked for; what reaches it is not known to end there."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out about a model on the chosen GPUs."""

    hosted: HostedModel
    choice: Choice
    machine: Machine | None
    """The speed of the GPUs; None: it is not known, or nothing runs."""
    fits: bool
    """Whether all sequences of the question fit."""
    largest_batch: int
    """The most sequences that fit, of `MOST_SEQUENCES` at most."""
    longest_context: int
    """The most tokens of each sequence of the question that fit, of `MOST_TOKENS` at most."""
    running: int
    """The sequences that run at the same time."""
    found_options: int
    """The number of kinds of GPU on which the model fits."""
    break_even: BreakEvenAnswer | None
    """The comparison with an API; None: it was not asked for."""
    peak_tokens: int | None
    """The longest context of the plan; None: there is no plan."""


def explain(findings: Findings) -> list[Explained]:
    """Return every number with its method and formula."""
    found = [*_memory_formulas(findings)]
    if findings.machine is not None:
        found += _speed_formulas(findings.machine)
    if findings.break_even is not None:
        found += _break_even_formulas(findings)
    return [Explained(what=what, method=method, formula=formula) for what, method, formula in found]


def _memory_formulas(findings: Findings) -> Iterator[Formula]:
    hosted = findings.hosted
    engine = hosted.engine_on(findings.choice.gpu, findings.choice.layout)
    usable = findings.choice.gpu.usable_gib
    yield "memory_bytes", usable.method, f"{usable.value:g} GiB: {usable.source}"
    yield _budget_formula(hosted, engine)
    yield from _model_formulas(findings, engine)
    yield from engine_formulas(hosted, findings.choice, engine)
    most = "with which the total of every GPU stays within its budget"
    yield "largest_batch", "rule", f"the most sequences {most}"
    yield "longest_context_tokens", "rule", f"the most tokens {most}"


def _budget_formula(hosted: HostedModel, engine: EngineSettings) -> Formula:
    if not isinstance(hosted.engine.rules, VllmRules):
        return "budget_bytes", "rule", f"memory_bytes: {hosted.engine.name} may use all of it"
    share = f"{float(engine.utilization):g} x memory_bytes"
    stated = hosted.question.engine.gpu_memory_utilization is not None
    return "budget_bytes", "stated" if stated else "rule", share if stated else f"{share}, vLLM's default"


def _model_formulas(findings: Findings, engine: EngineSettings) -> Iterator[Formula]:
    hosted = findings.hosted
    known = figure_method(hosted.architecture.known)
    yield (
        "weights_bytes",
        known,
        f"sum over tensors of elements x bits / 8 in {hosted.format.name}: {hosted.weights.parameters} "
        f"parameters, {hosted.weights.bytes} bytes in all; {_describe_share(findings.choice.layout)}",
    )
    plan = CachePlan(
        hosted.question.context_tokens,
        hosted.element,
        hosted.question.concurrency,
        engine.block_tokens,
        encoder_tokens=hosted.encoder_tokens,
        whole_windows=hosted.whole_windows,
    )
    held = cache_formula([layer.attention for layer in hosted.architecture.layers], plan)
    yield "kv_cache_bytes", known, f"{held}; summed over all GPUs, without replication"
    chunk = f"windows hold {engine.max_num_batched_tokens} more tokens while a chunk of a prompt is read"
    if hosted.whole_windows:
        chunk = "0: in this version every layer holds every token, windows or not"
    yield "kv_in_flight_bytes", known, chunk


def _describe_share(layout: Layout) -> str:
    """Return which tensors of its stage a GPU holds."""
    if layout.expert_ranks > 1 and (layout.expert_parallel or layout.data_parallel > 1):
        whole = "whole experts" if layout.expert_parallel else "a share of the columns of each expert"
        return (
            f"each GPU of a stage holds 1 / {layout.tensor_parallel} of the other matrices, and {whole} of "
            "those "
            f"that {layout.expert_ranks} GPUs share"
        )
    if layout.tensor_parallel == 1:
        return "each GPU holds every tensor of its stage"
    share = f"1 / {layout.tensor_parallel} of the matrices"
    return f"each GPU of a stage holds {share}, and all norms, routers and MLA down-projections"


def _speed_formulas(machine: Machine) -> Iterator[Formula]:
    rates = machine.rates
    per_stage = (
        f"max(bytes / {rates.bandwidth:.4g}, operations / {rates.flops:.4g} + attention / "
        f"{rates.attention_flops:.4g})"
    )
    link = "" if rates.link is None else f" + all-reduced bytes / {rates.link:.4g}"
    yield (
        "speed.prefill.seconds",
        "rule",
        f"sum over stages of {per_stage}{link}; operations = 2 x active parameters x tokens; attention = "
        "2 x heads x (key + value dimension) x pairs of tokens within the window",
    )
    yield (
        "speed.decode.step_seconds",
        "rule",
        f"stages x {per_stage}{link} of the slowest stage; bytes = weights without the input embedding, of "
        "which E x (1 - (1 - k/E)^tokens) of E experts are read, + the KV cache of each sequence",
    )
    yield (
        "speed.decode.tokens_per_second",
        "rule",
        "sequences x tokens_per_step / step_seconds; with a draft of k tokens, each accepted with "
        "probability a, tokens_per_step = (1 - a^(k+1)) / (1 - a)",
    )


def _break_even_formulas(findings: Findings) -> Iterator[Formula]:
    yield (
        "break_even.seconds_per_conversation",
        "rule",
        "prefill of the input that is not cached, in chunks shared with other prompts, + output tokens x "
        f"seconds of a step of {findings.running} sequences / the tokens that it yields, at the contexts of "
        "the plan",
    )
    yield (
        "break_even.hosted_cost_per_conversation",
        "rule",
        "replicas x GPUs x price per hour / conversations per hour",
    )
    yield (
        "break_even.break_even_utilization",
        "rule",
        "GPUs x price per hour x seconds_per_conversation / 3600 / api_cost_per_conversation",
    )
