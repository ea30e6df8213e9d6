"""POST /v1/memory/grid and /v1/memory/vector-index: many sizes at once, and an index over embeddings."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

from tokenquote.api.memory import MAX_BYTES, figure_method, read_config, resolve_subject
from tokenquote.catalog import Catalog
from tokenquote.errors import LocatedError, under
from tokenquote.memory import (
    CacheError,
    number_formats,
    read_architecture,
    read_cache_layout,
    weigh_architecture,
)
from tokenquote.memory.grids import memory_grid
from tokenquote.memory.vector_index import VectorIndexPlan, vector_index
from tokenquote_client.memory_grid import MemoryGridAnswer, MemoryGridQuestion
from tokenquote_client.vector_index import VectorIndexAnswer, VectorIndexQuestion

__all__ = ["answer_memory_grid", "answer_vector_index"]

MAX_POINTS = 1_000_000
_LINKS = {"faiss": 32, "hnswlib": 16}  # faiss IndexHNSWFlat(d, M=32), hnswlib init_index(M=16)


def answer_memory_grid(question: MemoryGridQuestion, catalog: Catalog) -> MemoryGridAnswer:
    """Return the bytes at every point of the grid.

    Raises:
        LocatedError: the model or a format is unknown or wrong, or the grid is too large.
    """
    points = len(question.context_tokens) * len(question.sequences) * len(question.quantization)
    if points > MAX_POINTS:
        raise LocatedError((), f"the grid has {points} points; at most {MAX_POINTS} are answered at once")
    subject = resolve_subject(question, catalog)
    architecture = read_config(read_architecture, *subject)
    formats = number_formats(catalog.quantization)
    weights = []
    for i, name in enumerate(question.quantization):
        with under("quantization", i):
            weights.append(weigh_architecture(architecture, formats.weight(name), formats).bytes)
    with under("kv_dtype"):
        element = formats.cache_element(question.kv_dtype)
    try:
        grid = memory_grid(
            [layer.attention for layer in architecture.layers],
            element,
            weights,
            question.context_tokens,
            question.sequences,
            block=question.block_tokens,
            encoder_tokens=read_config(read_cache_layout, *subject).encoder_tokens,
            limit=MAX_BYTES,
        )
    except CacheError as error:
        config = "model" if question.model else "architecture"
        raise error.at("kv_dtype" if error.location == ("dtype",) else config) from None
    return MemoryGridAnswer(
        weights_bytes=weights,
        kv_cache_bytes=grid.cache.tolist(),
        total_bytes=grid.total.tolist(),
        method=figure_method(architecture.known),
        assumptions=list(architecture.assumptions),
        warnings=list(architecture.warnings),
    )


def answer_vector_index(question: VectorIndexQuestion) -> VectorIndexAnswer:
    """Return the bytes of an index over embeddings.

    Raises:
        LocatedError: the parameters do not go together, or the index is too large for a number of JSON.
    """
    plan = VectorIndexPlan(
        vectors=question.vectors,
        dimension=question.dimension,
        kind=question.index,
        type=question.dtype,
        library=question.library,
        links=question.links or _LINKS[question.library],
        lists=question.lists or max(1, 4 * isqrt(question.vectors)),
        segments=question.segments,
        bits=question.bits,
        precomputed_table=question.metric == "l2",
    )
    index = vector_index(plan)
    if index.bytes > MAX_BYTES:
        raise LocatedError(("vectors",), f"the index would take more than 2^53 bytes, {MAX_BYTES}")
    return VectorIndexAnswer(
        bytes=index.bytes,
        bytes_per_vector=index.bytes / question.vectors if question.vectors else 0.0,
        components=index.components,
        formula=index.formula,
        method="rule",
        assumptions=list(_index_assumptions(question, plan)),
    )


def _index_assumptions(question: VectorIndexQuestion, plan: VectorIndexPlan) -> Iterator[str]:
    yield "other copies of the vectors, their metadata and the memory to build the index are not counted"
    if question.index == "hnsw":
        yield "levels are random: this is the expected size; it varies by 0.1 % at 20,000 vectors"
        if question.links is None:
            yield f"{plan.links} links, the default of {plan.library}"
    if question.index in ("ivf", "ivf_pq") and question.lists is None:
        yield f"{plan.lists} lists: 4 x the square root of the number of vectors"
    if question.index in ("ivf", "ivf_pq"):
        yield "lists are as long as their content; while vectors are added, faiss reserves up to twice that"
