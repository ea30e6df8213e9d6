"""Recurrent layers, whose state does not grow with the sequence: what they keep, and their matrices.

Each keeps the last columns of a short convolution and a state per sequence (vLLM 0.33.0, `mamba_utils.py`):

    Mamba             (k - 1) x d_inner                           d_inner x d_state
    Mamba 2           (k - 1) x (d_inner + 2 x groups x d_state)  heads x head_dim x d_state
    RG-LRU            (k - 1) x width                             width
    short convolution (k - 1) x width                             none

Those of linear_attention.py are recurrent too.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from tokenquote.counts import round_up
from tokenquote.memory.cache_plan import CacheError, CachePlan
from tokenquote.memory.layers.attention import Attention
from tokenquote.memory.layers.tensors import Tensors, convolution, matrix, vector

__all__ = ["GatedRecurrence", "Mamba", "Mamba2", "Recurrent", "ShortConvolution"]


class Recurrent(Attention):
    """A layer that keeps a state of fixed size per sequence in place of keys and values."""

    __slots__ = ()
    attends: ClassVar[bool] = False
    is_recurrent: ClassVar[bool] = True

    @property
    @abstractmethod
    def conv_elements(self) -> int:
        """The elements of the short convolution's last columns, of one sequence."""

    @property
    @abstractmethod
    def state_elements(self) -> int:
        """The elements of the state, of one sequence."""

    @property
    @abstractmethod
    def head_counts(self) -> tuple[int, ...]:
        """The numbers of heads or channels that tensor-parallel GPUs must share out whole."""

    @property
    def conv_columns(self) -> int:
        """The last columns that the convolution keeps; 0: there is no convolution."""
        return 0

    def conv_elements_on_rank(self, ranks: int) -> int:
        """Return the elements of the convolution on one of the tensor-parallel GPUs."""
        return self.conv_elements // ranks

    def shared_out(self) -> Iterator[tuple[str, int]]:
        """Yield the heads."""
        for heads in self.head_counts:
            yield f"heads of {self.kind.replace('_', ' ')}", heads

    def token_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return 0: the state does not grow with the sequence."""
        return 0

    def state_bytes(self, ranks: int, plan: CachePlan) -> int:
        """Return the bytes of the convolution and of the state on one GPU."""
        for heads in self.head_counts:
            if heads % ranks:
                named = " and ".join(map(str, self.head_counts))
                what = self.kind.replace("_", " ")
                detail = f"{named} heads of {what} do not divide over {ranks} GPUs"
                raise CacheError("tensor_parallel", detail)
        convolution = self.conv_elements_on_rank(ranks) * plan.conv_bytes
        if plan.drafted and self.conv_columns:
            # vLLM 0.33.0, mamba_utils.py: conv_kernel - 1 + num_spec columns
            convolution += convolution // self.conv_columns * plan.drafted
        return convolution + self.state_elements // ranks * plan.state_bytes

    def cache_terms(self, times: int, plan: CachePlan) -> list[str]:
        """Return layers x [state + convolution]."""
        parts = []
        if self.state_elements:
            parts.append(f"{self.state_elements} x {plan.state_bytes} bytes of state")
        if self.conv_elements:
            parts.append(f"{self.conv_elements} x {plan.conv_bytes} bytes of convolution")
        return [f"{times} layers x [{' + '.join(parts)}]"]

    def pair_flops(self, ranks: int, *, absorbed: bool) -> int:
        """Return 0: no earlier token is looked at."""
        return 0


@dataclass(frozen=True, slots=True)
class Mamba(Recurrent):
    """A layer of Mamba 1, whose state has `state` elements for each channel (arXiv:2312.00752)."""

    inner: int
    state: int
    kernel: int
    rank: int
    """The rank of the step size's projection."""
    heads: int = 1
    conv_bias: bool = True
    bias: bool = False
    inner_norms: bool = False
    """Whether step size, B and C have norms (Jamba)."""
    kind: Literal["mamba"] = "mamba"

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.inner

    @property
    def state_elements(self) -> int:
        return self.inner * self.state

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.inner,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        each = self.inner // self.heads
        yield matrix(self.kind, 2 * self.inner, hidden, "ssm_in")
        yield convolution(self.kind, self.inner, self.kernel)
        yield matrix(self.kind, self.heads * (self.rank + 2 * self.state), each, "ssm_x")
        yield matrix(self.kind, self.inner, self.rank, "ssm_dt")
        yield Tensors(self.kind, "kept", self.inner, self.state)  # A_log
        yield vector(self.kind, self.inner, 3 if self.conv_bias else 2)  # D, biases of step and convolution
        yield matrix(self.kind, hidden, self.inner, "ssm_out")
        if self.bias:
            yield vector(self.kind, 2 * self.inner + hidden)
        if self.inner_norms:
            yield vector("norms", self.rank + 2 * self.state)


@dataclass(frozen=True, slots=True)
class Mamba2(Recurrent):
    """A layer of Mamba 2, whose channels are cut into heads (arXiv:2405.21060)."""

    heads: int
    head_dim: int
    groups: int
    state: int
    kernel: int
    conv_bias: bool = True
    bias: bool = False
    norm: bool = True
    """Whether there is a gated norm before the output."""
    kind: Literal["mamba2"] = "mamba2"

    @property
    def inner(self) -> int:
        return self.heads * self.head_dim

    @property
    def conv_width(self) -> int:
        return self.inner + 2 * self.groups * self.state

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.conv_width

    @property
    def state_elements(self) -> int:
        return self.inner * self.state

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.heads,)

    def conv_elements_on_rank(self, ranks: int) -> int:
        """Return the elements on one GPU, which holds a whole group if there are fewer (`mamba_utils.py`)."""
        groups = round_up(self.groups, ranks)
        return (self.kernel - 1) * (self.inner + 2 * groups * self.state) // ranks

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        inputs = self.inner + self.conv_width + self.heads
        yield matrix(self.kind, inputs, hidden, "ssm_in")
        yield convolution(self.kind, self.conv_width, self.kernel)
        if self.conv_bias:
            yield vector(self.kind, self.conv_width)
        yield vector(self.kind, self.heads, 3)  # A_log, D, dt_bias
        if self.norm:
            yield vector("norms", self.inner)
        yield matrix(self.kind, hidden, self.inner, "ssm_out")
        if self.bias:
            yield vector(self.kind, inputs + hidden)


@dataclass(frozen=True, slots=True)
class ShortConvolution(Recurrent):
    """A gated short convolution in place of attention (LFM2)."""

    width: int
    kernel: int
    bias: bool = False
    kind: Literal["convolution"] = "convolution"

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.width

    @property
    def state_elements(self) -> int:
        return 0

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.width,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        yield matrix(self.kind, 3 * self.width, hidden, "shortconv_in_proj")
        yield convolution(self.kind, self.width, self.kernel)
        yield matrix(self.kind, hidden, self.width, "shortconv_out_proj")
        if self.bias:
            yield vector(self.kind, 4 * self.width + hidden)


@dataclass(frozen=True, slots=True)
class GatedRecurrence(Recurrent):
    """The real-gated linear recurrent unit of RecurrentGemma (arXiv:2402.19427)."""

    width: int
    heads: int
    kernel: int
    kind: Literal["gated_recurrence"] = "gated_recurrence"

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.width

    @property
    def state_elements(self) -> int:
        return self.width

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.heads,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        block = self.width // self.heads
        yield Tensors(self.kind, "linear", self.width, hidden, 2)
        yield matrix(self.kind, hidden, self.width)
        yield Tensors(self.kind, "linear", block, block, 2 * self.heads)
        yield convolution(self.kind, self.width, self.kernel)
        # Biases of the two inputs, the convolution and the two gates, and the recurrence's own parameter.
        yield vector(self.kind, self.width, 6)
        yield vector(self.kind, hidden)
