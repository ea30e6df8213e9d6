"""The service over a socket: quotes, models, catalog, health, metrics, docs."""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.conftest import shipped
from tests.written_catalog import providers

from tokenquote_client import Comparison, ModelDetail, ModelList, Quote

PLAN = {
    "model": "openai/gpt-5.4-mini",
    "turns": [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 3}],
    "at": "2026-11-23T00:00:00Z",
}
"""At an instant whose prices are known, whatever they are today."""


def metrics(http: httpx2.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(http.get("/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def test_a_quote_answers_200_with_everything_the_contract_names(http: httpx2.Client) -> None:
    answer = http.post("/v1/quotes", json={**PLAN, "conversations": 10, "budget": {"cost": "1"}})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {
        "id", "model", "currency", "catalog_revision", "prices_at", "totals", "requests", "lines", "context",
        "counts", "range", "fleet", "budget", "memory", "unpriced", "assumptions", "warnings",
    }  # fmt: skip
    quote = Quote.model_validate(answer.json())
    assert quote.totals.input_tokens == 100 + 250 + 400
    assert answer.json()["totals"]["cost"] == "0.0012375"  # 750 x 0.75 + 150 x 4.5, a million
    assert answer.json()["budget"] == {"fits": True, "turns": 3, "requests": 3, "spent": "0.0012375"}
    assert answer.json()["fleet"] == {"conversations": 10, "cost": "0.012375", "range": None}
    mini = next(model for model in providers()["openai"] if model["id"] == "gpt-5.4-mini")
    assert answer.json()["lines"][0]["checked"] == mini["prices"][0]["checked"].isoformat()


def test_the_summary_leaves_out_the_requests(http: httpx2.Client) -> None:
    full = http.post("/v1/quotes", json=PLAN).json()
    short = http.post("/v1/quotes?detail=summary", json=PLAN).json()
    assert full.pop("requests")
    assert short == full


def test_the_same_plan_at_the_same_instant_has_the_same_id(http: httpx2.Client) -> None:
    ids = [http.post("/v1/quotes", json=PLAN).json()["id"] for _ in range(2)]
    other = http.post("/v1/quotes", json={**PLAN, "at": "2026-11-23T00:00:01Z"}).json()["id"]
    assert ids[0] == ids[1] != other


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        ("0.0012375", {"fits": True, "turns": 3, "requests": 3, "spent": "0.0012375"}),
        ("0.0012374", {"fits": False, "turns": 2, "requests": 2, "spent": "0.0007125"}),
        ("0.0002", {"fits": False, "turns": 0, "requests": 0, "spent": "0"}),
    ],
)
def test_a_budget_says_how_far_it_goes(http: httpx2.Client, cost: str, expected: Any) -> None:
    assert http.post("/v1/quotes", json={**PLAN, "budget": {"cost": cost}}).json()["budget"] == expected


def test_models_are_compared_complete_first_then_by_cost_failures_last(http: httpx2.Client) -> None:
    """Only some models have batch prices; those that lack it come last with their problem."""
    names = ["deepseek/deepseek-flash", "openai/gpt-5.6-sol", "openai/gpt-5.4-mini", "gpt-5.4-nano"]
    plan = {"models": names, "mode": "batch", "turns": PLAN["turns"], "at": PLAN["at"]}
    comparison = Comparison.model_validate(http.post("/v1/quotes", json=plan).json())
    assert [quote.model for quote in comparison.quotes] == [
        "openai/gpt-5.4-nano", "openai/gpt-5.4-mini", "openai/gpt-5.6-sol", "deepseek/deepseek-flash",
    ]  # fmt: skip
    last = http.post("/v1/quotes", json=plan).json()["quotes"][-1]
    assert last["problem"]["status"] == 422
    assert last["problem"]["errors"] == [{"pointer": "/mode", "detail": "the model is offered in: standard"}]


def test_a_real_body_opens_the_conversation(http: httpx2.Client) -> None:
    """3 for the request, 4 + 3 and 4 + 2 for its messages; then an answer of 10, and 4 around a text of 2."""
    body = {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "You are helpful"},
            {"role": "user", "content": "Hello world"},
        ],
    }
    turns = [{"assistant": 10, "reasoning": 0}, {"user": "Hello world", "assistant": 10, "reasoning": 0}]
    plan = {"model": "gpt-4o", "start": {"format": "openai.chat", "body": body}, "turns": turns}
    quote = Quote.model_validate(http.post("/v1/quotes", json=plan).json())
    assert quote.requests is not None
    assert [r.input_tokens for r in quote.requests] == [16, 16 + 10 + 6]
    assert [c.what for c in quote.counts][:2] == ["start/system", "start/messages"]


def test_a_start_that_was_answered_needs_a_user(http: httpx2.Client) -> None:
    body = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    plan = {"model": "gpt-4o", "start": {"format": "openai.chat", "body": body}, "turns": [{"assistant": 10}]}
    answer = http.post("/v1/quotes", json=plan)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/turns/0/user"


def test_profiles_are_assumptions(http: httpx2.Client) -> None:
    plan = {
        "model": "gpt-5.4-mini",
        "turns": [{"user": {"profile": "medium"}, "assistant": 0, "reasoning": 0}],
    }
    quote = Quote.model_validate(http.post("/v1/quotes", json=plan).json())
    assert (quote.counts[0].tokens, quote.counts[0].method) == (120, "assumed")
    assert "user: profile `medium` stands for 120 tokens" in quote.assumptions
    assert quote.totals.framing_tokens == 0


def test_request_ids_are_taken_or_made(http: httpx2.Client) -> None:
    assert http.get("/livez", headers={"x-request-id": "abc-123"}).headers["x-request-id"] == "abc-123"
    made = http.get("/livez", headers={"x-request-id": 'no spaces "please"'}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{24}", made)
    too_long = http.get("/livez", headers={"x-request-id": "x" * 129}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{24}", too_long)


def test_models_are_listed_with_rates_and_in_pages(http: httpx2.Client) -> None:
    listed = ModelList.model_validate(http.get("/v1/models", params={"provider": "openai"}).json())
    assert listed.next_cursor is None
    mini = next(item for item in listed.items if item.id == "openai/gpt-5.4-mini")
    now = shipped().models["openai/gpt-5.4-mini"].prices_on(dt.datetime.now(dt.UTC))
    assert now is not None
    assert mini.rates == {kind: format(rate, "f") for kind, rate in now.rates.stated().items()}
    assert mini.vocabulary == "o200k_base"
    paged: list[str] = []
    cursor: str | None = None
    while True:
        query: dict[str, Any] = {"limit": 150} | ({"cursor": cursor} if cursor else {})
        page = ModelList.model_validate(http.get("/v1/models", params=query).json())
        paged += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == sorted(shipped().models)
    anthropic = ModelList.model_validate(http.get("/v1/models", params={"provider": "anthropic"}).json())
    assert {item.provider for item in anthropic.items} == {"anthropic"}
    for query in ({"limit": 0}, {"limit": "abc"}):
        refused = http.get("/v1/models", params=query)
        assert refused.status_code == 422
        assert "query parameter limit" in refused.json()["detail"]


@pytest.mark.parametrize("name", ["openai/gpt-5.4-mini", "gpt-5.4-mini", "openai/gpt-5.4-mini-2026-03-17"])
def test_one_model_by_any_of_its_names(http: httpx2.Client, name: str) -> None:
    detail = ModelDetail.model_validate(http.get(f"/v1/models/{name}").json())
    assert detail.id == "openai/gpt-5.4-mini"
    assert detail.prices[0]["modes"]["batch"]["rates"]["input"] == "0.375"
    assert detail.prices[0]["source"].startswith("https://developers.openai.com/")


def test_an_encoded_slash_is_a_slash_and_an_unknown_model_is_404(http: httpx2.Client) -> None:
    assert http.get("/v1/models/openai%2Fgpt-5.4-mini").json()["id"] == "openai/gpt-5.4-mini"
    answer = http.get("/v1/models/openai/gpt-5.4-minny")
    assert answer.status_code == 404
    assert "openai/gpt-5.4-mini" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/models", "/v1/models/openai/gpt-5.4-mini"])
def test_an_unchanged_answer_need_not_be_sent_again(http: httpx2.Client, path: str) -> None:
    first = http.get(path)
    for known in (first.headers["etag"], f'"x", {first.headers["etag"].removeprefix("W/")}', "*"):
        again = http.get(path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert http.get(path, headers={"if-none-match": '"other"'}).status_code == 200


def test_the_etag_of_what_the_catalog_alone_decides_is_its_revision(http: httpx2.Client) -> None:
    """Models show the rates of today, and the catalog when it was loaded; their ETags are of the answers."""
    revision = f'W/"{http.get("/v1/catalog").json()["revision"]}"'
    assert http.get("/v1/gpus").headers["etag"] == revision
    for path in ("/v1/catalog", "/v1/models"):
        assert http.get(path).headers["etag"] != revision


def test_health(http: httpx2.Client) -> None:
    assert http.get("/livez").status_code == 200
    assert http.get("/readyz").status_code == 200


def test_metrics_count_what_was_quoted(http: httpx2.Client) -> None:
    before = metrics(http)
    plan = {
        **PLAN,
        "app": "support",
        "model": "claude-opus-4-8",
        "system": 5000,
        "caching": {"enabled": True},
    }
    for _ in range(3):
        http.post("/v1/quotes", json=plan)
    http.post("/v1/quotes", json={**plan, "app": "no-such-app"})
    http.post("/v1/quotes", json={**plan, "turns": []})
    after = metrics(http)

    def grown(name: str, **labels: str) -> float:
        key = name, frozenset(labels.items())
        return after.get(key, 0) - before.get(key, 0)

    model = {
        "gen_ai_provider_name": "anthropic", "gen_ai_request_model": "claude-opus-4-8", "mode": "standard",
    }  # fmt: skip
    unknown = dict.fromkeys(model, "other")
    assert grown("tokenquote_quotes_total", **model, app="support", outcome="complete") == 3
    assert grown("tokenquote_quotes_total", **model, app="other", outcome="complete") == 1
    assert grown("tokenquote_quotes_total", **unknown, app="support", outcome="refused") == 1
    tokens = {"input": 15_750, "cache_read": 10_350, "cache_write": 5400, "output": 150, "reasoning": 0}
    for kind, amount in tokens.items():
        added = grown("tokenquote_quoted_tokens_total", **model, app="support", gen_ai_token_type=kind)
        assert added == 3 * amount
    # 5,400 x 6.25 + 10,350 x 0.5 + 150 x 25, a million
    dollars = grown("tokenquote_quoted_cost_dollars_total", **model, app="support")
    assert dollars == pytest.approx(3 * 0.042675)
    assert grown("tokenquote_http_requests_total", method="POST", route="/v1/quotes", status="422") == 1
    durations = "tokenquote_http_request_duration_seconds_count"
    assert grown(durations, route="/v1/quotes", status_class="2xx") == 4


def test_metrics_count_quotes_of_plans_with_agents_but_name_none(http: httpx2.Client) -> None:
    before = metrics(http)
    call = {"call": 5, "agent": "a-name-of-its-own"}
    turn = {"user": 10, "assistant": 5, "tool_rounds": [{"calls": [call, call]}]}
    agent = {"name": "a-name-of-its-own", "turns": [{"user": 10, "assistant": 5}]}
    plan = {"model": "openai/gpt-5.4-mini", "turns": [turn], "agents": [agent], "app": "support"}
    http.post("/v1/quotes", json=plan)
    after = metrics(http)
    labels = frozenset({("app", "support")})
    for name, grown in (
        ("tokenquote_quotes_with_agents_total", 1),
        ("tokenquote_quoted_agent_requests_total", 2),
    ):
        assert after[name, labels] - before.get((name, labels), 0) == grown
    assert "a-name-of-its-own" not in http.get("/metrics").text


def test_metrics_describe_build_and_catalog(http: httpx2.Client) -> None:
    found = metrics(http)
    revision = http.get("/v1/catalog").json()["revision"]
    assert found["tokenquote_catalog_info", frozenset({("revision", revision)})] == 1
    assert found["tokenquote_catalog_models", frozenset({("provider", "openai")})] >= 30
    assert any(name == "tokenquote_build_info" for name, _ in found)


def test_labels_stay_bounded_whatever_is_sent(http: httpx2.Client) -> None:
    for i in range(20):
        http.post("/v1/quotes", json={**PLAN, "model": f"made-up-{i}", "app": f"app-{i}"})
        http.request("GET", f"/made/up/{i}")
        http.request(f"VERB{i}", "/v1/quotes")
    exposed = http.get("/metrics").text
    assert "made-up" not in exposed
    assert "app-1" not in exposed
    assert "VERB" not in exposed
    assert "/made" not in exposed


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(
            {"turns": [{"user": 1, "assistant": 1, "reasoning": 0, "repeat": 100_000}]}, id="many rows"
        ),
        pytest.param(
            {"turns": [{"user": "日本語のテキスト" * 38_000, "assistant": 1, "reasoning": 0}]},
            id="a long text",
        ),
        pytest.param({"turns": [{"user": " " * 900_000 + "x"}]}, id="blanks"),
    ],
)
def test_long_work_leaves_the_event_loop_free(base_url: str, plan: Any) -> None:
    """While one long quote is computed, others are answered: a blocked loop would let one in at most."""
    body = json.dumps({"model": "gpt-5.4-mini", **plan}, ensure_ascii=False).encode()
    statuses: list[int] = []

    def work() -> None:
        statuses.append(
            httpx2.post(f"{base_url}/v1/quotes?detail=summary", content=body, timeout=300).status_code
        )

    thread = threading.Thread(target=work)
    answered = 0
    with httpx2.Client(base_url=base_url) as probe:
        probe.get("/livez")
        thread.start()
        while thread.is_alive():
            assert probe.get("/livez").status_code == 200
            answered += 1
    thread.join()
    assert statuses == [200]
    assert answered >= 4
