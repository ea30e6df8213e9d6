"""The tensors of towers and of what joins them to the text model; number formats leave them as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tokenquote.memory.layers.tensors import Tensors

__all__ = ["TowerPart", "tower_matrix", "tower_vector"]

TowerPart = Literal["vision", "audio"]
"""The part of a model, as answers name it, that a tower and its projector belong to."""


def tower_matrix(
    rows: int, columns: int, copies: int = 1, *, bias: bool = True, part: TowerPart = "vision"
) -> Iterator[Tensors]:
    """Yield equal matrices of `rows` outputs by `columns` inputs, and their biases."""
    yield Tensors(part, "tower", rows, columns, copies)
    if bias:
        yield Tensors(part, "tower", 1, rows, copies)


def tower_vector(elements: int, copies: int = 1, *, part: TowerPart = "vision") -> Tensors:
    """Return norms, scales and other tensors that are no matrices."""
    return Tensors(part, "tower", 1, elements, copies)
