"""What the metrics say of odd requests, and of the process itself."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tokenquote.http.counting import count_refusal
from tokenquote.http.telemetry import Telemetry
from tokenquote_client.endpoints import Endpoints


def samples(http: httpx2.Client) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(http.get("/metrics").text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.mark.skipif(sys.platform != "linux", reason="the process metrics are read from /proc")
def test_the_process_is_measured(http: httpx2.Client) -> None:
    """The service of the tests runs in a thread of this process."""
    seen = samples(http)
    assert 50e6 < seen["process_resident_memory_bytes", ()] < 5e9
    assert seen["process_cpu_seconds_total", ()] == pytest.approx(sum(os.times()[:2]), abs=5)
    assert 0 < seen["process_open_fds", ()] < seen["process_max_fds", ()]
    assert any(name == "python_info" and platform.python_version() in labels for name, labels in seen)


@pytest.mark.parametrize("app", [["support"], {"support": 1}, 7, None, "", "no-such-app", "x" * 100_000])
def test_an_odd_app_is_other_and_no_failure(http: httpx2.Client, app: Any) -> None:
    refused = ("tokenquote_quotes_total", ("other", "other", "refused"))
    before = samples(http).get(refused, 0)
    assert http.post("/v1/quotes", json={"model": "gpt-5.4-mini", "turns": [], "app": app}).status_code == 422
    assert samples(http)[refused] == before + 1


def test_what_a_client_makes_up_becomes_no_label(http: httpx2.Client) -> None:
    for made_up in ("one", "two", "three"):
        http.request(made_up.upper(), f"/{made_up}/secret", params={"secret": made_up})
        http.get(f"/v1/models/{made_up}-secret")
        http.post("/v1/quotes", json={"model": f"{made_up}-secret", "turns": [{"user": 1}], "app": made_up})
    text = http.get("/metrics").text
    assert "secret" not in text
    assert 'method="_OTHER",route="unmatched",status="404"' in text


def test_two_applications_do_not_share_their_metrics() -> None:
    first, second = Telemetry(), Telemetry()
    first.add(count_refusal(Endpoints.quotes, {"app": "a"}, {"a"}))
    assert b'app="a"' in first.exposition()
    assert b'app="a"' not in second.exposition()
