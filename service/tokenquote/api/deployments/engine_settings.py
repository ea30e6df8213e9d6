"""The settings that an engine is started with: as asked for, else as the engine chooses them for the GPU."""

from __future__ import annotations

from fractions import Fraction

from tokenquote.catalog.schema.gpus import Gpu
from tokenquote.memory.engines import EngineRules
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.overhead import EngineSettings
from tokenquote_client.deployments import DeploymentQuestion

__all__ = ["engine_settings"]

_FOUR_GPUS = 4  # from which SGLang captures larger CUDA graphs


def engine_settings(
    question: DeploymentQuestion, rules: EngineRules, gpu: Gpu, layout: Layout, block_tokens: int
) -> EngineSettings:
    """Return the settings of the question's engine on a GPU.

    Args:
        question: what is stated.
        rules: what the version chooses otherwise.
        gpu: the GPU of a stage.
        layout: how many GPUs share the work.
        block_tokens: the tokens of a block of the cache.
    """
    asked = question.engine
    sequences, tokens = _default_batch(question, rules, gpu, layout)
    share = Fraction(1)
    if asked.gpu_memory_utilization is not None:
        share = Fraction(str(asked.gpu_memory_utilization))
    elif isinstance(rules, VllmRules):
        share = rules.utilization
    return EngineSettings(
        utilization=share,
        max_num_seqs=asked.max_num_seqs or sequences,
        max_num_batched_tokens=asked.max_num_batched_tokens or tokens,
        cuda_graphs=asked.cuda_graphs is not False,
        block_tokens=block_tokens,
        non_torch=asked.non_torch_bytes,
        prefixes=asked.prefix_caching is not False,
    )


def _default_batch(
    question: DeploymentQuestion, rules: EngineRules, gpu: Gpu, layout: Layout
) -> tuple[int, int]:
    """Return the sequences and the tokens of a step at most, unless the user says otherwise."""
    if isinstance(rules, VllmRules):
        return rules.default_batch(gpu.usable_bytes, gpu.name)
    if isinstance(rules, SglangRules):
        sizes = rules.step(gpu.usable_bytes)
        wide = layout.tensor_parallel * layout.data_parallel >= _FOUR_GPUS
        return (sizes.wide_graphs if wide else sizes.graphs), sizes.chunk
    return question.concurrency, rules.batch
