"""The assumptions of a deployment's answer, and the warnings for a reader who sees only its numbers."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.api.deployments.explanations import MOST_SEQUENCES, MOST_TOKENS, Findings
from tokenquote.api.deployments.gpu_choice import MAX_GPUS
from tokenquote.api.memory.assumptions import replication_assumptions
from tokenquote.memory.engines.llama_cpp import LlamaCppRules
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote_client.deployment_question import Speculation
from tokenquote_client.quote import Warned

__all__ = ["list_assumptions", "list_warnings"]


def list_assumptions(findings: Findings) -> list[str]:
    """Return the assumptions of the answer, one sentence each."""
    return [
        *findings.hosted.architecture.assumptions,
        *_memory(findings),
        *_speed(findings),
        *_money(findings),
    ]


def _memory(findings: Findings) -> Iterator[str]:
    hosted, choice = findings.hosted, findings.choice
    question, layout = hosted.question, choice.layout
    yield from _engine(findings)
    if question.quantization is None:
        published = "as published" if hosted.model is not None else "since none is stated"
        yield f"weights in {hosted.format.name}, {published}"
    if choice.gpu.usable_gib.method == "assumed":
        yield f"usable memory of {choice.gpu.name}: {choice.gpu.usable_gib.source}"
    if choice.gpu.maker != "NVIDIA":
        yield (
            "activations, CUDA graphs and runtime are those of NVIDIA GPUs: there are no logs of "
            f"{choice.gpu.maker}'s"
        )
    if choice.available > layout.gpus:
        idle = choice.available - layout.gpus
        yield f"{idle} of {choice.available} GPUs stay idle: the model is not spread over all of them"
    layers = [layer.attention for layer in hosted.architecture.layers]
    yield from replication_assumptions(layers, layout.tensor_parallel)
    if hosted.draft is not None:
        yield "the draft model runs on the last stage, in its published format, with its own KV cache"


def _engine(findings: Findings) -> Iterator[str]:
    """Yield what is assumed of the engine, of its steps and of where it puts the model."""
    hosted, choice = findings.hosted, findings.choice
    question, rules = hosted.question, hosted.engine.rules
    engine = hosted.engine_on(choice.gpu, choice.layout)
    if question.engine.name is None:
        why = "since layers or their cache may be in RAM" if hosted.gpu_layers is not None else "by default"
        yield f"the engine is {hosted.engine.name}, {why}: state `engine.name` for another"
    yield hosted.engine.assumption
    steps = f"steps of at most {engine.max_num_seqs} sequences and {engine.max_num_batched_tokens} tokens"
    if isinstance(rules, LlamaCppRules):
        yield from _in_part(findings, engine.max_num_batched_tokens)
        return
    yield f"{steps}, blocks of {engine.block_tokens} tokens"
    recurrent = any(layer.attention.is_recurrent for layer in hosted.architecture.layers)
    if recurrent and question.engine.prefix_caching is None:
        yield (
            "prefixes of finished requests are cached, for which each recurrent layer keeps more than one "
            "state; "
            "vLLM before 0.26 does so only if told to: state `engine.prefix_caching`"
        )
    if isinstance(rules, SglangRules):
        yield (
            "the pool is what weights leave of the memory, less what SGLang keeps free for activations "
            "and graphs"
        )
    ranks = choice.layout.tensor_parallel * choice.layout.data_parallel
    if ranks > 1 and choice.gpu.link is None and question.engine.non_torch_bytes is None:
        yield "no source says how these GPUs are linked: runtime as over NVLink, which is more than over PCIe"
    if choice.unequal:
        yield (
            "a stage of GPUs that are not alike holds what its smallest one holds, and is as fast as the "
            "slowest"
        )
    if choice.layout.data_parallel > 1:
        yield (
            f"attention, its cache and all that is not an expert stand on {choice.layout.data_parallel} "
            "groups "
            "of GPUs; each serves sequences of its own"
        )


def _in_part(findings: Findings, batch: int) -> Iterator[str]:
    hosted = findings.hosted
    yield f"the cache of all sequences is allocated at the start; steps of at most {batch} tokens"
    yield (
        f"{hosted.gpu_layers} of {hosted.most_layers} layers on the GPUs, the output counted as the last; "
        "the "
        "input embedding is in RAM, and the engine's buffers in RAM are not counted"
    )
    if len(findings.choice.stages) > 1:
        yield "layers are shared out over the GPUs in proportion to their memory"
    if not hosted.is_whole:
        yield "how fast RAM is, no source says: there are no speeds"


def _speed(findings: Findings) -> Iterator[str]:
    machine, hosted = findings.machine, findings.hosted
    if machine is None:
        return
    efficiency = hosted.question.efficiency
    if efficiency.bandwidth == efficiency.compute == 1:
        yield (
            "speeds are upper bounds: no time is lost to launches, scheduling and sampling; other estimators "
            "assume that 0.8 of the bandwidth is reached (aiconfigurator 0.12.0): state `efficiency`"
        )
    yield f"matrices are multiplied in {machine.multiplied_as}; weights are in {hosted.format.name}"
    if any(layer.mlp.expert_count for layer in hosted.architecture.layers):
        yield "each token chooses its experts independently, and all experts are equally likely"
    if not all(layer.mlp.choice_is_known for layer in hosted.architecture.layers):
        yield "the config does not say how many experts a token chooses: all are read and multiplied"
    if any(layer.attention.is_sparse for layer in hosted.architecture.layers):
        yield "sparse attention is counted as if every token were read, so that speeds are too low"
    if machine.split.ranks > 1 and machine.rates.link is None:
        yield "all-reduces between GPUs are counted as instant: the catalog has no figure for the link"
    speculation = hosted.question.speculation
    yield from _drafting(speculation, with_draft=hosted.draft is not None)


def _money(findings: Findings) -> Iterator[str]:
    answer = findings.break_even
    if answer is None:
        return
    question = findings.hosted.question.break_even
    yield (
        f"a batch of {findings.running} sequences is always full while there is work; "
        "a larger `concurrency` makes tokens cheaper and slower"
    )
    if question is not None and question.prefix_caching:
        yield "whole blocks of a conversation's KV cache are still there at its next request"
    if findings.hosted.model is None:
        yield f"texts are counted as {answer.api_model} counts them"
    yield "GPUs are rented around the clock; power, staff, storage and traffic are not counted"


def list_warnings(findings: Findings) -> list[Warned]:
    """Return warnings of everything that could mislead a reader who sees only the numbers."""
    found = [
        *_model_warnings(findings),
        *_fit_warnings(findings),
        *_limit_warnings(findings),
        *_money_warnings(findings),
    ]
    architecture = findings.hosted.architecture
    found += [("architecture", detail) for detail in architecture.warnings]
    return [Warned(code=code, detail=detail) for code, detail in found]


def _model_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    hosted = findings.hosted
    format_ = hosted.format
    is_gguf = format_.mix is not None or format_.quantises in ("everything", "matrices")
    # The type of GGUF has the bytes of MXFP4's.
    if isinstance(hosted.engine.rules, LlamaCppRules) and not is_gguf and format_.name != "mxfp4":
        yield (
            "format_not_of_engine",
            f"{hosted.engine.name} reads GGUF files, which have no type {format_.name}: state a "
            "`quantization` of theirs, such as q8_0 or q4_k_m",
        )
    if all(layer.attention.kind == "encoder_attention" for layer in hosted.architecture.layers):
        yield (
            "generates_nothing",
            "the model is an encoder, which reads texts and generates none: `speed.decode` says nothing "
            "of it, `speed.prefill` does",
        )
    beyond = {
        "largest_batch": findings.largest_batch >= MOST_SEQUENCES,
        "longest_context_tokens": findings.longest_context >= MOST_TOKENS,
    }
    if unbounded := [f"`{name}`" for name, is_beyond in beyond.items() if is_beyond]:
        yield (
            "not_bounded_by_gpus",
            f"{' and '.join(unbounded)}: as many as are looked for; the memory of the GPUs does not bound "
            "them, and that of the host is not known",
        )


def _fit_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    if not findings.fits and findings.found_options == 0:
        yield "nothing_fits", f"{MAX_GPUS} GPUs are too few, of every kind that was tried"
    ranks, node = findings.choice.layout.tensor_parallel, findings.choice.gpu.gpus_per_node
    if ranks > node:
        yield (
            "tensor_parallel_across_nodes",
            f"tensor parallelism over {ranks} GPUs goes beyond a node of {node}; all-reduces between nodes "
            "are slow, and their time is not counted",
        )
    if findings.machine is None and findings.fits and findings.hosted.is_whole:
        yield "speed_unknown", f"no source says how fast {findings.choice.gpu.name} is"


def _limit_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    hosted = findings.hosted
    question = hosted.question
    window = hosted.window
    if window is not None and question.context_tokens > window:
        yield (
            "context_beyond_model",
            f"{question.context_tokens} tokens are more than the {window} that the model was made for",
        )
    layout = findings.choice.layout
    limit = hosted.engine_on(findings.choice.gpu, layout).max_num_seqs * layout.data_parallel
    if question.concurrency > limit:
        yield (
            "concurrency_beyond_engine",
            f"the engine runs {limit} sequences at a time unless told otherwise (max_num_seqs)",
        )
    if 0 < findings.largest_batch < question.concurrency:
        yield (
            "sequences_wait",
            f"{findings.largest_batch} of {question.concurrency} sequences fit; speeds are for those, the "
            "others wait",
        )


def _money_warnings(findings: Findings) -> Iterator[tuple[str, str]]:
    answer, peak = findings.break_even, findings.peak_tokens
    if answer is None:
        return
    if not answer.api_cost_complete:
        yield (
            "incomplete_price",
            f"some prices of {answer.api_model} are missing, so that neither side is called cheaper",
        )
    if peak is not None and peak > findings.hosted.question.context_tokens:
        yield (
            "plan_exceeds_context",
            f"the plan's longest request has {peak} tokens, more than context_tokens: the batch may not fit",
        )


def _drafting(speculation: Speculation | None, *, with_draft: bool) -> Iterator[str]:
    if speculation is None or with_draft:
        return
    if speculation.prediction_layers:
        yield "the layers that predict further tokens draft; weights, cache and time count like a layer's"
    else:
        yield "drafting costs nothing (n-grams); name a `draft_model` to count one"
