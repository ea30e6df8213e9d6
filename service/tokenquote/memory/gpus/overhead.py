"""The memory that an engine needs beside weights and KV cache, as vLLM reserves it.

vLLM takes `gpu_memory_utilization` of a GPU's memory, measures the peak of one dummy step, and gives what is
left to the KV cache: pool = utilisation x total - weights - peak - non-torch memory - CUDA graphs
(vLLM 0.33.0, gpu_worker.py, determine_available_memory; graphs since 0.21). The terms below are fitted on 30
logs of vLLM 0.19 on H100 (text models: mean error 0.02 GiB, largest 0.06; mixtures of experts 0.17); other
GPUs and engines are taken to need as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from tokenquote.counts import ceil_div
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.sharding import StageWeights
from tokenquote.memory.layers import Architecture

__all__ = ["EngineSettings", "Overhead", "default_batch", "engine_overhead"]

_GIB = 2**30
# Sampling of one dummy row of the vocabulary: 16-bit logits, and fp32 logits, probabilities and noise.
_SAMPLER_BYTES = 14
_PEAK_REST = round(0.115 * _GIB)
# Non-torch memory in logs: 0.25 GiB alone, 0.07 in a pipeline, 2.06 to 2.21 with NCCL's tensor parallelism.
_ALONE, _IN_PIPELINE, _WITH_NCCL = (round(gib * _GIB) for gib in (0.25, 0.07, 2.1))
# CUDA graphs in 26 logs: 0.70 GiB + 1.5 KiB x layers x hidden, 0.55 GiB more with experts; mean error 0.12
# GiB, largest 0.50.
_GRAPHS, _GRAPHS_PER_WIDTH, _GRAPHS_OF_EXPERTS = round(0.70 * _GIB), 1536, round(0.55 * _GIB)
# MXFP4 kernels want an expert's columns in whole 256s: gpt-oss-120b is 64.38 GiB in vLLM's logs on H100, and
# 60.77 without padding.
_PACKED_COLUMNS = 256
_LARGE_CARD = 70 * _GIB


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """The settings that the engine is started with."""

    utilization: Fraction
    """The share of the GPU's usable memory that the engine takes."""
    max_num_seqs: int
    """The sequences of a step at most."""
    max_num_batched_tokens: int
    """The tokens of a step at most."""
    cuda_graphs: bool = True
    """Whether steps are captured as CUDA graphs."""
    block_tokens: int = 16
    """The tokens of a block of the KV cache."""
    non_torch: int | None = None
    """The bytes outside of PyTorch that the user measured; None: as in logs."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """The bytes that an engine needs on one GPU beside weights and KV cache."""

    activations: int
    """The peak of a step: of the sampler over the whole vocabulary, or of a feed-forward block."""
    cuda_graphs: int
    non_torch: int
    """The bytes of the CUDA context, libraries and NCCL's buffers."""
    padding: int
    """The bytes that kernels for packed experts want besides the weights."""

    @property
    def bytes(self) -> int:
        """The bytes of all four together."""
        return self.activations + self.cuda_graphs + self.non_torch + self.padding


def default_batch(usable_bytes: int, gpu_name: str) -> tuple[int, int]:
    """Return the sequences and the tokens of a step at most, unless the user says otherwise.

    They are those of a server (vLLM 0.33.0, arg_utils.py, get_batch_defaults).
    """
    large = usable_bytes >= _LARGE_CARD and "a100" not in gpu_name.lower()
    return (1024, 8192) if large else (256, 2048)


def engine_overhead(
    architecture: Architecture,
    stage: StageWeights,
    layout: Layout,
    engine: EngineSettings,
    *,
    packed_experts: bool,
) -> Overhead:
    """Return the bytes that the engine needs beside weights and cache on one GPU of the stage.

    Args:
        architecture: the architecture of the whole model.
        stage: the weights of this GPU.
        layout: how many GPUs share the work.
        engine: how large its steps are.
        packed_experts: whether experts are in MXFP4, whose kernels need no workspace but whole blocks of
            columns.
    """
    ranks = layout.tensor_parallel
    graphs = 0
    if engine.cuda_graphs:
        has_experts = bool(stage.experts)
        graphs = _GRAPHS + _GRAPHS_PER_WIDTH * stage.layers * architecture.hidden
        graphs += _GRAPHS_OF_EXPERTS if has_experts else 0
    return Overhead(
        activations=_peak(architecture, stage, ranks, engine, packed_experts=packed_experts),
        cuda_graphs=graphs,
        non_torch=_non_torch(layout) if engine.non_torch is None else engine.non_torch,
        padding=_padding(stage, ranks) if packed_experts else 0,
    )


def _padding(stage: StageWeights, ranks: int) -> int:
    width = max((layer.mlp.expert_width for layer, _ in stage.kinds), default=0)
    share = ceil_div(width, ranks)
    more = -share % _PACKED_COLUMNS
    return sum(experts.bytes for experts in stage.experts) * more // share if more else 0


def _non_torch(layout: Layout) -> int:
    if layout.tensor_parallel > 1:
        return _WITH_NCCL
    return _ALONE if layout.pipeline_parallel == 1 else _IN_PIPELINE


def _peak(
    architecture: Architecture,
    stage: StageWeights,
    ranks: int,
    engine: EngineSettings,
    *,
    packed_experts: bool,
) -> int:
    """Return max(14 N V + 2 T h, 2 T (3 I / tp + 2 h)) + workspace of experts + 0.115 GiB."""
    tokens, hidden = engine.max_num_batched_tokens, architecture.hidden
    rows = min(engine.max_num_seqs, tokens) if stage.is_last else 0
    sampler = _SAMPLER_BYTES * rows * architecture.vocabulary + 2 * tokens * hidden
    width = max((layer.mlp.dense_width for layer, _ in stage.kinds), default=0)
    feed_forward = 2 * tokens * (3 * ceil_div(width, ranks) + 2 * hidden)
    workspace = 0
    if not packed_experts:
        found = {layer.mlp for layer, _ in stage.kinds}
        workspace = max((mlp.workspace_bytes(tokens, hidden, ranks) for mlp in found), default=0)
    return max(sampler, feed_forward) + workspace + _PEAK_REST
