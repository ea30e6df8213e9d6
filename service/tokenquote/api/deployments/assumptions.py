"""What is taken for granted in a deployment, and what could mislead a reader who sees only the numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.api.deployments.explanations import Findings
from tokenquote.api.deployments.gpu_choice import MAX_GPUS
from tokenquote.memory import Architecture, LatentAttention
from tokenquote.memory.layers import Experts, GroupedAttention
from tokenquote_client.quote import Warned

__all__ = ["list_assumptions", "list_warnings"]


def list_assumptions(findings: Findings) -> list[str]:
    """What is taken for granted."""
    return [
        *findings.hosted.architecture.assumptions,
        *_memory(findings),
        *_speed(findings),
        *_money(findings),
    ]


def _memory(findings: Findings) -> Iterator[str]:
    hosted, choice = findings.hosted, findings.choice
    question, layout = hosted.question, choice.layout
    engine = hosted.engine_on(choice.gpu)
    yield (
        f"the engine reserves as vLLM 0.33 does: steps of at most {engine.max_num_seqs} sequences and "
        f"{engine.max_num_batched_tokens} tokens, blocks of {engine.block_tokens} tokens"
    )
    if question.quantization is None:
        published = "as published" if hosted.model is not None else "since none is stated"
        yield f"weights in {hosted.format.name}, {published}"
    if choice.gpu.usable_gib.method == "assumed":
        yield f"usable memory of {choice.gpu.name}: {choice.gpu.usable_gib.source}"
    if choice.gpu.maker != "NVIDIA":
        yield f"what the engine needs beside weights and cache is as on NVIDIA GPUs, not {choice.gpu.maker}'s"
    if choice.available > layout.gpus:
        idle = choice.available - layout.gpus
        yield f"{idle} of {choice.available} GPUs stay idle: the model is not spread over all of them"
    yield from _replication(hosted.architecture, layout.tensor_parallel)
    if hosted.draft is not None:
        yield "the draft model runs on the GPUs of the last stage, as published, with a KV cache of its own"


def _replication(architecture: Architecture, ranks: int) -> Iterator[str]:
    attention = {layer.attention for layer in architecture.layers}
    heads = sorted({one.kv_heads for one in attention if isinstance(one, GroupedAttention)})
    for fewer in (count for count in heads if count < ranks):
        yield f"each of the {fewer} KV heads is held by {ranks // fewer} of {ranks} GPUs"
    if ranks > 1 and any(isinstance(one, LatentAttention) for one in attention):
        yield f"each of the {ranks} tensor-parallel GPUs holds all of the compressed MLA rows"


def _speed(findings: Findings) -> Iterator[str]:
    machine, hosted = findings.machine, findings.hosted
    if machine is None:
        return
    efficiency = hosted.question.efficiency
    if efficiency.bandwidth == efficiency.compute == 1:
        yield (
            "speeds are upper bounds: nothing is lost to launches, scheduling and sampling; other estimators "
            "take 0.8 of the bandwidth to be reached (aiconfigurator 0.12.0): state `efficiency`"
        )
    yield f"matrices are multiplied in {machine.multiplied_as}, weights being in {hosted.format.name}"
    mlps = {layer.mlp for layer in hosted.architecture.layers if isinstance(layer.mlp, Experts)}
    if mlps:
        yield "tokens choose experts independently of one another and evenly"
    if any(mlp.active is None for mlp in mlps):
        yield "the config does not say how many experts a token chooses: all are read and multiplied"
    if any(getattr(layer.attention, "indexer", None) for layer in hosted.architecture.layers):
        yield "sparse attention is counted as if every token were read, which sets speeds too low"
    if machine.spread.ranks > 1 and machine.rates.link is None:
        yield "all-reduces between the GPUs take no time here: the catalog has no figure for the link"
    speculation = hosted.question.speculation
    if speculation is not None and hosted.draft is None:
        yield "drafting costs nothing (n-grams); name a `draft_model` to count one"


def _money(findings: Findings) -> Iterator[str]:
    answer = findings.break_even
    if answer is None:
        return
    question = findings.hosted.question.break_even
    yield (
        f"a batch of {findings.running} sequences is always full while there is work; "
        "state a larger `concurrency` for cheaper tokens and slower ones"
    )
    if question is not None and question.prefix_caching:
        yield "the KV cache of a conversation is still there at its next request, in whole blocks"
    if findings.hosted.model is None:
        yield f"texts are counted as {answer.api_model} counts them"
    yield "GPUs are rented around the clock; power, staff, storage and traffic cost nothing"


def list_warnings(findings: Findings) -> list[Warned]:
    """What could mislead a reader who sees only the numbers."""
    found = [*_fit_warnings(findings), *_limit_warnings(findings), *_money_warnings(findings)]
    architecture = findings.hosted.architecture
    found += [("architecture", detail) for detail in architecture.warnings]
    return [Warned(code=code, detail=detail) for code, detail in found]


def _fit_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    if not findings.fits and findings.found_options == 0:
        yield "nothing_fits", f"up to {MAX_GPUS} GPUs of every kind that was looked at are too few"
    ranks, node = findings.choice.layout.tensor_parallel, findings.choice.gpu.gpus_per_node
    if ranks > node:
        yield (
            "tensor_parallel_across_nodes",
            f"tensor parallelism over {ranks} GPUs leaves a node of {node}; its all-reduces get slow, and "
            "their time is not counted",
        )
    if findings.machine is None and findings.fits:
        yield "speed_unknown", f"no source says how fast {findings.choice.gpu.name} is: speeds are not told"


def _limit_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    hosted = findings.hosted
    question = hosted.question
    window = hosted.window
    if window is not None and question.context_tokens > window:
        yield (
            "context_beyond_model",
            f"{question.context_tokens} tokens are more than the {window} that the model was made for",
        )
    engine = hosted.engine_on(findings.choice.gpu)
    if question.concurrency > engine.max_num_seqs:
        yield (
            "concurrency_beyond_engine",
            f"the engine runs {engine.max_num_seqs} sequences at a time unless told otherwise (max_num_seqs)",
        )
    if 0 < findings.largest_batch < question.concurrency:
        yield (
            "sequences_wait",
            f"{findings.largest_batch} of {question.concurrency} sequences fit; speeds are of as many, the "
            "others wait",
        )


def _money_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    answer, peak = findings.break_even, findings.peak_tokens
    if answer is None:
        return
    if not answer.api_cost_complete:
        yield (
            "incomplete_price",
            f"not everything of {answer.api_model} has a price: no side is called cheaper",
        )
    if peak is not None and peak > findings.hosted.question.context_tokens:
        yield (
            "plan_exceeds_context",
            f"the plan's longest request has {peak} tokens, more than context_tokens: the batch may not fit",
        )
