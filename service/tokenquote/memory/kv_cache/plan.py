"""What a KV cache is to hold, and how it is spread over GPUs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from tokenquote.errors import LocatedError
from tokenquote.memory.weights.quantization import CacheElement

__all__ = ["CacheError", "CachePlan", "split_into_stages"]

LayerT = TypeVar("LayerT")


class CacheError(LocatedError):
    """The cache cannot be laid out so; `field` is what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class CachePlan:
    """What is to be held, and how it is spread."""

    tokens: int
    """That each sequence holds."""
    element: CacheElement
    sequences: int = 1
    block: int | None = None
    """Tokens of a block; each sequence is rounded up to whole blocks. None: not paged."""
    tensor_parallel: int = 1
    pipeline_parallel: int = 1
    context_parallel: int = 1
    """Ranks that each hold a part of every sequence's tokens."""
    value_element: CacheElement | None = None
    """Type of values, where it is another one than that of keys."""
    shared_prefix: int = 0
    """Tokens at the beginning that all sequences have in common, and that are held once."""
    beams: int = 1
    """Beams, or parallel samples, of each sequence; they have its prompt in common."""
    prompt: int | None = None
    """Tokens of each sequence that are its prompt; None: all of them."""
    encoder_tokens: int | None = None
    """Tokens that cross attention looks at, per sequence."""
    in_flight: int = 0
    """Tokens that a window has room for besides: those that one step may add."""
    pad: int | None = None
    """Tokens that the length of a buffer is a multiple of (llama.cpp: 256)."""
    one_buffer: bool = False
    """The windows of all sequences lie in one buffer, with room for what is in flight once (llama.cpp)."""
    conv_bytes: int = 2
    """Of an element of a recurrent layer's convolution: the model's own type in vLLM, fp32 in llama.cpp."""
    state_bytes: int = 4
    """Of an element of its state: `mamba_ssm_cache_dtype`, fp32 unless the model says otherwise."""

    def unpaged(self) -> Self:
        """The same without blocks and padding."""
        return replace(self, block=None, pad=None)


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
