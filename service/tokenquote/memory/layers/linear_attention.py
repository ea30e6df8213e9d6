"""Attention with a state that does not grow with the sequence: what it keeps, and its matrices.

Each keeps the last columns of a short convolution and a state per sequence (vLLM 0.33.0, `mamba_utils.py`):

    Gated DeltaNet    (k - 1) x (2 x Hk x dk + Hv x dv)           Hv x dk x dv
    Kimi delta        (k - 1) x 3 x H x d                         H x d x d
    lightning         none                                        H x d x d
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tokenquote.memory.layers.recurrent import Recurrent
from tokenquote.memory.layers.tensors import Tensors, convolution, matrix, vector

__all__ = ["KeyDelta", "LightningAttention", "LinearAttention"]


@dataclass(frozen=True, slots=True)
class LinearAttention(Recurrent):
    """Gated DeltaNet (Qwen3-Next, Qwen3.5), with a state of fixed size per sequence."""

    key_heads: int
    value_heads: int
    key_dim: int
    value_dim: int
    kernel: int
    kind: Literal["linear_attention"] = "linear_attention"

    @property
    def conv_width(self) -> int:
        """The channels of the short convolution: queries, keys and values."""
        return 2 * self.key_heads * self.key_dim + self.value_heads * self.value_dim

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

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
        yield convolution(self.kind, self.conv_width, self.kernel)
        yield vector(self.kind, self.value_heads, 2)  # dt_bias and A_log
        yield vector("norms", self.value_dim)
        yield matrix(self.kind, hidden, values, "ssm_out")


@dataclass(frozen=True, slots=True)
class KeyDelta(Recurrent):
    """Kimi delta attention (Kimi Linear, arXiv:2510.26692): a gate per channel instead of one per head."""

    heads: int
    head_dim: int
    kernel: int
    low_rank: bool = True
    """Whether gates have a matrix of rank head_dim (Kimi Linear); False: one matrix (Bailing hybrid)."""
    kind: Literal["kimi_delta_attention"] = "kimi_delta_attention"

    @property
    def width(self) -> int:
        return self.heads * self.head_dim

    @property
    def conv_columns(self) -> int:
        return self.kernel - 1

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
        yield convolution(self.kind, 3 * self.width, self.kernel)
        yield vector(self.kind, self.heads + self.width)  # A_log and dt_bias
        yield vector("norms", self.head_dim)
        yield matrix(self.kind, hidden, self.width, "attn_output")


@dataclass(frozen=True, slots=True)
class LightningAttention(Recurrent):
    """The linear attention of MiniMax-01 (arXiv:2501.08313)."""

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
