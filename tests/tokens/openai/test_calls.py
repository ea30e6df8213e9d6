"""Calls and results of the history in chats.

o200k_base: `functions.f` 2, `f` 1, `{"x":1}` 5, `42` 1, the question 2; two calls as one 30, two results 6.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import USER, call, calling, result

from tokenquote.tokens.request import Message
from tokenquote.tokens.tools.sent_calls import results_together

BOTH = (call(), call("g", "{}", "c2"))
ASKED = 3 + 4 + 2


@pytest.mark.parametrize(
    ("messages", "tokens"),
    [
        pytest.param([calling(call())], 2 + 5 + 6, id="a call: functions.f, compact arguments, 6"),
        pytest.param([calling(call()), result()], 2 + 5 + 6 + 1 + 1 + 6, id="its result: f, its text, 6"),
        pytest.param([calling(call(), content="")], 2 + 5 + 6, id="empty text beside a call is free"),
        pytest.param([calling(call(), content="Hello world")], 4 + 2 + 2 + 5 + 6, id="text beside a call"),
        pytest.param([calling(call(arguments=""))], 2 + 0 + 6, id="no arguments"),
        pytest.param(
            [calling(call(arguments="not json"))], 2 + 2 + 6, id="arguments that are no JSON, as sent"
        ),
        pytest.param([calling(call(arguments='{ "x" :\n1 }'))], 2 + 5 + 6, id="blanks in arguments are free"),
        pytest.param([calling(call("time.now"))], 3 + 5 + 6, id="a dotted name: functions.time.now"),
        pytest.param([calling(call()), result("")], 2 + 5 + 6 + 1 + 0 + 6, id="an empty result"),
        pytest.param([calling(call()), result(None)], 2 + 5 + 6 + 1 + 0 + 6, id="a null result"),
        pytest.param(
            [calling(call()), result([{"type": "text", "text": "42"}, {"type": "text", "text": "42"}])],
            2 + 5 + 6 + 1 + 2 + 6,
            id="a result of parts",
        ),
        pytest.param(
            [calling(call()), result(call_id="c9")], 2 + 5 + 6 + 0 + 1 + 6, id="a result of an unknown call"
        ),
        pytest.param(
            [calling(call()), {**result(call_id="c9"), "name": "f"}],
            2 + 5 + 6 + 1 + 1 + 6,
            id="a result that names its tool itself",
        ),
        pytest.param(
            [calling(call()), result(), calling(call(call_id="c2")), result(call_id="c2")],
            2 * (2 + 5 + 6 + 1 + 1 + 6),
            id="two rounds",
        ),
        pytest.param(
            [
                {"role": "assistant", "function_call": {"name": "f", "arguments": '{"x": 1}'}},
                {"role": "function", "name": "f", "content": "42"},
            ],
            2 + 5 + 6 + 1 + 1 + 6,
            id="function_call and function, as they were before tools",
        ),
        pytest.param(
            [calling({"id": "c1", "type": "custom", "custom": {"name": "f", "input": "not json"}})],
            2 + 2 + 6,
            id="a custom tool's call",
        ),
        pytest.param([calling(*BOTH)], 30 + 20, id="two calls: one that makes both, 20"),
        pytest.param(
            [calling(*BOTH), result(), result("43", "c2")], 30 + 6 + 20, id="their results as one JSON list"
        ),
        pytest.param(
            [calling(call(), call("g", "", "c2")), result(), result("43", "c2")],
            30 + 6 + 20,
            id="no arguments are {} there",
        ),
        pytest.param([calling(*BOTH, content="Hello world")], 4 + 2 + 30 + 20, id="text beside two calls"),
    ],
)
def test_gpt_4o(count: Callable[..., int], messages: list[Any], tokens: int) -> None:
    assert count("gpt-4o", messages=[USER, *messages]) == ASKED + tokens


@pytest.mark.parametrize(
    ("model", "alone", "together"),
    [
        pytest.param("gpt-4.1", (6, 6), 20, id="gpt-4.1"),
        pytest.param("gpt-5-mini", (9, 9), 26, id="gpt-5: 9 and 9, 26 together"),
        pytest.param("gpt-5.4-mini", (9, 9), 26, id="gpt-5.4: as gpt-5"),
        pytest.param("gpt-6-sol", (9, 9), 26, id="gpt-6: taken to be as gpt-5"),
        pytest.param("o3", (9, 9), 26, id="o3: as gpt-5"),
        pytest.param("o3-mini", (6, 6), 20, id="o3-mini: as gpt-4o"),
    ],
)
def test_families(count: Callable[..., int], model: str, alone: tuple[int, int], together: int) -> None:
    asked = count(model, messages=[USER])
    one = count(model, messages=[USER, calling(call()), result()])
    both = count(model, messages=[USER, calling(*BOTH), result(), result("43", "c2")])
    assert one == asked + (2 + 5 + alone[0]) + (1 + 1 + alone[1])
    assert both == asked + 30 + 6 + together


@pytest.mark.parametrize(("model", "more"), [("gpt-4o", 4), ("o3", 4 + 2), ("gpt-5-mini", 4 + 2 + 1)])
def test_text_beside_a_call_is_an_answer(count: Callable[..., int], model: str, more: int) -> None:
    """2 more for an answer of the history, as anywhere, and on gpt-5 another one beside calls."""
    said = count(model, messages=[USER, calling(call(), content="Hello world")])
    silent = count(model, messages=[USER, calling(call())])
    assert said == silent + 2 + more


def test_a_name_beside_a_call(count: Callable[..., int]) -> None:
    """The name and 1 more, as in any message."""
    named = count("gpt-4o", messages=[USER, {**calling(call()), "name": "bob"}])
    assert named == count("gpt-4o", messages=[USER, calling(call())]) + 1 + 1


def test_two_calls_by_cl100k_base(count: Callable[..., int]) -> None:
    """29 tokens where o200k_base has 30."""
    for model in ("gpt-4-0613", "gpt-3.5-turbo"):
        messages = [USER, calling(*BOTH), result(), result("43", "c2")]
        assert count(model, messages=messages) == 3 + 6 + 29 + 6 + 20


def test_o1_preview_has_calls_as_gpt_4o(count: Callable[..., int]) -> None:
    assert count("o1-preview", messages=[USER, calling(call())]) == 3 + 4 + 2 + 2 + 5 + 6


@pytest.mark.parametrize(
    ("first", "escaped", "written"),
    [
        ("18 \u00b0C", False, '["18 \u00b0C", "yes"]'),
        ("18 \u00b0C", True, '["18 \\u00b0C", "yes"]'),
        ('{"days":[1,2.50],"sky":null}', False, '[{"days": [1, 2.5], "sky": null}, "yes"]'),
        ('{"t":"\u00b0"}', True, '[{"t": "\\u00b0"}, "yes"]'),
        ("42", False, '[42, "yes"]'),
        ("", False, '["", "yes"]'),
        ("{'not': 'json'}", False, """["{'not': 'json'}", "yes"]"""),
        pytest.param("[" * 100_000, False, f'["{"[" * 100_000}", "yes"]', id="too deep"),
    ],
)
def test_results_of_several_calls_stand_as_json(first: str, escaped: bool, written: str) -> None:
    results = [Message("tool", (first,)), Message("tool", ("yes",))]
    assert results_together(results, escaped=escaped) == written
