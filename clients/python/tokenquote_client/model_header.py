"""The header of a model file in a question: its keys and its tensors, without the weights."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from tokenquote_client.wire import Sent

__all__ = ["ModelHeader", "TensorEntry"]

Size = Annotated[int, Field(strict=True, ge=0, le=2**53)]


class TensorEntry(Sent):
    """One tensor of the file."""

    name: str = Field(max_length=1000)
    type: str = Field(max_length=40)
    """F16, BF16, Q4_K, …: as the file's format writes it."""
    shape: list[Size] = Field(max_length=8)
    """Rows before columns, as safetensors has it; GGUF files have it the other way around."""


class ModelHeader(Sent):
    """What a GGUF or safetensors file says before its weights."""

    format: Literal["gguf", "safetensors"]
    metadata: dict[str, Any] = Field(default={})
    """Keys of a GGUF file, such as `llama.block_count`; long arrays may be left out."""
    tensors: list[TensorEntry] = Field(default=[], max_length=100_000)
