"""A link may hold anything: the page says what is wrong with it, and nothing breaks."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.page.browsers import Visit
from tests.page.quote_page import link

MODEL = "openai/gpt-5.4-mini"
FAULTY: list[dict[str, Any]] = [
    {},
    {"model": 5, "turns": 5},
    {"model": MODEL, "turns": [5]},
    {"model": MODEL, "turns": [{"user": True, "tool_rounds": 7}]},
    {"model": MODEL, "turns": [{"user": [1, 2], "tool_rounds": [{"calls": None}]}]},
    {"workflow": 3, "model": [1]},
    {"model": MODEL, "start": 7, "turns": [{"user": 1}]},
    {"model": MODEL, "history": "x", "caching": 3, "turns": [{"user": 1}]},
]
TURNS = [{"user": 10, "assistant": 10, "reasoning": 0}]


@pytest.mark.parametrize("plan", FAULTY, ids=str)
def test_a_plan_of_any_shape_is_answered_with_what_is_wrong(visit: Visit, plan: dict[str, Any]) -> None:
    visit.expect_failures(404, 422)
    visit.open(f"/{link(plan)}")
    expect(visit.page.locator(".faults li").first).to_be_visible()
    visit.page.get_by_role("tab", name="JSON").click()
    expect(visit.page.locator("#plan-json")).to_be_visible()


@pytest.mark.parametrize(
    "view",
    [
        {"rivals": 5, "hosting": 3, "variants": [1], "stack": {}},
        {"rivals": [3, None], "hosting": {"context": "x", "gpu": 5, "perDay": -1, "concurrency": 1.5}},
        {"variants": {"window": "6", "summary": None}},
    ],
    ids=str,
)
def test_a_view_of_any_shape_is_as_at_first(visit: Visit, view: dict[str, Any]) -> None:
    visit.open(f"/{link({'model': MODEL, 'turns': TURNS}, view)}")
    expect(visit.page.locator("#what-if .variant").nth(3)).to_be_visible()
    expect(visit.page.locator("#gpus .share")).to_be_visible()


def test_a_plan_of_several_models_has_them_beside_each_other(visit: Visit) -> None:
    visit.open(f"/{link({'models': [MODEL, 'openai/gpt-6-luna', 'xai/grok-4.7'], 'turns': TURNS})}")
    expect(visit.page.locator("#models tbody tr")).to_have_count(3)
    expect(visit.page.locator('[id="at/model"]')).to_have_value(MODEL)


def test_a_link_that_unpacks_to_gigabytes_is_damaged(visit: Visit) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    blanks = b" " * 1_000_000
    packed = b"".join(packer.compress(blanks) for _ in range(40)) + packer.compress(b'{"plan":{},"view":{}}')
    fragment = base64.urlsafe_b64encode(packed + packer.flush()).decode().rstrip("=")
    assert len(fragment) < 64_000
    visit.open(f"/#1.{fragment}")
    expect(visit.page.get_by_role("alert")).to_contain_text("damaged")
    visit.page.get_by_role("button", name="Close").click()
    expect(visit.page.get_by_role("alert")).to_have_count(0)
