"""The memory that an engine needs beside weights and KV cache, on one GPU.

vLLM takes `gpu_memory_utilization` of a GPU's memory, measures the peak of one dummy step, and gives what is
left to the KV cache: pool = utilisation x total - weights - peak - non-torch memory - CUDA graphs
(vLLM 0.33.0, gpu_worker.py, determine_available_memory; what each version does otherwise is in
memory/engines/vllm.py). The terms below are fitted on 30 logs of vLLM 0.19 on H100 (text models: mean error
0.02 GiB, largest 0.06; mixtures of experts 0.17); other GPUs are taken to need as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.sharding import StageWeights
from tokenquote.memory.layers import Architecture

__all__ = ["Band", "EngineSettings", "LinkKind", "Overhead", "engine_overhead", "runtime_bytes"]

LinkKind = Literal["nvlink", "pcie", "xgmi"]

_GIB = 2**30
# CUDA graphs in 26 logs: 0.70 GiB + 1.5 KiB x layers x hidden, 0.55 GiB more with experts; mean error 0.12
# GiB, largest 0.50. With fewer sizes to capture less: 5 sizes of Qwen3.6-27B 0.13 GiB, 7 0.17, 16 0.36
# (club-3090#104, club-3090#44, gpustack/runner#251), which is 1 / 51 of the whole for each size. Experts
# keep 0.51 GiB even at 2 sizes: 0.36 estimated and 0.73 taken by Qwen3.6-35B-A3B.
_GRAPHS, _GRAPHS_PER_WIDTH = round(0.70 * _GIB), 1536
_GRAPHS_OF_EXPERTS, _GRAPHS_OF_FEW_SIZES = round(0.55 * _GIB), round(0.51 * _GIB)
_ALL_SIZES = 51
# MXFP4 kernels want an expert's columns in whole 256s: gpt-oss-120b is 64.38 GiB in vLLM's logs on H100, and
# 60.77 without padding.
_PACKED_COLUMNS = 256
# How far logs lie from the peak that is counted: of text models, and of those with experts or a tower.
_PEAK_OFF_TEXT, _PEAK_OFF_OTHERS = round(0.06 * _GIB), round(0.3 * _GIB)
_GRAPHS_OFF = round(0.5 * _GIB)


@dataclass(frozen=True, slots=True)
class Band:
    """A number of bytes, and how far logs go below and above it."""

    middle: int
    less: int = 0
    more: int = 0


# Memory outside of PyTorch in logs. In a pipeline 0.07 GiB. With NCCL's tensor parallelism over NVLink 2.06
# to 2.21 GiB (H100; 3.58 in vllm#10511); over PCIe 0.20 to 0.44 (two RTX 4090: vllm#13061; sixteen RTX 3090:
# vllm#14447; A6000). A
# GPU alone: 0.24 to 0.46 where 0.25 is the middle.
_IN_PIPELINE = Band(round(0.07 * _GIB), 0, round(0.18 * _GIB))
_OVER_NVLINK = Band(round(2.1 * _GIB), round(0.04 * _GIB), round(1.48 * _GIB))
_OVER_PCIE = Band(round(0.25 * _GIB), round(0.05 * _GIB), round(0.19 * _GIB))
_OVER_UNKNOWN = Band(_OVER_NVLINK.middle, _OVER_NVLINK.middle - _OVER_PCIE.middle, _OVER_NVLINK.more)


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
    prefixes: bool = True
    """Whether the cache keeps prefixes of finished requests."""


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
    less: int = 0
    """How many bytes fewer logs have at the least."""
    more: int = 0
    """How many bytes more logs have at the most."""

    @property
    def bytes(self) -> int:
        """The bytes of all four together."""
        return self.activations + self.cuda_graphs + self.non_torch + self.padding


def engine_overhead(
    architecture: Architecture,
    stage: StageWeights,
    layout: Layout,
    engine: EngineSettings,
    rules: VllmRules,
    *,
    packed_experts: bool,
    link: LinkKind | None = None,
) -> Overhead:
    """Return the bytes that vLLM needs beside weights and cache on one GPU of the stage.

    Args:
        architecture: the architecture of the whole model.
        stage: the weights of this GPU.
        layout: how many GPUs share the work.
        engine: how large its steps are.
        rules: what the version does.
        packed_experts: whether experts are in MXFP4, whose kernels need no workspace but whole blocks of
            columns.
        link: the link between the GPUs of a node; None: it is not known.
    """
    ranks = layout.tensor_parallel
    peak = _peak(architecture, stage, ranks, engine, rules, packed_experts=packed_experts)
    graphs = _graphs(architecture, stage, engine)
    inside = graphs if rules.graphs_inside else Band(0, 0, graphs.middle if rules.graphs_disputed else 0)
    runtime = runtime_bytes(layout, rules.alone, link) if engine.non_torch is None else Band(engine.non_torch)
    return Overhead(
        activations=peak.middle,
        cuda_graphs=inside.middle,
        non_torch=runtime.middle,
        padding=_padding(stage, ranks) if packed_experts else 0,
        less=peak.less + inside.less + runtime.less,
        more=peak.more + inside.more + runtime.more,
    )


def runtime_bytes(layout: Layout, alone: int, link: LinkKind | None) -> Band:
    """Return the bytes of the CUDA context, libraries and NCCL on one GPU.

    Args:
        layout: how many GPUs share the work.
        alone: the bytes on a GPU that works alone.
        link: the link between the GPUs; None: it is not known, and the larger figure is taken.
    """
    if layout.tensor_parallel * layout.data_parallel > 1:
        if link is None:
            return _OVER_UNKNOWN
        return _OVER_PCIE if link == "pcie" else _OVER_NVLINK
    return Band(alone, 0, round(0.21 * _GIB)) if layout.pipeline_parallel == 1 else _IN_PIPELINE


def _graphs(architecture: Architecture, stage: StageWeights, engine: EngineSettings) -> Band:
    """Return the bytes of CUDA graphs, which are captured for sizes up to twice the sequences of a step."""
    if not engine.cuda_graphs:
        return Band(0)
    largest = min(2 * engine.max_num_seqs, 512, engine.max_num_batched_tokens)
    sizes = min(_ALL_SIZES, _captured_sizes(largest))
    dense = _GRAPHS + _GRAPHS_PER_WIDTH * stage.layers * architecture.hidden
    middle, off = sizes * dense // _ALL_SIZES, sizes * _GRAPHS_OFF // _ALL_SIZES
    if stage.experts:
        middle += _GRAPHS_OF_FEW_SIZES
        middle += sizes * (_GRAPHS_OF_EXPERTS - _GRAPHS_OF_FEW_SIZES) // _ALL_SIZES
        off = max(off, round(0.19 * _GIB))
    return Band(middle, min(middle, off), off)


def _captured_sizes(largest: int) -> int:
    """Return how many sizes are captured: 1, 2, 4, every 8 below 256, every 16 from there (vllm.py)."""
    small = sum(size <= largest for size in (1, 2, 4))
    return small + min(largest, 255) // 8 + (max(0, largest - 256) // 16 + 1 if largest >= 256 else 0)


def _padding(stage: StageWeights, ranks: int) -> int:
    width = max((layer.mlp.expert_width for layer, _ in stage.kinds), default=0)
    share = ceil_div(width, ranks)
    more = -share % _PACKED_COLUMNS
    return sum(experts.bytes for experts in stage.experts) * more // share if more else 0


def _peak(
    architecture: Architecture,
    stage: StageWeights,
    ranks: int,
    engine: EngineSettings,
    rules: VllmRules,
    *,
    packed_experts: bool,
) -> Band:
    """Return max(s N V + 2 T h, 2 T (3 I / tp + 2 h)) + workspace of experts + outputs of a tower + rest.

    s is 14 bytes, 38 up to vLLM 0.16. A model with a tower holds the outputs of a step of images or audio,
    2 T h, while the step of text is measured (gpu_model_runner.py, profile_run).
    """
    tokens, hidden = engine.max_num_batched_tokens, architecture.hidden
    rows = min(engine.max_num_seqs, tokens) if stage.is_last else 0
    sampler = rules.sampler_bytes * rows * architecture.vocabulary + 2 * tokens * hidden
    width = max((layer.mlp.dense_width for layer, _ in stage.kinds), default=0)
    feed_forward = 2 * tokens * (3 * ceil_div(width, ranks) + 2 * hidden)
    workspace = 0
    if not packed_experts:
        found = {layer.mlp for layer, _ in stage.kinds}
        workspace = max((mlp.workspace_bytes(tokens, hidden, ranks) for mlp in found), default=0)
    towers = any(tensor.role == "tower" for tensor in architecture.other)
    encoded = 2 * tokens * hidden if towers else 0
    off = _PEAK_OFF_OTHERS if towers or stage.experts else _PEAK_OFF_TEXT
    return Band(max(sampler, feed_forward) + workspace + encoded + rules.peak_rest, off, off)
