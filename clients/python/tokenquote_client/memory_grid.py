"""The contract of POST /v1/memory/grid: memory at every point of a grid, for plots."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tokenquote_client.memory import Subject
from tokenquote_client.wire_types import Method, Received

__all__ = ["MemoryGridAnswer", "MemoryGridQuestion"]

GridTokens = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
GridSequences = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class MemoryGridQuestion(Subject):
    """A grid of contexts × sequences × number formats of the weights, of at most 1,000,000 points."""

    context_tokens: Annotated[list[GridTokens], Field(min_length=1, max_length=10_000)]
    """The numbers of tokens that each sequence holds: the first axis of the cache."""
    sequences: list[GridSequences] = Field(default=[1], min_length=1, max_length=10_000)
    """The numbers of sequences at the same time: the second axis of the cache; 1 alone by default."""
    quantization: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1_000)]
    """The number formats of the weights, such as `bf16` or `awq-4bit-g128`."""
    kv_dtype: str = Field(default="bf16", max_length=32)
    """The number format of the KV cache: `bf16`, the default, `fp8` or another."""
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """The number of tokens in a block of the cache, to whole ones of which each sequence is rounded up; null,
    the default: nothing is rounded up to blocks."""


class MemoryGridAnswer(Received):
    """The bytes at every point of the grid, without replication and without what the engine itself needs."""

    weights_bytes: list[int]
    """The bytes of the weights, a number for each of `quantization`, in their order."""
    kv_cache_bytes: list[list[int]]
    """The bytes of the KV cache: for each of `context_tokens`, a list with a number for each of
    `sequences`."""
    total_bytes: list[list[list[int]]]
    """The bytes of weights and KV cache together: for each `quantization`, a list for each of
    `context_tokens`, with a number for each of `sequences`."""
    method: Method
    """How the bytes of all points are known: `exact`, `rule` (a published formula), `calibrated` (fitted
    to measurements) or `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
    warnings: list[str] = Field(default=[])
    """What could mislead a reader who sees only the numbers; empty: nothing that is known."""
