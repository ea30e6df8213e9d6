"""The ways to spread a model over several GPUs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tokenquote.errors import LocatedError
from tokenquote.memory.layers import Layer

__all__ = ["Layout", "LayoutError", "check_layout", "layouts"]


class LayoutError(LocatedError):
    """The model cannot be spread in this way; `field` names what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to spread a model: each of `pipeline_parallel` stages is split over `tensor_parallel` GPUs."""

    tensor_parallel: int = 1
    pipeline_parallel: int = 1

    @property
    def gpus(self) -> int:
        """The number of GPUs of all stages."""
        return self.tensor_parallel * self.pipeline_parallel


def check_layout(kinds: Collection[Layer], layers: int, layout: Layout) -> None:
    """Refuse a layout that engines refuse at start.

    vLLM (`verify_with_parallel_config` and the `divide` of its parallel layers) wants whole query heads and
    whole shares of each feed-forward block on every GPU; KV heads are either shared out or replicated.

    Args:
        kinds: the model's layers, equal ones once.
        layers: the number of all layers.
        layout: how the GPUs are used.

    Raises:
        LayoutError: heads, widths or layers do not divide.
    """
    if layout.pipeline_parallel > layers:
        detail = f"{layout.pipeline_parallel} stages for {layers} layers"
        raise LayoutError("pipeline_parallel", detail)
    for layer in kinds:
        for what, count in (*layer.attention.shared_out(), *layer.mlp.shared_out()):
            if count % layout.tensor_parallel:
                detail = (
                    f"{count} {what} do not divide over {layout.tensor_parallel} GPUs; engines refuse that"
                )
                raise LayoutError("tensor_parallel", detail)
        _check_kv_heads(layer, layout.tensor_parallel)


def layouts(gpus: int, gpus_per_node: int) -> Iterator[Layout]:
    """Yield every layout of exactly this many GPUs whose tensor parallelism stays in a node, widest first."""
    for ranks in range(min(gpus, gpus_per_node), 0, -1):
        if gpus % ranks == 0:
            yield Layout(ranks, gpus // ranks)


def _check_kv_heads(layer: Layer, ranks: int) -> None:
    heads = layer.attention.kv_head_count
    if heads is not None and heads % ranks and ranks % heads:
        detail = f"{heads} KV heads can be neither shared out over {ranks} GPUs nor held by several of them"
        raise LayoutError("tensor_parallel", f"{detail}; engines refuse that")
