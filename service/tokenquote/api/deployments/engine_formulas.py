"""How the memory that an engine needs beside weights and cache is calculated, in words."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus.overhead import EngineSettings
from tokenquote_client.wire_types import Method

__all__ = ["Formula", "engine_formulas"]

Formula = tuple[str, Method, str]
"""A field of the answer, the method of its number, and the arithmetic."""
_GIB = 2**30


def engine_formulas(hosted: HostedModel, choice: Choice, engine: EngineSettings) -> Iterator[Formula]:
    """Yield the formulas of activations, graphs, runtime, padding and of the pool of tokens."""
    rules = hosted.engine.rules
    if isinstance(rules, VllmRules):
        yield from _vllm(hosted, choice, engine, rules)
    elif isinstance(rules, SglangRules):
        yield from _sglang(hosted, engine, rules)
    else:
        yield (
            "activation_bytes",
            "calibrated",
            f"the compute buffer: max of {engine.max_num_batched_tokens} tokens x vocabulary x 4 bytes, "
            "where the "
            "output is on the GPU, and of a feed-forward block in fp32; within 1 % of a log of gpt-oss-20b",
        )
    yield from _runtime(hosted, choice, engine)


def _vllm(hosted: HostedModel, choice: Choice, engine: EngineSettings, rules: VllmRules) -> Iterator[Formula]:
    architecture, ranks = hosted.architecture, choice.layout.tensor_parallel
    yield (
        "activation_bytes",
        "calibrated",
        f"max({rules.sampler_bytes} x {engine.max_num_seqs} sequences x vocabulary of "
        f"{architecture.vocabulary} "
        f"+ 2 x {engine.max_num_batched_tokens} tokens x {architecture.hidden}, 2 x tokens x (3 x width / "
        f"{ranks} "
        f"+ 2 x {architecture.hidden})) + workspace of experts + outputs of a tower + "
        f"{rules.peak_rest / _GIB:.3g} GiB; only the last stage samples; fitted to 30 vLLM logs, mean "
        "error 0.05 "
        "GiB",
    )
    graphs = "0: `cuda_graphs` is false, so there are none"
    if engine.cuda_graphs and not rules.graphs_inside:
        graphs = "0: this version has CUDA graphs outside its share of the memory"
    elif engine.cuda_graphs:
        graphs = (
            "captured sizes / 51 x (0.70 GiB + 1536 x layers x hidden width) + 0.51 to 0.55 GiB with "
            "experts; "
            "fitted to 26 vLLM logs, mean error 0.12 GiB"
        )
    yield "cuda_graph_bytes", "calibrated", graphs
    yield (
        "padding_bytes",
        "calibrated",
        "columns of MXFP4 experts rounded up to multiples of 256; 0 in every other format",
    )
    tokens = "blocks / groups x tokens of a block (vLLM up to 0.20.0)"
    if rules.tokens_by_requests:
        tokens = (
            "blocks / blocks of a request of `context_tokens` in all groups x its tokens (vLLM since "
            "0.20.1); in "
            f"each group a window holds {rules.steps_in_flight} x {engine.max_num_batched_tokens} tokens "
            "besides"
        )
    pool = "pool bytes / (layers of a group x bytes of a page) = blocks"
    yield "kv_cache_pool_tokens", "rule", f"{pool}; {tokens}"


def _sglang(hosted: HostedModel, engine: EngineSettings, rules: SglangRules) -> Iterator[Formula]:
    if hosted.question.engine.gpu_memory_utilization is not None:
        kept = "memory_bytes x (1 - mem_fraction_static), kept free for activations and CUDA graphs"
        yield "activation_bytes", "stated", kept
    elif rules.from_table:
        kept = "memory_bytes x (1 - mem_fraction_static), by SGLang's table of GPUs and their memory"
        yield "activation_bytes", "rule", kept
    else:
        yield (
            "activation_bytes",
            "rule",
            f"512 MiB + 1.5 MiB x {engine.max_num_batched_tokens} tokens + 128 MiB x GPUs, and above 60 "
            "GiB of "
            "memory 10 GiB at least with graphs: what SGLang keeps free",
        )
        yield (
            "cuda_graph_bytes",
            "rule",
            f"2 MiB x {engine.max_num_seqs} sequences + {rules.prefill_graphs} MiB x captured sizes of "
            "prefill",
        )
    yield (
        "kv_cache_pool_tokens",
        "rule",
        "pool bytes / bytes of a token; a token of a window counts 0.8, and beside recurrent layers 1 / "
        "1.9 of "
        "the pool is for tokens",
    )


def _runtime(hosted: HostedModel, choice: Choice, engine: EngineSettings) -> Iterator[Formula]:
    if engine.non_torch is not None:
        yield "runtime_bytes", "stated", "as stated in `engine`"
    elif hosted.gpu_layers is not None:
        yield "runtime_bytes", "calibrated", "150 to 600 MiB of CUDA context and libraries in logs; 375 taken"
    else:
        yield (
            "runtime_bytes",
            "calibrated",
            "as vLLM logs say: 0.13 GiB (0.8 to 0.17) or 0.25 on one GPU, 0.07 in a pipeline; with NCCL "
            "2.1 over "
            "NVLink, 0.25 over PCIe",
        )
