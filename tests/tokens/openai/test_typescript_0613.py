"""How definitions are shown to gpt-4-0613: an earlier form, without titles and one-line objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DESCRIBED, USER, X, tool

STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("definition", "declaration"),
    [
        pytest.param({}, "type f = () => any;", id="no parameters are as an empty schema"),
        pytest.param(
            {"description": " Do it\n now ", "parameters": {}},
            "// Do it\n// now\ntype f = () => any;",
            id="lines",
        ),
        pytest.param({"parameters": X}, "type f = (_: {\nx: number,\n}) => any;", id="never on one line"),
        pytest.param(
            {"parameters": {"title": "T", "description": "D", **X}},
            "type f = (_: {\nx: number,\n}) => any;",
            id="nothing before the brace",
        ),
    ],
)
def test_functions(declared: Callable[..., str], definition: Any, declaration: str) -> None:
    assert declared([tool(**definition)], "typescript-0613") == declaration


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        pytest.param({**STRING, "description": "Where"}, ["// Where", "a?: string,"], id="a description"),
        pytest.param({**STRING, "title": "City"}, ["a?: string,"], id="no title"),
        pytest.param({**STRING, "default": "x", "minLength": 1}, ["a?: string,"], id="no notes"),
        pytest.param({"type": "integer"}, ["a?: number,"], id="an integer is a number"),
        pytest.param({"type": "null"}, ["a?: any,"], id="null is any"),
        pytest.param({}, ["a?: any,"], id="no type"),
        pytest.param({"enum": ["c", 1]}, ['a?: "c" | 1,'], id="enum"),
        pytest.param({"type": ["string", "null"]}, ["a?: string | any,"], id="a list of types"),
        pytest.param({"type": [{}, 5]}, ["a?: any | any,"], id="a list of no types"),
        pytest.param({"anyOf": [STRING, {"type": "null"}]}, ["a?: string | any,"], id="anyOf"),
        pytest.param({"type": "array"}, ["a?: any[],"], id="a list of anything"),
        pytest.param({"type": "array", "items": STRING}, ["a?: string[],"], id="a list"),
        pytest.param({"type": "object"}, ["a?: object,"], id="an object of anything"),
        pytest.param(
            {"type": "object", "properties": {"b": {**STRING, "description": "Lost"}}},
            ["a?: {", "  b?: string,", "},"],
            id="two blanks a level, no comments from the second on",
        ),
        pytest.param(
            {"type": "object", "properties": {"b": {"type": "object", "properties": {"c": STRING}}}},
            ["a?: {", "  b?: {", "    c?: string,", "},", "},"],
            id="a brace closes at the margin",
        ),
    ],
)
def test_properties(declared: Callable[..., str], schema: Any, lines: list[str]) -> None:
    text = declared([tool(parameters={"properties": {"a": schema}})], "typescript-0613")
    assert text == "\n".join(["type f = (_: {", *lines, "}) => any;"])


@pytest.mark.parametrize(
    ("body", "tokens"),
    [
        pytest.param({"tools": [tool(**DESCRIBED)]}, 3 + 4 + 2 + 24 - 1 + 4, id="the block of 24"),
        pytest.param(
            {"tools": [tool(description="Do it", parameters=X)]}, 3 + 4 + 2 + 31 - 1 + 4, id="a block of 31"
        ),
        pytest.param(
            {"tools": [tool(**DESCRIBED)], "tool_choice": {"type": "function", "function": {"name": "f"}}},
            3 + 4 + 2 + 24 - 1 + 4 + 4 + 1,
            id="a named tool: 4 and its name",
        ),
        pytest.param(
            {"functions": [DESCRIBED | {"name": "f"}], "function_call": {"name": "f"}},
            3 + 4 + 2 + 24 - 1 + 4 + 4 + 1,
            id="functions, as they were before tools",
        ),
        pytest.param(
            {"tools": [tool(**DESCRIBED)], "tool_choice": "none"}, 3 + 4 + 2 + 24 - 1 + 4, id="none: nothing"
        ),
    ],
)
def test_sums(count: Callable[..., int], body: Any, tokens: int) -> None:
    """By cl100k_base; 3 a request, 4 + 2 for the question, -1 for tools, 4 as no system message is there."""
    assert count("gpt-4-0613", messages=[USER], **body) == tokens
