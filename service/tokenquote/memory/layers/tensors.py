"""The one thing that every part of a model comes down to: equal matrices, and what they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Role", "Tensors", "convolution", "matrix", "vector"]

Role = Literal["linear", "expert", "embedding", "head", "kept", "tower"]
"""What formats tell apart: matrices of layers, those of experts, the two ends, what is never quantised
(norms, biases, routers, convolutions), and what sees or hears, which formats leave as it is."""


@dataclass(frozen=True, slots=True)
class Tensors:
    """Equal tensors of `rows` outputs by `columns` inputs; a vector is one row."""

    part: str
    role: Role
    rows: int
    columns: int
    copies: int = 1
    name: str = ""
    """What llama.cpp calls it, without its layer: `attn_v`, `ffn_down`; mixes go by it."""

    @property
    def elements(self) -> int:
        return self.rows * self.columns * self.copies


def matrix(part: str, rows: int, columns: int, name: str = "") -> Tensors:
    """A matrix of a layer."""
    return Tensors(part, "linear", rows, columns, name=name)


def vector(part: str, elements: int, copies: int = 1) -> Tensors:
    """Norms, biases and the like."""
    return Tensors(part, "kept", 1, elements, copies)


def convolution(part: str, width: int, kernel: int) -> Tensors:
    """A short convolution of each channel for itself."""
    return Tensors(part, "kept", width, kernel)
