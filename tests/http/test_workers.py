"""Workers of a real service: killed, crashed, stopped; and what they answer meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
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

from tokenquote_client import Client

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")

PLAN = {**SMALL, "at": "2026-11-23T00:00:00Z"}


@pytest.fixture(scope="module")
def two() -> Iterator[ServiceProcess]:
    """A service of two workers, which the last of its tests ends."""
    with serving(workers=2, drain_seconds=3, shutdown_seconds=8) as running:
        yield running


def samples(service: ServiceProcess) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(httpx2.get(f"{service.url}/metrics", timeout=60).text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def answered(service: ServiceProcess) -> float:
    labels = {"method": "POST", "route": "/v1/quotes", "status": "200"}
    return samples(service).get(("tokenquote_http_requests_total", frozenset(labels.items())), 0)


def test_metrics_add_up_over_workers(two: ServiceProcess) -> None:
    """Each request comes on a connection of its own, so that both workers answer some."""
    before = answered(two)
    for _ in range(30):
        assert httpx2.post(f"{two.url}/v1/quotes", json=PLAN, timeout=60).status_code == 200
    until(lambda: answered(two) == before + 30)
    found = samples(two)
    quotes = {"gen_ai_provider_name": "openai", "gen_ai_request_model": "gpt-5.4-mini", "app": "other"}
    quotes |= {"mode": "standard", "outcome": "complete"}
    assert found["tokenquote_quotes_total", frozenset(quotes.items())] == answered(two)
    memory = found["process_resident_memory_bytes", frozenset()]
    assert 100e6 < memory < 2e9
    assert found["process_open_fds", frozenset()] > 20


def test_a_long_question_is_answered_as_in_one_process(two: ServiceProcess) -> None:
    long = {**MEDIUM, "at": PLAN["at"]}
    answer = httpx2.post(f"{two.url}/v1/quotes", json=long, timeout=60)
    assert answer.status_code == 200
    n = 2_000
    assert answer.json()["totals"]["input_tokens"] == n * (n + 1) // 2 + n * (n - 1) // 2
    assert len(answer.json()["requests"]) == n
    refused = httpx2.post(f"{two.url}/v1/quotes", json={**long, "mode": "no such mode"}, timeout=60)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/mode"


def test_a_worker_that_is_killed_is_replaced_and_what_it_counted_stays(two: ServiceProcess) -> None:
    for _ in range(4):
        assert httpx2.post(f"{two.url}/v1/quotes", json=PLAN, timeout=60).status_code == 200
    time.sleep(0.5)  # five times what a worker waits before it reports
    before = answered(two)
    killed = two.children()[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in two.children() and len(two.children()) == 2)
    until(lambda: httpx2.post(f"{two.url}/v1/quotes", json=PLAN, timeout=60).status_code == 200)
    assert answered(two) >= before
    assert '"event": "worker.ended"' in two.log()
    assert f'"pid": {killed}, "code": -9' in two.log()


def test_no_request_fails_for_a_client_that_retries_while_workers_are_killed(two: ServiceProcess) -> None:
    done = threading.Event()

    def ask() -> int:
        asked = 0
        with Client(two.url, retries=4, timeout=60) as client:
            while not (asked and done.is_set()):
                client.quote(**PLAN)
                asked += 1
        return asked

    with ThreadPoolExecutor(4) as pool:
        asking = [pool.submit(ask) for _ in range(4)]
        for _ in range(3):
            time.sleep(0.5)
            killed = two.children()[0]
            os.kill(killed, signal.SIGKILL)
            until(lambda killed=killed: killed not in two.children() and len(two.children()) == 2)  # type: ignore[misc]
        done.set()
        assert all(each.result() > 0 for each in asking)


def test_the_process_of_a_long_question_that_crashes_is_a_503(two: ServiceProcess) -> None:
    workers = workers_of(two, 2)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(httpx2.post, f"{two.url}/v1/quotes", json=LONG, timeout=PATIENCE_SECONDS)
        until(lambda: len(two.children()) == 3)
        (forked,) = set(two.children()) - set(workers)
        os.kill(forked, signal.SIGKILL)
        answer = asking.result()
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"


def test_the_work_of_a_client_that_leaves_is_dropped(two: ServiceProcess) -> None:
    workers = workers_of(two, 2)
    dropped = two.log().count('"status": 499')
    with pytest.raises(httpx2.TimeoutException):
        httpx2.post(f"{two.url}/v1/quotes", json=LONG, timeout=0.5)
    until(lambda: two.log().count('"status": 499') > dropped)
    assert workers_of(two, 2) == workers


def test_a_quote_of_one_worker_is_known_to_the_other(two: ServiceProcess) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    quoted = httpx2.post(f"{two.url}/v1/quotes", json={**MEDIUM, "at": PLAN["at"]}, timeout=60).json()
    asked = {"model": SMALL["model"], "usage": usage, "quote_id": quoted["id"]}
    answers = [httpx2.post(f"{two.url}/v1/usage", json=asked, timeout=60) for _ in range(20)]
    assert [answer.status_code for answer in answers] == [200] * 20
    assert {answer.json()["quoted"]["cost"] for answer in answers} == {quoted["totals"]["cost"]}


def test_small_questions_pass_long_ones_and_who_has_too_many_comes_again(two: ServiceProcess) -> None:
    with ThreadPoolExecutor(20) as pool:
        crowd = [pool.submit(httpx2.post, f"{two.url}/v1/quotes", json=LONG, timeout=3) for _ in range(20)]
        until(lambda: len(two.children()) >= 3)
        assert httpx2.post(f"{two.url}/v1/quotes", json=PLAN, timeout=60).status_code == 200
        done = [each.exception() or each.result() for each in crowd]
    refused = [answer for answer in done if isinstance(answer, httpx2.Response) and answer.status_code == 429]
    assert refused
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)


def test_it_takes_requests_while_it_drains_and_cuts_none(two: ServiceProcess) -> None:
    """After SIGTERM /readyz is 503, requests are answered for the time stated, and then the process ends."""
    workers = workers_of(two, 2)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(httpx2.post, f"{two.url}/v1/quotes", json=MEDIUM, timeout=60)
        until(lambda: set(two.children()) != set(workers) or asking.done())
        asked_at = time.monotonic()
        two.process.send_signal(signal.SIGTERM)
        until(lambda: httpx2.get(f"{two.url}/readyz", timeout=60).status_code == 503)
        answer = httpx2.post(f"{two.url}/v1/quotes", json=PLAN, timeout=60)
        assert answer.status_code == 200
        assert answer.headers["connection"] == "close"
        assert asking.result().status_code == 200
    two.process.wait(timeout=60)
    assert two.process.returncode == 0
    assert time.monotonic() - asked_at >= 3
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_what_takes_too_long_is_503_and_what_the_end_cuts_short_may_come_again() -> None:
    with serving(answer_seconds=0.6, drain_seconds=0, shutdown_seconds=1.3) as service:
        workers = service.children()
        answer = httpx2.post(f"{service.url}/v1/quotes", json=LONG, timeout=60)
        assert answer.status_code == 503
        assert "not finished within 0.6 seconds" in answer.json()["detail"]
        assert "retry-after" not in answer.headers
        until(lambda: service.children() == workers)
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(httpx2.post, f"{service.url}/v1/quotes", json=LONG, timeout=60)
            until(lambda: set(service.children()) != set(workers))
            service.process.send_signal(signal.SIGTERM)
            answer = asking.result()
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert "shutting down" in answer.json()["detail"]
        service.process.wait(timeout=60)


def test_memory_is_bounded_beyond_what_a_process_has() -> None:
    """It may take 60 MB of its 64, and not 100."""
    code = (
        "from tokenquote.http.forked import limit_memory\nlimit_memory(64 * 2**20)\nbytearray(60 * 10**6)\n"
        "try:\n    bytearray(100 * 10**6)\nexcept MemoryError:\n    print('refused')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


def test_a_body_that_does_not_fit_into_memory_ends_its_process() -> None:
    """Also where the environment asks Rust for backtraces, which take memory that is not there."""
    code = (
        "from pydantic_core import from_json\nfrom tokenquote.http.forked import limit_memory\n"
        """body = b"[" + b",".join([b'{"a": [1, 2, "xyz"]}'] * 200_000) + b"]"\n"""
        "limit_memory(8 * 2**20)\nfrom_json(body)"
    )
    environment = {**os.environ, "RUST_BACKTRACE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode != 0
