"""Bodies of Responses.

o200k_base: the block of `f` described 23, not described 20; `functions.f` 2, `{"x":1}` 5, `{}` and `42` 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DEGREES, DESCRIBED, flat

F = flat(**DESCRIBED)
G = flat("g", **DESCRIBED)
BARE = flat(parameters={})
GRAMMAR = {
    "type": "custom",
    "name": "run",
    "description": "Run it",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: WORD\nWORD: /[a-z]+/"},
}
CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": '{"x": 1}'}
OTHER = {"type": "function_call", "call_id": "c2", "name": "g", "arguments": "{}"}
STORED = {**CALL, "id": "fc_1"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "42"}
OTHERS = {"type": "function_call_output", "call_id": "c2", "output": "43"}
ASKED = {"role": "user", "content": "Hello world"}
TEXT = {"format": {"type": "json_schema", "name": "answer", "schema": DEGREES}}  # a block of 21
Count = Callable[..., int]


def body(**members: Any) -> dict[str, Any]:
    return {"api": "openai.responses", "input": [ASKED], **members}


@pytest.mark.parametrize(
    ("model", "members", "tokens"),
    [
        pytest.param("gpt-4o", {"input": "Hello world"}, 3 + 4 + 2, id="a text is a user's message"),
        pytest.param("gpt-4o", {}, 3 + 4 + 2, id="a message without its type"),
        pytest.param("gpt-4o", {"instructions": "You are helpful"}, 3 + 4 + 3 + 4 + 2, id="instructions"),
        pytest.param("gpt-4o", {"instructions": None}, 3 + 4 + 2, id="no instructions"),
        pytest.param(
            "gpt-4o",
            {
                "input": [
                    {
                        "type": "message",
                        "role": "user",
                        "content": [{"type": "input_text", "text": "Hello world"}],
                    }
                ]
            },
            3 + 4 + 2,
            id="parts",
        ),
        pytest.param(
            "gpt-4o",
            {
                "input": [
                    ASKED,
                    {"role": "assistant", "content": [{"type": "output_text", "text": "Hello world"}]},
                ]
            },
            3 + 6 + 4 + 2,
            id="gpt-4o: an answer costs as any message",
        ),
        pytest.param(
            "gpt-5-mini",
            {"input": [ASKED, {"role": "assistant", "content": "Hello world"}]},
            2 + 6 + 4 + 2 + 2,
            id="gpt-5: 2 a request, 2 more an answer",
        ),
        pytest.param("gpt-4o", {"reasoning": {"effort": "low"}, "truncation": "auto"}, 9, id="settings"),
        pytest.param("gpt-4o", {"text": {"format": {"type": "json_object"}}}, 9, id="json mode"),
    ],
)
def test_messages(count: Count, model: str, members: Any, tokens: int) -> None:
    assert count(model, **body(**members)) == tokens


@pytest.mark.parametrize(
    ("model", "members", "tokens"),
    [
        pytest.param("gpt-4o", {"tools": [F]}, 3 + 6 + 23 - 3, id="gpt-4o: -3"),
        pytest.param(
            "gpt-4o",
            {"tools": [F], "instructions": "You are helpful"},
            3 + 7 + 6 + 23 - 3,
            id="gpt-4o: no joint with instructions",
        ),
        pytest.param("gpt-4o", {"tools": [BARE]}, 3 + 6 + 20 - 3, id="gpt-4o: not described, no less"),
        pytest.param("gpt-4o", {"tools": [GRAMMAR]}, 3 + 6 + 40 - 3, id="gpt-4o: a grammar"),
        pytest.param(
            "gpt-5-mini", {"tools": [F]}, 2 + 6 + 23 + 3, id="gpt-5: 3, and none of the 84 of chats"
        ),
        pytest.param("gpt-5-mini", {"tools": [BARE]}, 2 + 6 + 20 + 3 - 1, id="gpt-5: -1 if not described"),
        pytest.param(
            "gpt-5-mini", {"tools": [GRAMMAR]}, 2 + 6 + 40 + 3 + 45, id="gpt-5: 45 around a grammar"
        ),
        pytest.param("gpt-5.4-mini", {"tools": [F]}, 2 + 6 + 23 + 3, id="gpt-5.4: as gpt-5"),
        pytest.param("o3", {"tools": [F]}, 2 + 6 + 23, id="o3: the block alone"),
        pytest.param(
            "o3", {"tools": [F], "instructions": "You are helpful"}, 2 + 7 + 6 + 23, id="o3: no joint"
        ),
    ],
)
def test_tools(count: Count, model: str, members: Any, tokens: int) -> None:
    assert count(model, **body(**members)) == tokens


@pytest.mark.parametrize(
    ("model", "tools", "choice", "more"),
    [
        pytest.param("gpt-4o", [F], "auto", 0, id="gpt-4o: auto"),
        pytest.param(
            "gpt-4o", [F], {"type": "function", "name": "f"}, 6 + 2, id="gpt-4o: 6 and `functions.f`"
        ),
        pytest.param("gpt-4o", [F], "required", 6 + 2, id="gpt-4o: required with one tool names it"),
        pytest.param("gpt-4o", [F, G], "required", 0, id="gpt-4o: required with two"),
        pytest.param("gpt-4o", [F], "none", 1, id="gpt-4o: none"),
        pytest.param("gpt-5-mini", [F], {"type": "function", "name": "f"}, 0, id="gpt-5: a name"),
        pytest.param("gpt-5-mini", [F], "required", 0, id="gpt-5: required with one tool"),
    ],
)
def test_choices(count: Count, model: str, tools: Any, choice: Any, more: int) -> None:
    plain = count(model, **body(tools=tools))
    assert count(model, **body(tools=tools, tool_choice=choice)) == plain + more


@pytest.mark.parametrize(
    ("model", "members", "tokens"),
    [
        pytest.param("gpt-4o", {"text": TEXT}, 3 + 6 + 21 + 1, id="gpt-4o: 1, not the name"),
        pytest.param(
            "gpt-4o",
            {"text": TEXT, "instructions": "You are helpful"},
            3 + 7 + 6 + 21 + 1,
            id="gpt-4o: no joint",
        ),
        pytest.param(
            "gpt-4o", {"text": TEXT, "tools": [F]}, 3 + 6 + (23 - 3) + (21 + 1), id="gpt-4o: beside tools"
        ),
        pytest.param("gpt-5-mini", {"text": TEXT}, 2 + 6 + 21, id="gpt-5: the block alone"),
        pytest.param("o3", {"text": TEXT}, 2 + 6 + 21, id="o3: the block alone"),
    ],
)
def test_output_schemas(count: Count, model: str, members: Any, tokens: int) -> None:
    assert count(model, **body(**members)) == tokens


@pytest.mark.parametrize(
    ("items", "tokens"),
    [
        pytest.param([CALL], 2 + 5 + 4, id="a call: 4"),
        pytest.param([STORED], 2 + 5 + 4 + 3, id="by the id of an item that is kept: 3 more"),
        pytest.param([CALL, RESULT], 2 + 5 + 4 + 2 + 1 + 5, id="its result: functions.f, its text, 5"),
        pytest.param([CALL, RESULT, CALL, RESULT], 2 * (2 + 5 + 4 + 2 + 1 + 5), id="two rounds"),
        pytest.param([CALL, OTHER], 2 + 5 + 4 + 2 + 1 + 4, id="two calls: each by itself, unlike in chats"),
        pytest.param(
            [STORED, {**OTHER, "id": "fc_2"}], 2 + 5 + 4 + 2 + 1 + 4, id="those made together cost no 3 more"
        ),
        pytest.param(
            [STORED, RESULT, {**OTHER, "id": "fc_2"}],
            2 + 5 + 4 + 3 + 2 + 1 + 5 + 2 + 1 + 4 + 3,
            id="those with a result between them were not made together",
        ),
        pytest.param(
            [CALL, OTHER, RESULT, OTHERS],
            2 + 5 + 4 + 2 + 1 + 4 + 2 * (2 + 1 + 5),
            id="each result by itself",
        ),
        pytest.param(
            [{"type": "custom_tool_call", "call_id": "c1", "name": "f", "input": "not json"}],
            2 + 2 + 4,
            id="custom",
        ),
        pytest.param(
            [CALL, {**RESULT, "output": [{"type": "input_text", "text": "42"}]}],
            2 + 5 + 4 + 2 + 1 + 5,
            id="a result of parts",
        ),
        pytest.param([{"type": "reasoning", "id": "rs_1", "summary": []}], 4, id="thoughts that are sealed"),
    ],
)
def test_calls_of_gpt_4o(count: Count, items: Any, tokens: int) -> None:
    assert count("gpt-4o", **body(input=[ASKED, *items])) == 3 + 6 + tokens


def test_nothing_is_kept_without_store(count: Count) -> None:
    """`store: false`: ids of items lead nowhere, and the call is sent whole."""
    kept, sent = (count("gpt-4o", **body(input=[ASKED, STORED], store=store)) for store in (True, False))
    assert (kept, sent) == (3 + 6 + 2 + 5 + 4 + 3, 3 + 6 + 2 + 5 + 4)


@pytest.mark.parametrize(
    ("model", "call", "stored", "result"),
    [
        pytest.param("gpt-4.1", 4, 3, 5, id="gpt-4.1: as gpt-4o"),
        pytest.param("gpt-5-mini", 7, 3, 8, id="gpt-5: 7, 3 more if kept, 8"),
        pytest.param("gpt-5.4-mini", 10, 0, 8, id="gpt-5.4: 10, kept or not"),
        pytest.param("gpt-6-sol", 10, 0, 8, id="gpt-6: taken to be as gpt-5.4"),
        pytest.param("o3", 7, 3, 8, id="o3: as gpt-5"),
    ],
)
def test_calls_by_family(count: Count, model: str, call: int, stored: int, result: int) -> None:
    asked = count(model, **body())
    assert count(model, **body(input=[ASKED, CALL])) == asked + 2 + 5 + call
    assert count(model, **body(input=[ASKED, STORED])) == asked + 2 + 5 + call + stored
    assert count(model, **body(input=[ASKED, CALL, RESULT])) == asked + 2 + 5 + call + 2 + 1 + result
    both = [ASKED, CALL, OTHER, RESULT, OTHERS]
    assert count(model, **body(input=both)) == asked + (2 + 5 + call) + (2 + 1 + call) + 2 * (2 + 1 + result)
