"""The bytes of an index over embeddings, as faiss 1.15 and hnswlib 0.8 lay it out in memory.

    flat     vectors x code
    HNSW     each vector links to 2 M others on the ground level and to M on each level above. A level above
             is reached with probability 1/M, so a vector is on 1/(M - 1) of them on average.
      faiss    codes + 4-byte links + an 8-byte offset and a 4-byte level each (impl/HNSW.h)
      hnswlib  4 bytes for the number of links of each level, the vector, an 8-byte label; besides an 8-byte
               pointer, a 4-byte level and a 40-byte lock each (hnswalg.h)
    IVF      codes + 8-byte ids in lists, each with two vectors of 24 bytes; a centroid for each list
             (invlists/InvertedLists.h)
    PQ       codes of `segments` x `bits`; 2^bits centroids of each segment in fp32
             (impl/ProductQuantizer.h); IVF-PQ with L2 holds a table of lists x segments x 2^bits floats,
             unless it is above 2 GiB (IndexIVFPQ.cpp)

Scalar types are faiss's quantisers: fp16, eight bits (with two floats for each dimension), four bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from tokenquote.counts import ceil_div
from tokenquote.errors import LocatedError

__all__ = ["VectorIndex", "VectorIndexError", "VectorIndexPlan", "vector_index"]

IndexKind = Literal["flat", "hnsw", "ivf", "pq", "ivf_pq"]
VectorType = Literal["fp32", "fp16", "int8", "int4"]
Library = Literal["faiss", "hnswlib"]

_BITS: dict[VectorType, int] = {"fp32": 32, "fp16": 16, "int8": 8, "int4": 4}
_FLOAT = 4
_ID = 8
_LINK = 4
_LIST = 2 * 24
_LOCK = 40
_TABLE_LIMIT = 2**31


class VectorIndexError(LocatedError):
    """No such index can be made; `field` names what does not fit."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__((field,), detail)


@dataclass(frozen=True, slots=True)
class VectorIndexPlan:
    """What is indexed, and in which way."""

    vectors: int
    dimension: int
    kind: IndexKind
    type: VectorType = "fp32"
    library: Library = "faiss"
    links: int = 32
    """M of HNSW: the links of a vector on each level above the ground."""
    lists: int = 1
    """The number of lists of IVF."""
    segments: int = 8
    """The number of segments of PQ."""
    bits: int = 8
    """The bits of a PQ segment's code."""
    precomputed_table: bool = True
    """Whether IVF-PQ precomputes a table; only the L2 metric has one."""


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """The bytes of an index and their arithmetic."""

    components: dict[str, int]
    """The bytes by part, which add up to `bytes`."""
    formula: str
    """The arithmetic of each part in words."""

    @property
    def bytes(self) -> int:
        """The bytes of all parts."""
        return sum(self.components.values())


def vector_index(plan: VectorIndexPlan) -> VectorIndex:
    """Return the bytes of the index; of HNSW on average over its random levels.

    Raises:
        VectorIndexError: the parameters do not go together.
    """
    _check(plan)
    parts = {"flat": _flat, "hnsw": _hnsw, "ivf": _ivf, "pq": _pq, "ivf_pq": _ivf_pq}[plan.kind](plan)
    components: dict[str, int] = {}
    terms: list[str] = []
    for part, size, term in parts:
        whole = Fraction(size)
        components[part] = ceil_div(whole.numerator, whole.denominator)
        terms.append(f"{part}: {term}")
    return VectorIndex(components, "; ".join(terms))


IndexPart = tuple[str, int | Fraction, str]
"""A component of an index: its name, its bytes and the arithmetic in words."""


def _check(plan: VectorIndexPlan) -> None:
    if plan.library == "hnswlib" and plan.kind != "hnsw":
        raise VectorIndexError("library", f"hnswlib has no {plan.kind} index")
    if plan.library == "hnswlib" and plan.type != "fp32":
        raise VectorIndexError("dtype", "hnswlib stores fp32 vectors")
    if plan.kind in ("pq", "ivf_pq"):
        if plan.dimension % plan.segments:
            detail = f"{plan.dimension} dimensions do not divide into {plan.segments} segments"
            raise VectorIndexError("segments", detail)
        if plan.type != "fp32":
            raise VectorIndexError(
                "dtype", "a product quantiser takes the place of the type: leave it at fp32"
            )
    if plan.kind == "hnsw" and plan.links < 2:
        raise VectorIndexError("links", "HNSW needs at least 2 links")


def _code(plan: VectorIndexPlan) -> int:
    return ceil_div(plan.dimension * _BITS[plan.type], 8)


def _flat(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    code = _code(plan)
    yield "vectors", plan.vectors * code, f"{plan.vectors} x {code} bytes"
    if plan.type in ("int8", "int4"):
        yield "ranges", 2 * _FLOAT * plan.dimension, f"2 x {plan.dimension} floats"


def _hnsw(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    yield from _flat(plan)
    n, m = plan.vectors, plan.links
    above = Fraction(1, m - 1)
    levels = f"a vector is on 1 / ({m} - 1) levels above the ground"
    if plan.library == "faiss":
        links = n * _LINK * (2 * m + m * above)
        yield "links", links, f"{n} x 4 x (2 x {m} + {m} / ({m} - 1)); {levels}"
        yield "bookkeeping", n * (_ID + _FLOAT), f"{n} x (8-byte offset + 4-byte level)"
        return
    links = n * ((2 * m * _LINK + _LINK) + above * (m * _LINK + _LINK))
    yield "links", links, f"{n} x ((2 x {m} + 1) x 4 + ({m} + 1) x 4 / ({m} - 1)); {levels}"
    yield "ids", n * _ID, f"{n} x 8-byte label"
    yield "bookkeeping", n * (8 + _FLOAT + _LOCK), f"{n} x (8-byte pointer + 4-byte level + 40-byte lock)"


def _ivf(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    yield from _flat(plan)
    yield from _lists(plan)


def _pq(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    code = ceil_div(plan.segments * plan.bits, 8)
    yield (
        "vectors",
        plan.vectors * code,
        f"{plan.vectors} x {code} bytes of {plan.segments} x {plan.bits} bits",
    )
    yield "codebooks", 2**plan.bits * plan.dimension * _FLOAT, f"2^{plan.bits} x {plan.dimension} floats"


def _ivf_pq(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    yield from _pq(plan)
    yield from _lists(plan)
    table = plan.lists * plan.segments * 2**plan.bits * _FLOAT
    if plan.precomputed_table and table <= _TABLE_LIMIT:
        term = f"{plan.lists} lists x {plan.segments} x 2^{plan.bits} floats"
        yield "precomputed_table", table, term


def _lists(plan: VectorIndexPlan) -> Iterator[IndexPart]:
    yield "ids", plan.vectors * _ID, f"{plan.vectors} x 8 bytes"
    yield "centroids", plan.lists * plan.dimension * _FLOAT, f"{plan.lists} x {plan.dimension} floats"
    yield "bookkeeping", plan.lists * _LIST, f"{plan.lists} lists x 2 x 24 bytes"
