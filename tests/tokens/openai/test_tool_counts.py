"""What a block of tools costs in chats, family by family, and what is said of calling them.

o200k_base unless it says otherwise. The blocks: `f` described 23, not described 20, without parameters 23,
described with a number 29, the grammar 40. The question is 4 + 2, the system message 4 + 4 with a full stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DESCRIBED, STOPPED, SYSTEM, USER, X, tool

F = tool(**DESCRIBED)
G = tool("g", **DESCRIBED)
WITH_X = tool(description="Do it", parameters=X)
BARE = tool(parameters={})
GRAMMAR = {
    "type": "custom",
    "custom": {
        "name": "run",
        "description": "Run it",
        "format": {
            "type": "grammar",
            "grammar": {"syntax": "lark", "definition": "start: WORD\nWORD: /[a-z]+/"},
        },
    },
}


@pytest.mark.parametrize(
    ("model", "messages", "tools", "tokens"),
    [
        pytest.param("gpt-4o", [USER], [F], 3 + 6 + 23 - 1 + 4, id="gpt-4o: 4 for a message of its own, -1"),
        pytest.param("gpt-4o", [USER], [BARE], 3 + 6 + 20 - 1 + 4, id="gpt-4o: not described, no more"),
        pytest.param("gpt-4o", [USER], [tool()], 3 + 6 + 23 - 1 + 4, id="gpt-4o: without parameters 3 more"),
        pytest.param("gpt-4o", [USER], [WITH_X], 3 + 6 + 29 - 1 + 4, id="gpt-4o: a property"),
        pytest.param(
            "gpt-4o", [USER], [GRAMMAR], 3 + 6 + 40 - 1 + 4, id="gpt-4o: a grammar, with nothing around it"
        ),
        pytest.param(
            "gpt-4o",
            [STOPPED, USER],
            [F],
            3 + 8 + 6 + 23 - 1,
            id="gpt-4o: joins the system message's full stop",
        ),
        pytest.param(
            "gpt-4o",
            [SYSTEM, USER],
            [F],
            3 + 7 + 6 + 1 + 23 - 1,
            id="gpt-4o: a blank line where there is none",
        ),
        pytest.param(
            "gpt-4o",
            [STOPPED, USER, SYSTEM],
            [F],
            3 + 8 + 6 + 7 + 1 + 23 - 1,
            id="gpt-4o: joins the last system message",
        ),
        pytest.param(
            "gpt-4o",
            [{"role": "system", "content": None}, USER],
            [F],
            3 + 4 + 6 + 23 - 1,
            id="gpt-4o: a system message without text holds it",
        ),
        pytest.param("gpt-4.1", [USER], [F], 3 + 6 + 23 - 1 + 4, id="gpt-4.1: as gpt-4o"),
        pytest.param("gpt-3.5-turbo", [USER], [F], 3 + 6 + 24 - 1 + 4, id="gpt-3.5-turbo: 24 in cl100k_base"),
        pytest.param("gpt-4-turbo", [USER], [F], 3 + 6 + 24 - 1 + 4, id="gpt-4-turbo: 24 in cl100k_base"),
        pytest.param("gpt-5-mini", [USER], [F], 2 + 6 + 23 + 84 + 1, id="gpt-5: 84, and 1 without system"),
        pytest.param("gpt-5-mini", [STOPPED, USER], [F], 2 + 8 + 6 + 23 + 84, id="gpt-5: 84 with system"),
        pytest.param(
            "gpt-5-mini", [SYSTEM, USER], [F], 2 + 7 + 6 + 1 + 23 + 84, id="gpt-5: a blank line as in gpt-4o"
        ),
        pytest.param(
            "gpt-5-mini",
            [USER],
            [BARE],
            2 + 6 + 20 + 84 + 1 - 1,
            id="gpt-5: -1 if the first is not described",
        ),
        pytest.param(
            "gpt-5-mini", [USER], [GRAMMAR], 2 + 6 + 40 + 84 + 1 + 45, id="gpt-5: 45 around a grammar"
        ),
        pytest.param("gpt-5.4-mini", [USER], [F], 2 + 6 + 23 + 84 + 1, id="gpt-5.4: as gpt-5"),
        pytest.param("gpt-6-sol", [USER], [F], 2 + 6 + 23 + 84 + 1, id="gpt-6: taken to be as gpt-5"),
        pytest.param("o3", [USER], [F], 2 + 6 + 23 + 3 + 1, id="o3: 3, and 1 without system"),
        pytest.param("o3", [STOPPED, USER], [F], 2 + 8 + 6 + 23 + 3, id="o3: 3 with system"),
        pytest.param("o3", [USER], [BARE], 2 + 6 + 20 + 3 + 1, id="o3: not described, no less"),
        pytest.param("o3-mini", [USER], [F], 2 + 6 + 23 + 3 + 1, id="o3-mini: as o3"),
        pytest.param("o1-preview", [USER], [F], 3 + 4 + 2 + 23, id="o1-preview: the block alone"),
    ],
)
def test_blocks(count: Callable[..., int], model: str, messages: Any, tools: Any, tokens: int) -> None:
    assert count(model, messages=messages, tools=tools) == tokens


def test_only_the_first_description_matters_to_gpt_5(count: Callable[..., int]) -> None:
    """The same two functions in either order: -1 where the one without a description is first."""
    described_first = count("gpt-5-mini", messages=[USER], tools=[F, tool("g", parameters={})])
    described_last = count("gpt-5-mini", messages=[USER], tools=[tool("g", parameters={}), F])
    # Both blocks have 30 tokens.
    assert described_first == 2 + 6 + 30 + 84 + 1
    assert described_last == 2 + 6 + 30 + 84 + 1 - 1


def named(name: str) -> Any:
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize(
    ("model", "choice", "more"),
    [
        pytest.param("gpt-4o", "auto", 0, id="gpt-4o: auto"),
        pytest.param("gpt-4o", "required", 0, id="gpt-4o: required, with one tool as well"),
        pytest.param("gpt-4o", "none", 1, id="gpt-4o: none; the tools are billed all the same"),
        pytest.param("gpt-4o", named("f"), 6 + 2, id="gpt-4o: 6 and `functions.f`"),
        pytest.param("gpt-4o", named("get_weather"), 6 + 3, id="gpt-4o: 6 and `functions.get_weather`"),
        pytest.param(
            "gpt-4o",
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named("f")]}},
            0,
            id="gpt-4o: allowed tools",
        ),
        pytest.param("gpt-3.5-turbo", named("f"), 6 + 2, id="gpt-3.5-turbo: 6 and `functions.f`"),
        pytest.param("gpt-3.5-turbo", "none", 1, id="gpt-3.5-turbo: none"),
        pytest.param("gpt-5-mini", named("f"), 0, id="gpt-5: a name costs nothing"),
        pytest.param("gpt-5-mini", "none", 0, id="gpt-5: nor does none"),
        pytest.param("o3", named("f"), 0, id="o3: a name costs nothing"),
    ],
)
def test_choices(count: Callable[..., int], model: str, choice: Any, more: int) -> None:
    body = {"messages": [USER], "tools": [F]}
    assert count(model, **body, tool_choice=choice) == count(model, **body) + more


def test_functions_of_old_are_tools(count: Callable[..., int]) -> None:
    """`functions` and `function_call`: the same block, 7 and the name."""
    functions = [{"name": "f", **DESCRIBED}]
    assert count("gpt-4o", messages=[USER], functions=functions) == 3 + 6 + 23 - 1 + 4
    assert count("gpt-4o", messages=[USER], functions=functions, function_call={"name": "f"}) == 35 + 7 + 1


def test_tools_of_every_providers_shape_are_the_same_block(count: Callable[..., int]) -> None:
    shapes = [
        F,
        {"type": "function", "name": "f", **DESCRIBED},
        {"name": "f", "description": "Do it", "input_schema": {}},
        {"functionDeclarations": [{"name": "f", "description": "Do it", "parametersJsonSchema": {}}]},
        {"toolSpec": {"name": "f", "description": "Do it", "inputSchema": {"json": {}}}},
        {"name": "f", "description": "Do it", "parameter_definitions": {}},
    ]
    assert {count("gpt-4o", messages=[USER], tools=[shape]) for shape in shapes} == {35}
