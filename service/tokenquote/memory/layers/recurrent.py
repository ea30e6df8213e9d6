"""Layers whose state does not grow with the sequence: what they keep, and their matrices.

Each keeps the last columns of a short convolution and a state, per sequence (vLLM 0.33.0, `mamba_utils.py`):

    Mamba             (k - 1) x d_inner                           d_inner x d_state
    Mamba 2           (k - 1) x (d_inner + 2 x groups x d_state)  heads x head_dim x d_state
    Gated DeltaNet    (k - 1) x (2 x Hk x dk + Hv x dv)           Hv x dk x dv
    Kimi delta        (k - 1) x 3 x H x d                         H x d x d
    lightning         none                                        H x d x d
    RG-LRU            (k - 1) x width                             width
    short convolution (k - 1) x width                             none
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.layers.tensors import Tensors, matrix, vector

__all__ = [
    "GatedRecurrence",
    "KeyDelta",
    "LightningAttention",
    "LinearAttention",
    "Mamba",
    "Mamba2",
    "Recurrent",
    "ShortConvolution",
]


@dataclass(frozen=True, slots=True)
class LinearAttention:
    """Gated DeltaNet (Qwen3-Next, Qwen3.5): a state of fixed size per sequence, no keys and values."""

    key_heads: int
    value_heads: int
    key_dim: int
    value_dim: int
    kernel: int
    kind: Literal["linear_attention"] = "linear_attention"

    @property
    def conv_width(self) -> int:
        """Channels of the short convolution: queries, keys and values."""
        return 2 * self.key_heads * self.key_dim + self.value_heads * self.value_dim

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.conv_width

    @property
    def state_elements(self) -> int:
        return self.value_heads * self.key_dim * self.value_dim

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.key_heads, self.value_heads)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        values = self.value_heads * self.value_dim
        yield matrix(self.kind, self.conv_width, hidden, "attn_qkv")
        yield matrix(self.kind, values, hidden, "attn_gate")
        yield matrix(self.kind, 2 * self.value_heads, hidden, "ssm_ba")
        yield _convolution(self.kind, self.conv_width, self.kernel)
        yield vector(self.kind, self.value_heads, 2)  # dt_bias and A_log
        yield vector("norms", self.value_dim)
        yield matrix(self.kind, hidden, values, "ssm_out")


@dataclass(frozen=True, slots=True)
class KeyDelta:
    """Kimi delta attention (Kimi Linear, arXiv:2510.26692): a gate per channel instead of one per head."""

    heads: int
    head_dim: int
    kernel: int
    low_rank: bool = True
    """Gates through a matrix of rank head_dim (Kimi Linear), or in one (Bailing hybrid)."""
    kind: Literal["kimi_delta_attention"] = "kimi_delta_attention"

    @property
    def width(self) -> int:
        return self.heads * self.head_dim

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * 3 * self.width

    @property
    def state_elements(self) -> int:
        return self.width * self.head_dim

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.heads,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        for name in ("attn_q", "attn_k", "attn_v"):
            yield matrix(self.kind, self.width, hidden, name)
        yield matrix(self.kind, self.heads, hidden, "ssm_beta")
        for _ in range(2):  # the forget gate and the output gate
            if self.low_rank:
                yield matrix(self.kind, self.head_dim, hidden)
                yield matrix(self.kind, self.width, self.head_dim)
            else:
                yield matrix(self.kind, self.width, hidden)
        yield _convolution(self.kind, 3 * self.width, self.kernel)
        yield vector(self.kind, self.heads + self.width)  # A_log and dt_bias
        yield vector("norms", self.head_dim)
        yield matrix(self.kind, hidden, self.width, "attn_output")


@dataclass(frozen=True, slots=True)
class LightningAttention:
    """Linear attention of MiniMax-01 (arXiv:2501.08313)."""

    heads: int
    head_dim: int
    kind: Literal["lightning_attention"] = "lightning_attention"

    @property
    def conv_elements(self) -> int:
        return 0

    @property
    def state_elements(self) -> int:
        return self.heads * self.head_dim**2

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.heads,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        width = self.heads * self.head_dim
        yield matrix(self.kind, 3 * width, hidden, "attn_qkv")
        yield matrix(self.kind, width, hidden, "attn_gate")
        yield matrix(self.kind, hidden, width, "attn_output")
        yield vector("norms", width)


@dataclass(frozen=True, slots=True)
class Mamba:
    """Mamba 1 (arXiv:2312.00752)."""

    inner: int
    state: int
    kernel: int
    rank: int
    """Of the step size's projection."""
    heads: int = 1
    conv_bias: bool = True
    bias: bool = False
    inner_norms: bool = False
    """Norms of step size, B and C (Jamba)."""
    kind: Literal["mamba"] = "mamba"

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
        yield _convolution(self.kind, self.inner, self.kernel)
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
class Mamba2:
    """Mamba 2 (arXiv:2405.21060)."""

    heads: int
    head_dim: int
    groups: int
    state: int
    kernel: int
    conv_bias: bool = True
    bias: bool = False
    norm: bool = True
    """A gated norm before the output."""
    kind: Literal["mamba2"] = "mamba2"

    @property
    def inner(self) -> int:
        return self.heads * self.head_dim

    @property
    def conv_width(self) -> int:
        return self.inner + 2 * self.groups * self.state

    @property
    def conv_elements(self) -> int:
        return (self.kernel - 1) * self.conv_width

    @property
    def state_elements(self) -> int:
        return self.inner * self.state

    @property
    def head_counts(self) -> tuple[int, ...]:
        return (self.heads,)

    def tensors(self, hidden: int) -> Iterator[Tensors]:
        inputs = self.inner + self.conv_width + self.heads
        yield matrix(self.kind, inputs, hidden, "ssm_in")
        yield _convolution(self.kind, self.conv_width, self.kernel)
        if self.conv_bias:
            yield vector(self.kind, self.conv_width)
        yield vector(self.kind, self.heads, 3)  # A_log, D, dt_bias
        if self.norm:
            yield vector("norms", self.inner)
        yield matrix(self.kind, hidden, self.inner, "ssm_out")
        if self.bias:
            yield vector(self.kind, inputs + hidden)


@dataclass(frozen=True, slots=True)
class ShortConvolution:
    """Gated short convolution (LFM2)."""

    width: int
    kernel: int
    bias: bool = False
    kind: Literal["convolution"] = "convolution"

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
        yield _convolution(self.kind, self.width, self.kernel)
        yield matrix(self.kind, hidden, self.width, "shortconv_out_proj")
        if self.bias:
            yield vector(self.kind, 4 * self.width + hidden)


@dataclass(frozen=True, slots=True)
class GatedRecurrence:
    """The real-gated linear recurrent unit of RecurrentGemma (arXiv:2402.19427)."""

    width: int
    heads: int
    kernel: int
    kind: Literal["gated_recurrence"] = "gated_recurrence"

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
        yield _convolution(self.kind, self.width, self.kernel)
        # Biases of the two inputs, the convolution and the two gates, and the recurrence's own parameter.
        yield vector(self.kind, self.width, 6)
        yield vector(self.kind, hidden)


Recurrent = (
    LinearAttention | KeyDelta | LightningAttention | Mamba | Mamba2 | ShortConvolution | GatedRecurrence
)


def _convolution(part: str, width: int, kernel: int) -> Tensors:
    return Tensors(part, "kept", width, kernel)
