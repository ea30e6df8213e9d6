"""How layers are spread over pipeline stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

__all__ = ["split_into_stages"]

LayerT = TypeVar("LayerT")


def split_into_stages(layers: Sequence[LayerT], stages: int) -> Iterator[Sequence[LayerT]]:
    """Layers in a row for each of 1 to len(layers) stages.

    What does not divide goes to the stages before the last, which has the output matrix
    (vLLM 0.33.0, distributed/utils.py, get_pp_indices).
    """
    each, rest = divmod(len(layers), stages)
    first = 0
    for stage in range(stages):
        count = each + (stages - 1 - rest <= stage < stages - 1)
        yield layers[first : first + count]
        first += count
