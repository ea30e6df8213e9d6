"""/docs: every operation of the OpenAPI document, to read and to try."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, expect
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit


@pytest.fixture(scope="module")
def openapi(roomy_http: httpx2.Client) -> dict[str, Any]:
    found: dict[str, Any] = roomy_http.get("/openapi.json").json()
    return found


def _opened(visit: Visit, operation_id: str) -> Locator:
    visit.open(f"/docs#{operation_id}")
    return visit.page.locator(f"#{operation_id}")


def test_every_operation_stands_under_its_tag(visit: Visit, openapi: dict[str, Any]) -> None:
    visit.open("/docs")
    for tag in openapi["tags"]:
        group = visit.page.locator(
            ".docs-group", has=visit.page.get_by_role("heading", name=tag["name"], exact=True)
        )
        assert tag["description"] in group.inner_text()
        expected = [
            path
            for path, methods in openapi["paths"].items()
            for operation in methods.values()
            if operation["tags"] == [tag["name"]]
        ]
        assert group.locator(".operation-path").all_inner_texts() == expected


def test_the_example_of_every_operation_is_answered(visit: Visit, openapi: dict[str, Any]) -> None:
    visit.open("/docs")
    page = visit.page
    for head in page.locator(".operation-head").all():
        head.click()
    forms = page.locator(".operation form")
    count = sum(len(methods) for methods in openapi["paths"].values())
    assert forms.count() == count
    for form in forms.all():
        form.get_by_role("button", name="Send").click()
    expect(page.locator(".answer-facts .badge")).to_have_count(count)
    assert page.locator(".answer-facts .badge").all_inner_texts() == ["200"] * count


def test_the_answer_is_that_of_the_api(visit: Visit, roomy_http: httpx2.Client) -> None:
    operation = _opened(visit, "createQuote")
    body = operation.get_by_label("Question (JSON)")
    plan = {"model": "gpt-5.4-mini", "turns": [{"user": 1000, "assistant": 500, "reasoning": 0, "repeat": 7}]}
    body.fill(json.dumps(plan))
    operation.get_by_role("button", name="Send").click()
    shown = json.loads(operation.locator(".answer").inner_text())
    assert shown["totals"] == roomy_http.post("/v1/quotes", json=plan).json()["totals"]


def test_a_problem_is_shown_and_what_was_typed_is_kept(visit: Visit) -> None:
    visit.expect_failures(400, 422)
    operation = _opened(visit, "createQuote")
    body = operation.get_by_label("Question (JSON)")
    body.fill("{ rubbish")
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator(".answer-facts .badge")).to_have_class("badge badge-bad")
    assert "title" in operation.locator(".answer").inner_text()
    assert body.input_value() == "{ rubbish"


def test_a_service_that_went_away_is_said(visit: Visit) -> None:
    operation = _opened(visit, "createQuote")
    visit.expect_failures(0)
    visit.page.route("**/v1/quotes", lambda route: route.abort())
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator(".notice-bad")).to_contain_text("did not answer")


def test_fields_unfold_down_to_what_is_in_them(visit: Visit) -> None:
    operation = _opened(visit, "createQuote")
    turns = operation.locator(".schema-field", has=visit.page.locator(".schema-name", has_text="turns")).first
    turns.get_by_role("button", name="Show its fields turns").click()
    inside = turns.locator(".schema-inside .schema-name").all_inner_texts()
    assert {"user", "assistant", "reasoning", "repeat", "tool_rounds"} <= set(inside)
    assert serious_findings(visit.page) == []


def test_the_search_leaves_what_has_all_words(visit: Visit) -> None:
    visit.open("/docs")
    visit.page.get_by_label("Search").fill("kv cache memory")
    expect(visit.page.locator(".operation-path").first).to_have_text("/v1/memory/kv-cache")
    visit.page.get_by_label("Search").fill("xyzzy")
    expect(visit.page.locator(".docs-groups .notice")).to_be_visible()
