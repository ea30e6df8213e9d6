"""How fast a model can at most prefill and decode: what must be read and multiplied, over what GPUs can.

A step takes on each stage at least max(bytes / bandwidth, operations / rate), and with tensor parallelism
the time of its all-reduces; stages follow one another (Williams et al. 2009, doi:10.1145/1498765.1498785).
Nothing is added for launches, sampling or scheduling, so real engines are slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tokenquote.memory.gpus.sharding import StageWeights
from tokenquote.memory.kv_cache import CachePlan, kv_cache
from tokenquote.memory.layers import Attention, GroupedAttention
from tokenquote.memory.layers.attention_work import pair_flops, pairs_seen, tokens_seen
from tokenquote.memory.weights.quantization import CacheElement

__all__ = [
    "Bound",
    "GpuRates",
    "Spread",
    "Step",
    "accepted_tokens",
    "decode_step",
    "prefill",
    "prefill_under_load",
    "share_of_batch",
]

Bound = Literal["memory bandwidth", "compute", "link"]
_ACTIVATION_BYTES = 2  # 16 bit, whatever the weights are in


@dataclass(frozen=True, slots=True)
class GpuRates:
    """What one GPU does in a second, after what of it is reached."""

    bandwidth: float
    """Bytes."""
    flops: float
    """Of the matrices of weights."""
    attention_flops: float
    """Of attention, which is 16 bit."""
    link: float | None = None
    """Bytes out of one GPU to the others of a tensor-parallel group; None: not counted."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How the work is cut."""

    ranks: int
    """Tensor-parallel GPUs."""
    hidden: int
    """Width of the activations that they exchange."""
    element: CacheElement
    encoder_tokens: int | None = None
    """That layers of cross attention look at."""


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
    """What takes longest on the slowest stage."""


@dataclass(frozen=True, slots=True)
class _Work:
    """Of one GPU of one stage."""

    weight_bytes: float
    cache_bytes: float
    matrix_flops: float
    attention_flops: float
    link_bytes: float

    def times(self, rates: GpuRates) -> dict[Bound, float]:
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
    spread: Spread,
    *,
    contexts: Mapping[int, float],
    sequences: int,
    tokens_each: int = 1,
) -> Step:
    """One step of a batch.

    Args:
        stages: the weights of each.
        rates: what a GPU does in a second.
        spread: how the work is cut.
        contexts: tokens that a sequence holds, and the share of sequences that hold so many.
        sequences: on one stage at a time.
        tokens_each: of a sequence: 1, or a draft and 1.
    """
    works = [_decode_work(stage, spread, contexts, sequences, tokens_each) for stage in stages]
    return _through(works, rates)


def prefill(stages: Iterable[StageWeights], rates: GpuRates, spread: Spread, tokens: int, chunk: int) -> Step:
    """Reading one prompt of so many tokens, `chunk` at a time, with the GPUs to itself."""
    steps = -(-tokens // chunk)
    works = [
        _prefill_work(stage, spread, [(0, tokens)], steps * stage.read(min(tokens, chunk)))
        for stage in stages
    ]
    return _through(works, rates)


def prefill_under_load(
    stages: Iterable[StageWeights],
    rates: GpuRates,
    spread: Spread,
    prompts: Sequence[tuple[int, int]],
    chunk: int,
) -> Step:
    """Reading many prompts whose chunks are filled up with those of others.

    Args:
        stages: the weights of each.
        rates: what a GPU does in a second.
        spread: how the work is cut.
        prompts: of each the tokens that the cache has already, and those to read.
        chunk: tokens of a step.
    """
    steps = sum(tokens for _, tokens in prompts) / chunk
    works = [_prefill_work(stage, spread, prompts, steps * stage.read(chunk)) for stage in stages]
    return _through(works, rates)


def accepted_tokens(drafted: int, acceptance: float) -> float:
    """Tokens that a verified draft yields: (1 - a^(k + 1)) / (1 - a) expected (arXiv:2211.17192, eq. 1)."""
    if acceptance == 1:
        return drafted + 1
    return (1 - acceptance ** (drafted + 1)) / (1 - acceptance)


def share_of_batch(sequences: int, stages: int) -> int:
    """Sequences that are on one stage at a time: the batch goes through a pipeline in as many parts."""
    return -(-sequences // stages)


def _through(works: list[_Work], rates: GpuRates) -> Step:
    times = [work.times(rates) for work in works]
    # Reading and multiplying overlap; an all-reduce waits for its layer.
    seconds = [max(one["memory bandwidth"], one["compute"]) + one["link"] for one in times]
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
    stage: StageWeights, spread: Spread, contexts: Mapping[int, float], sequences: int, tokens_each: int
) -> _Work:
    tokens = sequences * tokens_each
    held = sum(share * _held(stage, spread, context) for context, share in contexts.items())
    pairs = sum(
        share
        * times
        * pair_flops(layer.attention, spread.ranks, absorbed=True)
        * tokens_seen(layer.attention, context, spread.encoder_tokens)
        for layer, times in stage.kinds
        for context, share in contexts.items()
    )
    return _Work(
        weight_bytes=stage.read(tokens),
        cache_bytes=sequences * held,
        matrix_flops=2 * stage.active_elements() * tokens,
        attention_flops=pairs * tokens,
        link_bytes=_all_reduces(stage, spread, tokens),
    )


def _held(stage: StageWeights, spread: Spread, context: int) -> int:
    """Bytes that a step reads and writes for one sequence: keys and values once, a state there and back."""
    plan = CachePlan(
        context, spread.element, tensor_parallel=spread.ranks, encoder_tokens=spread.encoder_tokens
    )
    each = [(kv_cache([_as_read(layer.attention)], plan), times) for layer, times in stage.kinds]
    return sum(times * (one.bytes_per_gpu + one.state_bytes // spread.ranks) for one, times in each)


def _as_read(layer: Attention) -> Attention:
    """A layer that uses the keys and values of an earlier one reads them all the same."""
    return replace(layer, owns_cache=True) if isinstance(layer, GroupedAttention) else layer


def _prefill_work(
    stage: StageWeights, spread: Spread, prompts: Sequence[tuple[int, int]], weight_bytes: float
) -> _Work:
    tokens = sum(new for _, new in prompts)
    attention = sum(
        times
        * pair_flops(layer.attention, spread.ranks, absorbed=False)
        * sum(
            pairs_seen(layer.attention, cached + new, spread.encoder_tokens)
            - pairs_seen(layer.attention, cached, spread.encoder_tokens)
            for cached, new in prompts
        )
        for layer, times in stage.kinds
    )
    # Of the last token alone does the output matrix make anything.
    matrix = 2 * stage.active_elements(with_head=False) * tokens + 2 * stage.head_elements * len(prompts)
    return _Work(
        weight_bytes=weight_bytes,
        cache_bytes=0,
        matrix_flops=matrix,
        attention_flops=attention,
        link_bytes=_all_reduces(stage, spread, tokens),
    )


def _all_reduces(stage: StageWeights, spread: Spread, tokens: int) -> float:
    """Bytes out of one GPU: two all-reduces a layer, each of 2 (tp - 1) / tp of the activations (ring)."""
    activations = tokens * spread.hidden * _ACTIVATION_BYTES
    return 2 * stage.layers * activations * 2 * (spread.ranks - 1) / spread.ranks
