"""Ids of calls and names of results, where models read them, and settings of a start that hold on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tokenquote_client import Quote

Ask = Callable[..., Quote]

QUESTION = {"role": "user", "content": "Roll the dice."}
DICE = {"type": "function", "function": {"name": "roll", "parameters": {"type": "object", "properties": {}}}}
LONG_ID = "call-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"


def chat_body(call_id: str, **members: Any) -> dict[str, Any]:
    """A chat in which a call with this id was answered."""
    call = {"id": call_id, "type": "function", "function": {"name": "roll", "arguments": "{}"}}
    said = {"role": "assistant", "content": "Here goes.", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": call_id, "content": "5"}
    return {"messages": [QUESTION, said, result], "tools": [DICE], **members}


def planned(quoted: Ask, model: str, start: dict[str, Any], tool_call: dict[str, Any]) -> Quote:
    turn = {"tool_rounds": [{"calls": [tool_call], "text": "Here goes.", "reasoning": 0}]}
    return quoted(model=model, start=start, turns=[{**turn, "assistant": 1, "reasoning": 0}])


def last_input(quote: Quote) -> int:
    assert quote.requests is not None
    return quote.requests[-1].input_tokens


@pytest.mark.parametrize(
    ("model", "call_id"),
    [
        ("moonshot/kimi-k2-thinking", "functions.roll:0"),
        ("moonshot/kimi-k2-thinking", LONG_ID),
        ("mistralai/Mistral-Nemo-Instruct-2407", "anXn0k3ks"),
        ("mistralai/Mistral-Nemo-Instruct-2407", "Zq81LmX0p"),
        ("openai/gpt-5.4", LONG_ID),
    ],
)
def test_a_stated_id_counts_as_in_a_body(quoted: Ask, http: httpx2.Client, model: str, call_id: str) -> None:
    start = {"format": "openai.chat", "body": {"messages": [QUESTION], "tools": [DICE]}}
    call = {"name": "roll", "arguments": {}, "id": call_id}
    quote = planned(quoted, model, start, {"call": call, "result": "5"})
    body = {"model": model, "format": "openai.chat", "body": chat_body(call_id)}
    assert last_input(quote) == http.post("/v1/tokens", json=body).json()["input_tokens"]


@pytest.mark.parametrize(
    ("model", "call_id"),
    [
        ("moonshot/kimi-k2-thinking", "functions.roll:0"),
        ("mistralai/Mistral-Nemo-Instruct-2407", "anXn0k3ks"),
    ],
)
def test_without_an_id_a_call_has_one_such_as_the_provider_gives(
    quoted: Ask, http: httpx2.Client, model: str, call_id: str
) -> None:
    """A call that is stated as a text has the id of the function that the text names."""
    start = {"format": "openai.chat", "body": {"messages": [QUESTION], "tools": [DICE]}}
    body = {"model": model, "format": "openai.chat", "body": chat_body(call_id)}
    counted = http.post("/v1/tokens", json=body).json()["input_tokens"]
    for call in ({"name": "roll", "arguments": {}}, {"text": "functions.roll{}"}):
        assert last_input(planned(quoted, model, start, {"call": call, "result": "5"})) == counted


def test_gemini_reads_the_name_that_a_client_gives_a_result(quoted: Ask, http: httpx2.Client) -> None:
    """Some clients name a result by an id instead of its function."""
    model, user = "google/gemini-2.5-flash", {"role": "user", "parts": [{"text": "Roll the dice."}]}
    contents = [user, {"role": "model", "parts": [{"functionCall": {"name": "roll", "args": {}}}]}]
    start = {"format": "gemini.generateContent", "body": {"contents": [user]}}
    for name, stated in (("roll", {}), (LONG_ID, {"result_name": LONG_ID})):
        result = {"functionResponse": {"name": name, "response": {"n": 5}}}
        body = {"contents": [*contents, {"role": "user", "parts": [result]}]}
        asked = {"model": model, "format": "gemini.generateContent", "body": body}
        tool_round = {"calls": [{"call": {"name": "roll", "arguments": {}}, "result": '{"n": 5}', **stated}]}
        quote = quoted(model=model, start=start, turns=[{"tool_rounds": [tool_round], "assistant": 1}])
        assert last_input(quote) == http.post("/v1/tokens", json=asked).json()["input_tokens"]


def test_a_name_beside_stated_tokens_is_refused(http: httpx2.Client) -> None:
    call = {"call": 40, "result": 500, "result_name": "roll"}
    turns = [{"user": 10, "tool_rounds": [{"calls": [call]}], "assistant": 1}]
    answer = http.post("/v1/quotes", json={"model": "openai/gpt-5.4", "turns": turns})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/turns/0/tool_rounds/0/calls/0/result_name"
    assert "state the result as a text" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("thinking", ["enabled", "disabled"])
def test_settings_of_a_start_hold_for_what_follows(quoted: Ask, http: httpx2.Client, thinking: str) -> None:
    """DeepSeek V4 writes `<think>` before earlier answers only where it thinks and has tools."""
    model, stated = "deepseek/deepseek-v4-flash", {"thinking": {"type": thinking}}
    body = {"messages": [QUESTION], "tools": [DICE], **stated}
    call = {"call": {"name": "roll", "arguments": {}, "id": "c"}, "result": "5"}
    quote = planned(quoted, model, {"format": "deepseek.chat", "body": body}, call)
    whole = {"model": model, "format": "deepseek.chat", "body": chat_body("c", **stated)}
    assert last_input(quote) == http.post("/v1/tokens", json=whole).json()["input_tokens"]


def test_a_stated_id_leaves_nothing_in_doubt(quoted: Ask) -> None:
    """Nine ids in ten of Mistral's lie within 4 tokens, for a call and its result together."""
    start = {"format": "openai.chat", "body": {"messages": [QUESTION], "tools": [DICE]}}
    quotes = []
    for stated in ({}, {"id": "anXn0k3ks"}):
        call = {"call": {"name": "roll", "arguments": {"sides": 20, "times": 30}, **stated}, "result": "5"}
        quotes.append(planned(quoted, "mistralai/Mistral-Nemo-Instruct-2407", start, call))
    guessed, known = (
        next(one for one in quote.counts if one.what.endswith("calls/0/call")) for quote in quotes
    )
    assert guessed.tokens == known.tokens
    assert (known.low - guessed.low, guessed.high - known.high) == (4, 4)
    assert [sum("ids of calls" in line for line in quote.assumptions) for quote in quotes] == [1, 0]
