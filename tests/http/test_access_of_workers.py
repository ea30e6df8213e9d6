"""Keys of a real service with two workers: exact limits, another port for metrics, keys that change."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import httpx2
import pytest
from tests.http.service_process import SMALL, ServiceProcess, serving
from tests.http.test_access import add_key

from tokenquote.api.work import estimate_seconds
from tokenquote_client import Client, Unauthorized
from tokenquote_client.endpoints import Endpoints

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

BODY = json.dumps(SMALL).encode()
GIVEN = 40
"""The small quotes that the work of a day is enough for."""


@dataclass
class Guarded:
    """A service that asks for keys."""

    process: ServiceProcess
    file: Path
    metrics_port: int


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    file, port = tmp_path_factory.mktemp("keys") / "keys", free_port()
    add_key(file, "first")
    with serving(workers=2, keys_file=file, metrics_port=port) as process:
        yield Guarded(process, file, port)


def post(guarded: Guarded, secret: str) -> int:
    """Ask on a connection of its own, which either worker may take."""
    headers = {"authorization": f"Bearer {secret}", "content-type": "application/json"}
    connection = HTTPConnection("127.0.0.1", guarded.process.port, timeout=60)
    try:
        connection.request("POST", "/v1/quotes?detail=summary", BODY, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_the_work_of_a_day_is_exact_over_workers(guarded: Guarded) -> None:
    each = estimate_seconds(Endpoints.quotes, BODY, SMALL)
    secret = add_key(guarded.file, "exact", work_seconds_per_day=each * GIVEN + each / 2)
    assert post(guarded, secret) == 200
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(lambda _: post(guarded, secret), range(2 * GIVEN)))
    assert statuses == {200: GIVEN - 1, 429: GIVEN + 1}


def test_the_requests_of_a_minute_are_exact_over_workers(guarded: Guarded) -> None:
    """Those of a minute at once, and besides at most what has come back meanwhile."""
    secret, began = add_key(guarded.file, "often", requests_per_minute=30), time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        statuses = Counter(pool.map(lambda _: post(guarded, secret), range(60)))
    assert 30 <= statuses[200] <= 30 + (time.monotonic() - began) / 2 + 1
    assert statuses[200] + statuses[429] == 60


def test_metrics_are_on_their_own_port_and_nothing_else_is(guarded: Guarded) -> None:
    own = f"http://127.0.0.1:{guarded.metrics_port}"
    assert "tokenquote_http_requests_total" in httpx2.get(f"{own}/metrics", timeout=60).text
    assert httpx2.get(f"{own}/readyz").status_code == 200
    secret = add_key(guarded.file, "metrics")
    key = {"authorization": f"Bearer {secret}"}
    for path in ("/v1/catalog", "/", "/docs", "/nothing"):
        assert httpx2.get(f"{own}{path}", headers=key).status_code == 404
    assert httpx2.get(f"{guarded.process.url}/metrics", headers=key).status_code == 404
    assert httpx2.get(f"{guarded.process.url}/metrics/", headers=key).status_code == 404


def test_the_metrics_say_whether_the_changed_file_can_be_used(guarded: Guarded) -> None:
    good = guarded.file.read_text()
    keys = sum(not line.startswith("#") for line in good.splitlines())
    wait_for_key_metrics(guarded, keys=keys, faults=0)
    replace(guarded.file, good + "no key\nnor this\n")
    wait_for_key_metrics(guarded, keys=keys, faults=2)
    replace(guarded.file, good)
    wait_for_key_metrics(guarded, keys=keys, faults=0)


def wait_for_key_metrics(guarded: Guarded, *, keys: int, faults: int) -> None:
    wanted = [f"tokenquote_keys {keys}.0", f"tokenquote_key_file_faults {faults}.0"]
    give_up = time.monotonic() + 60
    while True:
        lines = httpx2.get(f"http://127.0.0.1:{guarded.metrics_port}/metrics", timeout=60).text.splitlines()
        if set(wanted) <= set(lines):
            return
        assert time.monotonic() < give_up, [line for line in lines if "tokenquote_key" in line]
        time.sleep(0.1)


def test_keys_are_replaced_without_a_failed_request(guarded: Guarded) -> None:
    """An application takes a new key at the moment in which it is made; and the old one goes later."""
    secrets = [add_key(guarded.file, "shop")]
    over, answered = threading.Event(), [0, 0, 0]

    def ask(asker: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        while not over.is_set():
            statuses[post(guarded, secrets[-1])] += 1
            answered[asker] += 1
        return statuses

    with ThreadPoolExecutor(3) as pool:
        asking = [pool.submit(ask, asker) for asker in range(3)]
        for _ in range(3):
            kept = guarded.file.read_text()
            secrets.append(add_key(guarded.file, "shop"))
            wait_for_two_more(answered)
            added = guarded.file.read_text().removeprefix(kept)
            others = [line for line in kept.splitlines() if not line.startswith("shop ")]
            replace(guarded.file, "\n".join([*others, added]))
            wait_for_two_more(answered)
        over.set()
        statuses = sum((each.result() for each in asking), Counter())
    assert set(statuses) == {200}
    wait_until_refused(guarded, secrets[0])
    assert post(guarded, secrets[-1]) == 200


def wait_for_two_more(answered: list[int]) -> None:
    """Until the answer has come to what each asks from now on."""
    give_up, before = time.monotonic() + 60, [*answered]
    while any(now < then + 2 for now, then in zip(answered, before, strict=True)):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def replace(file: Path, text: str) -> None:
    """Put another file in its place, as editors and Kubernetes do."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)


def wait_until_refused(guarded: Guarded, secret: str) -> None:
    """Until both workers have looked at the file, which they do once a second."""
    give_up, refusals = time.monotonic() + 60, 0
    while refusals < 10:
        assert time.monotonic() < give_up
        refusals = refusals + 1 if post(guarded, secret) == 401 else 0


def test_a_worker_that_takes_the_place_of_another_knows_the_keys_of_now(guarded: Guarded) -> None:
    secret = add_key(guarded.file, "later")
    before = set(guarded.process.children())
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    with Client(guarded.process.url, api_key=secret, retries=10) as client:
        assert client.quote(SMALL).totals.requests == 1
    with Client(guarded.process.url, api_key=f"{secret}x") as client, pytest.raises(Unauthorized):
        client.quote(SMALL)


def test_the_log_names_keys_and_holds_none(guarded: Guarded) -> None:
    secret = add_key(guarded.file, "logged")
    assert post(guarded, secret) == 200
    give_up = time.monotonic() + 60
    while '"key": "logged"' not in guarded.process.log():
        assert time.monotonic() < give_up
    assert "tq_" not in guarded.process.log()
