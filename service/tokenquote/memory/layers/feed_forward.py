"""The feed-forward block of a layer: dense, a mixture of experts, or none; what every kind answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from tokenquote.memory.layers.saved_activations import Saving, input_copies
from tokenquote.memory.layers.tensors import TensorRole, Tensors, vector

__all__ = ["Experts", "FeedForward", "Mlp", "NoFeedForward"]


class FeedForward(ABC):
    """The feed-forward block of a layer, or what stands in its place."""

    __slots__ = ()

    is_present: ClassVar[bool] = True
    """Whether there is a block at all; False: its place is empty."""
    activations_measured: ClassVar[bool] = False
    """Whether `activation_bytes` was measured against PyTorch; False: it is an estimate."""

    @abstractmethod
    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield every matrix and vector of one block of a model of this hidden width."""

    @abstractmethod
    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the parts that must divide over tensor-parallel GPUs, each in words and with its number."""

    @abstractmethod
    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return the bytes per token that a training step keeps until the gradient is known.

        Args:
            hidden: the hidden width of the model.
            saving: what the step keeps.
        """

    @abstractmethod
    def gradient_bytes(self, saving: Saving) -> int:
        """Return the bytes per token by which the block's backward pass grows beyond what was kept.

        At its peak the gradients of gate, its activation, up and their product are alive; of what was kept,
        only the product is free again by then.
        """

    @property
    def dense_width(self) -> int:
        """The width of the dense block or shared experts that every token goes through; 0: there are none."""
        return 0

    # What only experts have; other blocks have none of them.

    @property
    def expert_count(self) -> int:
        """The number of routed experts; 0: the block has none."""
        return 0

    @property
    def chosen_experts(self) -> int:
        """The number of routed experts that run for a token."""
        return 0

    @property
    def choice_is_known(self) -> bool:
        """Whether it is known how many experts run for a token; if not, all are taken to run."""
        return True

    @property
    def expert_width(self) -> int:
        """The width of a routed expert; 0: the block has none."""
        return 0

    def resting_elements(self, hidden: int) -> int:
        """Return the weights that a token does not go through."""
        return 0

    def workspace_bytes(self, tokens: int, hidden: int, ranks: int) -> int:
        """Return the bytes that the experts of one step need to run on one of the tensor-parallel GPUs."""
        return 0


@dataclass(frozen=True, slots=True)
class NoFeedForward(FeedForward):
    """The empty place of a block in a layer of attention, or of a recurrence, alone (Mamba, Nemotron-H)."""

    is_present: ClassVar[bool] = False

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield no tensors."""
        yield from ()

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield no columns."""
        yield from ()

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return 0, since nothing is kept."""
        return 0

    def gradient_bytes(self, saving: Saving) -> int:
        """Return 0, since there is nothing to go back through."""
        return 0


@dataclass(frozen=True, slots=True)
class Mlp(FeedForward):
    """One dense block: gate, up and down; or, not gated, up and down."""

    width: int
    gated: bool = True
    bias: bool = False
    fused: bool = False
    """Whether gate and up are one matrix."""
    activations_measured: ClassVar[bool] = True

    @property
    def dense_width(self) -> int:
        """The width of the block."""
        return self.width

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the columns of the block."""
        yield "columns of the feed-forward block", self.width

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield the matrices and biases of a dense block."""
        return self.tensors_as("mlp", "linear", hidden)

    def tensors_as(self, part: str, role: TensorRole, hidden: int, suffix: str = "") -> Iterator[Tensors]:
        """Yield the matrices and biases under the part, role and suffix of llama.cpp's names."""
        inner = 2 if self.gated else 1
        if self.fused:
            yield Tensors(part, role, inner * self.width, hidden, name=f"ffn_up{suffix}")
        else:
            if self.gated:
                yield Tensors(part, role, self.width, hidden, name=f"ffn_gate{suffix}")
            yield Tensors(part, role, self.width, hidden, name=f"ffn_up{suffix}")
        yield Tensors(part, role, hidden, self.width, name=f"ffn_down{suffix}")
        if self.bias:
            yield vector(part, inner * self.width + hidden)

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return gate, its activation, up, and the input of the last matrix; or up and that input."""
        copies = input_copies(hidden, 2 if self.gated and not self.fused else 1, saving)
        return saving.element * self.width * ((3 if self.gated else 1) + saving.inputs) + copies

    def gradient_bytes(self, saving: Saving) -> int:
        """Return the gradients of the product, of gate and of up; or of the activation and of up."""
        return saving.element * self.width * ((3 if self.gated else 2) - saving.inputs)


@dataclass(frozen=True, slots=True)
class Experts(FeedForward):
    """A mixture of experts with its router, and what runs for every token beside it."""

    number: int
    width: int
    bias: bool = False
    gated: bool = True
    active: int | None = None
    """The number of experts that run for a token; None: the config does not say it."""
    shared_width: int = 0
    """The width of all shared experts together, which run for every token."""
    shared_gate: bool = False
    router_bias: bool = False
    latent: int | None = None
    """The width that experts work in, where it is not the hidden one (Nemotron 3 Super); None: it is."""
    idle: int = 0
    """The experts that the router may choose and that do nothing (LongCat-Flash)."""
    dense: Mlp | None = None
    """A dense block beside the experts (Gemma 4, Arctic); None: there is none."""

    @property
    def dense_width(self) -> int:
        """The width of all shared experts together."""
        return self.shared_width

    @property
    def expert_count(self) -> int:
        """The number of routed experts."""
        return self.number

    @property
    def chosen_experts(self) -> int:
        """The number of experts that run for a token; all, if the config does not say it."""
        return self.active or self.number

    @property
    def choice_is_known(self) -> bool:
        """Whether the config says how many experts run for a token."""
        return self.active is not None

    @property
    def expert_width(self) -> int:
        """The width of a routed expert."""
        return self.width

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the columns of an expert."""
        yield "columns of an expert", self.width

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        """Yield routed experts, their way into a latent width, the router, and what runs for every token."""
        yield from self._routed(hidden)
        if self.latent is not None:
            yield Tensors("experts", "linear", self.latent, hidden)
            yield Tensors("experts", "linear", hidden, self.latent)
        yield Tensors("router", "kept", self.number + self.idle, hidden, name="ffn_gate_inp")
        if self.router_bias:
            yield vector("router", self.number + self.idle)
        if self.shared_width:
            shared = Mlp(width=self.shared_width, gated=self.gated)
            yield from shared.tensors_as("shared_experts", "linear", hidden, "_shexp")
        if self.shared_gate:
            yield Tensors("router", "kept", 1, hidden, name="ffn_gate_inp_shexp")
        if self.dense is not None:
            yield from self.dense.tensors(hidden)

    def _routed(self, hidden: int) -> Iterator[Tensors]:
        expert = Mlp(width=self.width, gated=self.gated, bias=self.bias)
        for tensor in expert.tensors_as("experts", "expert", self.latent or hidden, "_exps"):
            yield replace(tensor, copies=tensor.copies * self.number)

    def resting_elements(self, hidden: int) -> int:
        """Return the weights of the experts that the router does not choose; 0 if their number is unknown."""
        if self.active is None:
            return 0
        routed = sum(tensor.elements for tensor in self._routed(hidden))
        return routed * max(0, self.number - self.active) // self.number

    def workspace_bytes(self, tokens: int, hidden: int, ranks: int) -> int:
        """Return 2 T k (max(h, 2 w / tp) + w / tp) for experts of width w of which k are chosen."""
        width = max(hidden, 2 * self.width // ranks) + self.width // ranks
        return 2 * tokens * self.chosen_experts * width

    def activation_bytes(self, hidden: int, saving: Saving) -> int:
        """Return the bytes per token of the chosen experts, the shared ones, the router and a dense block."""
        expert = Mlp(width=self.width, gated=self.gated)
        each = expert.activation_bytes(hidden, saving) + saving.element * hidden * (1 + saving.inputs)
        return (
            self.chosen_experts * each
            + self._shared().activation_bytes(hidden, saving)
            + 4 * self.number
            + (0 if self.dense is None else self.dense.activation_bytes(hidden, saving))
        )

    def gradient_bytes(self, saving: Saving) -> int:
        """Return the bytes of the widest of what runs one after another: an expert for all, or a block."""
        expert = Mlp(width=self.width, gated=self.gated)
        blocks = [expert, self._shared(), *([] if self.dense is None else [self.dense])]
        return max(block.gradient_bytes(saving) for block in blocks)

    def _shared(self) -> Mlp:
        return Mlp(width=self.shared_width, gated=self.gated)
