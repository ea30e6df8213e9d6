"""Over how many GPUs a model can be spread, and how."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tokenquote.errors import LocatedError
from tokenquote.memory.layers import (
    Attention,
    CompressedAttention,
    Experts,
    GroupedAttention,
    LatentAttention,
    Layer,
    Mlp,
    NoAttention,
    Parallel,
)

__all__ = ["Layout", "LayoutError", "check_layout", "layouts_of"]


class LayoutError(LocatedError):
    """The model cannot be spread so; `field` is what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class Layout:
    """Each of `pipeline_parallel` stages of layers is split over `tensor_parallel` GPUs."""

    tensor_parallel: int = 1
    pipeline_parallel: int = 1

    @property
    def gpus(self) -> int:
        return self.tensor_parallel * self.pipeline_parallel


def check_layout(kinds: Collection[Layer], layers: int, layout: Layout) -> None:
    """Refuse what engines refuse at start.

    vLLM (`verify_with_parallel_config` and the `divide` of its parallel layers) wants whole query heads and
    whole shares of each feed-forward block on every GPU; KV heads are either shared out or replicated.

    Args:
        kinds: the model's layers, those that are alike once.
        layers: how many there are.
        layout: how the GPUs are used.

    Raises:
        LayoutError: heads, widths or layers do not divide.
    """
    if layout.pipeline_parallel > layers:
        detail = f"{layout.pipeline_parallel} stages for {layers} layers"
        raise LayoutError("pipeline_parallel", detail)
    for layer in kinds:
        for what, count in _shared_out(layer):
            if count % layout.tensor_parallel:
                detail = (
                    f"{count} {what} do not divide over {layout.tensor_parallel} GPUs; engines refuse that"
                )
                raise LayoutError("tensor_parallel", detail)
        _check_kv_heads(layer, layout.tensor_parallel)


def layouts_of(gpus: int, gpus_per_node: int) -> Iterator[Layout]:
    """Every layout of exactly so many GPUs whose tensor parallelism stays in a node, widest first."""
    for ranks in range(min(gpus, gpus_per_node), 0, -1):
        if gpus % ranks == 0:
            yield Layout(ranks, gpus // ranks)


def _shared_out(layer: Layer) -> Iterator[tuple[str, int]]:
    """What must divide over the tensor-parallel GPUs."""
    yield from _heads(layer.attention)
    if isinstance(layer.mlp, Mlp):
        yield "columns of the feed-forward block", layer.mlp.width
    elif isinstance(layer.mlp, Experts):
        yield "columns of an expert", layer.mlp.width


def _heads(attention: Attention) -> Iterator[tuple[str, int]]:
    if isinstance(attention, Parallel):
        yield from _heads(attention.attention)
        yield from _heads(attention.recurrent)
    elif isinstance(attention, GroupedAttention | LatentAttention | CompressedAttention):
        yield "query heads", attention.query_heads
    elif not isinstance(attention, NoAttention):
        for heads in attention.head_counts:
            yield f"heads of {attention.kind.replace('_', ' ')}", heads


def _check_kv_heads(layer: Layer, ranks: int) -> None:
    attention = layer.attention.attention if isinstance(layer.attention, Parallel) else layer.attention
    if isinstance(attention, GroupedAttention):
        heads = attention.kv_heads
        if heads % ranks and ranks % heads:
            detail = (
                f"{heads} KV heads can be neither shared out over {ranks} GPUs nor held by several of them"
            )
            raise LayoutError("tensor_parallel", f"{detail}; engines refuse that")
