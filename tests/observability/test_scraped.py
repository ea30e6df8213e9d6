"""A real Prometheus scrapes the service: the counters are what was sent, and every expression has data."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.observability.conftest import DASHBOARDS

Query = Callable[[str], list[tuple[dict[str, str], float]]]
MINI = "openai/gpt-5.4-mini"
TURN = {"user": 1000, "assistant": 100, "reasoning": 20}


def plan(**members: Any) -> dict[str, Any]:
    return {"model": MINI, "turns": [TURN], "app": "support", "at": "2026-11-20T00:00:00Z", **members}


SUMMARY = {"strategy": "summary", "every": 2, "tokens": 50}
CALLS = {**TURN, "tool_rounds": [{"calls": [{"call": 5, "agent": "helper"}], "reasoning": 0}]}
HELPER = {"name": "helper", "turns": [{"user": 1, "assistant": 1, "reasoning": 0}]}
# One of each outcome, a history with requests of its own and a fee, a text that has to be counted, a list
# where a name belongs.
SENT = [
    (200, plan()),
    (200, plan(app="nobody-knows-me")),
    (200, plan(turns=[{**TURN, "user": "How many?"}])),
    (200, plan(turns=[{**TURN, "server_tools": {"web_search": 2}, "repeat": 3}], history=SUMMARY)),
    (200, plan(turns=[CALLS], agents=[HELPER])),
    (200, plan(mode="batch")),
    (200, plan(model="acme/input-only")),
    (200, plan(model="meta-llama/Llama-3.1-8B")),
    (404, plan(model="no-such-model")),
    (422, plan(app=["support"])),
]
BATCHES = 2


def eventually(wanted: Callable[[], bool], seconds: float = 20) -> bool:
    give_up = time.monotonic() + seconds
    while not (done := wanted()) and time.monotonic() < give_up:
        time.sleep(0.2)
    return done


def _ask_what_is_no_quote(service_url: str) -> None:
    """A comparison of models, and a usage beside the quote of its request."""
    models = {**plan(), "model": None, "models": [MINI, "openai/gpt-5.4-nano"]}
    assert httpx2.post(f"{service_url}/v1/quotes", json=models).status_code == 200
    quoted = httpx2.post(f"{service_url}/v1/quotes", json=plan(mode="batch")).json()["id"]
    usage = {"prompt_tokens": 1010, "completion_tokens": 120, "total_tokens": 1130}
    asked = {"model": MINI, "usage": usage, "at": plan()["at"], "quote_id": quoted, "app": "support"}
    assert httpx2.post(f"{service_url}/v1/usage", json=asked).status_code == 200


@pytest.fixture(scope="module")
def scraped(service_url: str, query: Query) -> Query:
    """Asks a Prometheus that has seen all quotes; in two batches, for a first sample shows no rate."""
    for batch in range(1, BATCHES + 1):
        for status, body in SENT:
            answer = httpx2.post(f"{service_url}/v1/quotes", json=body)
            assert answer.status_code == status, answer.text
        _ask_what_is_no_quote(service_url)
        total = "sum(tokenquote_quotes_total)"
        assert eventually(lambda: [v for _, v in query(total)] == [batch * (len(SENT) + 1)]), query(total)  # noqa: B023
    return query


def counted(query: Query, metric: str, *labels: str) -> dict[tuple[str, ...], float]:
    return {tuple(found[label] for label in labels): value for found, value in query(metric)}


def test_quotes_are_counted_by_model_app_mode_and_outcome(scraped: Query) -> None:
    labels = ("gen_ai_provider_name", "gen_ai_request_model", "app", "mode", "outcome")
    mini = ("openai", "gpt-5.4-mini")
    assert counted(scraped, "tokenquote_quotes_total", *labels) == {
        (*mini, "support", "standard", "complete"): 4 * BATCHES,
        (*mini, "support", "batch", "complete"): 2 * BATCHES,
        (*mini, "other", "standard", "complete"): BATCHES,
        ("acme", "input-only", "support", "standard", "incomplete"): BATCHES,
        ("open-weights", "meta-llama/Llama-3.1-8B", "support", "standard", "unpriced"): BATCHES,
        ("other", "other", "support", "other", "refused"): BATCHES,
        ("other", "other", "other", "other", "refused"): BATCHES,
    }


def test_tokens_and_dollars_are_those_of_the_quotes(scraped: Query) -> None:
    """Those of the comparison are not among them."""
    mini = 'gen_ai_request_model="gpt-5.4-mini", app="other"'
    tokens = counted(scraped, f"tokenquote_quoted_tokens_total{{{mini}}}", "gen_ai_token_type")
    assert tokens == {
        ("input",): 1000 * BATCHES,
        ("output",): 120 * BATCHES,
        ("reasoning",): 20 * BATCHES,
        ("cache_read",): 0,
        ("cache_write",): 0,
    }
    dollars = counted(scraped, "tokenquote_quoted_cost_dollars_total", "gen_ai_request_model", "app", "mode")
    # 1,000 x 0.75 + 120 x 4.50, a million, twice at half the price; 1,000 x 1; nothing
    assert dollars["gpt-5.4-mini", "other", "standard"] == pytest.approx(0.00129 * BATCHES)
    assert dollars["gpt-5.4-mini", "support", "batch"] == pytest.approx(0.00129 * BATCHES)
    assert dollars["input-only", "support", "standard"] == pytest.approx(0.001 * BATCHES)
    assert dollars["meta-llama/Llama-3.1-8B", "support", "standard"] == 0
    assert not [model for model, _, _ in dollars if "nano" in model]


def test_requests_histories_and_fees_are_those_of_the_quotes(scraped: Query) -> None:
    """Three turns with a summary after two: a request more; six searches at ten dollars a thousand."""
    purposes = counted(scraped, "tokenquote_quoted_requests_total", "purpose")
    assert purposes == {("conversation",): 13 * BATCHES, ("summary",): BATCHES}
    histories = counted(scraped, "tokenquote_quoted_histories_total", "strategy")
    assert histories == {("full",): 8 * BATCHES, ("summary",): BATCHES}
    fees = counted(scraped, "tokenquote_quoted_fees_dollars_total", "what", "app")
    assert fees == {("web_search", "support"): pytest.approx(0.06 * BATCHES)}


def test_answers_are_counted_by_route_and_status(scraped: Query) -> None:
    answers = counted(scraped, 'tokenquote_http_requests_total{route="/v1/quotes"}', "method", "status")
    assert answers == {("POST", "200"): 10 * BATCHES, ("POST", "404"): BATCHES, ("POST", "422"): BATCHES}


def test_every_expression_has_data(scraped: Query, expressions: dict[str, str]) -> None:
    """Of panels, recording rules and alerts; an alert's comparison is made to show 0 instead of nothing."""
    missing = {place: re.sub(r" (>|<|==) ", r" \1 bool ", text) for place, text in expressions.items()}

    def all_have_data() -> bool:
        for place, expression in list(missing.items()):
            if any(math.isfinite(value) for _, value in scraped(expression)):
                del missing[place]
        return not missing

    assert eventually(all_have_data), missing
    assert len(expressions) > 80


def test_each_variable_of_a_dashboard_has_values(scraped: Query) -> None:
    variables = [v for each in DASHBOARDS for v in each["templating"]["list"] if v["type"] == "query"]
    assert {variable["name"] for variable in variables} == {"job", "provider", "model", "app"}
    for text in {variable["query"]["query"] for variable in variables}:
        matched = re.fullmatch(r"label_values\((.*), (\w+)\)", text.replace("$job", "tokenquote"))
        assert matched, text
        assert {found[matched[2]] for found, _ in scraped(matched[1])}, text


def test_every_rule_is_healthy_and_only_what_was_sent_fires(scraped: Query, prometheus_url: str) -> None:
    groups = httpx2.get(f"{prometheus_url}/api/v1/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} == {"ok"}
    # One priced quote in five lacks a price, but not yet for half an hour.
    states = {rule["name"]: rule["state"] for rule in rules if rule["type"] == "alerting"}
    assert states.pop("TokenquoteIncompleteQuotes") in ("inactive", "pending")
    assert set(states.values()) == {"inactive"}


def test_prometheus_serves_the_runbooks_that_the_alerts_name(
    prometheus_url: str, alerts: dict[str, dict[str, Any]]
) -> None:
    for name, alert in alerts.items():
        url = alert["annotations"]["runbook_url"].replace("{{ $externalURL }}", prometheus_url)
        assert httpx2.get(url).text.startswith(f"# {name}\n")


def test_every_line_of_the_log_is_json_with_the_fields_that_are_described(
    scraped: Query, service_log: Path
) -> None:
    """And none has a text of a request, nor the name of an app that is not known."""
    text = service_log.read_text()
    assert "How many?" not in text
    assert "nobody-knows-me" not in text
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert len(lines) >= len(text.splitlines()) - 1  # the line for people on the terminal is none
    quotes = [line for line in lines if line.get("route") == "/v1/quotes"]
    fields = {"time", "level", "event", "method", "route", "status", "duration_seconds", "request_id"}
    assert {frozenset(line) - fields for line in quotes} == {frozenset(), frozenset({"app"})}
    assert all(fields <= line.keys() for line in quotes)
    assert {line["app"] for line in quotes if "app" in line} == {"support"}
    assert sum("app" not in line for line in quotes) == 2 * BATCHES
