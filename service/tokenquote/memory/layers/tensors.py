"""What every part of a model comes down to: groups of equal matrices, and what they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tokenquote.counts import ceil_div

__all__ = ["TensorRole", "Tensors", "convolution", "matrix", "vector"]

TensorRole = Literal["linear", "expert", "embedding", "head", "kept", "tower"]
"""What number formats tell apart: matrices of layers (`linear`), those of experts, the input embedding, the
output matrix (`head`), what is never quantised (`kept`: norms, biases, routers, convolutions), and what
encodes images or audio (`tower`), which formats leave as it is."""

# Roles and parts that every tensor-parallel GPU holds whole (vLLM 0.33.0).
_WHOLE_ROLES = frozenset({"kept", "tower"})
_WHOLE_PARTS = frozenset({"indexer", "compressor"})


@dataclass(frozen=True, slots=True)
class Tensors:
    """Equal tensors of `rows` outputs by `columns` inputs; a vector has one row."""

    part: str
    """The part of the model, as answers name it: `attention`, `mlp`, `norms` or another."""
    role: TensorRole
    rows: int
    columns: int
    copies: int = 1
    """The number of equal tensors."""
    name: str = ""
    """The name in llama.cpp without the layer, such as `attn_v` or `ffn_down`; mixes of types go by it."""

    @property
    def elements(self) -> int:
        """The elements of all copies together."""
        return self.rows * self.columns * self.copies

    def elements_on_rank(self, ranks: int) -> int:
        """Return the elements on one of the tensor-parallel GPUs, which share out the rows of matrices."""
        if ranks == 1 or self.role in _WHOLE_ROLES or self.part in _WHOLE_PARTS:
            return self.elements
        return ceil_div(self.rows, ranks) * self.columns * self.copies


def matrix(part: str, rows: int, columns: int, name: str = "") -> Tensors:
    """Return a matrix of a layer."""
    return Tensors(part, "linear", rows, columns, name=name)


def vector(part: str, elements: int, copies: int = 1) -> Tensors:
    """Return a norm, a bias or another vector that is never quantised."""
    return Tensors(part, "kept", 1, elements, copies)


def convolution(part: str, width: int, kernel: int) -> Tensors:
    """Return a short convolution with one filter for each channel."""
    return Tensors(part, "kept", width, kernel)
