"""The ways to spread a model over several GPUs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError
from tokenquote.memory.layers import Layer

__all__ = ["Layout", "LayoutError", "check_experts", "check_layout", "layouts"]


class LayoutError(LocatedError):
    """The model cannot be spread in this way; `field` names what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to spread a model: each of `pipeline_parallel` stages is split over `tensor_parallel` GPUs.

    With data parallelism attention stands on `data_parallel` such groups of GPUs, each with sequences of its
    own, and experts are spread over all of them (vLLM 0.33.0, fused_moe/config.py; SGLang's DP attention).
    """

    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    data_parallel: int = 1
    expert_parallel: bool = False
    """Whether each GPU has whole experts; else it has a share of the columns of every one."""

    @property
    def gpus(self) -> int:
        """The number of GPUs of all stages."""
        return self.tensor_parallel * self.pipeline_parallel * self.data_parallel

    @property
    def expert_ranks(self) -> int:
        """The number of GPUs over which the experts of a layer are spread."""
        return self.tensor_parallel * self.data_parallel

    def expert_share(self, experts: int) -> Fraction:
        """Return the part of a layer's experts on the GPU that has most of them."""
        if self.expert_parallel and experts:
            return Fraction(ceil_div(experts, self.expert_ranks), experts)
        return Fraction(1, self.expert_ranks)


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
    check_experts(kinds, layout)
    for layer in kinds:
        _check_shares(layer.attention.shared_out(), layout.tensor_parallel)
        if not layer.mlp.expert_count:
            _check_shares(layer.mlp.shared_out(), layout.tensor_parallel)
        elif not layout.expert_parallel:
            _check_shares(layer.mlp.shared_out(), layout.expert_ranks)
        _check_kv_heads(layer, layout.tensor_parallel)


def check_experts(kinds: Iterable[Layer], layout: Layout) -> None:
    """Refuse a layout that spreads experts which the model does not have.

    Raises:
        LayoutError: there are no experts.
    """
    if any(layer.mlp.expert_count for layer in kinds):
        return
    if layout.expert_parallel:
        raise LayoutError("expert_parallel", "the model has no experts to spread")
    if layout.data_parallel > 1:
        detail = "without experts each group of GPUs holds the whole model: ask about one of them"
        raise LayoutError("data_parallel", detail)


def _check_shares(parts: Iterable[tuple[str, int]], ranks: int) -> None:
    for what, count in parts:
        if count % ranks:
            detail = f"{count} {what} do not divide over {ranks} GPUs; engines refuse that"
            raise LayoutError("tensor_parallel", detail)


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
