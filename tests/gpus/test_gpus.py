"""gpus.yaml and GET /v1/gpus."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.written_catalog import gpus as written_gpus

from tokenquote import Estimator
from tokenquote.catalog import Catalog, CatalogError, UnknownGpu, load_catalog
from tokenquote_client import Client, GpuList

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "gpus.json"
OURS = """
gpus:
  our-l40s:
    name: L40S of our own
    maker: NVIDIA
    memory_gb: 48
    usable_gib: {value: 44.34, method: calibrated, source: nvidia-smi}
    price: {per_hour: "0.61", source: our books, checked: 2026-11-01}
"""


def test_an_h100_says_everything(http: httpx2.Client) -> None:
    """79.18 GiB are 85,018,877,624 bytes (79.18 x 2^30, rounded); 3,350 GB/s, 989 and 1,978 TFLOPS."""
    answer = http.get("/v1/gpus")
    gpus = {one.id: one for one in GpuList.model_validate(answer.json()).items}
    h100 = gpus["h100-sxm-80gb"]
    assert (h100.usable_bytes, h100.usable_method) == (85_018_877_624, "calibrated")
    assert (h100.bandwidth_bytes_per_second, h100.link, h100.link_bytes_per_second) == (
        3.35e12,
        "nvlink",
        4.5e11,
    )
    assert h100.flops_per_second == {"fp16": 9.89e14, "fp8": 1.978e15, "int8": 1.978e15}
    price = written_gpus()["h100-sxm-80gb"]["price"]
    assert (h100.price_per_hour, h100.price_checked) == (Decimal(price["per_hour"]), price["checked"])
    assert set(h100.sources) == {
        "usable_bytes", "bandwidth_bytes_per_second", "flops_per_second", "link_bytes_per_second",
    }  # fmt: skip
    assert list(gpus) == sorted(written_gpus())


def test_what_no_source_says_is_null(http: httpx2.Client) -> None:
    gpus = {one["id"]: one for one in http.get("/v1/gpus").json()["items"]}
    assert gpus["gb10-128gb"]["flops_per_second"] == {}
    assert gpus["h20-96gb"]["bandwidth_bytes_per_second"] is None
    assert gpus["l4-24gb"]["price_per_hour"] is None


def test_the_etag_is_the_catalog_s_revision(http: httpx2.Client) -> None:
    etag = http.get("/v1/gpus").headers["etag"]
    assert etag == f'W/"{http.get("/v1/catalog").json()["revision"]}"'
    assert http.get("/v1/gpus", headers={"if-none-match": etag}).status_code == 304


def test_the_client_and_the_estimator_say_the_same(base_url: str) -> None:
    with Client(base_url) as client:
        assert client.gpus() == Estimator().gpus()


@pytest.mark.parametrize("name", ["h100", "H100-SXM", "h100-sxm-80gb", "NVIDIA H100 SXM 80GB", " h100 "])
def test_a_gpu_has_several_names(catalog: Catalog, name: str) -> None:
    assert catalog.gpu(name) == "h100-sxm-80gb"


def test_an_unknown_gpu_has_near_names(catalog: Catalog) -> None:
    with pytest.raises(UnknownGpu) as error:
        catalog.gpu("H100-SXM-80")
    assert error.value.near[0] == "h100-sxm-80gb"
    with pytest.raises(UnknownGpu):
        catalog.gpu("")


def test_an_overlay_adds_a_gpu_and_changes_the_revision(tmp_path: Path, catalog: Catalog) -> None:
    (tmp_path / "gpus.yaml").write_text(OURS)
    overlaid = load_catalog(tmp_path)
    assert overlaid.gpus["our-l40s"].usable_bytes == round(44.34 * 2**30)
    assert len(overlaid.gpus) == len(catalog.gpus) + 1
    assert overlaid.revision != catalog.revision


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(("value: 44.34", "value: 50"), "more than memory_gb", id="more than sold"),
        pytest.param(("value: 44.34", "value: -1"), "usable_gib.value", id="negative"),
        pytest.param(("value: 44.34", "value: .inf"), "gpus.yaml:7: write .inf", id="infinite"),
        pytest.param(('"0.61"', "0.61"), "quoted decimal", id="a price that is a float"),
        pytest.param(('"0.61"', '"-1"'), "plain decimal", id="a negative price"),
        pytest.param(
            ("maker: NVIDIA", "maker: NVIDIA\n    aliases: [h100]"), "already means", id="a taken name"
        ),
        pytest.param(("our-l40s", "Our GPU"), "gpus", id="a name with blanks"),
        pytest.param(("    maker: NVIDIA\n", ""), "maker", id="no maker"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_and_names_the_place(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    (tmp_path / "gpus.yaml").write_text(OURS.replace(*change))
    with pytest.raises(CatalogError, match=r"gpus\.yaml") as error:
        load_catalog(tmp_path)
    assert said in str(error.value)


def _reference() -> list[dict[str, Any]]:
    if not REFERENCE.exists():
        return []
    found: list[dict[str, Any]] = json.loads(REFERENCE.read_text())["gpus"]
    return found


def test_the_catalog_says_what_the_reference_says(catalog: Catalog) -> None:
    if not REFERENCE.exists():
        pytest.skip("no ../shared/reference/gpus.json here")
    checked = 0
    for row in _reference():
        gpu = next((one for one in catalog.gpus.values() if one.name == row["name"]), None)
        if gpu is None:  # in several sizes, or a part of a card
            continue
        checked += 1
        if row.get("usable_gib"):
            assert gpu.usable_gib.value == min(row["usable_gib"]), gpu.name
        if row.get("bw_Bps"):
            assert gpu.bandwidth_gb_per_second is not None
            assert gpu.bandwidth_gb_per_second.value * 1e9 == row["bw_Bps"], gpu.name
        if row.get("bf16_tflops_dense"):
            assert gpu.tflops is not None
            assert gpu.tflops.fp16 == pytest.approx(row["bf16_tflops_dense"], rel=1e-3)
    assert checked >= 25
