"""Claude's prompts: constants of each generation beside texts whose tokens the vocabulary counts."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.conftest import shared_vocabularies, shipped

from tokenquote.tokens import RequestCount, TokenRules, read_body
from tokenquote.tokens.vocabularies.claude import ClaudeEncoder

VOCABULARIES = shared_vocabularies()
BEFORE, SINCE = dt.date(2025, 10, 1), dt.date(2026, 1, 10)
HELLO = {"role": "user", "content": "Hello"}
YES = {"role": "assistant", "content": "Yes"}
TOOL = {"name": "look", "description": "Look it up", "input_schema": {"type": "object", "properties": {}}}
RENDERED = (
    '<function>{"description": "Look it up", "name": "look", '
    '"parameters": {"properties": {}, "type": "object"}}</function>\n'
)
CALL = {"type": "tool_use", "id": "c", "name": "look", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "c", "content": "Yes"}


def encoder(model: str) -> ClaudeEncoder:
    found = VOCABULARIES.encoder(shipped().find_counting(model, "anthropic.messages").counting.vocabulary)
    assert isinstance(found, ClaudeEncoder)
    return found


def counted(
    model: str, body: dict[str, Any], day: dt.date | None = SINCE, api: str = "anthropic.messages"
) -> RequestCount:
    rule = shipped().find_counting(model, api).counting
    return TokenRules(rule, VOCABULARIES, day=day).request(read_body(api, {"messages": [HELLO], **body}))


def tokens(model: str, body: dict[str, Any], day: dt.date | None = SINCE) -> int:
    return counted(model, body, day).count.tokens


def inside(model: str, text: str) -> int:
    return encoder(model).count(text)


@pytest.mark.parametrize(
    ("model", "one", "three", "five"),
    [
        ("claude-3-haiku-20240307", 7, 13, 19),
        ("claude-sonnet-4-20250514", 7, 13, 19),
        ("claude-haiku-4-5", 7, 13, 19),
        ("claude-sonnet-4-6", 7, 13, 19),
        ("claude-opus-4-7", 11, 21, 31),
        ("claude-opus-4-8", 6, 10, 14),
        ("claude-sonnet-5", 6, 10, 14),
        ("claude-opus-5", 6, 10, 14),
    ],
)
def test_messages(model: str, one: int, three: int, five: int) -> None:
    text = encoder(model).count_message("Hello")
    assert tokens(model, {}) == one + text
    assert tokens(model, {"messages": [HELLO, YES, HELLO]}) == three + 2 * text + inside(model, "Yes")
    assert tokens(model, {"messages": [HELLO, YES] * 2 + [HELLO]}) == five + 3 * text + 2 * inside(
        model, "Yes"
    )


@pytest.mark.parametrize(
    ("messages", "around", "text"),
    [
        (
            [{"role": "user", "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]}],
            7,
            "Hello",
        ),
        ([HELLO, {"role": "assistant", "content": "Yes"}], 7 + 1, "Hello"),  # continued: no opener
        ([HELLO, HELLO], 7, "Hello\n\nHello"),  # one turn
        ([YES, HELLO], 7 + 3 + 12 + 1, "Hello"),  # a question that nobody sees goes first
    ],
)
def test_turns(messages: list[dict[str, Any]], around: int, text: str) -> None:
    assert tokens("claude-haiku-4-5", {"messages": messages}) == around + encoder(
        "claude-haiku-4-5"
    ).count_message(text)


@pytest.mark.parametrize(
    ("model", "day", "thinking"),
    [
        ("claude-3-7-sonnet-20250219", SINCE, 28),
        ("claude-sonnet-4-20250514", BEFORE, 28),
        ("claude-sonnet-4-20250514", SINCE, 29),
        ("claude-haiku-4-5", BEFORE, 28),
        ("claude-haiku-4-5", SINCE, 29),
        ("claude-sonnet-4-6", SINCE, 28 + 1),
    ],
)
def test_thinking_by_its_day(model: str, day: dt.date, thinking: int) -> None:
    body = {"thinking": {"type": "enabled", "budget_tokens": 4000}}
    assert tokens(model, body, day) - tokens(model, {}, day) == thinking
    assert counted(model, body, day).count.method == "exact"
    assert tokens(model, {"thinking": {"type": "adaptive"}}, day) == tokens(model, {}, day)


def test_a_day_that_nobody_knows_makes_a_band_and_is_named() -> None:
    count = counted("claude-sonnet-4-20250514", {"thinking": {"type": "enabled"}}, None)
    assert (count.count.high - count.count.tokens, count.count.method) == (1, "calibrated")
    assert count.notes == ("thinking: as of 2025-07-25; its prompt has been another since 2025-11-24",)
    assert counted("claude-sonnet-4-20250514", {}, None).notes == ()


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-3-haiku-20240307"])
def test_what_stands_before_a_conversation(model: str) -> None:
    """One token between each two of tools, system text and thinking; from 4.6 on one more for having any."""
    any_of_them = 1 if model == "claude-sonnet-4-6" else 0
    plain, system = tokens(model, {}), inside(model, "Be brief.\n\n") - 1
    thinking = 29 if model == "claude-haiku-4-5" else 28
    assert tokens(model, {"system": "Be brief."}) == plain + system + any_of_them
    assert tokens(model, {"system": "Be brief.\n"}) == plain + system + any_of_them
    body: dict[str, Any] = {"system": "Be brief.", "thinking": {"type": "enabled"}}
    assert tokens(model, body) == plain + system + thinking + 1 + any_of_them
    prompt = 264 if "haiku-2024" in model or "3-haiku" in model else 496
    with_tools = plain + system + thinking + prompt + inside(model, RENDERED) + 2 + any_of_them
    assert tokens(model, {**body, "tools": [TOOL]}) == with_tools


def test_blocks_of_a_system_text_are_joined_and_the_billing_header_is_free() -> None:
    header = {"type": "text", "text": "x-anthropic-billing-header: cc_version=1"}
    parts = [{"type": "text", "text": "Be "}, {"type": "text", "text": "brief."}]
    for model in ("claude-haiku-4-5", "claude-opus-4-8"):
        assert tokens(model, {"system": [header, *parts]}) == tokens(model, {"system": "Be brief."})
        assert tokens(model, {"system": [header]}) == tokens(model, {})


@pytest.mark.parametrize(
    ("model", "auto", "required", "named"),
    [
        ("claude-3-haiku-20240307", 264, 355, 357),
        ("claude-3-5-haiku-20241022", 264, 355, 357),
        ("claude-3-sonnet-20240229", 159, 250, 252),
        ("claude-3-opus-20240229", 533, 296, 298),
        ("claude-3-5-sonnet-20240620", 294, 276, 278),
        ("claude-3-5-sonnet-20241022", 313, 314, 316),
        ("claude-3-7-sonnet-20250219", 313, 314, 316),
        ("claude-opus-4-1-20250805", 313, 315, 317),
        ("claude-opus-4-5-20251101", 496, 588, 590),
        ("claude-opus-4-6", 496 + 1, 588 + 1, 590 + 1),
        ("claude-opus-4-7", 674 + 1, 794 + 1, 796 + 1),
        ("claude-opus-4-8", 289 + 1, 409 + 1, 411 + 1),
        ("claude-sonnet-5", 353 + 1, 473 + 1, 475 + 1),
        ("claude-opus-5", 285 + 1, 405 + 1, 407 + 1),
    ],
)
def test_the_prompt_that_comes_with_tools(model: str, auto: int, required: int, named: int) -> None:
    without = tokens(model, {}) + inside(model, RENDERED)
    name = inside(model, '<invoke name="look">\n') - inside(model, '<invoke name="f">\n') + 1
    for choice, prompt in (("auto", auto), ("none", auto), ("any", required)):
        assert tokens(model, {"tools": [TOOL], "tool_choice": {"type": choice}}) - without == prompt
    asked = {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "look"}}
    assert tokens(model, asked) - without == named + name


@pytest.mark.parametrize(
    ("model", "choice", "saved"),
    [
        ("claude-haiku-4-5", {"type": "auto"}, -208),
        ("claude-haiku-4-5", {"type": "tool", "name": "look"}, 1),
        ("claude-sonnet-4-20250514", {"type": "tool", "name": "look"}, -43),
        ("claude-sonnet-5", {"type": "auto"}, 0),
    ],
)
def test_one_tool_at_a_time(model: str, choice: dict[str, Any], saved: int) -> None:
    single = {"tools": [TOOL], "tool_choice": {**choice, "disable_parallel_tool_use": True}}
    assert tokens(model, single) - tokens(model, {"tools": [TOOL], "tool_choice": choice}) == saved


def test_definitions_have_sorted_keys_and_drop_what_is_no_schema() -> None:
    schema = {"type": "object", "properties": {"b": {"type": "string"}, "a": {"title": "–"}}, "$schema": "x"}
    tool = {"name": "look", "description": "", "input_schema": schema, "strict": True}
    escaped = (
        '<function>{"name": "look", "parameters": {"$schema": "x", "properties": {"a": '
        '{"title": "\\u2013"}, "b": {"type": "string"}}, "type": "object"}}</function>\n'
    )
    for model, text in (
        ("claude-haiku-4-5", escaped),
        ("claude-sonnet-4-6", escaped.replace("\\u2013", "–")),
    ):
        assert counted(model, {"tools": [tool]}).by_tool == {"look": inside(model, text)}


@pytest.mark.parametrize(
    ("model", "around"),
    [("claude-haiku-4-5", 46), ("claude-sonnet-4-20250514", 46), ("claude-3-haiku-20240307", 45)],
)
def test_a_call_with_its_result(model: str, around: int) -> None:
    """No arguments; the name and the result are one token each."""
    bare = {"tools": [TOOL]}
    body = bare | {
        "messages": [
            HELLO,
            {"role": "assistant", "content": [{**CALL, "name": "f"}]},
            {"role": "user", "content": [RESULT]},
        ]
    }
    assert tokens(model, body) - tokens(model, bare) == around + 1 + 1
    said = json.loads(json.dumps(body))
    said["messages"][1]["content"].insert(0, {"type": "text", "text": "Yes"})
    assert tokens(model, said) - tokens(model, body) == 1


@pytest.mark.parametrize(
    ("model", "doubt"), [("claude-3-sonnet-20240229", 0), ("claude-haiku-4-5", 0), ("claude-opus-4-8", 5)]
)
@pytest.mark.parametrize("nothing", [{"content": []}, {"content": ""}, {}])
def test_a_result_that_holds_nothing_costs_fifteen_tokens(
    model: str, doubt: int, nothing: dict[str, Any]
) -> None:
    def answered(result: dict[str, Any]) -> RequestCount:
        called = [HELLO, {"role": "assistant", "content": [CALL]}, {"role": "user", "content": [result]}]
        return counted(model, {"tools": [TOOL], "messages": called})

    empty = answered({"type": "tool_result", "tool_use_id": "c", **nothing}).count
    written = inside(model, "<output>Yes</output>") - inside(model, "<output></output>")
    assert empty.tokens - answered(RESULT).count.tokens == 15 - written
    assert (empty.tokens - empty.low, empty.high - empty.tokens) == (doubt, doubt)


def test_calls_to_opus_3_have_a_band() -> None:
    """Six of six calls, each with text before it, cost three tokens less; all are of one repository."""
    said = {"type": "text", "text": "Yes"}
    called = [HELLO, {"role": "assistant", "content": [said, CALL]}, {"role": "user", "content": [RESULT]}]
    opus, sonnet = (
        counted(model, {"tools": [TOOL], "messages": called}).count
        for model in ("claude-3-opus-20240229", "claude-3-sonnet-20240229")
    )
    assert opus.tokens - sonnet.tokens == 533 - 159 - 3
    assert (opus.low, opus.high, opus.method) == (opus.tokens - 5, opus.tokens + 5, "calibrated")
    assert sonnet.method == "exact"


def test_each_string_argument_costs_fifteen_tokens_and_itself() -> None:
    def calling(arguments: dict[str, Any]) -> int:
        call = {"role": "assistant", "content": [{**CALL, "input": arguments}]}
        return tokens("claude-haiku-4-5", {"messages": [HELLO, call, {"role": "user", "content": [RESULT]}]})

    assert calling({"city": "Rome"}) - calling({}) == 15 + 1 + 1
    assert calling({"city": "Rome", "day": "today"}) - calling({}) == 2 * (15 + 1 + 1)


def test_more_than_is_known_is_never_called_exact() -> None:
    schema = {"type": "json_schema", "schema": {"type": "object", "properties": {}}}
    assert (
        counted("claude-haiku-4-5", {"output_format": schema, "tools": [TOOL]}).count.method == "calibrated"
    )
    unseen = counted("claude-3-haiku", {"output_format": schema}).count
    assert (unseen.method, unseen.low) == ("calibrated", tokens("claude-3-haiku", {}))
    assert (
        counted("claude-opus-4-7", {"tools": [TOOL], "tool_choice": {"type": "any"}}).count.method
        == "calibrated"
    )
    once = {"tools": [TOOL], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}}
    unseen = counted("claude-opus-4-8", once).count
    assert (unseen.method, unseen.tokens - unseen.low) == ("calibrated", 210)
    server_tool = {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}
    assert counted("claude-haiku-4-5", server_tool).count.method == "assumed"


def test_an_output_schema_alone_is_exact_where_bills_show_it() -> None:
    schema = {"type": "json_schema", "schema": {"type": "object", "properties": {}}}
    assert counted("claude-haiku-4-5", {"output_format": schema}).count.method == "exact"


def test_a_claude_newer_than_the_recorded_calls_counts_as_the_newest() -> None:
    rules = TokenRules(shipped().find_counting("claude-epic-7", "anthropic.messages").counting, VOCABULARIES)
    count = rules.request(read_body("anthropic.messages", {"messages": [HELLO]})).count
    assert (count.tokens, count.method) == (tokens("claude-opus-4-8", {}), "calibrated")
    assert str(rules.basis).startswith("newer than the recorded calls")


def test_chats_of_gateways_are_turned_into_messages_first() -> None:
    messages = [
        {"role": "system", "content": "Be brief. "},
        {"role": "user", "content": "Hello "},
    ]
    chat = counted("anthropic/claude-haiku-4.5", {"messages": messages}, api="openrouter.chat")
    assert chat.count.tokens == tokens("claude-haiku-4-5", {"system": "Be brief."})
    thinking = counted(
        "anthropic/claude-haiku-4.5", {"messages": messages, "reasoning_effort": "low"}, api="openrouter.chat"
    )
    assert thinking.count.tokens - chat.count.tokens == 29 + 1
