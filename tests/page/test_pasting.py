"""The page `/` takes what people have: request bodies, curl commands, plans, and rubbish."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, expect
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage

OPENAI = {
    "model": "gpt-5.4-mini",
    "messages": [
        {"role": "system", "content": "You are the support agent of a bicycle shop."},
        {"role": "user", "content": "Where is my order 4711? It's late."},
    ],
}
CLAUDE = {
    "model": "claude-haiku-4-5",
    "max_tokens": 300,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Where is my order?"}],
}
GEMINI = {"contents": [{"role": "user", "parts": [{"text": "Where is my order?"}]}]}
PLAN = {
    "model": "openai/gpt-5.4-mini",
    "system": 400,
    "turns": [{"user": 120, "assistant": 260, "reasoning": 0, "repeat": 5}],
}
YAML = """
# A plan as people keep it beside their code.
model: openai/gpt-5.4-mini
system: 400
turns:
  - {user: 120, assistant: 260, reasoning: 0, repeat: 5}
"""
RUBBISH = [
    "{ not json",
    "[1, 2",
    "just some words",
    "\0\x07",
    "<html></html>",
    "null",
    "42",
    "{}",
    "- a\n- b",
]


@pytest.fixture
def quotes(visit: Visit, roomy_http: httpx2.Client) -> QuotePage:
    page = QuotePage(visit, roomy_http)
    page.open()
    page.page.get_by_role("tab", name="Paste").click()
    return page


def _pasted(quotes: QuotePage) -> Locator:
    return quotes.page.locator("#pasted")


def _paste(quotes: QuotePage, text: str) -> None:
    """As the clipboard does it: all at once."""
    _pasted(quotes).evaluate(
        "(area, text) => { area.value = text; area.dispatchEvent(new Event('input', {bubbles: true})); }",
        text,
    )


def _use(quotes: QuotePage) -> None:
    with quotes.asking():
        quotes.page.get_by_role("button", name="Quote it").click()


@pytest.mark.parametrize(
    ("text", "fmt"),
    [
        (json.dumps(OPENAI), "openai.chat"),
        (json.dumps(CLAUDE), "anthropic.messages"),
        (
            "curl https://api.openai.com/v1/chat/completions -H 'Authorization: Bearer $KEY' \\\n"
            " -H \"Content-Type: application/json\" -d '" + json.dumps(OPENAI).replace("'", "'\\''") + "'",
            "openai.chat",
        ),
        (
            "curl 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3.6-flash:generateContent'"
            f" --data-raw '{json.dumps(GEMINI)}'",
            "gemini.generateContent",
        ),
    ],
    ids=["openai", "claude", "curl", "curl of gemini"],
)  # fmt: skip
def test_a_request_body_opens_the_conversation(quotes: QuotePage, text: str, fmt: str) -> None:
    _paste(quotes, text)
    expect(quotes.page.locator("#pasted-says .notice")).to_contain_text("body: messages")
    _use(quotes)
    plan = quotes.plan()
    assert plan["start"]["format"] == fmt
    quote = quotes.check_figures()
    body = plan["start"]["body"]
    asked = {"model": plan["model"], "format": fmt, "body": body}
    assert quote["requests"][0]["input_tokens"] == quotes.ask("/v1/tokens", asked)["input_tokens"]


@pytest.mark.parametrize("text", [json.dumps(PLAN), YAML], ids=["json", "yaml"])
def test_a_plan_takes_the_place_of_the_one_before(quotes: QuotePage, text: str) -> None:
    _paste(quotes, text)
    _use(quotes)
    assert quotes.plan() == PLAN
    quotes.check_figures()


def test_rubbish_is_said_and_stays(quotes: QuotePage) -> None:
    before = quotes.figures()
    says = quotes.page.locator("#pasted-says")
    for text in RUBBISH:
        _paste(quotes, "")
        expect(says.locator(".notice-bad")).to_be_hidden()
        _paste(quotes, text)
        expect(says.locator(".notice-bad")).to_be_visible()
        expect(quotes.page.get_by_role("button", name="Quote it")).to_be_disabled()
        quotes.page.get_by_role("tab", name="Form").click()
        quotes.page.get_by_role("tab", name="Paste").click()
        assert _pasted(quotes).input_value() == text
    assert quotes.figures() == before


def test_five_megabytes_are_counted(quotes: QuotePage) -> None:
    text = "Where is my order 4711, and when does it come? " * 100_000
    body: dict[str, Any] = {"model": "gpt-5.4-mini", "messages": [{"role": "user", "content": text}]}
    assert len(text) > 4_500_000
    _paste(quotes, json.dumps(body))
    _use(quotes)
    tokens = quotes.ask("/v1/tokens", {"model": "gpt-5.4-mini", "format": "openai.chat", "body": body})
    rows = quotes.section("requests").locator('.grid-body [role="row"]')
    assert rows.first.locator('[role="gridcell"]').nth(3).inner_text() == f"{tokens['input_tokens']:,}"


def test_five_megabytes_of_rubbish_are_said(quotes: QuotePage) -> None:
    text = "{" + "rubbish " * 650_000
    _paste(quotes, text)
    expect(quotes.page.locator("#pasted-says .notice-bad")).to_be_visible()
    assert _pasted(quotes).evaluate("area => area.value.length") == len(text)


def test_the_plan_is_edited_as_json(quotes: QuotePage) -> None:
    quotes.page.get_by_role("tab", name="JSON").click()
    area = quotes.page.get_by_label("The plan as JSON")
    with quotes.asking():
        area.fill(json.dumps(PLAN))
    quotes.check_figures()
    area.fill("{ half")
    expect(quotes.page.locator("#plan-json-says")).to_contain_text("Not JSON yet")
    quotes.page.get_by_role("tab", name="Form").click()
    quotes.page.get_by_role("tab", name="JSON").click()
    assert quotes.page.get_by_label("The plan as JSON").input_value() == "{ half"
