"""Output schemas: the block, and what it costs in chats.

o200k_base: the block of `degrees` 21, its name `answer` 1, the block of the tool `f` 23.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import DEGREES, DESCRIBED, STOPPED, SYSTEM, USER, tool, wanted

from tokenquote.tokens.request import OutputSchema
from tokenquote.tokens.tools.response_formats import response_format_block

F = tool(**DESCRIBED)  # a block of 23


def shown(schema: Any, description: str = "") -> str:
    text = response_format_block(OutputSchema("answer", description, schema))
    head = "# Response Formats\n\n## answer\n\n"
    assert text.startswith(head)
    return text.removeprefix(head)


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        pytest.param({"type": "string"}, '{"type":"string"}', id="compact JSON, in the order sent"),
        pytest.param({"a": "é\u2028😀"}, '{"a":"\\u00e9\\u2028\\ud83d\\ude00"}', id="ASCII escapes"),
        pytest.param({"title": "T", "description": "D"}, '{"title":"T","description":"D"}', id="words stay"),
        *[
            pytest.param({"type": "string", key: 1}, '{"type":"string"}', id=f"{key} is not billed")
            for key in (
                "$schema",
                "additionalProperties",
                "default",
                "exclusiveMaximum",
                "exclusiveMinimum",
                "format",
                "maxItems",
                "maxLength",
                "maximum",
                "minItems",
                "minLength",
                "minimum",
                "multipleOf",
                "pattern",
                "required",
                "uniqueItems",
            )
        ],
        pytest.param(
            {"properties": {"a": {"minimum": 1, "enum": [1]}}, "required": ["a"]},
            '{"properties":{"a":{"enum":[1]}}}',
            id="nor is it further down",
        ),
        pytest.param(
            {"anyOf": [{"format": "date"}, {"items": {"pattern": "a"}}]},
            '{"anyOf":[{},{"items":{}}]}',
            id="in unions and items",
        ),
        pytest.param(
            {"properties": {"format": {"type": "string", "format": "date"}, "required": {}}},
            '{"properties":{"format":{"type":"string"},"required":{}}}',
            id="a property may have its name",
        ),
        pytest.param(
            {"$defs": {"default": {"default": 1}}, "$ref": "#/$defs/default"},
            '{"$defs":{"default":{}},"$ref":"#/$defs/default"}',
            id="so may a definition; references stay as they are",
        ),
    ],
)
def test_the_block(schema: Any, text: str) -> None:
    assert shown(schema) == text


def test_a_description_is_a_comment() -> None:
    assert shown({}, "The weather") == "// The weather\n{}"


@pytest.mark.parametrize(
    ("model", "body", "tokens"),
    [
        pytest.param(
            "gpt-4o",
            {"messages": [USER]},
            3 + 6 + 21 + 2 + 1 + 4,
            id="gpt-4o: 2, the name once more, 4 alone",
        ),
        pytest.param(
            "gpt-4o", {"messages": [STOPPED, USER]}, 3 + 8 + 6 + 21 + 2 + 1, id="gpt-4o: joins a full stop"
        ),
        pytest.param(
            "gpt-4o", {"messages": [SYSTEM, USER]}, 3 + 7 + 6 + 22 + 2 + 1, id="gpt-4o: or takes a blank line"
        ),
        pytest.param(
            "gpt-4o",
            {"messages": [USER], "tools": [F]},
            3 + 6 + (23 - 1 + 4) + (21 + 2 + 1 - 3),
            id="gpt-4o: 3 less beside tools",
        ),
        pytest.param(
            "gpt-4o",
            {"messages": [SYSTEM, USER], "tools": [F]},
            3 + 7 + 6 + (24 - 1) + (21 + 2 + 1 - 3),
            id="gpt-4o: the tools stand between it and the system message",
        ),
        pytest.param(
            "gpt-4-turbo", {"messages": [USER]}, 3 + 6 + 21 + 2 + 1 + 4, id="gpt-4-turbo: as gpt-4o"
        ),
        pytest.param("gpt-5-mini", {"messages": [USER]}, 2 + 6 + 21 + 4, id="gpt-5: 4 alone"),
        pytest.param(
            "gpt-5-mini",
            {"messages": [STOPPED, USER]},
            2 + 8 + 6 + 21 + 3,
            id="gpt-5: 3 with a system message",
        ),
        pytest.param(
            "gpt-5-mini", {"messages": [SYSTEM, USER]}, 2 + 7 + 6 + 22 + 3, id="gpt-5: and a blank line"
        ),
        pytest.param(
            "gpt-5-mini",
            {"messages": [USER], "tools": [F]},
            2 + 6 + (23 + 84 + 1) + 21,
            id="gpt-5: nothing beside tools",
        ),
        pytest.param("o3", {"messages": [USER]}, 2 + 6 + 21 + 4, id="o3: as gpt-5"),
        pytest.param("o3-mini", {"messages": [STOPPED, USER]}, 2 + 8 + 6 + 21 + 3, id="o3-mini: as gpt-5"),
    ],
)
def test_sums(count: Callable[..., int], model: str, body: Any, tokens: int) -> None:
    assert count(model, **body, response_format=wanted()) == tokens


@pytest.mark.parametrize(
    ("response_format", "tokens"),
    [
        pytest.param(
            wanted(description="The weather"), 3 + 6 + 25 + 2 + 1 + 4, id="a description: a block of 25"
        ),
        pytest.param(wanted(strict=True), 3 + 6 + 21 + 2 + 1 + 4, id="strict costs nothing"),
        pytest.param(
            wanted({**DEGREES, "required": ["degrees"], "additionalProperties": False}),
            3 + 6 + 21 + 2 + 1 + 4,
            id="nor do unbilled keywords",
        ),
        pytest.param(
            {"type": "json_object", "schema": DEGREES}, 3 + 6 + 20 + 2 + 0 + 4, id="no name: a block of 20"
        ),
        pytest.param({"type": "json_object"}, 3 + 6, id="no schema costs nothing"),
    ],
)
def test_wrappers(count: Callable[..., int], response_format: Any, tokens: int) -> None:
    assert count("gpt-4o", messages=[USER], response_format=response_format) == tokens


def test_escapes_are_billed(count: Callable[..., int]) -> None:
    r"""`{"enum":["é"]}` is billed as `{"enum":["\u00e9"]}`: a block of 17 in place of 13."""
    body = {"messages": [USER], "response_format": wanted({"enum": ["é"]})}
    assert count("gpt-4o", **body) == 3 + 6 + 17 + 2 + 1 + 4
