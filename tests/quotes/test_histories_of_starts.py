"""A real conversation in `start` is condensed like any other: it is cut into turns at its user messages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tokenquote_client import Quote

Ask = Callable[..., Quote]

CITY = {"city": "Rome"}
TOOL = {
    "name": "get_weather",
    "description": "Weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
LONG = " the" * 200


def chat(*turns: list[dict[str, Any]]) -> dict[str, Any]:
    system = {"role": "system", "content": "Be brief."}
    messages = [system, *(message for turn in turns for message in turn)]
    return {"messages": messages, "tools": [{"type": "function", "function": TOOL}]}


def asks(i: int, length: int = 1) -> list[dict[str, Any]]:
    return [
        {"role": "user", "content": f"Where is order {i}?" + LONG * length},
        {"role": "assistant", "content": f"Order {i} is in Oslo."},
    ]


def looks_up(result: str = "21 C") -> list[dict[str, Any]]:
    call = {"id": "c", "type": "function", "function": {"name": "get_weather", "arguments": json.dumps(CITY)}}
    return [
        {"role": "user", "content": "Where is it warm?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": result},
        {"role": "assistant", "content": "In Rome."},
    ]


NEXT = [{"user": "And in Oslo?", "assistant": 5, "reasoning": 0}]
MODELS = ("openai/gpt-4o", "openai/gpt-5.4", "anthropic/claude-opus-4-8", "deepseek/deepseek-v4-pro")


def sent(quoted: Ask, model: str, body: dict[str, Any], turns: Any = NEXT, **plan: Any) -> list[int]:
    start = {"format": "openai.chat", "body": body}
    return [row.input_tokens for row in quoted(model=model, start=start, turns=turns, **plan).requests or []]


def as_much(model: str, one: list[int], other: list[int]) -> bool:
    """Compare to the token; a chat template's message counts a token or two otherwise in other company."""
    off = 2 if model.startswith("deepseek") else 0
    return len(one) == len(other) and all(abs(a - b) <= off for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("kept", [0, 1, 2, 3])
def test_a_window_sends_what_a_body_with_the_latest_turns_alone_would(
    quoted: Ask, model: str, kept: int
) -> None:
    """Turn by turn, whole, with the calls and results in them."""
    turns = [asks(1), looks_up(), asks(3)]
    window = {"strategy": "window", "turns": kept}
    whole = sent(quoted, model, chat(*turns), history=window)
    assert as_much(model, whole, sent(quoted, model, chat(*turns[3 - kept :])))


@pytest.mark.parametrize("model", MODELS)
def test_a_window_that_holds_all_is_the_whole_history(quoted: Ask, model: str) -> None:
    body = chat(asks(1), looks_up(), asks(3))
    window = {"strategy": "window", "turns": 9}
    assert as_much(model, sent(quoted, model, body, history=window), sent(quoted, model, body))


def test_a_turn_that_waits_is_the_current_one(quoted: Ask) -> None:
    """The question at the end of the body is answered by the first turn, and no window drops it."""
    question = [{"role": "user", "content": "And in Oslo?"}]
    answered = [{"assistant": 5, "reasoning": 0}]
    window = {"strategy": "window", "turns": 1}
    body, latest = chat(asks(1), asks(2), question), chat(asks(2), question)
    assert sent(quoted, MODELS[0], body, answered, history=window) == sent(
        quoted, MODELS[0], latest, answered
    )


def test_the_turns_of_a_body_are_summarized_before_the_first_request(quoted: Ask) -> None:
    """Four turns and `every: 3`: one summary of all four; the next comes after three more."""
    body = chat(asks(1), asks(2), asks(3), asks(4))
    history = {"strategy": "summary", "every": 3, "tokens": 30}
    start = {"format": "openai.chat", "body": body}
    turns = [{"user": 100, "assistant": 50, "reasoning": 0, "repeat": 4}]
    quote = quoted(model=MODELS[0], start=start, turns=turns, history=history)
    purposes = [row.purpose or "" for row in quote.requests or []]
    assert purposes == ["summary", "", "", "", "summary", ""]
    [opening] = sent(quoted, MODELS[0], chat(), [{"user": 0, "assistant": 0, "reasoning": 0}])
    inputs = [row.input_tokens for row in quote.requests or []]
    assert inputs[1:4] == [opening + 30 + 100, opening + 30 + 250, opening + 30 + 400]
    [everything] = sent(quoted, MODELS[0], body, [{"user": 0, "assistant": 0, "reasoning": 0}])
    assert inputs[0] == everything


@pytest.mark.parametrize("model", MODELS)
def test_results_in_a_body_are_cleared_too(quoted: Ask, model: str) -> None:
    """To what the body would be with the placeholder in their place."""
    history = {"strategy": "clear_tool_results", "keep": 0, "placeholder": "cleared"}
    body = chat(looks_up(LONG), asks(2))
    cleared = sent(quoted, model, body, history=history)
    assert as_much(model, cleared, sent(quoted, model, chat(looks_up("cleared"), asks(2))))
    assert cleared < sent(quoted, model, body)


def test_a_compaction_inside_a_loop_that_a_body_began_keeps_its_last_round(quoted: Ask) -> None:
    """The body ends with a result: it is new, and the question before it is condensed with the rest."""
    body = chat(asks(1, 10), looks_up()[:3])
    history = {"strategy": "compaction", "at_tokens": 1000, "tokens": 30}
    start = {"format": "openai.chat", "body": body}
    turns = [{"assistant": 5, "reasoning": 0}]
    quote = quoted(model=MODELS[0], start=start, turns=turns, history=history)
    condensed, answered = quote.requests or []
    assert (condensed.purpose, answered.purpose) == ("compaction", None)
    assert condensed.input_tokens > 2000
    assert answered.input_tokens < 200


def test_images_in_the_turns_that_are_dropped_are_not_sent(quoted: Ask) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    pictured = [
        {
            "role": "user",
            "content": [{"type": "image", "source": source}, {"type": "text", "text": "What is it?"}],
        },
        {"role": "assistant", "content": "A dot."},
    ]
    body = {"system": "Be brief.", "messages": [*pictured, *asks(2)]}
    start = {"format": "anthropic.messages", "body": body}
    for kept, seen in ((2, True), (1, False)):
        history = {"strategy": "window", "turns": kept}
        quote = quoted(model=MODELS[2], start=start, turns=NEXT, history=history)
        assert (quote.totals.image_tokens > 0) is seen


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
