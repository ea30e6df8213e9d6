"""What an answer adds: by model where there are several, beside the quote that a usage names."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.observability.test_telemetry import added

TURN = {"user": 1000, "assistant": 100, "reasoning": 20}
AT = "2026-11-20T00:00:00Z"
MINI = ("openai", "gpt-5.4-mini", "other", "standard")


def plan(**members: Any) -> dict[str, Any]:
    return {"model": "openai/gpt-5.4-mini", "turns": [TURN], "at": AT, **members}


def test_a_mode_is_a_label_and_an_unknown_one_is_refused(http: httpx2.Client) -> None:
    seen = added(http, "/v1/quotes", plan(mode="batch"))
    batch = ("openai", "gpt-5.4-mini", "other", "batch")
    assert seen["tokenquote_quotes_total", (*batch, "complete")] == 1
    # 1,000 x 0.75 and 120 x 4.50, a million, at half the price
    assert seen["tokenquote_quoted_cost_dollars_total", batch] == pytest.approx(0.000645)


def test_what_the_cache_saves_is_the_difference_of_two_counters(http: httpx2.Client) -> None:
    body = plan(system=3000, turns=[{**TURN, "repeat": 4}])
    quoted = http.post("/v1/quotes", json=body).json()["totals"]
    seen = added(http, "/v1/quotes", body)
    assert quoted["cache_read_tokens"] > 0
    cost = seen["tokenquote_quoted_cost_dollars_total", MINI]
    without = seen["tokenquote_quoted_cost_without_cache_dollars_total", MINI]
    assert (cost, without) == pytest.approx((float(quoted["cost"]), float(quoted["cost_without_cache"])))
    assert without > cost


def test_each_of_several_models_has_its_own_tokens_and_dollars(http: httpx2.Client) -> None:
    body = plan(turns=[TURN, {**TURN, "model": "openai/gpt-5.4-nano"}])
    quoted = http.post("/v1/quotes", json=body).json()
    seen = added(http, "/v1/quotes", body)
    for each in quoted["by_model"]:
        labels = ("openai", each["model"].removeprefix("openai/"), "other", "standard")
        assert seen["tokenquote_quoted_tokens_total", (*labels, "input")] == each["input_tokens"]
        assert seen["tokenquote_quoted_tokens_total", (*labels, "output")] == each["output_tokens"]
        cost = seen["tokenquote_quoted_cost_dollars_total", labels]
        assert cost == pytest.approx(float(each["cost"]))
    reasoning = [value for (name, labels), value in seen.items() if "reasoning" in labels]
    assert sum(reasoning) == pytest.approx(quoted["totals"]["reasoning_tokens"])
    assert sum(value for (name, _), value in seen.items() if name == "tokenquote_quotes_total") == 1


@pytest.mark.parametrize(
    ("billed", "within"),
    [(1000, "0.01"), (1010, "0.01"), (975, "0.03"), (1090, "0.1"), (760, "0.25"), (3000, "more")],
)
def test_a_usage_is_laid_beside_the_quote_that_it_names(
    http: httpx2.Client, billed: int, within: str
) -> None:
    quote_id = http.post("/v1/quotes", json=plan()).json()["id"]
    usage = {"prompt_tokens": billed, "completion_tokens": 110, "total_tokens": billed + 110}
    body = {"model": "openai/gpt-5.4-mini", "usage": usage, "at": AT, "quote_id": quote_id}
    seen = added(http, "/v1/usage", body, "tokenquote_compared")
    mini = ("openai", "gpt-5.4-mini", "other")
    assert seen == {
        ("tokenquote_compared_usages_total", mini): 1,
        ("tokenquote_compared_tokens_total", (*mini, "quoted", "input")): 1000,
        ("tokenquote_compared_tokens_total", (*mini, "quoted", "output")): 120,
        ("tokenquote_compared_tokens_total", (*mini, "billed", "input")): billed,
        ("tokenquote_compared_tokens_total", (*mini, "billed", "output")): 110,
        ("tokenquote_compared_cost_dollars_total", (*mini, "quoted")): pytest.approx(0.00129),
        ("tokenquote_compared_cost_dollars_total", (*mini, "billed")): pytest.approx(
            (billed * 0.75 + 110 * 4.5) / 1e6
        ),
        ("tokenquote_compared_usages_within_total", (within,)): 1,
    }


def test_a_usage_is_not_laid_beside_a_quote_of_several_requests(http: httpx2.Client) -> None:
    quote_id = http.post("/v1/quotes", json=plan(turns=[{**TURN, "repeat": 2}])).json()["id"]
    body = {"model": "openai/gpt-5.4-mini", "usage": {"prompt_tokens": 9}, "at": AT, "quote_id": quote_id}
    assert added(http, "/v1/usage", body, "tokenquote_compared") == {}
    assert added(http, "/v1/usage", body, "tokenquote_priced_usages") == {
        ("tokenquote_priced_usages_total", (*MINI, "complete")): 1
    }


def test_agents_are_counted_by_app(http: httpx2.Client) -> None:
    turn = {"user": 1, "assistant": 1, "reasoning": 0}
    asked = {**turn, "tool_rounds": [{"calls": [{"call": 5, "agent": "researcher"}], "reasoning": 0}]}
    seen = added(http, "/v1/quotes", plan(turns=[asked], agents=[{"name": "researcher", "turns": [turn]}]))
    assert seen["tokenquote_quotes_with_agents_total", ("other",)] == 1
    assert seen["tokenquote_quoted_agent_requests_total", ("other",)] == 1
