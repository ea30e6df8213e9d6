"""Every row of the media figures: what processors do, providers print, bills say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.figures.media_counts import Measured, MediaCounter
from benchmarks.figures.media_exceptions import EXCEPTIONS

from tokenquote.catalog import Catalog

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "media_vectors.json"


@pytest.fixture(scope="module")
def measured(catalog: Catalog) -> list[Measured]:
    if not VECTORS.is_file():
        pytest.skip(f"no vectors at {VECTORS}")
    return list(MediaCounter(catalog).count(VECTORS))


def test_a_row_that_differs_has_a_reason(measured: list[Measured]) -> None:
    assert [item for item in measured if not item.exact and item.known is None] == []


def test_ninety_nine_in_a_hundred_independent_rows_are_exact(measured: list[Measured]) -> None:
    independent = [item for item in measured if item.independent]
    assert sum(item.exact for item in independent) / len(independent) >= 0.99


def test_every_port_of_a_formula_agrees(measured: list[Measured]) -> None:
    assert [item for item in measured if not item.independent and not item.exact] == []


def test_every_row_is_counted_or_says_why_not(measured: list[Measured]) -> None:
    assert [item.row for item in measured] == list(range(len(measured)))
    assert [item for item in measured if item.predicted is None and not item.reason] == []


def test_no_exception_is_out_of_date(measured: list[Measured]) -> None:
    reasons = {item.known for item in measured if not item.exact}
    assert reasons == set(EXCEPTIONS.values())


SIZE = {"width": 3, "height": 4}


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"family": "qwen2_vl", "modality": "image", "config": {}, **SIZE},
        {"family": "nobody_knows", "model": "m", "modality": "image", "config": {"a": 1}, **SIZE},
        {"family": "qwen2_vl", "model": "m", "modality": "smell", "config": {}},
        {"family": "voxtral", "model": "m", "modality": "audio", "config": {}},
        {"family": "llava_onevision", "model": "m", "modality": "video", "config": {}, "frames": None},
        {"family": "internvl", "model": "m", "modality": "image", "config": None, **SIZE},
        {"family": "deepseek_ocr", "model": "m", "modality": "image", "config": {"mode": "huge"}, **SIZE},
        {"family": 3, "model": None, "modality": "image", "config": "none", **SIZE},
        {
            "family": "qwen2_vl",
            "model": "m",
            "modality": "image",
            "config": {"patch": "a", "merge": 0},
            **SIZE,
        },
        {"family": "qwen2_vl", "model": "m", "modality": "image", "config": {}, "width": 0, "height": 0},
    ],
)
def test_a_row_of_another_file_is_counted_or_says_why_not(
    catalog: Catalog, tmp_path: Path, row: dict[str, object]
) -> None:
    vectors = tmp_path / "vectors.json"
    vectors.write_text(json.dumps([row]))
    (item,) = MediaCounter(catalog).count(vectors)
    assert item.row == 0
    assert (item.predicted is None) == (item.reason is not None)
