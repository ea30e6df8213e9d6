"""The fastest that a model can prefill and decode: what must be read and multiplied, over what GPUs can do.

A step takes on each stage at least max(bytes / bandwidth, operations / rate), and with tensor parallelism
the time of its all-reduces; stages follow one another (Williams et al. 2009, doi:10.1145/1498765.1498785).
Nothing is added for launches, sampling or scheduling, so real engines are slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import CacheElement, CachePlan
from tokenquote.memory.gpus.sharding import StageWeights

__all__ = [
    "Bound",
    "GpuRates",
    "Step",
    "WorkSplit",
    "accepted_tokens",
    "decode_step",
    "prefill",
    "prefill_under_load",
    "share_of_batch",
]

Bound = Literal["memory bandwidth", "compute", "link"]
_ACTIVATION_BYTES = 2  # 16 bit, whatever the format of the weights


@dataclass(frozen=True, slots=True)
class GpuRates:
    """What one GPU does in a second, of which the reachable part alone counts."""

    bandwidth: float
    """The bytes of memory read in a second."""
    flops: float
    """The operations in a second with the matrices of weights."""
    attention_flops: float
    """The operations in a second of attention, which is 16 bit."""
    link: float | None = None
    """The bytes a second out of one GPU to the others of a tensor-parallel group; None: not counted."""


@dataclass(frozen=True, slots=True)
class WorkSplit:
    """The split of a step's work over the GPUs of a stage."""

    ranks: int
    """The number of tensor-parallel GPUs."""
    hidden: int
    """The width of the activations that they exchange."""
    element: CacheElement
    """The type of the KV cache."""
    encoder_tokens: int | None = None
    """The tokens that layers of cross attention look at; None: not known."""


@dataclass(frozen=True, slots=True)
class Step:
    """One pass through all stages; bytes and operations are of one GPU of each stage, added up."""

    seconds: float
    slowest_stage_seconds: float
    weight_bytes: float
    cache_bytes: float
    flops: float
    link_bytes: float
    bound_by: Bound
    """The resource that takes longest on the slowest stage."""


@dataclass(frozen=True, slots=True)
class _Work:
    """The bytes and operations of one GPU of one stage."""

    weight_bytes: float
    cache_bytes: float
    matrix_flops: float
    attention_flops: float
    link_bytes: float

    def times(self, rates: GpuRates) -> dict[Bound, float]:
        """Return the seconds that each resource takes."""
        compute = self.matrix_flops / rates.flops + self.attention_flops / rates.attention_flops
        link = 0.0 if rates.link is None else self.link_bytes / rates.link
        return {
            "memory bandwidth": (self.weight_bytes + self.cache_bytes) / rates.bandwidth,
            "compute": compute,
            "link": link,
        }


def decode_step(
    stages: Iterable[StageWeights],
    rates: GpuRates,
    split: WorkSplit,
    *,
    contexts: Mapping[int, float],
    sequences: int,
    tokens_each: int = 1,
) -> Step:
    """Return one decode step of a batch.

    Args:
        stages: the weights of each stage.
        rates: what a GPU does in a second.
        split: how the work is split over GPUs.
        contexts: the tokens that a sequence holds, each number with the share of the sequences that hold it.
        sequences: the number of sequences on one stage at a time.
        tokens_each: the tokens of each sequence: 1, or a draft and 1.
    """
    works = [_decode_work(stage, split, contexts, sequences, tokens_each) for stage in stages]
    return _through(works, rates)


def prefill(
    stages: Iterable[StageWeights], rates: GpuRates, split: WorkSplit, tokens: int, chunk: int
) -> Step:
    """Return the reading of one prompt, `chunk` tokens at a time, with the GPUs to itself."""
    steps = ceil_div(tokens, chunk)
    works = [
        _prefill_work(stage, split, [(0, tokens)], steps * stage.read(min(tokens, chunk))) for stage in stages
    ]
    return _through(works, rates)


def prefill_under_load(
    stages: Iterable[StageWeights],
    rates: GpuRates,
    split: WorkSplit,
    prompts: Sequence[tuple[int, int]],
    chunk: int,
) -> Step:
    """Return the reading of many prompts whose chunks are filled up with those of others.

    Args:
        stages: the weights of each stage.
        rates: what a GPU does in a second.
        split: how the work is split over GPUs.
        prompts: for each prompt the tokens that the cache has already, and those to read.
        chunk: the tokens of a step.
    """
    steps = sum(tokens for _, tokens in prompts) / chunk
    works = [_prefill_work(stage, split, prompts, steps * stage.read(chunk)) for stage in stages]
    return _through(works, rates)


def accepted_tokens(drafted: int, acceptance: float) -> float:
    """Return the tokens that a verified draft is expected to yield: (1 - a^(k + 1)) / (1 - a).

    The formula is eq. 1 of arXiv:2211.17192, with a draft of k tokens each of which is taken with chance a.
    """
    if acceptance == 1:
        return drafted + 1
    return (1 - acceptance ** (drafted + 1)) / (1 - acceptance)


def share_of_batch(sequences: int, stages: int) -> int:
    """Return the sequences on one stage at a time: the batch goes through in as many parts as stages."""
    return ceil_div(sequences, stages)


def _through(works: list[_Work], rates: GpuRates) -> Step:
    times = [work.times(rates) for work in works]
    # Reading and multiplying overlap; an all-reduce waits for its layer.
    seconds = [max(stage["memory bandwidth"], stage["compute"]) + stage["link"] for stage in times]
    slowest = times[seconds.index(max(seconds))]
    return Step(
        seconds=sum(seconds),
        slowest_stage_seconds=max(seconds),
        weight_bytes=sum(work.weight_bytes for work in works),
        cache_bytes=sum(work.cache_bytes for work in works),
        flops=sum(work.matrix_flops + work.attention_flops for work in works),
        link_bytes=sum(work.link_bytes for work in works),
        bound_by=max(slowest, key=lambda bound: slowest[bound]),
    )


def _decode_work(
    stage: StageWeights, split: WorkSplit, contexts: Mapping[int, float], sequences: int, tokens_each: int
) -> _Work:
    tokens = sequences * tokens_each
    held = sum(share * _held(stage, split, context) for context, share in contexts.items())
    pairs = sum(
        share
        * times
        * layer.attention.pair_flops(split.ranks, absorbed=True)
        * layer.attention.tokens_seen(context, split.encoder_tokens)
        for layer, times in stage.kinds
        for context, share in contexts.items()
    )
    return _Work(
        weight_bytes=stage.read(tokens),
        cache_bytes=sequences * held,
        matrix_flops=2 * stage.active_elements() * tokens,
        attention_flops=pairs * tokens,
        link_bytes=_all_reduces(stage, split, tokens),
    )


def _held(stage: StageWeights, split: WorkSplit, context: int) -> int:
    """Return the bytes that a step reads and writes for one sequence: its cache once, a state twice."""
    plan = CachePlan(context, split.element, tensor_parallel=split.ranks, encoder_tokens=split.encoder_tokens)
    each = [(layer.attention.as_read(), times) for layer, times in stage.kinds]
    return sum(
        times * (layer.cache_bytes(plan) + layer.state_bytes(1, plan) // split.ranks) for layer, times in each
    )


def _prefill_work(
    stage: StageWeights, split: WorkSplit, prompts: Sequence[tuple[int, int]], weight_bytes: float
) -> _Work:
    tokens = sum(new for _, new in prompts)
    attention = sum(
        times
        * layer.attention.pair_flops(split.ranks, absorbed=False)
        * sum(
            layer.attention.pairs_seen(cached + new, split.encoder_tokens)
            - layer.attention.pairs_seen(cached, split.encoder_tokens)
            for cached, new in prompts
        )
        for layer, times in stage.kinds
    )
    # The output matrix is multiplied with the last token alone.
    matrix = 2 * stage.active_elements(with_head=False) * tokens + 2 * stage.head_elements * len(prompts)
    return _Work(
        weight_bytes=weight_bytes,
        cache_bytes=0,
        matrix_flops=matrix,
        attention_flops=attention,
        link_bytes=_all_reduces(stage, split, tokens),
    )


def _all_reduces(stage: StageWeights, split: WorkSplit, tokens: int) -> float:
    """Return the bytes out of one GPU: 2 ring all-reduces a layer, each 2 (tp - 1) / tp of activations."""
    activations = tokens * split.hidden * _ACTIVATION_BYTES
    return 2 * stage.layers * activations * 2 * (split.ranks - 1) / split.ranks
