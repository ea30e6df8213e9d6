"""The weights that one GPU of a layout holds, reads and multiplies with.

As vLLM 0.33.0 shards: the matrices of attention, feed-forward blocks and experts and the two ends of the
vocabulary are split over the tensor-parallel GPUs; norms, biases, routers, towers of vision and audio, and
MLA's down-projections are on each of them, and so is a KV head where there are fewer of them than GPUs.
Layers are split over the pipeline stages; the first has the embedding, the last the output matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from tokenquote.counts import ceil_div
from tokenquote.memory.cache_plan import split_into_stages
from tokenquote.memory.gpus import Layout, check_layout
from tokenquote.memory.layers import Architecture, Layer
from tokenquote.memory.layers.parameters import layer_tensors, tensors, tensors_outside
from tokenquote.memory.layers.tensors import Tensors

__all__ = ["ExpertShare", "StageWeights", "WeightSharding"]


@dataclass(frozen=True, slots=True)
class ExpertShare:
    """One GPU's share of the experts of which a router chooses `active` of `number`."""

    bytes: int
    elements: int
    number: int
    active: int

    def read(self, tokens: int) -> float:
        """Return the bytes of the distinct experts that this many tokens are expected to choose.

        Each token chooses independently: E x (1 - (1 - k/E)^tokens) of E experts.
        """
        return self.bytes * (1 - (1 - self.active / self.number) ** tokens)


@dataclass(frozen=True, slots=True)
class StageWeights:
    """The weights on each GPU of one pipeline stage."""

    kinds: tuple[tuple[Layer, int], ...]
    """The layers of the stage, equal ones once, with their number."""
    is_last: bool
    """Whether it is the last stage, which has the output matrix."""
    components: Mapping[str, int]
    """The bytes by part."""
    idle_bytes: int
    """The bytes that a step does not read: rows are looked up in the input embedding; towers see no text."""
    experts: tuple[ExpertShare, ...]
    matrix_elements: int
    """The elements that every token is multiplied with, without experts and the output matrix."""
    head_elements: int
    """The elements of the output matrix; 0 where it is not on this stage."""

    @property
    def layers(self) -> int:
        """The number of layers."""
        return sum(times for _, times in self.kinds)

    @property
    def bytes(self) -> int:
        """The bytes of all parts."""
        return sum(self.components.values())

    def read(self, tokens: int) -> float:
        """Return the bytes that a step of this many tokens reads."""
        chosen = sum(share.read(tokens) - share.bytes for share in self.experts)
        return self.bytes - self.idle_bytes + chosen

    def active_elements(self, *, with_head: bool = True) -> float:
        """Return the elements that one token is multiplied with."""
        experts = sum(share.elements * share.active / share.number for share in self.experts)
        return self.matrix_elements + experts + (self.head_elements if with_head else 0)


@dataclass
class _Held:
    """The elements on one GPU, by what they are."""

    parts: Counter[str] = field(default_factory=Counter)
    idle: Counter[str] = field(default_factory=Counter)
    experts: Counter[tuple[int, int]] = field(default_factory=Counter)
    matrices: int = 0
    head: int = 0

    def add(self, other: _Held, times: int) -> None:
        """Add what another holds, `times` over."""
        for part, count in other.parts.items():
            self.parts[part] += times * count
        for part, count in other.idle.items():
            self.idle[part] += times * count
        for chosen, count in other.experts.items():
            self.experts[chosen] += times * count
        self.matrices += times * other.matrices
        self.head += times * other.head


class WeightSharding:
    """A model's weights, which are spread over GPUs in one layout after the other."""

    def __init__(self, architecture: Architecture, components: Mapping[str, int]) -> None:
        """Look at every kind of layer once.

        Args:
            architecture: the architecture of the whole model.
            components: its bytes by part, as `weigh_architecture` gives them; a GPU has the same share of a
                part's bytes as of its elements.
        """
        self._architecture = architecture
        self._components = components
        self._elements: Counter[str] = Counter()
        for tensor in tensors(architecture):
            self._elements[tensor.part] += tensor.elements
        self._kinds = list(dict.fromkeys(architecture.layers))
        numbers = {layer: i for i, layer in enumerate(self._kinds)}
        self._layers = [numbers[layer] for layer in architecture.layers]
        self._held: dict[tuple[int, Layout], _Held] = {}

    def check(self, layout: Layout) -> None:
        """Refuse a layout that engines refuse.

        Raises:
            LayoutError: it names what does not divide.
        """
        check_layout(self._kinds, len(self._layers), layout)

    def stages(self, layout: Layout) -> tuple[StageWeights, ...]:
        """Return the weights of each stage of a layout that `check` accepts."""
        stages = list(split_into_stages(self._layers, layout.pipeline_parallel))
        last = len(stages) - 1
        return tuple(
            self._stage(Counter(layers), layout, is_first=i == 0, is_last=i == last)
            for i, layers in enumerate(stages)
        )

    def offloaded(self, in_ram: int, on_gpus: Sequence[int], *, output: bool) -> tuple[StageWeights, ...]:
        """Return the weights in RAM, and then those on each GPU, as llama.cpp offloads them.

        The input embedding is in RAM, and a tied one is on the last GPU once more, as the output matrix.

        Args:
            in_ram: the layers in RAM, the first of the model.
            on_gpus: the layers on each GPU, in order.
            output: whether the output matrix is on the last GPU; else it is in RAM.
        """
        held, first = [], 0
        for count in (in_ram, *on_gpus):
            held.append(Counter(self._layers[first : first + count]))
            first += count
        with_output = len(on_gpus) if output else 0
        with_towers = min(1, len(on_gpus))  # a projector's file goes to the first GPU
        return tuple(
            self._stage(
                kinds,
                Layout(),
                is_first=i == 0,
                is_last=i == with_output,
                has_towers=i == with_towers,
            )
            for i, kinds in enumerate(held)
        )

    def _stage(
        self,
        kinds: Counter[int],
        layout: Layout,
        *,
        is_first: bool,
        is_last: bool,
        has_towers: bool | None = None,
    ) -> StageWeights:
        held = self._ends(
            layout.tensor_parallel,
            is_first=is_first,
            is_last=is_last,
            has_towers=is_first if has_towers is None else has_towers,
        )
        for kind, times in kinds.items():
            held.add(self._layer(kind, replace(layout, pipeline_parallel=1)), times)
        return StageWeights(
            kinds=tuple((self._kinds[kind], times) for kind, times in kinds.items()),
            is_last=is_last,
            components={part: self._bytes(part, count) for part, count in held.parts.items()},
            idle_bytes=sum(self._bytes(part, count) for part, count in held.idle.items()),
            experts=tuple(
                ExpertShare(self._bytes("experts", count), count, number, active)
                for (number, active), count in held.experts.items()
            ),
            matrix_elements=held.matrices,
            head_elements=held.head,
        )

    def _bytes(self, part: str, elements: int) -> int:
        return ceil_div(self._components[part] * elements, self._elements[part])

    def _layer(self, kind: int, layout: Layout) -> _Held:
        if (kind, layout) not in self._held:
            layer, held = self._kinds[kind], _Held()
            for tensor in layer_tensors(layer, self._architecture):
                count = layer.attention.elements_on_rank(tensor, layout.tensor_parallel)
                if tensor.role == "expert":
                    count = ceil(tensor.elements * layout.expert_share(layer.mlp.expert_count))
                held.parts[tensor.part] += count
                if tensor.role == "expert":
                    held.experts[layer.mlp.expert_count, layer.mlp.chosen_experts] += count
                elif tensor.rows > 1:
                    held.matrices += count
            self._held[kind, layout] = held
        return self._held[kind, layout]

    def _ends(self, ranks: int, *, is_first: bool, is_last: bool, has_towers: bool) -> _Held:
        """Return the elements of the tensors outside the layers that this stage holds: embedding, output."""
        held = _Held()
        tied = self._architecture.tied
        for tensor in tensors_outside(self._architecture):
            here = _is_here(tensor, is_first=is_first, is_last=is_last, tied=tied)
            if not (has_towers if tensor.role == "tower" else here):
                continue
            count = tensor.elements_on_rank(ranks)
            held.parts[tensor.part] += count
            if tensor.role == "head" or (is_last and tied and tensor.role == "embedding"):
                held.head += count
            elif tensor.role in ("embedding", "tower"):
                held.idle[tensor.part] += count
            elif tensor.rows > 1:
                held.matrices += count
        return held


def _is_here(tensor: Tensors, *, is_first: bool, is_last: bool, tied: bool) -> bool:
    if tensor.role == "embedding":
        return is_first or (is_last and tied)
    # The final norm and the output matrix; anything else beside the layers comes before them.
    return is_last if tensor.role == "head" or tensor.part in ("norms", "lm_head") else is_first
