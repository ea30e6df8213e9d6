"""The contract of POST /v1/memory/vector-index."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.wire import Method, Received, Sent

__all__ = ["VectorIndexAnswer", "VectorIndexQuestion"]


class VectorIndexQuestion(Sent):
    """How much memory an index over embeddings takes."""

    vectors: Annotated[int, Field(strict=True, ge=0, le=10**13)]
    dimension: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    dtype: Literal["fp32", "fp16", "int8", "int4"] = "fp32"
    """Of a stored element; a product quantiser takes its place in pq and ivf_pq."""
    index: Literal["flat", "hnsw", "ivf", "pq", "ivf_pq"] = "flat"
    library: Literal["faiss", "hnswlib"] = "faiss"
    links: Annotated[int, Field(strict=True, ge=2, le=10_000)] | None = None
    """M of HNSW; by default the library's: 32 of faiss, 16 of hnswlib."""
    lists: Annotated[int, Field(strict=True, ge=1, le=10**9)] | None = None
    """Of IVF (nlist); by default 4 x the square root of `vectors`."""
    segments: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 8
    """Of PQ (M); they divide the dimension."""
    bits: Annotated[int, Field(strict=True, ge=1, le=16)] = 8
    """Of the code of a PQ segment."""
    metric: Literal["l2", "inner_product"] = "l2"
    """IVF-PQ holds a table for L2."""


class VectorIndexAnswer(Received):
    """Bytes of an index in memory."""

    bytes: int
    bytes_per_vector: float
    components: dict[str, int]
    """Bytes by part: vectors, links, ids, centroids, …; they add up to `bytes`."""
    formula: str
    method: Method
    assumptions: list[str] = Field(default=[])
