"""What the page `/` gives away: a link that shows the same, the plan in five forms, the requests as CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from playwright.sync_api import expect
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage
from tests.page.test_quotes import AGENT

PLAN: dict[str, Any] = {
    **AGENT,
    "system": "Say \"yes\", 'no', $HOME, `date` and 100 % — 例如：你好\n\ttab: #x",
    "history": {"strategy": "clear_tool_results", "keep": 3, "placeholder": 10},
}


@pytest.fixture
def quotes(visit: Visit, roomy_http: httpx2.Client) -> QuotePage:
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = QuotePage(visit, roomy_http)
    page.open(PLAN)
    return page


def _snippet(quotes: QuotePage, kind: str) -> str:
    take = quotes.section("take-away")
    take.get_by_role("button", name=kind, exact=True).click()
    shown = take.get_by_role("region", name=kind, exact=True)
    expect(shown).to_be_visible()
    quotes.page.wait_for_timeout(200)
    return shown.inner_text()


def test_a_link_shows_the_same_view_to_somebody_else(
    quotes: QuotePage, visit_as: Callable[..., Visit], roomy_http: httpx2.Client
) -> None:
    page = quotes.page
    with quotes.asking():
        quotes.field("/turns/0/user").fill("1234")
    quotes.section("snowball").get_by_role("button", name="by price").click()
    slider = quotes.section("gpus").get_by_role("slider", name="Sequences at a time")
    slider.focus()
    slider.press("End")
    quotes.settle()
    page.get_by_role("button", name="Copy link").click()
    expect(quotes.section("take-away").get_by_role("status")).to_have_text("Link copied.")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address.startswith(f"{quotes.visit.base_url}/#1.")
    other = QuotePage(visit_as(), roomy_http)
    other.page.goto(address)
    other.visit.wait_until_ready()
    other.settle()
    assert other.plan() == quotes.plan()
    assert other.plan()["turns"][0]["user"] == 1234
    for part in (".build", ".headline", "#snowball", "#models", "#what-if", "#requests", "#bill", "#gpus"):
        assert other.page.locator(part).inner_text() == page.locator(part).inner_text()
    pressed = other.section("snowball").get_by_role("button", name="by price")
    assert pressed.get_attribute("aria-pressed") == "true"


def test_the_address_follows_the_plan(quotes: QuotePage) -> None:
    before = quotes.page.url
    with quotes.asking():
        quotes.field("/turns/0/user").fill("999")
    quotes.page.wait_for_url(lambda url: url != before)
    quotes.page.reload()
    quotes.visit.wait_until_ready()
    quotes.settle()
    assert quotes.plan()["turns"][0]["user"] == 999


def test_the_plan_is_taken_away_in_five_forms(quotes: QuotePage, tmp_path: Path) -> None:
    totals = quotes.quote()["totals"]
    assert json.loads(_snippet(quotes, "JSON")) == PLAN
    loaded = yaml.safe_load(_snippet(quotes, "YAML"))
    assert json.loads(json.dumps(loaded, default=str)) == PLAN
    words = shlex.split(_snippet(quotes, "curl").replace("\\\n", " "))
    assert words[:3] == ["curl", "-sS", f"{quotes.visit.base_url}/v1/quotes"]
    assert json.loads(words[words.index("--data-raw") + 1]) == PLAN
    assert _run([sys.executable, "-c", _snippet(quotes, "Python")]).split()[:2] == [
        totals["cost"],
        str(totals["input_tokens"]),
    ]
    reader = tmp_path / "tokenquote"
    reader.write_text('#!/bin/sh\ntest "$1 $2" = "quote -" && cat\n')
    reader.chmod(0o755)
    command = ["sh", "-c", f"PATH={tmp_path}:$PATH; {_snippet(quotes, 'Command line')}"]
    assert json.loads(_run(command)) == PLAN


def _run(command: list[str]) -> str:
    """What a command prints; it must not complain."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_csv_holds_the_requests_of_the_api(quotes: QuotePage) -> None:
    with quotes.page.expect_download() as download:
        quotes.page.get_by_role("button", name="Requests as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    requests = quotes.quote()["requests"]
    assert len(rows) == len(requests)
    for row, request in zip(rows, requests, strict=True):
        for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "cost"):
            assert row[name] == str(request[name])


@pytest.mark.parametrize(
    ("fragment", "says"),
    [
        ("#2.q1YqSSwuUbJSSs5IzEtPVaoFAA", "another version of the page"),
        ("#1.q1YqSSwu", "damaged or cut off"),
    ],
)
def test_a_link_that_cannot_be_read_is_said(
    visit: Visit, roomy_http: httpx2.Client, fragment: str, says: str
) -> None:
    visit.open(f"/{fragment}")
    quotes = QuotePage(visit, roomy_http)
    quotes.settle()
    assert re.search(says, visit.page.get_by_role("alert").inner_text())
    quotes.check_figures()
