"""The contract of POST /v1/memory/grid: memory at every point of a grid, for plots."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tokenquote_client.memory import Subject
from tokenquote_client.wire import Method, Received

__all__ = ["MemoryGridAnswer", "MemoryGridQuestion"]

Tokens = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Sequences = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class MemoryGridQuestion(Subject):
    """Weights and KV cache of context x sequences x quantisation, a million points at most."""

    context_tokens: Annotated[list[Tokens], Field(min_length=1, max_length=10_000)]
    """Tokens that each sequence holds."""
    sequences: list[Sequences] = Field(default=[1], min_length=1, max_length=10_000)
    """How many at the same time."""
    quantization: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1_000)]
    """Number formats of the weights."""
    kv_dtype: str = Field(default="bf16", max_length=32)
    block_tokens: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """Tokens of a cache block, if the engine pages."""


class MemoryGridAnswer(Received):
    """Bytes on one set of GPUs, without replication and without what an engine needs besides."""

    weights_bytes: list[int]
    """For each quantisation."""
    kv_cache_bytes: list[list[int]]
    """For each context, for each number of sequences."""
    total_bytes: list[list[list[int]]]
    """For each quantisation, for each context, for each number of sequences."""
    method: Method
    assumptions: list[str] = Field(default=[])
    warnings: list[str] = Field(default=[])
