"""Workers whose catalog changes, that are killed meanwhile, and whose parent is killed at last."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.http.service_process import (
    LONG,
    MEDIUM,
    PATIENCE_SECONDS,
    SMALL,
    ServiceProcess,
    serving,
    until,
    workers_of,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")


@dataclass
class Changed:
    """A service whose catalog is changed."""

    service: ServiceProcess
    catalog: Path


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """A service that looks at its files when it is told to, which the last of its tests kills."""
    catalog = tmp_path_factory.mktemp("changed") / "catalog"
    (catalog / "providers").mkdir(parents=True)
    with serving(workers=2, reload_seconds=0, shutdown_seconds=3, catalog_dir=catalog) as running:
        yield Changed(running, catalog)


def test_a_changed_catalog_answers_in_every_process(changed: Changed) -> None:
    """One SIGHUP to the one process that users know loads it everywhere, for long questions too."""
    service, file = changed.service, changed.catalog / "providers" / "acme.yaml"
    file.write_text(
        "id: acme\nname: Acme\nfirst_party: false\nmodels:\n  - id: model\n    name: Model\n"
        '    counting: openai-gpt-4o\n    prices: [{rates: {input: "1", output: "0"}, source: made up, '
        "checked: 2026-11-29}]\n"
    )
    service.process.send_signal(signal.SIGHUP)
    short, long = {**SMALL, "model": "acme/model"}, {**MEDIUM, "model": "acme/model"}
    for plan in (short, long):
        until(lambda plan=plan: all(  # type: ignore[misc]
            httpx2.post(f"{service.url}/v1/quotes", json=plan, timeout=60).status_code == 200
            for _ in range(8)
        ))  # fmt: skip
    assert service.log().count('"event": "catalog.loaded"') == 1


def test_a_worker_that_is_killed_or_told_to_reload_while_it_begins_ends_nothing_else(
    changed: Changed,
) -> None:
    service = changed.service
    for number in range(1, 4):
        killed = workers_of(service, 2)[0]
        service.process.send_signal(signal.SIGHUP)
        os.kill(killed, signal.SIGKILL)
        until(lambda killed=killed: killed not in service.children() and len(service.children()) == 2)  # type: ignore[misc]
        service.process.send_signal(signal.SIGHUP)  # the successor has just begun
        assert service.process.poll() is None, service.log()
        assert service.log().count('"event": "worker.ended"') == number
    until(lambda: httpx2.get(f"{service.url}/livez").status_code == 200)


def test_no_process_is_left_once_the_one_that_forked_them_is_killed(changed: Changed) -> None:
    service, workers = changed.service, set(workers_of(changed.service, 2))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(httpx2.post, f"{service.url}/v1/quotes", json=LONG, timeout=PATIENCE_SECONDS)
        until(lambda: len(service.children()) == 3)
        forked = service.children()
        service.process.kill()
        until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in forked))
    assert workers < set(forked)
