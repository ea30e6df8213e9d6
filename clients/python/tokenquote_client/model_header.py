"""The header of a model file in a question: its keys and its tensors, without the weights."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tokenquote_client.wire_types import Sent

__all__ = ["ModelHeader", "TensorEntry"]

Size = Annotated[int, Field(strict=True, ge=0, le=2**53)]


class TensorEntry(Sent):
    """One tensor of a model file."""

    name: str = Field(max_length=1000)
    """The name of the tensor in the file, by which its part of the model is known."""
    type: str = Field(max_length=40)
    """The number format of the tensor, as the file's format writes it: F16, BF16, Q4_K and others."""
    shape: list[Size] = Field(max_length=8)
    """The size of each dimension, rows before columns, as safetensors has them; GGUF files have them the
    other way around. Empty: the tensor is one number."""


class ModelHeader(Sent):
    """What a GGUF or safetensors file says before its weights."""

    format: Literal["gguf", "safetensors"]
    """The format of the file: `gguf` or `safetensors`."""
    metadata: dict[str, Any] = Field(default={})
    """The keys and values of a GGUF file, such as `llama.block_count`; long arrays may be left out. Empty by
    default."""
    tensors: list[TensorEntry] = Field(default=[], max_length=100_000)
    """The tensors of the file, which the memory of the weights is calculated from: for a weights question an
    empty list, the default, is an error."""
