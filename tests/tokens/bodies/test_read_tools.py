"""Tool definitions and choices in every provider's shape."""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.tokens import BodyError, ToolDefinition, read_tools
from tokenquote.tokens.bodies.tool_choices import read_tool_choice
from tokenquote.tokens.request import ToolChoice

SCHEMA = {"type": "object", "properties": {"x": {"type": "number"}}, "required": []}
FUNCTION = {"name": "f", "description": "d", "parameters": SCHEMA}


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param({"type": "function", "function": FUNCTION}, id="OpenAI's chats"),
        pytest.param({"type": "function", **FUNCTION}, id="Responses"),
        pytest.param(FUNCTION, id="functions of old"),
        pytest.param({"name": "f", "description": "d", "input_schema": SCHEMA}, id="Anthropic"),
        pytest.param({"functionDeclarations": [FUNCTION]}, id="Gemini"),
        pytest.param({"function_declarations": [FUNCTION]}, id="Gemini's other spelling"),
        pytest.param(
            {"functionDeclarations": [{"name": "f", "description": "d", "parametersJsonSchema": SCHEMA}]},
            id="Gemini's JSON schema",
        ),
        pytest.param(
            {"toolSpec": {"name": "f", "description": "d", "inputSchema": {"json": SCHEMA}}}, id="Bedrock"
        ),
        pytest.param(
            {"name": "f", "description": "d", "parameter_definitions": {"x": {"type": "number"}}}, id="Cohere"
        ),
    ],
)
def test_one_function_in_every_shape(definition: Any) -> None:
    read = read_tools([definition])
    assert read.functions == (ToolDefinition("f", "d", SCHEMA),)
    assert read.unknown == ()


def deep(levels: int) -> Any:
    schema: Any = {}
    for _ in range(levels - 1):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    ("definitions", "place", "said"),
    [
        pytest.param([5], (0,), "is an object", id="a number"),
        pytest.param([{}], (0,), "has a `name`", id="nothing"),
        pytest.param([FUNCTION, {"type": "function"}], (1,), "has a `name`", id="a function without a name"),
        pytest.param([{"function": {"name": 5}}], (0, "function"), "a string", id="a name that is a number"),
        pytest.param(
            [{"functionDeclarations": [{}]}], (0, "functionDeclarations", 0), "has a `name`", id="Gemini's"
        ),
        pytest.param([{**FUNCTION, "parameters": []}], (0, "parameters"), "JSON schema object", id="a list"),
        pytest.param(
            [{**FUNCTION, "parameters": deep(66)}], (0, "parameters"), "deeper than 64 levels", id="deep"
        ),
        pytest.param([{**FUNCTION, "x": deep(100)}], (0,), "deeper than 69 levels", id="deep elsewhere"),
        pytest.param([{"type": "web", "x": deep(9_999)}], (0,), "deeper than 69 levels", id="deep, hosted"),
        pytest.param([FUNCTION] * 10_001, (), "more than 10000 tools", id="too many"),
        pytest.param(
            [{"functionDeclarations": [{"name": "f"}] * 10_001}], (), "more than 10000", id="too many in one"
        ),
    ],
)
def test_what_is_no_definition(definitions: Any, place: tuple[Any, ...], said: str) -> None:
    with pytest.raises(BodyError, match=said) as caught:
        read_tools(definitions)
    assert caught.value.location == place


def test_as_deep_and_as_many_as_may_be() -> None:
    assert len(read_tools([{**FUNCTION, "parameters": deep(65)}] * 10_000).functions) == 10_000


@pytest.mark.parametrize(
    ("choice", "read"),
    [
        ("auto", ToolChoice("auto")),
        ("none", ToolChoice("none")),
        ("NONE", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ("any", ToolChoice("required")),
        ({"type": "auto"}, ToolChoice("auto")),
        ({"type": "any"}, ToolChoice("required")),
        ({"type": "tool", "name": "f"}, ToolChoice("named", ("f",))),
        ({"type": "function", "function": {"name": "f"}}, ToolChoice("named", ("f",))),
        ({"type": "function", "name": "f"}, ToolChoice("named", ("f",))),
        ({"name": "f"}, ToolChoice("named", ("f",))),
        ({"any": {}}, ToolChoice("required")),
        ({"auto": {}}, ToolChoice("auto")),
        ({"tool": {"name": "f"}}, ToolChoice("named", ("f",))),
        ({"mode": "ANY"}, ToolChoice("required")),
        ({"mode": "VALIDATED"}, ToolChoice("auto")),
        ({"mode": "ANY", "allowedFunctionNames": ["f", "g"]}, ToolChoice("required", ("f", "g"))),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]},
            ToolChoice("auto", ("f",)),
        ),
        (
            {"allowed_tools": {"mode": "required", "tools": [{"function": {"name": "f"}}, 5]}},
            ToolChoice("required", ("f",)),
        ),
        (None, None),
        ("sometimes", None),
        (5, None),
        ([], None),
        ({}, None),
        ({"type": "sometimes"}, None),
    ],
)
def test_choices(choice: Any, read: ToolChoice | None) -> None:
    assert read_tool_choice(choice) == read
