"""What a KV cache is to hold, in which type, and over how many GPUs it is spread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self, TypeVar

from tokenquote.errors import LocatedError

__all__ = ["CacheElement", "CacheError", "CachePlan", "row_bytes", "split_into_stages"]

LayerT = TypeVar("LayerT")


class CacheError(LocatedError):
    """The cache cannot be laid out as planned; `field` names what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class CacheElement:
    """The type of a cached element; a block type stores whole blocks of a row."""

    name: str
    block: int
    """The elements of a block; 1 for a type without blocks."""
    block_bytes: Fraction
    """The bytes of a block."""
    scale_bytes: int = 0
    """The bytes of the scale that each head of each token has; 0 for a type without such scales."""

    @property
    def size_in_words(self) -> str:
        """The size of an element in words, such as `2 bytes`."""
        return f"{float(self.block_bytes / self.block):g} bytes"

    def row_bytes(self, elements: int) -> Fraction | None:
        """Return the bytes of a row; None if the row is not made of whole blocks."""
        return self.block_bytes * (elements // self.block) if elements % self.block == 0 else None


@dataclass(frozen=True, slots=True)
class CachePlan:
    """What a KV cache is to hold, and how it is spread over GPUs."""

    tokens: int
    """The tokens that each sequence holds."""
    element: CacheElement
    """The type of keys, and of values unless `value_element` is given."""
    sequences: int = 1
    """The number of sequences."""
    block: int | None = None
    """The tokens of a block, to whole ones of which each sequence is rounded up; None: not paged."""
    tensor_parallel: int = 1
    """The GPUs that share each layer."""
    pipeline_parallel: int = 1
    """The stages that the layers are split into."""
    context_parallel: int = 1
    """The ranks that each hold a part of every sequence's tokens."""
    value_element: CacheElement | None = None
    """The type of values; None: that of keys."""
    shared_prefix: int = 0
    """The tokens at the beginning that all sequences have in common and that are held once."""
    beams: int = 1
    """The beams, or parallel samples, of each sequence, which have its prompt in common."""
    prompt: int | None = None
    """The tokens of each sequence that are its prompt; None: all of them."""
    encoder_tokens: int | None = None
    """The tokens of an encoder that cross attention holds, per sequence; None: not known."""
    in_flight: int = 0
    """The tokens that one step may add, for which a window has room beyond its own size."""
    pad: int | None = None
    """The number of tokens whose multiple the length of a buffer is (llama.cpp: 256); None: any length."""
    one_buffer: bool = False
    """Whether the windows of all sequences lie in one buffer, with room in flight once (llama.cpp)."""
    whole_windows: bool = False
    """Whether layers with a window hold every token all the same (vLLM before 0.9.2)."""
    drafted: int = 0
    """The tokens that are drafted for each step, for which a convolution keeps as many columns more."""
    conv_bytes: int = 2
    """The bytes of an element of a recurrent layer's convolution: the model's type, or fp32 in llama.cpp."""
    state_bytes: int = 4
    """The bytes of an element of its state: `mamba_ssm_cache_dtype`, fp32 unless the model says otherwise."""

    @property
    def all_beams(self) -> int:
        """The number of beams of all sequences."""
        return self.sequences * self.beams

    def unpaged(self) -> Self:
        """Return the same plan without blocks and padding."""
        return replace(self, block=None, pad=None)


def row_bytes(elements: int, element: CacheElement) -> int:
    """Return the bytes of one row of elements.

    Raises:
        CacheError: the row is not made of whole blocks of the type.
    """
    size = element.row_bytes(elements)
    if size is None or size.denominator != 1:
        detail = (
            f"{element.name} holds blocks of {element.block}, and a row of {elements} is not made of them"
        )
        raise CacheError("dtype", detail)
    return int(size)


def split_into_stages(layers: Sequence[LayerT], stages: int) -> Iterator[Sequence[LayerT]]:
    """Yield the consecutive layers of each stage; there must be from 1 to as many stages as layers.

    What does not divide goes to the stages before the last, which has the output matrix
    (vLLM 0.33.0, distributed/utils.py, get_pp_indices).
    """
    each, rest = divmod(len(layers), stages)
    first = 0
    for stage in range(stages):
        count = each + (stages - 1 - rest <= stage < stages - 1)
        yield layers[first : first + count]
        first += count
