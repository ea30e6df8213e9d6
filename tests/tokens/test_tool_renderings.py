"""How definitions of tools are read for models whose own rendering no provider documents."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.tokens import BodyError, read_tools
from tokenquote.tokens.tools.tool_renderings import RENDERINGS, json_leaves

WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "Get the weather",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "Name of the city"},
            "unit": {"type": "string", "enum": ["c", "f"]},
            "days": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["city"],
    },
}


def rendered(
    definition: dict[str, Any], definitions: Literal["json", "leaves", "declarations"], **use: Any
) -> tuple[list[str], dict[str, float]]:
    tool = read_tools([definition]).functions[0]
    texts, terms = RENDERINGS[definitions](tool, CalibratedUse(family="f", definitions=definitions, **use))
    return texts, dict(terms)


def test_json_is_one_text() -> None:
    texts, terms = rendered({"name": "f", "description": "d", "parameters": {"type": "object"}}, "json")
    assert texts == ['{"description": "d", "name": "f", "parameters": {"type": "object"}}']
    assert terms == {}


def test_leaves_are_names_and_texts_without_syntax() -> None:
    """Gemini 2.0 bills these texts, and a token for each type: the object, three parameters, one item."""
    texts, terms = rendered(WEATHER, "leaves")
    assert texts == [
        "get_weather", "Get the weather", "city", "city", "Name of the city", "unit", "c", "f", "days",
    ]  # fmt: skip
    assert terms == {"object": 1, "parameter": 3, "items": 1, "enum": 2}


def test_a_schema_that_is_not_billed_leaves_name_and_description() -> None:
    sent = {**WEATHER, "parametersJsonSchema": WEATHER["parameters"]}
    del sent["parameters"]
    assert rendered({"functionDeclarations": [sent]}, "leaves", schema_parameters=False) == (
        ["get_weather", "Get the weather"],
        {},
    )
    assert rendered({"functionDeclarations": [sent]}, "leaves")[1]["parameter"] == 3


def test_a_declaration_is_written_as_in_gemmas_chat_template() -> None:
    texts, terms = rendered(WEATHER, "declarations")
    assert '"'.join(texts) == (
        'declaration:get_weather{description:"Get the weather",parameters:{properties:{'
        'city:{description:"Name of the city",type:"STRING"},days:{items:{type:"INTEGER"},type:"ARRAY"},'
        'unit:{enum:["c","f"],type:"STRING"}},required:["city"],type:"OBJECT"}}'
    )
    assert terms == {"quote": 20}


@pytest.mark.parametrize("definitions", ["leaves", "declarations"])
def test_definitions_that_name_each_other_come_to_an_end(definitions: Any) -> None:
    """Written out without bound, thirty levels of two references each are a billion parameters."""
    deep = {
        f"level{i}": {"properties": {side: {"$ref": f"#/$defs/level{i + 1}"} for side in ("left", "right")}}
        for i in range(30)
    }
    looped = {"node": {"properties": {"next": {"$ref": "#/$defs/node"}}}}
    for defs, first in ((deep, "level0"), (looped, "node")):
        schema = {"type": "object", "properties": {"a": {"$ref": f"#/$defs/{first}"}}, "$defs": defs}
        texts, _ = rendered({"name": "f", "description": "", "parameters": schema}, definitions)
        assert len("".join(texts)) < 20_000


@pytest.mark.parametrize("definitions", ["leaves", "declarations"])
def test_large_definitions_that_are_named_often_are_refused(definitions: Any) -> None:
    """Thirteen of 100,000 members each, four times: 5,200,000."""
    large = {"x-members": [0] * 100_000}
    named = {f"p{i}_{j}": {"$ref": f"#/$defs/d{i}"} for i in range(13) for j in range(4)}
    schema = {"type": "object", "properties": named, "$defs": {f"d{i}": large for i in range(13)}}
    with pytest.raises(BodyError, match="unfold"):
        rendered({"name": "f", "description": "", "parameters": schema}, definitions)


def test_leaves_of_a_value() -> None:
    assert [*json_leaves({"a": 1, "b": [True, None, "text"], "c": {"d": 2.5}})] == [
        "a", "1", "b", "true", "null", "text", "c", "d", "2.5",
    ]  # fmt: skip
