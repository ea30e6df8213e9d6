"""What the page `/` says when something is wrong, and that nothing of what was typed is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Route, expect
from tests.conftest import running
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage
from tests.page.test_quotes import CHAT

from tokenquote.settings import Settings


@pytest.fixture
def quotes(visit: Visit, roomy_http: httpx2.Client) -> QuotePage:
    page = QuotePage(visit, roomy_http)
    page.open(CHAT)
    return page


def _refuse(status: int, retry_after: str | None) -> Callable[[Route], None]:
    problem = {"type": "about:blank", "title": "Busy", "status": status, "detail": "Too much to do."}
    headers = {"retry-after": retry_after} if retry_after else {}

    def answer(route: Route) -> None:
        route.fulfill(
            status=status, headers=headers, content_type="application/problem+json", body=json.dumps(problem)
        )

    return answer


def test_a_fault_stands_at_its_field_and_the_last_quote_stays(quotes: QuotePage) -> None:
    before = quotes.figures()
    quotes.visit.expect_failures(422)
    with quotes.asking():
        quotes.field("/turns/0/repeat").fill("many")
    field = quotes.field("/turns/0/repeat")
    expect(field).to_have_attribute("aria-invalid", "true")
    fault = quotes.page.locator(f'[id="{field.get_attribute("aria-describedby")}"]')
    assert fault.inner_text() in quotes.page.locator(".faults").inner_text()
    assert field.input_value() == "many"
    expect(quotes.page.get_by_text("those of the last plan that could")).to_be_visible()
    assert quotes.figures() == before
    expect(quotes.page.locator(".headline").get_by_text("of the plan before")).to_be_visible()
    assert serious_findings(quotes.page) == []
    quotes.page.locator(".faults").get_by_role("button").first.click()
    expect(field).to_be_focused()
    with quotes.asking():
        field.fill("3")
    assert quotes.check_figures()["totals"]["requests"] == 3
    expect(quotes.page.locator(".older")).to_have_count(0)


def test_an_unknown_model_is_answered_with_near_names(quotes: QuotePage) -> None:
    quotes.visit.expect_failures(422, 404)
    with quotes.asking():
        quotes.field("/model").fill("openai/gpt-5.4-minni")
        quotes.page.keyboard.press("Tab")
    assert "gpt-5.4-mini" in quotes.page.locator(".faults").inner_text()
    expect(quotes.field("/model")).to_have_value("openai/gpt-5.4-minni")
    facts = quotes.page.locator(".model-facts")
    expect(facts.get_by_role("link", name="See all models")).to_have_attribute("href", "/catalog")
    expect(facts).not_to_contain_text("$")


@pytest.mark.parametrize(
    ("status", "says"),
    [(503, "cannot answer now"), (429, "too much work waiting"), (500, "failed (status 500)")],
)
def test_a_service_that_refuses_is_said_and_asked_again(quotes: QuotePage, status: int, says: str) -> None:
    quotes.visit.expect_failures(status)
    quotes.page.route("**/v1/**", _refuse(status, "1" if status != 500 else None))
    with quotes.page.expect_response("**/v1/quotes"):
        quotes.field("/turns/0/user").fill("321")
    alert = quotes.page.locator(".see").get_by_role("alert").first
    expect(alert).to_contain_text(says)
    expect(quotes.page.get_by_text("those of the last plan that was answered")).to_be_visible()
    assert serious_findings(quotes.page) == []
    quotes.page.unroute("**/v1/**")
    if status == 500:
        alert.get_by_role("button", name="Ask again now").click()
    expect(alert).to_be_hidden()
    quotes.settle()
    assert quotes.plan()["turns"][0]["user"] == 321
    quotes.check_figures()


def test_a_service_that_went_away_is_said_and_comes_back(
    visit_as: Callable[..., Visit], roomy_http: httpx2.Client
) -> None:
    visit = visit_as()
    with running(Settings()) as url:
        visit.base_url = url
        quotes = QuotePage(visit, roomy_http)
        quotes.open(CHAT)
    visit.expect_failures(0)
    quotes.field("/turns/0/user").fill("321")
    alert = quotes.page.locator(".see").get_by_role("alert").first
    expect(alert).to_contain_text("The service does not answer. What you typed is kept.")
    assert quotes.field("/turns/0/user").input_value() == "321"
    assert quotes.plan()["turns"][0]["user"] == 321
    quotes.page.route("**/v1/**", lambda route: _pass_on(route, roomy_http))
    alert.get_by_role("button", name="Ask again now").click()
    expect(alert).to_be_hidden()
    quotes.settle()
    quotes.check_figures()


def _pass_on(route: Route, api: httpx2.Client) -> None:
    """Answer with another service, as if the one that went away were started again."""
    path = "/v1/" + route.request.url.split("/v1/", 1)[1]
    content: Any = route.request.post_data
    headers = {"content-type": "application/json"}
    answer = api.request(route.request.method, path, content=content, headers=headers)
    route.fulfill(status=answer.status_code, content_type="application/json", body=answer.text)


def test_an_answer_that_is_no_json_is_said(quotes: QuotePage) -> None:
    quotes.page.route("**/v1/quotes", lambda route: route.fulfill(body="<html>a proxy</html>"))
    with quotes.page.expect_response("**/v1/quotes"):
        quotes.field("/turns/0/user").fill("321")
    expect(quotes.page.locator(".see").get_by_role("alert").first).to_contain_text("failed (status 200)")
    assert quotes.field("/turns/0/user").input_value() == "321"
