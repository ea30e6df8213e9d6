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
    refused = ("tokenquote_quotes_total", ("other", "other", "other", "other", "refused"))
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


def test_the_type_of_the_metrics_states_its_charset_once(http: httpx2.Client) -> None:
    """A parameter that stands twice is no media type by RFC 9110, and a scraper may refuse it."""
    stated = http.get("/metrics").headers["content-type"]
    assert stated.startswith("text/plain; version=")
    assert stated.count("charset=utf-8") == 1


def test_two_applications_do_not_share_their_metrics() -> None:
    first, second = Telemetry(), Telemetry()
    first.add(count_refusal(Endpoints.quotes, {"app": "a"}, {"a"}))
    assert b'app="a"' in first.exposition()
    assert b'app="a"' not in second.exposition()


PLAN: dict[str, Any] = {
    "model": "gpt-5.4-mini",
    "system": 3000,
    "turns": [{"user": 100, "assistant": 10, "reasoning": 0, "repeat": 4}],
}
QUOTED = ("tokenquote_quotes_total", "tokenquote_quoted_requests_total", "tokenquote_quoted_histories_total")


def added(
    http: httpx2.Client, path: str, body: dict[str, Any], metrics: str = "tokenquote_quote"
) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return what one question adds to the metrics whose names begin so."""
    before = samples(http)
    answer = http.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return {
        key: value - before.get(key, 0)
        for key, value in samples(http).items()
        if key[0].startswith(metrics) and value != before.get(key, 0)
    }


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (
            "/v1/comparisons",
            {
                "plan": PLAN,
                "variants": [{"name": "short", "patch": {"history": {"strategy": "window", "turns": 1}}}],
            },
        ),
        ("/v1/solutions", {"plan": PLAN, "at": "/turns/0/repeat", "limit": {"cost": "1.00"}}),
    ],
)
def test_variants_and_what_a_solution_tries_are_no_quotes(
    http: httpx2.Client, path: str, body: dict[str, Any]
) -> None:
    assert added(http, path, body) == {}
    compares = "values" if path == "/v1/solutions" else "variants"
    assert added(http, path, body, "tokenquote_compar") == {
        ("tokenquote_comparisons_total", ("other", compares)): 1
    }


def test_a_quote_is_counted_once_with_its_requests_and_its_history(http: httpx2.Client) -> None:
    history = {"strategy": "compaction", "at_tokens": 3200, "tokens": 20}
    seen = added(http, "/v1/quotes", {**PLAN, "history": history})
    told = {key: number for key, number in seen.items() if key[0] in QUOTED}
    assert told == {
        ("tokenquote_quotes_total", ("openai", "gpt-5.4-mini", "other", "standard", "complete")): 1,
        ("tokenquote_quoted_requests_total", ("conversation",)): 4,
        ("tokenquote_quoted_requests_total", ("compaction",)): 3,
        ("tokenquote_quoted_histories_total", ("compaction",)): 1,
    }


def test_a_comparison_of_models_is_one_comparison_and_no_forecast(http: httpx2.Client) -> None:
    models = {"model": None, "models": ["gpt-5.4-mini", "gpt-5.4-nano"]}
    assert added(http, "/v1/quotes", {**PLAN, **models}) == {}
    assert added(http, "/v1/quotes", {**PLAN, **models}, "tokenquote_compar") == {
        ("tokenquote_comparisons_total", ("other", "models")): 1,
        ("tokenquote_compared_quotes_total", ("complete",)): 2,
    }


def test_requests_of_a_summary_have_no_purpose(http: httpx2.Client) -> None:
    seen = added(http, "/v1/quotes?detail=summary", PLAN)
    assert {key: value for key, value in seen.items() if "requests" in key[0]} == {
        ("tokenquote_quoted_requests_total", ("unlisted",)): 4
    }


def test_fees_are_dollars_by_what_has_them(http: httpx2.Client) -> None:
    """50,000 tokens stored for an hour at 0.50, and two searches of three turns at 14 dollars a thousand."""
    plan = {
        "model": "google/gemini-3.8-flash",
        "at": "2026-11-20T00:00:00Z",
        "system": 50_000,
        "turns": [
            {"user": 1, "assistant": 1, "reasoning": 0, "server_tools": {"web_search": 2}, "repeat": 3}
        ],
        "caching": {"explicit": "opening"},
    }
    seen = added(http, "/v1/quotes", plan)
    assert seen["tokenquote_quoted_fees_dollars_total", ("cache_storage", "other")] == pytest.approx(0.025)
    assert seen["tokenquote_quoted_fees_dollars_total", ("web_search", "other")] == pytest.approx(0.084)
    assert seen["tokenquote_quoted_requests_total", ("cache",)] == 1
