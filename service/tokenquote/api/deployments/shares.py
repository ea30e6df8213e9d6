"""What each GPU and RAM hold, as the wire says it, and how far that may be off."""

from __future__ import annotations

from tokenquote.api.deployments.gpu_choice import Choice
from tokenquote.api.deployments.hosted_model import HostedModel
from tokenquote.api.deployments.placements import Placed, place
from tokenquote.memory.gpus.fit import Placement
from tokenquote_client.deployments import GpuShare, HostShare, PoolBand

__all__ = ["gpu_share", "host_share", "most_gpu_layers", "pool_band"]


def gpu_share(hosted: HostedModel, choice: Choice, placed: Placed, number: int) -> GpuShare:
    """Return what each GPU of a stage holds."""
    hosting, question = placed.placement, hosted.question
    stage, weights, (gpu_id, gpu) = hosting.stages[number], placed.weights[number], choice.stages[number]
    cache = hosting.cache(stage, question.context_tokens, question.concurrency)
    in_flight = hosting.in_flight(stage, question.context_tokens)
    total = hosting.need(stage, question.context_tokens, question.concurrency)
    budget = hosting.budgets[number]
    return GpuShare(
        stage=number,
        gpu=gpu_id,
        gpus=choice.layout.tensor_parallel * choice.layout.data_parallel,
        layers=weights.layers,
        memory_bytes=gpu.usable_bytes,
        budget_bytes=budget,
        weights_bytes=stage.weights,
        weights=dict(weights.components),
        draft_bytes=stage.draft,
        kv_cache_bytes=cache,
        kv_in_flight_bytes=in_flight,
        activation_bytes=stage.overhead.activations,
        cuda_graph_bytes=stage.overhead.cuda_graphs,
        runtime_bytes=stage.overhead.non_torch,
        padding_bytes=stage.overhead.padding,
        total_bytes=total,
        free_bytes=budget - total,
    )


def host_share(hosted: HostedModel, placed: Placed) -> HostShare | None:
    """Return what is in RAM; None: the engine keeps everything on the GPUs."""
    host, question = placed.host, hosted.question
    if host is None:
        return None
    cache = host.cache(question.context_tokens, question.concurrency)
    return HostShare(
        layers=host.weights.layers,
        weights_bytes=host.weights.bytes,
        weights=dict(host.weights.components),
        kv_cache_bytes=cache,
        total_bytes=host.weights.bytes + cache,
    )


def most_gpu_layers(hosted: HostedModel, choice: Choice) -> int | None:
    """Return the most layers that fit on the GPUs; None: the engine holds all layers there."""
    if hosted.gpu_layers is None:
        return None
    question = hosted.question
    for layers in range(hosted.most_layers, -1, -1):
        placement = place(hosted, choice.stage_gpus, choice.layout, layers).placement
        if placement.fits(question.context_tokens, question.concurrency):
            return layers
    return 0


def pool_band(hosting: Placement) -> PoolBand:
    """Return how small and how large the memory that is left to the cache may be."""
    pools = list(zip(hosting.pools(), hosting.stages, strict=True))
    return PoolBand(
        low_bytes=min(pool - stage.overhead.more for pool, stage in pools),
        high_bytes=min(pool + stage.overhead.less for pool, stage in pools),
    )
