"""/catalog: what the API lists, filtered, in order, with every price's source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, expect
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit


@pytest.fixture(scope="module")
def models(roomy_http: httpx2.Client) -> list[dict[str, Any]]:
    """Every model, page after page."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = roomy_http.get("/v1/models", params={"cursor": cursor} if cursor else {}).json()
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def _rows(visit: Visit) -> Locator:
    return visit.page.locator(".catalog-table tbody tr:not(.model-open)")


def _expect_count(visit: Visit, count: int) -> None:
    expect(visit.page.locator(".catalog-bar p")).to_have_text(f"{count:,} model{'s' if count != 1 else ''}")


def test_every_model_of_the_api_is_counted(visit: Visit, models: list[dict[str, Any]]) -> None:
    visit.open("/catalog")
    visit.page.get_by_label("switched off, too").check()
    _expect_count(visit, len(models))
    assert len(models) > 1_000
    assert _rows(visit).count() == 100
    visit.page.get_by_role("button", name="Show 100 more").click()
    expect(_rows(visit)).to_have_count(200)


def test_filters_narrow_the_list_as_the_api_does(
    visit: Visit, roomy_http: httpx2.Client, models: list[dict[str, Any]]
) -> None:
    visit.open("/catalog#gone=1")
    page = visit.page
    page.get_by_label("Provider").select_option("anthropic")
    page.get_by_label("images").check()
    page.get_by_label("Window, at least").fill("500000")
    page.get_by_label("Input $/M, at most").fill("5")
    asked = {"provider": "anthropic", "inputs": "image", "window": "500000", "max_input_price": "5"}
    expected = roomy_http.get("/v1/models", params=asked).json()["items"]
    assert 0 < len(expected) < len(models)
    _expect_count(visit, len(expected))
    shown = _rows(visit).locator(".mono").all_inner_texts()
    assert sorted(shown) == sorted(model["id"] for model in expected)


def test_a_row_shows_the_rates_of_the_api(visit: Visit, models: list[dict[str, Any]]) -> None:
    model = next(one for one in models if one["id"] == "openai/gpt-5.4-mini")
    visit.open("/catalog#q=openai/gpt-5.4-mini")
    cells = _rows(visit).first.locator("td").all_inner_texts()
    assert cells[0] == f"{model['window']:,}"
    assert cells[1:4] == [f"${model['rates'][kind]}" for kind in ("input", "output", "cache_read")]


def test_a_model_unfolds_to_its_prices_with_source_and_day(visit: Visit, roomy_http: httpx2.Client) -> None:
    detail = roomy_http.get("/v1/models/openai/gpt-5.4-mini").json()
    visit.open("/catalog#q=openai/gpt-5.4-mini")
    toggle = visit.page.get_by_role("button", name="GPT-5.4 mini openai/gpt-5.4-mini")
    toggle.click()
    assert toggle.get_attribute("aria-expanded") == "true"
    opened = visit.page.locator(".model-detail")
    opened.wait_for()
    source = detail["prices"][-1]["source"]
    address = source.split(",")[0]
    assert opened.locator(".price-source a").first.get_attribute("href") == address
    assert f"${detail['prices'][-1]['modes']['batch']['rates']['input']}" in opened.inner_text()
    assert detail["file"] in opened.inner_text()
    assert serious_findings(visit.page) == []


@pytest.mark.parametrize(("column", "key"), [("Input $/M", "input"), ("Output $/M", "output")])
def test_the_table_is_sorted_by_price_and_unknown_prices_stand_last(
    visit: Visit, column: str, key: str
) -> None:
    visit.open("/catalog#provider=bedrock")
    head = visit.page.get_by_role("columnheader", name=column)
    for direction in ("ascending", "descending"):
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", direction)
        place = ["input", "output"].index(key) + 2
        texts = visit.page.locator(f".catalog-table tbody td:nth-child({place + 1})").all_inner_texts()
        prices = [float(text[1:]) for text in texts if text.startswith("$")]
        assert prices == sorted(prices, reverse=direction == "descending")
        assert all(text.startswith("$") for text in texts[: len(prices)])


def test_retirements_stand_by_month_with_their_successors(visit: Visit, models: list[dict[str, Any]]) -> None:
    visit.open("/catalog#view=retirements&gone=1")
    ends = visit.page.locator(".ends li")
    assert ends.count() == sum(model["retires"] is not None for model in models)
    followed = next(model for model in models if model["retires"] and model["successor"])
    line = ends.filter(has=visit.page.get_by_role("button", name=followed["id"], exact=True))
    assert followed["successor"] in line.inner_text() or followed["rerouted_to"] in line.inner_text()
    assert serious_findings(visit.page) == []
    line.get_by_role("button").click()
    expect(visit.page.locator(".model-detail")).to_be_visible()


def test_a_link_shows_the_same_view(visit_as: Callable[..., Visit]) -> None:
    first = visit_as()
    first.open("/catalog")
    first.page.get_by_label("Search").fill("claude opus")
    first.page.get_by_label("What it is for").select_option("chat")
    first.page.get_by_role("columnheader", name="Window").get_by_role("button").click()
    second = visit_as()
    second.page.goto(first.page.url)
    second.wait_until_ready()
    expect(second.page.get_by_label("Search")).to_have_value("claude opus")
    assert _rows(second).all_inner_texts() == _rows(first).all_inner_texts()


def test_a_service_that_does_not_answer_is_said_and_tried_again(visit: Visit) -> None:
    visit.expect_failures(503)
    visit.page.route("**/v1/models*", lambda route: route.fulfill(status=503, body="{}"))
    visit.open("/catalog#q=opus")
    assert "did not answer" in visit.page.get_by_role("alert").inner_text()
    visit.page.unroute("**/v1/models*")
    visit.page.get_by_role("button", name="Try again").click()
    expect(visit.page.get_by_label("Search")).to_have_value("opus")
    assert "opus" in _rows(visit).first.inner_text().lower()


def test_no_filter_is_thrown_off_by_a_link_of_another_kind(visit: Visit) -> None:
    visit.open("/catalog#sort=nonsense&inputs=smell&window=-3&view=maps&%00=1&q=<script>alert(1)</script>")
    assert visit.page.get_by_label("Search").input_value() == "<script>alert(1)</script>"
