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
    assert [one for one in measured if not one.exact and one.known is None] == []


def test_ninety_nine_in_a_hundred_independent_rows_are_exact(measured: list[Measured]) -> None:
    independent = [one for one in measured if one.independent]
    assert sum(one.exact for one in independent) / len(independent) >= 0.99


def test_every_port_of_a_formula_agrees(measured: list[Measured]) -> None:
    assert [one for one in measured if not one.independent and not one.exact] == []


def test_every_row_is_counted_or_says_why_not(measured: list[Measured]) -> None:
    assert [one.row for one in measured] == list(range(len(measured)))
    assert [one for one in measured if one.predicted is None and not one.reason] == []


def test_no_exception_is_out_of_date(measured: list[Measured]) -> None:
    reasons = {one.known for one in measured if not one.exact}
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
    (one,) = MediaCounter(catalog).count(vectors)
    assert one.row == 0
    assert (one.predicted is None) == (one.reason is not None)
