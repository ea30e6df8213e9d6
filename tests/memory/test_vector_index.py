"""Bytes of vector indexes: literal arithmetic, and the libraries' own files where they are installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tokenquote.memory.vector_index import VectorIndexError, VectorIndexPlan, vector_index

MILLION = VectorIndexPlan(vectors=1_000_000, dimension=768, kind="flat")


@pytest.mark.parametrize(
    ("plan", "components"),
    [
        pytest.param(MILLION, {"vectors": 3_072_000_000}, id="flat"),
        pytest.param(replace(MILLION, type="fp16"), {"vectors": 1_536_000_000}, id="fp16"),
        pytest.param(
            replace(MILLION, type="int8"), {"vectors": 768_000_000, "ranges": 2 * 768 * 4}, id="eight bits"
        ),
        pytest.param(
            replace(MILLION, type="int4", dimension=7),
            {"vectors": 4_000_000, "ranges": 2 * 7 * 4},
            id="four bits, rounded up to bytes",
        ),
        pytest.param(
            # 4 x (2 x 16 + 16/15) = 132.27 bytes of links
            replace(MILLION, kind="hnsw", links=16),
            {"vectors": 3_072_000_000, "links": 132_266_667, "bookkeeping": 12_000_000},
            id="HNSW of faiss",
        ),
        pytest.param(
            # 4 + 32 x 4 on the ground, (4 + 16 x 4) / 15 above
            replace(MILLION, kind="hnsw", links=16, library="hnswlib"),
            {"vectors": 3_072_000_000, "links": 136_533_334, "ids": 8_000_000, "bookkeeping": 52_000_000},
            id="HNSW of hnswlib",
        ),
        pytest.param(
            replace(MILLION, kind="ivf", lists=4000),
            {"vectors": 3_072_000_000, "ids": 8_000_000, "centroids": 12_288_000, "bookkeeping": 192_000},
            id="IVF",
        ),
        pytest.param(
            replace(MILLION, kind="pq", segments=96), {"vectors": 96_000_000, "codebooks": 786_432}, id="PQ"
        ),
        pytest.param(
            replace(MILLION, kind="pq", segments=96, bits=4),
            {"vectors": 48_000_000, "codebooks": 49_152},
            id="PQ of four bits",
        ),
        pytest.param(
            replace(MILLION, kind="ivf_pq", segments=96, lists=4000),
            {
                "vectors": 96_000_000,
                "codebooks": 786_432,
                "ids": 8_000_000,
                "centroids": 12_288_000,
                "bookkeeping": 192_000,
                "precomputed_table": 393_216_000,
            },
            id="IVF-PQ",
        ),
        pytest.param(
            replace(MILLION, kind="ivf_pq", segments=96, lists=65_536),
            {
                "vectors": 96_000_000,
                "codebooks": 786_432,
                "ids": 8_000_000,
                "centroids": 201_326_592,
                "bookkeeping": 3_145_728,
            },
            id="IVF-PQ whose table would be above 2 GiB",
        ),
        pytest.param(replace(MILLION, vectors=0), {"vectors": 0}, id="empty"),
    ],
)
def test_components(plan: VectorIndexPlan, components: dict[str, int]) -> None:
    index = vector_index(plan)
    assert index.components == components
    assert index.bytes == sum(components.values())
    assert all(part in index.formula for part in components)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "pq", "segments": 5}, "segments"),
        ({"kind": "ivf_pq", "type": "fp16"}, "dtype"),
        ({"kind": "ivf", "library": "hnswlib"}, "library"),
        ({"kind": "hnsw", "library": "hnswlib", "type": "int8"}, "dtype"),
        ({"kind": "hnsw", "links": 1}, "links"),
    ],
)
def test_what_does_not_go_together(change: dict[str, Any], field: str) -> None:
    with pytest.raises(VectorIndexError) as error:
        vector_index(replace(MILLION, **change))
    assert error.value.location == (field,)


VECTORS, DIMENSION, LISTS = 20_000, 64, 100
DATA = np.random.default_rng(7).random((VECTORS, DIMENSION), dtype=np.float32)
SMALL = VectorIndexPlan(vectors=VECTORS, dimension=DIMENSION, kind="flat", lists=LISTS)


def _of_faiss(faiss: Any, plan: VectorIndexPlan) -> Any:
    flat = faiss.IndexFlatL2(DIMENSION)
    types = {"fp16": "QT_fp16", "int8": "QT_8bit", "int4": "QT_4bit"}
    if plan.kind == "hnsw":
        return faiss.IndexHNSWFlat(DIMENSION, plan.links)
    if plan.kind == "ivf":
        return faiss.IndexIVFFlat(flat, DIMENSION, LISTS)
    if plan.kind == "pq":
        return faiss.IndexPQ(DIMENSION, plan.segments, plan.bits)
    if plan.kind == "ivf_pq":
        return faiss.IndexIVFPQ(flat, DIMENSION, LISTS, plan.segments, plan.bits)
    if plan.type != "fp32":
        return faiss.IndexScalarQuantizer(DIMENSION, getattr(faiss.ScalarQuantizer, types[plan.type]))
    return flat


@pytest.mark.references
@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(SMALL, id="flat"),
        pytest.param(replace(SMALL, type="fp16"), id="fp16"),
        pytest.param(replace(SMALL, type="int8"), id="int8"),
        pytest.param(replace(SMALL, type="int4"), id="int4"),
        pytest.param(replace(SMALL, kind="hnsw", links=8), id="hnsw 8"),
        pytest.param(replace(SMALL, kind="hnsw", links=32), id="hnsw 32"),
        pytest.param(replace(SMALL, kind="ivf"), id="ivf"),
        pytest.param(replace(SMALL, kind="pq", segments=16, bits=4), id="pq"),
        pytest.param(replace(SMALL, kind="ivf_pq", segments=8), id="ivf_pq"),
    ],
)
def test_faiss_writes_as_many_bytes(plan: VectorIndexPlan) -> None:
    """A file has headers, and neither the lists' bookkeeping nor the table, which is compared by itself."""
    faiss: Any = pytest.importorskip("faiss")
    index = _of_faiss(faiss, plan)
    index.train(DATA)
    index.add(DATA)
    predicted = vector_index(plan).components
    held = sum(size for part, size in predicted.items() if part != "precomputed_table")
    if plan.kind in ("ivf", "ivf_pq"):
        held -= predicted["bookkeeping"]
    # Random levels of HNSW: 0.1 %. Headers, and a size for each list: 2 KB.
    assert faiss.serialize_index(index).nbytes == pytest.approx(held, rel=0.001, abs=2048)
    if plan.kind == "ivf_pq":
        assert index.precomputed_table.size() * 4 == predicted["precomputed_table"]


@pytest.mark.references
@pytest.mark.parametrize("links", [8, 16])
def test_hnswlib_writes_as_many_bytes(tmp_path: Path, links: int) -> None:
    """A file has links, vectors and labels, and a length of four bytes for each; no pointers and locks."""
    hnswlib: Any = pytest.importorskip("hnswlib")
    index = hnswlib.Index("l2", DIMENSION)
    index.init_index(max_elements=VECTORS, M=links, ef_construction=40)
    index.add_items(DATA)
    index.save_index(str(tmp_path / "index"))
    plan = replace(SMALL, kind="hnsw", links=links, library="hnswlib")
    predicted = vector_index(plan).components
    held = predicted["vectors"] + predicted["links"] + predicted["ids"] + 4 * VECTORS
    assert (tmp_path / "index").stat().st_size == pytest.approx(held, rel=0.001)
