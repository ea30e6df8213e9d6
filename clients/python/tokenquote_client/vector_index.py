"""The contract of POST /v1/memory/vector-index: how many bytes an index over embeddings takes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tokenquote_client.wire_types import Method, Received, Sent, all_rules, either, having

__all__ = ["VectorIndexAnswer", "VectorIndexQuestion"]


class VectorIndexQuestion(Sent):
    """How much memory an index over embeddings takes."""

    model_config = all_rules(
        either(having(library=("faiss",)), having("index", index=("hnsw",), dtype=("fp32",))),
        either(having(index=("flat", "hnsw", "ivf")), having(dtype=("fp32",))),
    )

    vectors: Annotated[int, Field(strict=True, ge=0, le=10**13)]
    """The number of vectors in the index."""
    dimension: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    """The number of elements of each vector."""
    dtype: Literal["fp32", "fp16", "int8", "int4"] = "fp32"
    """The number format of a stored element, `fp32` by default. In `pq` and `ivf_pq` a product quantizer
    takes its place, and anything but fp32 is an error; hnswlib stores fp32 alone."""
    index: Literal["flat", "hnsw", "ivf", "pq", "ivf_pq"] = "flat"
    """The kind of index: exact search (`flat`, the default), a graph (`hnsw`), inverted lists (`ivf`),
    product-quantized codes (`pq`), or both of the last two (`ivf_pq`)."""
    library: Literal["faiss", "hnswlib"] = "faiss"
    """The library whose memory layout applies: `faiss`, the default, or `hnswlib`, with which any index but
    `hnsw` is an error."""
    links: Annotated[int, Field(strict=True, ge=2, le=10_000)] | None = None
    """The number of links of each vector in an HNSW index (M); null, the default: the library's own, 32 for
    faiss and 16 for hnswlib. Other indexes do not depend on it."""
    lists: Annotated[int, Field(strict=True, ge=1, le=10**9)] | None = None
    """The number of inverted lists of `ivf` and `ivf_pq` (nlist); null, the default: 4 × the square root of
    `vectors`. Other indexes do not depend on it."""
    segments: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 8
    """The number of segments that product quantization (`pq`, `ivf_pq`) cuts each vector into (M), which must
    divide `dimension`; 8 by default. Other indexes do not depend on it."""
    bits: Annotated[int, Field(strict=True, ge=1, le=16)] = 8
    """The number of bits in the code of each segment of product quantization (`pq`, `ivf_pq`); 8 by default.
    Other indexes do not depend on it."""
    metric: Literal["l2", "inner_product"] = "l2"
    """The distance between vectors: with `l2`, the default, an `ivf_pq` index holds a precomputed table
    besides, unless that is above 2 GiB; with `inner_product` it holds none."""


class VectorIndexAnswer(Received):
    """How much memory an index over embeddings takes, in bytes."""

    bytes: int
    """The bytes of the whole index; of HNSW the expected size, since its levels are random."""
    bytes_per_vector: float
    """The bytes of the whole index divided by the number of vectors, not rounded; 0 without vectors."""
    components: dict[str, int]
    """The bytes by part: vectors, links, ids, centroids, …; they add up to `bytes`."""
    formula: str
    """The formula of each part with its numbers filled in."""
    method: Method
    """How `bytes` is known: `exact`, `rule` (a published formula), `calibrated` (fitted to measurements) or
    `assumed` (a default, or a shape that is taken for granted)."""
    assumptions: list[str] = Field(default=[])
    """What the answer takes for granted, one statement each; empty: nothing."""
