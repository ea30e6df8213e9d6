"""What of the weights one GPU of a layout holds, reads and multiplies with.

As vLLM 0.33.0 shards: the matrices of attention, feed-forward blocks and experts and the two ends of the
vocabulary are split over the tensor-parallel GPUs; norms, biases, routers, what sees or hears, and MLA's
down-projections are on each of them, and so is a KV head that there are fewer of than GPUs. Layers are split
over the pipeline stages; the first has the embedding, the last the output matrix.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tokenquote.memory.architecture import Architecture, Experts, GroupedAttention, Layer, Parallel
from tokenquote.memory.layouts import Layout
from tokenquote.memory.parameters import Tensors, layer_tensors, tensors, tensors_outside
from tokenquote.memory.pipeline import split_into_stages

__all__ = ["ExpertShare", "StageWeights", "shard"]

_WHOLE_ROLES = frozenset({"kept", "tower"})
_WHOLE_PARTS = frozenset({"indexer", "compressor"})
# Down-projections of MLA, by llama.cpp's names; what they yield every head of every GPU needs.
_WHOLE = frozenset({"attn_q_a", "attn_kv_a_mqa", "attn_kv"})


@dataclass(frozen=True, slots=True)
class ExpertShare:
    """One GPU's share of experts that a router chooses `active` of `number` from."""

    bytes: int
    elements: int
    number: int
    active: int

    def read(self, tokens: int) -> float:
        """Bytes of the distinct experts that so many tokens are expected to choose.

        Each token chooses independently: E x (1 - (1 - k/E)^tokens) of E experts.
        """
        return self.bytes * (1 - (1 - self.active / self.number) ** tokens)


@dataclass(frozen=True, slots=True)
class StageWeights:
    """The weights on each GPU of one pipeline stage."""

    layers: tuple[Layer, ...]
    is_last: bool
    components: Mapping[str, int]
    """Bytes by part."""
    idle_bytes: int
    """Of those, what a step does not read: rows are looked up in the input embedding; towers see no text."""
    experts: tuple[ExpertShare, ...]
    matrix_elements: int
    """Of the matrices that every token is multiplied with, without experts and the output matrix."""
    head_elements: int

    @property
    def bytes(self) -> int:
        return sum(self.components.values())

    def read(self, tokens: int) -> float:
        """Bytes that a step of so many tokens reads."""
        chosen = sum(share.read(tokens) - share.bytes for share in self.experts)
        return self.bytes - self.idle_bytes + chosen

    def active_elements(self, *, with_head: bool = True) -> float:
        """Elements that one token is multiplied with."""
        experts = sum(share.elements * share.active / share.number for share in self.experts)
        return self.matrix_elements + experts + (self.head_elements if with_head else 0)


def shard(
    architecture: Architecture, components: Mapping[str, int], layout: Layout
) -> tuple[StageWeights, ...]:
    """The weights of each stage.

    Args:
        architecture: one that `check_layout` accepts in this layout.
        components: bytes of the whole model by part, as `weigh` gives them; a GPU has of a part as many
            bytes as it has of the part's elements.
        layout: how the GPUs are used.
    """
    elements: Counter[str] = Counter()
    for one in tensors(architecture):
        elements[one.part] += one.elements
    sharding = _Sharding(architecture, components, elements, layout.tensor_parallel)
    stages = list(split_into_stages(architecture.layers, layout.pipeline_parallel))
    last = len(stages) - 1
    return tuple(
        sharding.stage(tuple(layers), is_first=i == 0, is_last=i == last) for i, layers in enumerate(stages)
    )


@dataclass(frozen=True)
class _Sharding:
    architecture: Architecture
    components: Mapping[str, int]
    elements: Mapping[str, int]
    ranks: int

    def stage(self, layers: tuple[Layer, ...], *, is_first: bool, is_last: bool) -> StageWeights:
        held = Counter[str]()
        idle = head = matrices = 0
        experts: defaultdict[tuple[int, int], int] = defaultdict(int)
        for tensor, layer, times in self._tensors(layers, is_first=is_first, is_last=is_last):
            count = times * _on_rank(tensor, layer, self.ranks)
            held[tensor.part] += count
            if tensor.role == "head" or (is_last and self.architecture.tied and tensor.role == "embedding"):
                head += count if tensor.rows > 1 else 0
            elif tensor.role in ("embedding", "tower"):
                idle += self._bytes(tensor.part, count)
            elif tensor.role == "expert" and layer is not None and isinstance(layer.mlp, Experts):
                experts[layer.mlp.number, layer.mlp.active or layer.mlp.number] += count
            elif tensor.rows > 1:
                matrices += count
        return StageWeights(
            layers=layers,
            is_last=is_last,
            components={part: self._bytes(part, count) for part, count in held.items()},
            idle_bytes=idle,
            experts=tuple(
                ExpertShare(self._bytes("experts", count), count, number, active)
                for (number, active), count in experts.items()
            ),
            matrix_elements=matrices,
            head_elements=head,
        )

    def _bytes(self, part: str, elements: int) -> int:
        return -(-self.components[part] * elements // self.elements[part])

    def _tensors(
        self, layers: Iterable[Layer], *, is_first: bool, is_last: bool
    ) -> Iterator[tuple[Tensors, Layer | None, int]]:
        """Each tensor of the stage with its layer and how many such layers there are."""
        for tensor in tensors_outside(self.architecture):
            if self._is_here(tensor, is_first=is_first, is_last=is_last):
                yield tensor, None, 1
        for layer, times in Counter(layers).items():
            for tensor in layer_tensors(layer, self.architecture):
                yield tensor, layer, times

    def _is_here(self, tensor: Tensors, *, is_first: bool, is_last: bool) -> bool:
        if tensor.role == "embedding":
            return is_first or (is_last and self.architecture.tied)
        # The final norm and the output matrix; anything else beside the layers comes before them.
        return is_last if tensor.role == "head" or tensor.part in ("norms", "lm_head") else is_first


def _on_rank(tensor: Tensors, layer: Layer | None, ranks: int) -> int:
    """Elements of one GPU."""
    if ranks == 1 or tensor.role in _WHOLE_ROLES or tensor.part in _WHOLE_PARTS or tensor.name in _WHOLE:
        return tensor.elements
    attention = None if layer is None else layer.attention
    grouped = attention.attention if isinstance(attention, Parallel) else attention
    if isinstance(grouped, GroupedAttention) and grouped.kv_heads < ranks:
        heads, queries = grouped.kv_heads, grouped.query_heads * grouped.head_dim
        if tensor.name in ("attn_k", "attn_v"):
            return tensor.elements // heads
        if tensor.name == "attn_qkv":
            return (queries // ranks + (tensor.rows - queries) // heads) * tensor.columns * tensor.copies
    return -(-tensor.rows // ranks) * tensor.columns * tensor.copies
