"""A model put on GPUs as its engine does: whole, split over ranks and stages, or in part, by layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.catalog.schema.gpus import Gpu
from tokenquote.memory import CachePlan
from tokenquote.memory.engines.llama_cpp import LlamaCppRules, share_layers
from tokenquote.memory.engines.sglang import SglangRules
from tokenquote.memory.engines.vllm import VllmRules
from tokenquote.memory.gpus import Layout
from tokenquote.memory.gpus.fit import Placement, StageDemand, engine_budget
from tokenquote.memory.gpus.overhead import (
    EngineSettings,
    LinkKind,
    Overhead,
    engine_overhead,
    runtime_bytes,
)
from tokenquote.memory.gpus.pools import LayerCounts, SglangPool, VllmPool
from tokenquote.memory.gpus.sharding import StageWeights

__all__ = ["Host", "Placed", "fits", "place"]


@dataclass(frozen=True, slots=True)
class Host:
    """What is in RAM."""

    weights: StageWeights
    layers: LayerCounts
    """The layers whose cache is in RAM, those of GPUs too where the cache is not offloaded."""
    plan: CachePlan
    """How the cache is laid out."""

    def cache(self, context: int, sequences: int) -> int:
        """Return the bytes of the cache in RAM."""
        plan = replace(self.plan, tokens=context, sequences=sequences)
        return sum(times * layer.cache_bytes(plan) for layer, times in self.layers)


@dataclass(frozen=True, slots=True)
class Placed:
    """A model on GPUs, and what of it is in RAM."""

    placement: Placement
    weights: tuple[StageWeights, ...]
    """The weights of each stage."""
    host: Host | None
    """What is in RAM; None: the engine keeps everything on the GPUs."""


def place(hosted: HostedModel, gpus: Sequence[Gpu], layout: Layout, gpu_layers: int | None = None) -> Placed:
    """Return the model on GPUs, with the weights of each stage and what is in RAM.

    Args:
        hosted: the model.
        gpus: the GPU of each stage, the smallest where those of a stage are not alike.
        layout: how the model is spread over them.
        gpu_layers: the layers on the GPUs; None: as asked for.
    """
    rules = hosted.engine.rules
    if isinstance(rules, LlamaCppRules):
        wanted = hosted.gpu_layers if gpu_layers is None else gpu_layers
        return _place_in_part(hosted, rules, gpus, wanted or 0)
    return _place_whole(hosted, rules, gpus, layout)


def fits(hosted: HostedModel, gpus: Sequence[Gpu], layout: Layout) -> bool:
    """Return whether the question's sequences fit; `gpus` has the GPU of each stage."""
    question, gpu = hosted.question, gpus[0]
    context, sequences = question.context_tokens, question.concurrency
    rules = hosted.engine.rules
    if not isinstance(rules, VllmRules) or any(other is not gpu for other in gpus):
        return place(hosted, gpus, layout).placement.fits(context, sequences)
    # What vLLM needs, but for the runtime, is the same on many kinds of GPU; a search asks about all of them.
    engine = hosted.engine_on(gpu, layout)
    if (layout, engine) not in hosted.needs:
        placement = place(hosted, gpus, layout).placement
        hosted.needs[layout, engine] = max(
            placement.need(stage, context, sequences) - stage.overhead.non_torch for stage in placement.stages
        )
    runtime = engine.non_torch
    if runtime is None:
        runtime = runtime_bytes(layout, rules.alone, gpu.link.kind if gpu.link else None).middle
    return hosted.needs[layout, engine] + runtime <= engine_budget(gpu.usable_bytes, engine.utilization)


def _place_whole(
    hosted: HostedModel, rules: VllmRules | SglangRules, gpus: Sequence[Gpu], layout: Layout
) -> Placed:
    """Return the model with all layers and their cache on the GPUs.

    Args:
        hosted: the model.
        rules: what the version of vLLM or SGLang does.
        gpus: the GPU of each stage.
        layout: how the model is spread over them.
    """
    drafts = hosted.draft_shards(layout)
    shards = hosted.shards(layout)
    engines = [hosted.engine_on(gpu, layout) for gpu in gpus]
    stages = tuple(
        StageDemand(
            weights=shard.bytes,
            draft=sum(draft.bytes for draft in drafts) if shard.is_last else 0,
            overhead=_overhead(hosted, rules, shard, layout, engine, gpu),
            layers=_cached((shard, *(drafts if shard.is_last else ()))),
        )
        for shard, engine, gpu in zip(shards, engines, gpus, strict=True)
    )
    first = engines[0]
    speculation = hosted.question.speculation
    drafted = speculation.tokens if speculation is not None and isinstance(rules, VllmRules) else 0
    vllm = isinstance(rules, VllmRules)
    pool = (
        VllmPool(rules, first.max_num_batched_tokens, first.prefixes, drafted)
        if isinstance(rules, VllmRules)
        else SglangPool(rules, first.prefixes)
    )
    placement = Placement(
        stages=stages,
        budgets=tuple(
            engine_budget(gpu.usable_bytes, engine.utilization) if vllm else gpu.usable_bytes
            for engine, gpu in zip(engines, gpus, strict=True)
        ),
        plan=CachePlan(
            1,
            hosted.element,
            block=_block(hosted, first),
            tensor_parallel=layout.tensor_parallel,
            encoder_tokens=hosted.encoder_tokens,
            drafted=drafted,
            whole_windows=hosted.whole_windows,
        ),
        pool_kind=pool,
        chunk=first.max_num_batched_tokens,
        replicas=layout.data_parallel,
    )
    return Placed(placement, shards, None)


def _block(hosted: HostedModel, engine: EngineSettings) -> int | None:
    """Return the tokens of a block; None in SGLang, whose pages hold a token if not told otherwise."""
    if isinstance(hosted.engine.rules, VllmRules):
        return engine.block_tokens
    return hosted.question.engine.block_tokens


def _overhead(
    hosted: HostedModel,
    rules: VllmRules | SglangRules,
    shard: StageWeights,
    layout: Layout,
    engine: EngineSettings,
    gpu: Gpu,
) -> Overhead:
    link: LinkKind | None = gpu.link.kind if gpu.link else None
    if isinstance(rules, VllmRules):
        packed = hosted.format.name == "mxfp4"
        return engine_overhead(
            hosted.architecture, shard, layout, engine, rules, packed_experts=packed, link=link
        )
    runtime = runtime_bytes(layout, _ALONE, link)
    own = runtime.middle if engine.non_torch is None else engine.non_torch
    stated = hosted.question.engine.gpu_memory_utilization
    if stated is not None:
        kept = gpu.usable_bytes - engine_budget(gpu.usable_bytes, engine.utilization)
        return Overhead(kept, 0, own, 0, runtime.less, runtime.more)
    latent = any(layer.attention.kind == "mla" for layer, _ in shard.kinds)
    reserve = rules.reserve(
        gpu.usable_bytes,
        layout.gpus,
        engine.max_num_batched_tokens,
        engine.max_num_seqs if engine.cuda_graphs else 0,
        latent=latent,
    )
    return Overhead(reserve.activations, reserve.cuda_graphs, own, 0, runtime.less, runtime.more)


_ALONE = 2**28  # 0.25 GiB of CUDA context and libraries, as vLLM logs on the same GPUs


def _place_in_part(hosted: HostedModel, rules: LlamaCppRules, gpus: Sequence[Gpu], gpu_layers: int) -> Placed:
    """Return the model with its last layers on the GPUs, in proportion to their memory, the others in RAM.

    Args:
        hosted: the model.
        rules: what the version of llama.cpp or Ollama does.
        gpus: the GPUs, in order.
        gpu_layers: the layers on them, the output among them where the version counts it.
    """
    layers = len(hosted.architecture.layers)
    part = rules.offloaded(layers, gpu_layers)
    counted = layers - part.first + (1 if part.output else 0)
    on_gpus = share_layers(counted, [gpu.usable_bytes for gpu in gpus])
    if part.output:
        on_gpus[max(i for i, count in enumerate(on_gpus) if count)] -= 1
    in_ram, *shards = hosted.offloaded_shards(part.first, tuple(on_gpus), output=part.output)
    drafts = hosted.draft_shards(Layout())
    engine = hosted.engine_on(gpus[0], Layout())
    offloads_cache = hosted.question.kv_offload is not False
    stages = tuple(
        StageDemand(
            weights=shard.bytes,
            draft=sum(draft.bytes for draft in drafts) if i == len(shards) - 1 else 0,
            overhead=_buffers(hosted, rules, shard, engine),
            layers=_cached((shard, *(drafts if i == len(shards) - 1 else ()))) if offloads_cache else (),
        )
        for i, shard in enumerate(shards)
    )
    plan = CachePlan(
        1,
        hosted.element,
        encoder_tokens=hosted.encoder_tokens,
        in_flight=engine.max_num_batched_tokens,
        pad=rules.pad,
        one_buffer=True,
        conv_bytes=4,
        state_bytes=4,
    )
    placement = Placement(stages, tuple(gpu.usable_bytes for gpu in gpus), plan, None)
    elsewhere = (in_ram,) if offloads_cache else (in_ram, *shards)
    return Placed(placement, tuple(shards), Host(in_ram, _cached(elsewhere), plan))


def _buffers(
    hosted: HostedModel, rules: LlamaCppRules, shard: StageWeights, engine: EngineSettings
) -> Overhead:
    """Return the compute buffer, and the context of CUDA, of one GPU."""
    architecture = hosted.architecture
    width = max(
        (max(layer.mlp.dense_width, layer.mlp.expert_width) for layer in architecture.layers), default=0
    )
    compute = rules.compute_bytes(
        engine.max_num_batched_tokens,
        architecture.hidden,
        width,
        architecture.vocabulary,
        samples=shard.is_last,
    )
    least, middle, most = rules.context_bytes
    if engine.non_torch is not None:
        return Overhead(compute, 0, engine.non_torch, 0)
    return Overhead(compute, 0, middle, 0, middle - least, most - middle)


def _cached(shards: Sequence[StageWeights]) -> LayerCounts:
    return tuple((layer.attention, times) for shard in shards for layer, times in shard.kinds)
