"""The page `/`: a plan is built, and every number is the API's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from playwright.sync_api import expect
from tests.page.accessibility import serious_findings
from tests.page.browsers import Visit
from tests.page.quote_page import QuotePage, dollars

AT = "2026-11-23T12:00:00Z"
CHAT: dict[str, Any] = {
    "model": "openai/gpt-5.4-mini",
    "system": 400,
    "tools": 900,
    "turns": [{"user": 120, "assistant": 260, "reasoning": 0, "repeat": 12}],
    "at": AT,
}
AGENT: dict[str, Any] = {
    "model": "anthropic/claude-sonnet-5-5",
    "system": 3500,
    "tools": 9000,
    "caching": {"enabled": True},
    "turns": [
        {
            "user": 800,
            "tool_rounds": [{"calls": [{"call": 90, "result": 1400}], "reasoning": 120, "repeat": 10}],
            "assistant": 600,
            "reasoning": 300,
        }
    ],
    "at": AT,
}


@pytest.fixture
def quotes(visit: Visit, roomy_http: httpx2.Client) -> QuotePage:
    return QuotePage(visit, roomy_http)


def test_a_quote_is_on_screen_without_a_click_and_equals_the_api(quotes: QuotePage) -> None:
    quotes.open()
    quote = quotes.check_figures()
    assert quote["totals"]["requests"] == 12
    assert serious_findings(quotes.page) == []


@pytest.mark.parametrize("plan", [CHAT, AGENT], ids=["chat", "agent"])
def test_requests_and_bill_equal_the_api(quotes: QuotePage, plan: dict[str, Any]) -> None:
    quotes.open(plan)
    quote = quotes.check_figures()
    rows = quotes.section("requests").locator('.grid-body [role="row"]')
    assert rows.count() == len(quote["requests"])
    for row, request in zip(rows.all(), quote["requests"], strict=True):
        cells = row.locator('[role="gridcell"]').all_inner_texts()
        names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
        assert cells[3:7] == [f"{request[name]:,}" for name in names]
    last = rows.last.locator('[role="gridcell"]').last
    assert quotes.note(last)["Exactly"] == f"${quote['totals']['cost']}"
    lines = quotes.section("bill").locator("tbody tr")
    assert lines.count() == len(quote["lines"])
    for shown, line in zip(lines.all(), quote["lines"], strict=True):
        assert shown.locator("td").first.inner_text() == f"{line['tokens']:,}"
        note = quotes.note(shown.locator(".told"))
        assert (note["Exactly"], note["Source"]) == (f"${line['cost']}", line["source"])


def test_a_plan_is_built_by_the_form(quotes: QuotePage) -> None:
    quotes.open()
    page = quotes.page
    with quotes.asking():
        quotes.field("/model").fill("claude haiku 4-5")
        page.get_by_role("option", name="anthropic/claude-haiku-4-5").first.click()
    with quotes.asking():
        page.get_by_label("Form of: System").select_option("tokens")
        quotes.field("/system").fill("700")
    with quotes.asking():
        quotes.field("/tools").fill("1,200")
        quotes.field("/turns/0/user").fill("90")
        quotes.field("/turns/0/repeat").fill("3")
        page.get_by_role("button", name="Add a tool round").click()
        quotes.field("/turns/0/tool_rounds/0/repeat").fill("4")
    with quotes.asking():
        page.get_by_role("button", name="Add a turn").click()
    plan = quotes.plan()
    assert (plan["model"], plan["system"], plan["tools"]) == ("anthropic/claude-haiku-4-5", 700, 1200)
    assert plan["turns"][0]["tool_rounds"][0]["repeat"] == 4
    quote = quotes.check_figures()
    assert quote["totals"]["requests"] == 3 * 5 + 1
    with quotes.asking():
        page.go_back()
    assert len(quotes.plan()["turns"]) == 1


def test_a_text_becomes_the_tokens_that_were_counted_and_comes_back(quotes: QuotePage) -> None:
    text = "You are a helpful assistant. Answer in one sentence."
    quotes.open({**CHAT, "system": text})
    counted = next(count["tokens"] for count in quotes.quote()["counts"] if count["what"] == "system")
    form = quotes.page.get_by_label("Form of: System")
    with quotes.asking():
        form.select_option("tokens")
    expect(quotes.field("/system")).to_have_value(str(counted))
    with quotes.asking():
        form.select_option("text")
    expect(quotes.field("/system")).to_have_value(text)


def test_ranges_show_what_the_api_drew(quotes: QuotePage) -> None:
    quotes.open(CHAT)
    page = quotes.page
    with quotes.asking():
        page.get_by_label("Form of: Answer").select_option("percentiles")
        quotes.field("/turns/0/assistant").fill("200")
        page.get_by_label("Answer: p90", exact=True).fill("900")
    drawn = quotes.check_figures()["range"]["cost"]
    says = page.locator(".headline-says .told")
    assert says.inner_text() == f"{dollars(drawn['p10'])} to {dollars(drawn['p90'])} in 8 of 10"
    note = quotes.note(says)
    assert [note[name] for name in ("p10", "p50", "p90")] == [
        dollars(drawn[p]) for p in ("p10", "p50", "p90")
    ]
    expect(quotes.section("models").get_by_text("Shaded: from the 10th")).to_be_visible()


def test_a_model_that_caches_only_when_asked_says_so_beside_others(quotes: QuotePage) -> None:
    quotes.open({**CHAT, "system": 4000}, {"rivals": ["anthropic/claude-haiku-4-5"]})
    rows = quotes.section("models").locator("tbody tr")
    expect(rows.filter(has_text="claude-haiku")).to_contain_text("without a prompt cache")
    expect(rows.filter(has_text="gpt-5.4-mini")).not_to_contain_text("without a prompt cache")
    assert serious_findings(quotes.page) == []
    with quotes.asking():
        quotes.field("/caching/enabled").select_option("true", force=True)
    expect(rows.filter(has_text="claude-haiku")).not_to_contain_text("without a prompt cache")


def test_strategies_and_caching_stand_beside_the_plan_line_by_line(quotes: QuotePage) -> None:
    quotes.open(AGENT)
    window = {"strategy": "window", "turns": 6}
    patches = {
        "Without a prompt cache": {"caching": {"enabled": False}},
        "A window of latest turns": {"history": window},
        "Old tool results cleared": {
            "history": {"strategy": "clear_tool_results", "keep": 3, "placeholder": 10}
        },
    }
    asked = [{"name": name, "patch": patch} for name, patch in patches.items()]
    answer = quotes.ask("/v1/comparisons", {"plan": AGENT, "variants": asked})
    for variant in answer["variants"]:
        row = quotes.section("what-if").locator(".variant", has_text=variant["name"])
        assert quotes.note(row.locator(".variant-cost .told"))["Exactly"] == f"${variant['totals']['cost']}"
        row.locator("summary").click()
        lines = row.locator(".variant-lines tbody tr")
        assert lines.count() == len(variant["differences"])
        for shown, line in zip(lines.all(), variant["differences"], strict=True):
            assert shown.locator("td").first.inner_text().lstrip("+−") == f"{abs(line['tokens']):,}"
    row = quotes.section("what-if").locator(".variant", has_text="Old tool results cleared")
    with quotes.asking():
        row.get_by_role("button", name="Put it into the plan").click()
    assert quotes.plan()["history"]["strategy"] == "clear_tool_results"
    quotes.check_figures()


def test_models_beside_each_other_cost_what_the_api_says(quotes: QuotePage) -> None:
    rivals = ["anthropic/claude-haiku-4-5", "google/gemini-3.6-flash"]
    quotes.open(CHAT, {"rivals": rivals})
    rest = {name: value for name, value in CHAT.items() if name != "model"}
    answer = quotes.ask("/v1/quotes", {**rest, "models": [CHAT["model"], *rivals]})
    rows = quotes.section("models").locator("tbody tr")
    assert rows.count() == 3
    for row, quote in zip(rows.all(), answer["quotes"], strict=True):
        assert quote["model"] in row.locator("th").inner_text()
        assert quotes.note(row.locator(".told").first)["Exactly"] == f"${quote['totals']['cost']}"
    assert "cheapest" in rows.first.inner_text()
    with quotes.asking():
        quotes.section("models").get_by_role("button", name=f"Remove: {rivals[0]}").click()
    assert rows.count() == 2


def test_an_overflow_is_named_with_its_turn(quotes: QuotePage) -> None:
    plan = {**CHAT, "turns": [{"user": 20_000, "assistant": 1_000, "reasoning": 0, "repeat": 30}]}
    quotes.open(plan)
    over = quotes.check_figures()["context"]["overflows_at"]
    assert over is not None
    snowball = quotes.section("snowball").locator(".card-says").inner_text()
    assert f"at turn {over['turn']} (request {over['request']})" in snowball
    assert f"overflows at turn {over['turn']}" in quotes.page.locator(".figure-bad").inner_text()
    assert quotes.section("requests").locator(".grid-over").count() > 0
    assert serious_findings(quotes.page) == []


def test_memory_is_that_of_the_api_and_follows_the_sliders(quotes: QuotePage) -> None:
    plan = {**CHAT, "model": "deepseek/deepseek-v4-pro"}
    hosting = {
        "model": "Qwen/Qwen3-8B", "gpu": "", "quantization": "", "context": 8192, "concurrency": 8,
        "perDay": 1000, "price": "2.00",
    }  # fmt: skip
    quotes.open(plan, {"hosting": hosting})
    gpus = quotes.section("gpus")
    for sequences in (8, 16):
        question = {"model": "Qwen/Qwen3-8B", "context_tokens": 8192, "concurrency": sequences}
        answer = quotes.ask("/v1/deployments", question)
        assert answer["fits"]
        expect(gpus.locator(".fits-yes strong")).to_have_text(
            f"Fits on {answer['gpu_count']} × {answer['gpu']}"
        )
        assert gpus.locator(".fits dd").all_inner_texts()[:2] == [
            f"{answer['largest_batch']:,}",
            f"{answer['longest_context_tokens']:,}",
        ]
        note = quotes.note(gpus.locator(".share-legend .told").first)
        assert note["Bytes"] == f"{answer['per_gpu'][0]['weights_bytes']:,}"
        if sequences == 8:
            slider = gpus.get_by_role("slider", name="Sequences at a time")
            slider.focus()
            for _ in range(4):
                slider.press("ArrowRight")
            quotes.settle()
            assert slider.get_attribute("aria-valuetext") == "16 sequences"
    expect(gpus.locator(".break-even .card-says strong")).to_have_text("The API is cheaper at this traffic.")


def test_every_example_is_quoted(quotes: QuotePage) -> None:
    quotes.open()
    for example in ("Coding agent, 40 tool rounds", "Retrieval (RAG)", "Image chat", "Group chat"):
        with quotes.asking():
            quotes.page.get_by_role("button", name=example).click()
        assert quotes.check_figures()["totals"]["complete"], example
        assert quotes.page.locator(".notice-bad").count() == 0, example


def test_images_are_dropped_and_their_size_is_read(quotes: QuotePage) -> None:
    quotes.open(
        {**CHAT, "turns": [{"user": [{"type": "text", "text": "Look"}], "assistant": 50, "reasoning": 0}]}
    )
    with quotes.asking():
        quotes.field("/turns/0/user").set_input_files(
            {"name": "shot.png", "mimeType": "image/png", "buffer": _png(640, 480)}
        )
    assert quotes.plan()["turns"][0]["user"][1] == {"type": "image", "width": 640, "height": 480}
    assert quotes.check_figures()["totals"]["image_tokens"] > 0


def test_a_number_says_by_keyboard_how_it_is_known(quotes: QuotePage) -> None:
    quotes.open(CHAT)
    cell = quotes.section("requests").locator('[role="gridcell"][tabindex="0"]')
    cell.focus()
    for key in ("End", "ArrowDown", "ArrowLeft"):
        quotes.page.keyboard.press(key)
    focused = quotes.page.locator(":focus")
    assert focused.get_attribute("data-cell") == "1/8"
    expect(quotes.page.locator("#note")).to_contain_text("Exactly")
    quotes.page.keyboard.press("Escape")
    expect(quotes.page.locator("#note")).to_be_hidden()


def test_a_language_is_chosen_and_what_was_typed_stays(quotes: QuotePage) -> None:
    quotes.open(CHAT)
    quotes.page.get_by_role("tab", name="Paste").click()
    quotes.page.locator("#pasted").fill("half a plan")
    quotes.page.get_by_label("Language").select_option("zh")
    expect(quotes.page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(quotes.page.locator("#pasted")).to_have_value("half a plan")
    assert "对话" in quotes.page.locator("h1").inner_text()


def test_the_page_speaks_chinese(visit_as: Callable[..., Visit], roomy_http: httpx2.Client) -> None:
    quotes = QuotePage(visit_as(locale="zh-CN"), roomy_http)
    quotes.open(CHAT)
    totals = quotes.quote()["totals"]
    assert quotes.page.locator(".headline .figure").inner_text() == dollars(totals["cost"])
    assert serious_findings(quotes.page) == []


@pytest.mark.parametrize("width", [360, 720])
def test_a_small_screen_shows_all_without_scrolling_sideways(quotes: QuotePage, width: int) -> None:
    """720 CSS pixels are a screen of 1,440 at 200 % zoom."""
    quotes.page.set_viewport_size({"width": width, "height": 800})
    quotes.open(AGENT)
    root = "document.documentElement"
    assert quotes.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0


def _png(width: int, height: int) -> bytes:
    """A grey image."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
