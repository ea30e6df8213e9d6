"""Marks for prompt caching in the body that opens a conversation (law 11), with literal numbers.

The model has Claude Opus 4.8's prices and cache (1,024 tokens at least) and counts as gpt-4o does: 3 tokens a
request, 4 around a message, one for each ` the` and 2 for `Hello world`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.conftest import NOW, shared_vocabularies

from tokenquote.api.quotes import quote_as
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError
from tokenquote.tokens.bodies.cache_marks import find_cache_marks
from tokenquote_client import Plan, Quote

MARK = {"cache_control": {"type": "ephemeral"}}
HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
LONG = " the" * 1500
HELLO = {"role": "user", "content": "Hello world"}
TURNS = [
    {"assistant": "Hello world", "reasoning": 0},
    {"user": "Hello world", "assistant": "Hello world", "reasoning": 0},
    {"user": "Hello world", "assistant": 1, "reasoning": 0},
]


@pytest.fixture
def model(catalog: Catalog) -> Model:
    counting = catalog.models["openai/gpt-4o"].counting
    return replace(catalog.models["anthropic/claude-opus-4-8"], id="tests/marked", counting=counting)


def quote(model: Model, catalog: Catalog, body: Mapping[str, Any], **plan: Any) -> Quote:
    start = {"format": "anthropic.messages", "body": body}
    asked = Plan.model_validate({"model": model.id, "start": start, "turns": TURNS, **plan})
    return quote_as(asked, model, catalog, shared_vocabularies(), NOW)


def uses(found: Quote) -> tuple[list[int], list[int], list[int]]:
    requests = found.requests or []
    return (
        [request.input_tokens for request in requests],
        [request.cache_read_tokens for request in requests],
        [request.cache_write_tokens for request in requests],
    )


def user(*blocks: Mapping[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": [*blocks]}


def text(words: str, mark: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": words, **(mark or {})}


INPUTS = [3 + 1504 + 6, 3 + 1504 + 18, 3 + 1504 + 30]


def test_without_marks_nothing_is_cached(model: Model, catalog: Catalog) -> None:
    body = {"system": [text(LONG)], "messages": [HELLO]}
    assert uses(quote(model, catalog, body)) == (INPUTS, [0, 0, 0], [0, 0, 0])


def test_a_mark_stands_where_it_stands(model: Model, catalog: Catalog) -> None:
    """The system message is written once and read by each later request; what follows it is plain input."""
    body = {"system": [text(LONG, MARK)], "messages": [HELLO]}
    assert uses(quote(model, catalog, body)) == (INPUTS, [0, 1504, 1504], [1504, 0, 0])


def test_a_mark_at_the_end_moves_on_with_the_requests(model: Model, catalog: Catalog) -> None:
    body = {"system": LONG, "messages": [user(text("Hello world", MARK))]}
    assert uses(quote(model, catalog, body)) == (INPUTS, [0, 1513, 1525], [1513, 12, 12])


def test_automatic_caching_marks_the_last_message(model: Model, catalog: Catalog) -> None:
    body = {"system": LONG, "messages": [HELLO], **MARK}
    assert uses(quote(model, catalog, body)) == (INPUTS, [0, 1513, 1525], [1513, 12, 12])


def test_a_mark_within_a_message_ends_the_prefix_there(model: Model, catalog: Catalog) -> None:
    """Of 4 + 1,500 + 2 tokens of the one message, 1,504 are before the mark."""
    body = {"messages": [user(text(LONG, MARK), text("Hello world"))]}
    inputs = [3 + 1506, 3 + 1506 + 12, 3 + 1506 + 24]
    assert uses(quote(model, catalog, body)) == (inputs, [0, 1504, 1504], [1504, 0, 0])


def test_a_mark_goes_with_the_message_that_a_strategy_drops(model: Model, catalog: Catalog) -> None:
    """The mark stands in the first question, which a window of no turns does not send again."""
    body = {"messages": [user(text(LONG, MARK)), {"role": "assistant", "content": "Hello world"}, HELLO]}
    window = {"strategy": "window", "turns": 0}
    assert uses(quote(model, catalog, body, history=window))[1:] == ([0, 0, 0], [0, 0, 0])
    assert uses(quote(model, catalog, body))[1:] == ([0, 1504, 1504], [1504, 0, 0])


def test_a_prefix_below_the_minimum_is_not_cached(model: Model, catalog: Catalog) -> None:
    body = {"system": [text(" the" * 1019, MARK)], "messages": [HELLO]}
    assert uses(quote(model, catalog, body))[1:] == ([0, 0, 0], [0, 0, 0])
    body = {"system": [text(" the" * 1020, MARK)], "messages": [HELLO]}
    assert uses(quote(model, catalog, body))[1:] == ([0, 1024, 1024], [1024, 0, 0])


def test_a_mark_on_a_tool_is_read_without_the_system_message(model: Model, catalog: Catalog) -> None:
    tool = {"name": "f", "description": LONG, "input_schema": {"type": "object"}, **MARK}
    body = {"system": LONG, "tools": [tool], "messages": [HELLO]}
    inputs, read, written = uses(quote(model, catalog, body))
    bare = uses(quote(model, catalog, {"tools": [tool], "messages": [HELLO]}))[1][1]
    assert read == [0, bare, bare]
    assert 1500 < bare < inputs[0] - 1504
    assert written == [bare, 0, 0]


def test_an_hour_is_written_at_its_own_rate(model: Model, catalog: Catalog) -> None:
    """Two times the input, and it outlasts a pause of half an hour, which five minutes do not."""
    turns = [TURNS[0], {**TURNS[1], "gap_seconds": 1800}]
    hour, short = (
        quote(model, catalog, {"system": [text(LONG, mark)], "messages": [HELLO]}, turns=turns)
        for mark in (HOUR, MARK)
    )
    assert uses(hour)[1:] == ([0, 1504], [1504, 0])
    assert [line.tokens for line in hour.lines if line.kind == "cache_write_1h"] == [1504]
    assert uses(short)[1:] == ([0, 0], [1504, 1504])


def test_marks_of_several_times_to_live_are_said(model: Model, catalog: Catalog) -> None:
    body = {"system": [text(LONG, HOUR)], "messages": [user(text("Hello world", MARK))]}
    said = quote(model, catalog, body).assumptions
    assert any("several times to live" in note for note in said)


def test_the_plan_says_more_than_the_marks(model: Model, catalog: Catalog) -> None:
    body = {"system": [text(LONG, MARK)], "messages": [HELLO]}
    off = quote(model, catalog, body, caching={"enabled": False})
    assert uses(off)[1] == [0, 0, 0]
    on = quote(model, catalog, body, caching={"enabled": True})
    assert uses(on)[1:] == ([0, 1513, 1525], [1513, 12, 12])
    asked = quote(model, catalog, body, caching={"ttl": "1h"})
    assert [line.tokens for line in asked.lines if line.kind == "cache_write_1h"] == [1504]


def test_a_fifth_mark_is_refused_where_it_stands(model: Model, catalog: Catalog) -> None:
    blocks = [text("Hello world", MARK) for _ in range(5)]
    with pytest.raises(LocatedError, match="at most 4") as refused:
        quote(model, catalog, {"messages": [user(*blocks)]})
    assert refused.value.location == ("start", "body", "messages", 0, "content", 4)


def test_a_time_to_live_that_nobody_offers_is_refused(model: Model, catalog: Catalog) -> None:
    odd = {"cache_control": {"type": "ephemeral", "ttl": "7m"}}
    with pytest.raises(LocatedError, match="times to live") as refused:
        quote(model, catalog, {"system": [text(LONG, odd)], "messages": [HELLO]})
    assert refused.value.location == ("start", "body", "system", 0)


def test_a_cache_without_marks_overlooks_them(catalog: Catalog) -> None:
    """OpenAI's cache finds prefixes by itself: 1,513 tokens, rounded down to 128."""
    model = catalog.models["openai/gpt-4o"]
    start = {
        "format": "openai.chat",
        "body": {"messages": [{"role": "system", "content": [text(LONG, MARK)]}, HELLO]},
    }
    asked = Plan.model_validate({"model": model.id, "start": start, "turns": TURNS})
    found = quote_as(asked, model, catalog, shared_vocabularies(), NOW)
    assert uses(found)[1] == [0, 1408, 1408]


@pytest.mark.parametrize(
    ("body", "members"),
    [
        ({"messages": [HELLO]}, []),
        ({"messages": [{**HELLO, **MARK}]}, [("messages", 0)]),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": "a", **MARK}]}]}, [("messages", 0)]),
        ({"tools": [{"function": {"name": "f", **MARK}}], "messages": [HELLO]}, [("tools", 0)]),
        (
            {"messages": [user({"type": "tool_result", "content": [text("x", MARK)]})]},
            [("messages", 0, "content", 0)],
        ),
        (
            {
                "system": [{"text": "x"}, {"cachePoint": {"type": "default"}}],
                "toolConfig": {"tools": [{"toolSpec": {}}, {"cachePoint": {"type": "default"}}]},
                "messages": [
                    {"role": "user", "content": [{"text": "x"}, {"cachePoint": {"type": "default"}}]}
                ],
            },
            [("toolConfig", "tools", 1), ("system", 1), ("messages", 0, "content", 1)],
        ),
        ({"messages": "x", "tools": {}, "system": 3, "cache_control": MARK}, []),
        ({"messages": [3, {"content": [None, {"cache_control": None}]}]}, []),
    ],
)
def test_where_bodies_have_their_marks(body: dict[str, Any], members: list[tuple[Any, ...]]) -> None:
    assert [mark.location for mark in find_cache_marks(body)] == members


def test_bedrocks_marks_are_no_tools(catalog: Catalog) -> None:
    """Nova's prefix of one tool and a point after it is the tool's."""
    tools = [{"toolSpec": {"name": "f", "inputSchema": {"json": {}}}}, {"cachePoint": {"type": "default"}}]
    found = find_cache_marks({"toolConfig": {"tools": tools}, "messages": []})
    assert (found[0].place.member, found[0].place.items) == ("tools", 1)
