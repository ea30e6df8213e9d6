"""A real Prometheus scrapes the service: the counters are what was sent, and every expression has data."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

Query = Callable[[str], list[tuple[dict[str, str], float]]]
MINI = "openai/gpt-5.4-mini"
TURN = {"user": 1000, "assistant": 100, "reasoning": 20}


def plan(**members: Any) -> dict[str, Any]:
    return {"model": MINI, "turns": [TURN], "app": "support", "at": "2026-11-20T00:00:00Z", **members}


SUMMARY = {"strategy": "summary", "every": 2, "tokens": 50}
# One of each outcome, a history with requests of its own and a fee, a text that has to be counted, a list
# where a name belongs.
SENT = [
    (200, plan()),
    (200, plan(app="nobody-knows-me")),
    (200, plan(turns=[{**TURN, "user": "How many?"}])),
    (200, plan(turns=[{**TURN, "server_tools": {"web_search": 2}, "repeat": 3}], history=SUMMARY)),
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


@pytest.fixture(scope="module")
def scraped(service_url: str, query: Query) -> Query:
    """Asks a Prometheus that has seen all quotes; in two batches, for a first sample shows no rate."""
    for batch in range(1, BATCHES + 1):
        for status, body in SENT:
            answer = httpx2.post(f"{service_url}/v1/quotes", json=body)
            assert answer.status_code == status, answer.text
        total = "sum(tokenquote_quotes_total)"
        assert eventually(lambda: [v for _, v in query(total)] == [batch * len(SENT)]), query(total)  # noqa: B023
    return query


def counted(query: Query, metric: str, *labels: str) -> dict[tuple[str, ...], float]:
    return {tuple(found[label] for label in labels): value for found, value in query(metric)}


def test_quotes_are_counted_by_model_app_and_outcome(scraped: Query) -> None:
    quotes = counted(scraped, "tokenquote_quotes_total", "model", "app", "outcome")
    assert quotes == {
        (MINI, "support", "complete"): 3 * BATCHES,
        (MINI, "other", "complete"): BATCHES,
        ("acme/input-only", "support", "incomplete"): BATCHES,
        ("meta-llama/Llama-3.1-8B", "support", "unpriced"): BATCHES,
        ("other", "support", "refused"): BATCHES,
        ("other", "other", "refused"): BATCHES,
    }


def test_tokens_and_dollars_are_those_of_the_quotes(scraped: Query) -> None:
    tokens = counted(scraped, f'tokenquote_quoted_tokens_total{{model="{MINI}", app="other"}}', "kind")
    assert tokens == {
        ("input",): 1000 * BATCHES,
        ("output",): 120 * BATCHES,
        ("reasoning",): 20 * BATCHES,
        ("cache_read",): 0,
        ("cache_write",): 0,
    }
    dollars = counted(scraped, "tokenquote_quoted_cost_dollars_total", "model", "app")
    # 1,000 x 0.75 + 120 x 4.50, a million; 1,000 x 1; nothing
    assert dollars[MINI, "other"] == pytest.approx(0.00129 * BATCHES)
    assert dollars["acme/input-only", "support"] == pytest.approx(0.001 * BATCHES)
    assert dollars["meta-llama/Llama-3.1-8B", "support"] == 0


def test_requests_histories_and_fees_are_those_of_the_quotes(scraped: Query) -> None:
    """Three turns with a summary after two: a request more; six searches at ten dollars a thousand."""
    purposes = counted(scraped, "tokenquote_quoted_requests_total", "purpose")
    assert purposes == {("conversation",): 8 * BATCHES, ("summary",): BATCHES}
    histories = counted(scraped, "tokenquote_quoted_histories_total", "strategy")
    assert histories == {("full",): 5 * BATCHES, ("summary",): BATCHES}
    fees = counted(scraped, "tokenquote_quoted_fees_dollars_total", "what")
    assert fees == {("web_search",): pytest.approx(0.06 * BATCHES)}


def test_answers_are_counted_by_route_and_status(scraped: Query) -> None:
    answers = counted(scraped, 'tokenquote_http_requests_total{route="/v1/quotes"}', "method", "status")
    assert answers == {("POST", "200"): 6 * BATCHES, ("POST", "404"): BATCHES, ("POST", "422"): BATCHES}


def test_every_expression_has_data(scraped: Query, expressions: dict[str, str]) -> None:
    """Of panels, recording rules and alerts; an alert's comparison is made to show 0 instead of nothing."""
    missing = {place: re.sub(r" (>|<|==) ", r" \1 bool ", text) for place, text in expressions.items()}

    def all_have_data() -> bool:
        for place, expression in list(missing.items()):
            if any(math.isfinite(value) for _, value in scraped(expression)):
                del missing[place]
        return not missing

    assert eventually(all_have_data), missing
    assert len(expressions) > 30


def test_each_variable_of_the_dashboard_has_values(scraped: Query, dashboard: dict[str, Any]) -> None:
    queries = {
        v["name"]: v["query"]["query"] for v in dashboard["templating"]["list"] if v["type"] == "query"
    }
    assert queries.keys() == {"job", "model", "app"}
    for text in queries.values():
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
