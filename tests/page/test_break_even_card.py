"""The card of one's own GPUs: it calls neither side cheaper on grounds that its answer does not give."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage
from tests.page.test_modules_of_the_page import IMPORT
from tests.page.test_quotes import AT

LONG: dict[str, Any] = {
    "model": "anthropic/claude-haiku-4-5",
    "caching": {"enabled": True},
    "turns": [
        {
            "user": 100,
            "tool_rounds": [{"calls": [{"call": 50, "result": 6000}], "reasoning": 0}],
            "assistant": 200,
            "reasoning": 0,
            "repeat": 30,
        }
    ],
    "at": AT,
}
SHORT = {"model": "meta-llama/Llama-3.3-70B-Instruct", "gpu": "b300", "concurrency": 8}


@pytest.fixture
def quotes(visit: Visit, roomy_http: httpx2.Client) -> QuotePage:
    return QuotePage(visit, roomy_http)


def test_a_plan_that_exceeds_the_context_is_not_called_cheaper(quotes: QuotePage) -> None:
    quotes.open(LONG, {"hosting": {**SHORT, "context": 32_768}})
    card = quotes.section("gpus").locator(".break-even")
    expect(card).to_contain_text("does not fit the stated context of 32,768 tokens")
    expect(card.locator(".warnings")).to_contain_text("more than context_tokens")
    expect(card).not_to_contain_text("cheaper at this traffic")
    expect(card).not_to_contain_text("Own GPUs first cost less")


def test_the_number_boxes_answer_while_somebody_types(quotes: QuotePage) -> None:
    quotes.open(LONG, {"hosting": {**SHORT, "context": 32_768}})
    gpus = quotes.section("gpus")
    box = gpus.get_by_role("textbox", name="Sequences at a time")
    with quotes.page.expect_response("**/v1/deployments"):
        box.fill("80")  # and the box has not been left
    quotes.settle()
    expect(gpus.get_by_role("slider", name="Sequences at a time")).to_have_attribute(
        "aria-valuetext", "80 sequences"
    )
    box.fill("1.")
    expect(box).to_have_value("1.")
    box.blur()
    expect(box).to_have_value("80")
    with quotes.page.expect_response("**/v1/deployments"):
        gpus.get_by_label("Price of a GPU hour, in dollars").fill("3,5")
    quotes.settle()
    expect(gpus.locator(".break-even")).to_contain_text("does not fit the stated context")


@pytest.mark.parametrize(
    ("first", "hourly"), [(679, 33.0), (300, 33.0), (50, 10.0), (790, 33.0), (792, 33.0), (None, 33.0)]
)
def test_the_traffic_from_which_hosting_stays_cheaper(
    quotes: QuotePage, first: float | None, hourly: float
) -> None:
    """The rule agrees with deployments that are counted out at every quarter of a conversation."""
    quotes.visit.open("/")
    even = {"break_even_conversations_per_day": first, "conversations_per_hour": hourly}
    found = quotes.page.evaluate(
        f"async (even) => (await ({IMPORT})('see/break_even.js')).lastsFrom(even)", even
    )
    capacity = hourly * 24
    if first is None or first >= capacity:
        assert found is None
        return
    assert found is not None
    most = int(3 * capacity / (capacity - first) * capacity)
    days = [quarter / 4 for quarter in range(1, 4 * most)]
    dear = [day for day in days if -(-day // capacity) * first > day]
    assert max(dear) < found <= max(dear) + 0.25
