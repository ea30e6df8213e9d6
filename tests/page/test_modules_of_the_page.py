"""What modules of the page return, asked in the browser that they are written for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.page.browsers import visiting


@pytest.fixture(scope="module")
def page(browser: Browser, page_url: str) -> Iterator[Page]:
    """A tab on the page, for the tests of this file; each imports modules into it."""
    with visiting(browser, page_url) as visit:
        visit.open("/")
        yield visit.page


IMPORT = """(module) => import(
    document.querySelector("script[src$='/quote/quote.js']").src.replace("quote.js", module))"""
"""Imports a module of the page, whose path begins with the revision of all files."""


def _call(page: Page, module: str, function: str, *values: Any) -> Any:
    """Call a function of a module of the page with values that JSON can hold."""
    asked = f"async ([module, name, values]) => (await ({IMPORT})(module))[name](...values)"
    return page.evaluate(asked, [module, function, list(values)])


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("12.345", "$12.35"),
        ("1234567.8", "$1,234,567.80"),
        ("0.0207399", "$0.0207"),
        ("0.000000123456", "$0.000000123"),
        ("0.5", "$0.500"),
        ("0.9999", "$1.000"),
        ("-0.02", "−$0.0200"),
        ("90071992547409931.13", "$90,071,992,547,409,931.13"),
    ],
)
def test_dollars_are_shown_to_the_cent_or_to_three_digits(page: Page, amount: str, shown: str) -> None:
    assert _call(page, "numbers.js", "dollars", amount) == shown


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        ("1", "0.9", "0.1"),
        ("0.1", "0.35", "-0.25"),
        ("2.50", "2.5", "0.00"),
        ("0.1", "0.1000000001", "-0.0000000001"),
    ],
)
def test_differences_of_money_are_exact(page: Page, left: str, right: str, answer: str) -> None:
    assert _call(page, "numbers.js", "difference", left, right) == answer


@pytest.mark.parametrize(
    ("typed", "whole"),
    [
        ("1200", 1200),
        ("1,200", 1200),
        ("1 200 000", 1_200_000),
        ("1.2k", 1200),
        ("3M", 3_000_000),
        ("12,5", None),
        ("1.5", None),
        ("-3", None),
        ("12x", None),
        ("", None),
    ],
)
def test_whole_numbers_are_read_as_people_type_them(page: Page, typed: str, whole: int | None) -> None:
    assert _call(page, "plan/amounts.js", "readWhole", typed) == whole


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("curl a", ["curl", "a"]),
        ('curl -d \'{"a": "b c"}\' x', ["curl", "-d", '{"a": "b c"}', "x"]),
        ("curl 'It'\\''s'", ["curl", "It's"]),
        ('curl "a \\"b\\" \\n"', ["curl", 'a "b" \\n']),
        ("curl $'a\\nb'", ["curl", "a\nb"]),
        ("curl a \\\n  -H b", ["curl", "a", "-H", "b"]),
        ("curl 'open", ["curl", "open"]),
    ],
)
def test_a_command_is_split_as_a_shell_does_it(page: Page, command: str, words: list[str]) -> None:
    assert _call(page, "paste/curl_command.js", "splitWords", command) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"messages": [{"role": "user", "content": "x"}], "model": "gpt-4o"}', "openai.chat"),
        ('{"messages": [], "system": "x", "model": "claude-sonnet-5"}', "anthropic.messages"),
        ('{"messages": [{"role": "user", "content": [{"type": "tool_result"}]}]}', "anthropic.messages"),
        ('{"messages": [{"role": "user", "content": [{"text": "x"}]}]}', "bedrock.converse"),
        ('{"contents": [{"parts": [{"text": "x"}]}]}', "gemini.generateContent"),
        ('{"input": "x", "model": "gpt-6-sol"}', "openai.responses"),
        ('[{"role": "user", "content": "x"}]', "openai.chat"),
        ("curl https://openrouter.ai/api/v1/chat/completions --json '{\"messages\": []}'", "openrouter.chat"),
        (
            "curl 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3.6-flash:generateContent?key=K'"
            " -X POST -d '{\"contents\": []}'",
            "gemini.generateContent",
        ),
        ("curl 'https://x.example/v1/messages?share=100%' -d '{\"messages\": []}'", "anthropic.messages"),
    ],
)
def test_a_pasted_body_is_known_by_its_members_or_its_address(page: Page, text: str, found: str) -> None:
    read = _call(page, "paste/reading.js", "readPasted", text, {"model": "openai/gpt-5.4-mini"})
    assert (read["kind"], read["format"]) == ("body", found)


@pytest.mark.parametrize(
    "text",
    [
        "model: openai/gpt-5.4-mini\nsystem: 400\ntruns:\n- user: 100\n  assistant: 50\n",
        '{"model": "openai/gpt-5.4-mini", "tools": 900, "turn": [{"user": 100}]}',
    ],
)
def test_a_plan_with_misspelt_turns_stays_a_plan(page: Page, text: str) -> None:
    assert _call(page, "paste/reading.js", "readPasted", text, {})["kind"] == "plan"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello", "unreadable"),
        ("{", "unreadable"),
        ('{"a": 1}', "unknown"),
        ("curl x -d @body.json", "file"),
        ("curl x", "no-body"),
        ("null", "unreadable"),
    ],
)
def test_what_cannot_be_read_is_said(page: Page, text: str, fault: str) -> None:
    assert _call(page, "paste/reading.js", "readPasted", text, {})["fault"] == fault


def test_the_model_of_a_gemini_body_stands_in_its_address(page: Page) -> None:
    command = "curl https://host/v1beta/models/gemini-3.6-flash:generateContent -d '{\"contents\": []}'"
    assert _call(page, "paste/reading.js", "readPasted", command, {})["plan"]["model"] == "gemini-3.6-flash"


def test_yaml_comes_back_as_it_was_written(page: Page) -> None:
    plan = {
        "model": "a/b",
        "system": "yes",
        "turns": [{"user": "1.0", "assistant": "- x\n# y: z\n", "repeat": 3}],
    }
    text = _call(page, "yaml.js", "writeYaml", plan)
    assert _call(page, "yaml.js", "readYaml", text) == plan


def test_python_reads_what_is_written_for_it(page: Page) -> None:
    data = {"a": [None, True, False, 1.5, 'quote " and \\ and \n'], "long": ["word " * 20] * 3, "empty": {}}
    text = _call(page, "take/snippets.js", "literal", data)
    assert eval(text, {"__builtins__": {}}) == data  # noqa: S307


def test_a_link_holds_the_state_whole(page: Page) -> None:
    state = {"plan": {"model": "x", "system": "ünï 中文 " * 50}, "view": {"rivals": ["y"]}, "kept": {}}
    fragment = _call(page, "link.js", "writeLink", state)
    assert len(fragment) < 400
    assert _call(page, "link.js", "readLink", f"#{fragment}") == state


@pytest.mark.parametrize(
    ("fragment", "fault"),
    [("2.abc", "version"), ("1.abc", "damaged"), ("x.y", "damaged"), ("a.b.c", "damaged")],
)
def test_a_faulty_link_is_told_from_none(page: Page, fragment: str, fault: str) -> None:
    assert _call(page, "link.js", "readLink", f"#{fragment}") == {"fault": fault}
    assert _call(page, "link.js", "readLink", "#main") is None


def test_a_spreadsheet_runs_no_name_as_a_formula(page: Page) -> None:
    row = {"turn": 1, "round": 0, "agent": "=cmd()", "model": 'a "b", c', "cost": "0.1"}
    lines = _call(page, "take/csv.js", "writeCsv", [row]).split("\r\n")
    assert lines[0].startswith("request,turn,round,purpose,agent,model,input_tokens")
    assert lines[1].startswith('1,1,0,,\'=cmd(),"a ""b"", c",')


PLANS: dict[str, dict[str, Any]] = {
    "full": {"turns": [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 4}]},
    "rounds": {
        "turns": [
            {
                "user": 100,
                "tool_rounds": [{"calls": [{"call": 10, "result": 200}], "reasoning": 0, "repeat": 3}],
                "assistant": 50,
                "reasoning": 0,
                "repeat": 2,
            }
        ]
    },
    "window": {
        "turns": [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 6}],
        "history": {"strategy": "window", "turns": 2},
    },
    "compaction": {
        "turns": [{"user": 900, "assistant": 50, "reasoning": 0, "repeat": 9}],
        "history": {"strategy": "compaction", "at_tokens": 3000, "tokens": 200, "instruction": 30},
    },
    "clearing": {
        "turns": [
            {
                "user": 10,
                "tool_rounds": [{"calls": [{"call": 5, "result": 900}], "reasoning": 0, "repeat": 6}],
                "assistant": 5,
                "reasoning": 0,
            }
        ],
        "history": {"strategy": "clear_tool_results", "keep": 1, "placeholder": 3},
    },
    "images": {
        "turns": [
            {
                "user": [{"type": "tokens", "tokens": 20}, {"type": "image", "width": 900, "height": 600}],
                "assistant": 30,
                "reasoning": 0,
                "repeat": 3,
            }
        ]
    },
}


@pytest.mark.parametrize("name", PLANS)
def test_the_kinds_of_each_request_add_up_to_its_tokens(page: Page, name: str) -> None:
    plan = {"model": "openai/gpt-5.4-mini", "system": 400, "tools": 300, **PLANS[name]}
    quote, rows = page.evaluate(
        f"""async (plan) => {{
            const {{ ask }} = await ({IMPORT})("api.js");
            const {{ splitByContent, splitByPrice }} = await ({IMPORT})("see/split.js");
            const {{ answer }} = await ask("/v1/quotes", plan, "Quote");
            return [answer, {{ content: splitByContent(plan, answer), price: splitByPrice(answer) }}];
        }}""",
        plan,
    )
    for request, content, price in zip(quote["requests"], rows["content"], rows["price"], strict=True):
        sent = {
            kind: tokens
            for kind, tokens in content.items()
            if kind not in ("oldMedia", "output", "reasoning")
        }
        assert sum(sent.values()) == request["input_tokens"], json.dumps(content)
        assert min(sent.values()) >= 0
        assert price["uncached"] + price["cache_read"] + price["cache_write"] == request["input_tokens"]
        assert content["output"] + content["reasoning"] == request["output_tokens"]
        if request.get("purpose") is None and name in ("full", "rounds", "window"):
            assert (content["system"], content["tools"], content["user"]) == (400, 300, 100)
    if name == "rounds":
        assert [row["results"] for row in rows["content"]] == [0, 210, 420, 630] * 2
        assert [row["history"] for row in rows["content"]] == [0] * 4 + [780] * 4
    if name == "images":
        assert sum(row["media"] for row in rows["content"]) == quote["totals"]["image_tokens"] > 0
