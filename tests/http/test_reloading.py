"""The catalog of a running service is loaded anew: the whole of it or nothing, and it says what happened."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.catalog.test_loading import SHARED, catalog_at
from tests.http.reload_soak import BROKEN, PLAN, serving, soak, wait_for, write_version

from tokenquote import Estimator
from tokenquote.catalog import Catalog, CatalogError, Fault, load_catalog
from tokenquote.http.reloading import CatalogFiles, CatalogWatch
from tokenquote.tokens import Vocabularies


def costs(client: httpx2.Client) -> list[str]:
    answer = client.post("/v1/quotes", json=PLAN)
    assert answer.status_code == 200
    return [quote["totals"]["cost"] for quote in answer.json()["quotes"]]


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    """The first version: 1 dollar a million."""
    write_version(tmp_path / "overlay", 0)
    return tmp_path / "overlay"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A small catalog for the overlay to lie over, which loads in no time."""
    counting = SHARED["counting.yaml"].replace("plain", "openai-gpt-4o")
    return catalog_at(tmp_path / "base", {"counting.yaml": counting})


def test_under_load_no_quote_fails_or_mixes_two_versions() -> None:
    """`make soak` does the same two hundred times."""
    found = soak(reloads=2, askers=2)
    assert (found.reloads, found.failed_reloads) == (2, 1)
    assert (found.failures, found.mixed, found.unnamed) == ([], [], 0)
    assert found.quotes > 2
    assert all(len(seen) == 1 for seen in found.costs_by_revision.values())


def test_a_signal_loads_the_files_and_says_what_is_wrong_until_it_is_mended(overlay: Path) -> None:
    with serving(overlay, "0") as (url, process), httpx2.Client(base_url=url, timeout=30) as client:
        first = client.get("/readyz").json()["catalog"]
        assert (first["reloads"], first["failed_reloads"], first["problems"]) == (0, 0, [])
        gpus = client.get("/v1/gpus").headers["etag"]
        assert costs(client) == ["1", "1"]

        (overlay / "providers" / "left.yaml").write_text(BROKEN)
        process.send_signal(signal.SIGHUP)
        wait_for(client, "failed_reloads", 1)
        _check_what_is_wrong(client, first)
        assert costs(client) == ["1", "1"]

        write_version(overlay, 1)
        process.send_signal(signal.SIGHUP)
        wait_for(client, "reloads", 1)
        _check_mended(client, first)
        assert costs(client) == ["2", "2"]
        assert client.get("/v1/gpus", headers={"if-none-match": gpus}).status_code == 200


def _check_what_is_wrong(client: httpx2.Client, first: dict[str, Any]) -> None:
    state = client.get("/readyz").json()["catalog"]
    assert (state["revision"], state["loaded_at"]) == (first["revision"], first["loaded_at"])
    problems = [(found["file"], found["line"], found["field"]) for found in state["problems"]]
    assert ("providers/left.yaml", 5, "models[model].prices") in problems
    assert ("providers/left.yaml", 5, "models[model].price") in problems
    assert client.get("/v1/catalog").json()["problems"] == state["problems"]
    metrics = client.get("/metrics").text
    assert 'tokenquote_catalog_reloads_total{outcome="failed"} 1.0' in metrics
    assert 'field="models[model].price",file="providers/left.yaml",line="5"' in metrics


def _check_mended(client: httpx2.Client, first: dict[str, Any]) -> None:
    mended = client.get("/v1/catalog").json()
    assert (mended["problems"], mended["failed_reloads"]) == ([], 1)
    assert mended["revision"] != first["revision"]
    assert mended["loaded_at"] > first["loaded_at"]
    assert client.get("/v1/gpus").headers["etag"] == f'W/"{mended["revision"]}"'
    metrics = client.get("/metrics").text
    assert "tokenquote_catalog_problem{" not in metrics
    assert 'tokenquote_catalog_reloads_total{outcome="loaded"} 1.0' in metrics
    revisions = [line for line in metrics.splitlines() if line.startswith("tokenquote_catalog_info{")]
    assert revisions == [f'tokenquote_catalog_info{{revision="{mended["revision"]}"}} 1.0']


def touch(overlay: Path) -> None:
    os.utime(overlay / "providers" / "left.yaml", (1, 1))


def edit_in_place(overlay: Path) -> None:
    """The same size and time as before."""
    path = overlay / "providers" / "left.yaml"
    before = path.stat()
    path.write_text(path.read_text().replace('input: "1"', 'input: "7"'))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("change", "reloads"),
    [
        pytest.param(lambda _: None, False, id="nothing"),
        pytest.param(touch, False, id="touched"),
        pytest.param(lambda overlay: write_version(overlay, 1), True, id="links-swapped"),
        pytest.param(edit_in_place, True, id="edited-in-place"),
        pytest.param(lambda overlay: (overlay / ".left.yaml.swp").touch(), False, id="swap-file"),
        pytest.param(lambda overlay: (overlay / "providers" / "left.yaml").unlink(), True, id="removed"),
    ],
)
def test_what_counts_as_a_change(
    base: Path, overlay: Path, change: Callable[[Path], Any], reloads: bool
) -> None:
    files = CatalogFiles((base, overlay))
    files.load()
    change(overlay)
    assert (files.load_if_changed() is not None) is reloads
    assert files.load_if_changed() is None
    assert files.load_if_changed(anyway=True) is not None


def test_what_cannot_be_used_is_tried_once_and_again_when_it_changes(base: Path, overlay: Path) -> None:
    files = CatalogFiles((base, overlay))
    files.load()
    (overlay / "providers" / "left.yaml").write_text(BROKEN)
    with pytest.raises(CatalogError):
        files.load_if_changed()
    assert files.load_if_changed() is None
    (overlay / "..data").rename(overlay / "..gone")
    with pytest.raises(CatalogError):
        files.load_if_changed()


def test_a_fault_of_ours_does_not_end_the_watch(base: Path, overlay: Path) -> None:
    """The second change is taken though the first one could not be prepared."""
    files = CatalogFiles((base, overlay))
    files.load()
    taken: list[object] = []

    def prepare(catalog: Catalog) -> str:
        if not taken:
            raise RuntimeError("a fault of ours")
        return catalog.revision

    async def watch() -> None:
        watching = CatalogWatch(files, 0, prepare, taken.append)
        task = asyncio.create_task(watching.run())
        give_up = time.monotonic() + 30
        while len(taken) < 2 and time.monotonic() < give_up:
            watching.ask()
            await asyncio.sleep(0.05)
        task.cancel()

    asyncio.run(watch())
    fault, revision = taken[:2]
    assert fault == (Fault("the catalog", None, "", "RuntimeError while loading: see the log"),)
    assert revision == load_catalog(overlay, shipped=base).revision


def test_encoders_outlive_a_reload(catalog: Catalog, vocabularies: Vocabularies) -> None:
    before = vocabularies.encoder("o200k_base")
    known = {name: entry for name, entry in catalog.vocabularies.items() if name != "cl100k_base"}
    renewed = vocabularies.renewed(known)
    assert renewed.encoder("o200k_base") is before
    assert renewed.count("o200k_base", "two words") == 2
    assert "has no vocabulary 'cl100k_base'" in (renewed.trouble("cl100k_base") or "")


def test_the_estimator_loads_its_files_anew_or_keeps_what_it_has(overlay: Path) -> None:
    estimator = Estimator(catalog_dir=overlay)
    plan = {**PLAN, "models": None, "model": "left/model"}
    assert estimator.quote(plan).totals.cost == 1
    write_version(overlay, 1)
    assert estimator.quote(plan).totals.cost == 1
    estimator.reload()
    assert estimator.quote(plan).totals.cost == 2
    (overlay / "providers" / "left.yaml").write_text(BROKEN)
    with pytest.raises(CatalogError):
        estimator.reload()
    assert estimator.quote(plan).totals.cost == 2
    assert estimator.catalog().reloads == 1
