"""`$ref` in the schemas of tools: within the document, to an end, and not without bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import tool

from tokenquote.tokens import BodyError

STYLES = ("typescript", "typescript-0613")
Declared = Callable[..., str]


def refers(name: str, **beside: Any) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}", **beside}


def referring(definitions: Any, **properties: Any) -> dict[str, Any]:
    return tool(parameters={"properties": properties, "$defs": definitions})


@pytest.mark.parametrize(
    ("definitions", "reference", "shown"),
    [
        pytest.param({"a": {"type": "string"}}, "#/$defs/a", "n?: string", id="shown in its place"),
        pytest.param(
            {"a": {"$ref": "#/$defs/b"}, "b": {"type": "string"}}, "#/$defs/a", "n?: string", id="two"
        ),
        pytest.param({"a/b": {"type": "string"}}, "#/$defs/a~1b", "n?: string", id="an escaped slash"),
        pytest.param({"a~b": {"type": "string"}}, "#/$defs/a~0b", "n?: string", id="an escaped tilde"),
        pytest.param({"a": {"$ref": "#/$defs/a"}}, "#/$defs/a", "n?: any", id="to itself"),
        pytest.param(
            {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
            "#/$defs/a",
            "n?: any",
            id="a circle of two",
        ),
        pytest.param({"a": {"type": "string"}}, "https://example.com/s#/$defs/a", "n?: any", id="elsewhere"),
        pytest.param({}, "#/$defs/gone", "n?: any", id="to nothing"),
        pytest.param({"a": []}, "#/$defs/a", "n?: any", id="to a list"),
        pytest.param({}, "", "n?: any", id="empty"),
    ],
)
def test_references_are_followed_within_the_document_only(
    declared: Declared, definitions: Any, reference: str, shown: str
) -> None:
    assert shown in declared([referring(definitions, n={"$ref": reference})])


@pytest.mark.parametrize("style", STYLES)
def test_a_type_that_names_itself_is_shown_once(declared: Declared, style: str) -> None:
    """A tree, as filters and expressions are: its children are `any`."""
    node = {"type": "object", "properties": {"value": {"type": "string"}, "left": refers("node")}}
    text = declared([referring({"node": node}, n=refers("node"))], style)
    assert "".join(text.split()).rstrip(",") in (
        "typef=(_:{n?:{value?:string,left?:any}})=>any;",
        "typef=(_:{n?:{value?:string,left?:any,},})=>any;",
    )


def test_the_root_is_a_reference_as_well(declared: Declared) -> None:
    schema = {"properties": {"value": {"type": "string"}, "next": {"$ref": "#"}}}
    assert declared([tool(parameters=schema)]) == (
        "type f = (_: { value?: string, next?: { value?: string, next?: any } }) => any;"
    )


def test_what_stands_beside_a_reference_comes_before_what_it_leads_to(declared: Declared) -> None:
    definitions = {"a": {"type": "string", "description": "There", "title": "City"}}
    text = declared([referring(definitions, n=refers("a", description="Here"))])
    assert text == "type f = (_: {\n// City\n// Here\nn?: string,\n}) => any;"


@pytest.mark.parametrize("style", STYLES)
def test_references_that_multiply_are_refused(declared: Declared, style: str) -> None:
    """Each of 30 definitions names the next one twice: 2^30 types."""
    definitions = {
        f"d{i}": {"type": "object", "properties": {key: refers(f"d{i + 1}") for key in "ab"}}
        for i in range(30)
    }
    with pytest.raises(BodyError, match="unfold to more than 200000 types"):
        declared([referring(definitions, x=refers("d0"))], style)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("levels", [200, 20_000])
def test_references_that_lead_on_and_on_are_refused(declared: Declared, style: str, levels: int) -> None:
    """Each definition holds the next one: no schema as it is sent is half as deep."""
    definitions = {
        f"d{i}": {"type": "object", "properties": {"a": refers(f"d{i + 1}")}} for i in range(levels)
    }
    with pytest.raises(BodyError, match="more than 100"):
        declared([referring(definitions, x=refers("d0"))], style)


@pytest.mark.parametrize("style", STYLES)
def test_a_long_way_to_one_schema_is_refused(declared: Declared, style: str) -> None:
    definitions = {f"d{i}": refers(f"d{i + 1}") for i in range(20_000)}
    with pytest.raises(BodyError, match="more than 100 references lead to one place"):
        declared([referring(definitions, x=refers("d0"))], style)


LONG = "x" * 2_700_000


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"type": "string", "description": LONG}, id="a property's description"),
        pytest.param({"type": "string", "enum": [LONG]}, id="an enum"),
        pytest.param({"const": LONG}, id="a constant"),
        pytest.param({"type": "string", "default": LONG}, id="a default"),
        pytest.param({"anyOf": [{"type": "string", "description": LONG}]}, id="a variant's description"),
        pytest.param(
            {"type": "array", "items": {"title": LONG, "properties": {"a": {}}}}, id="an item's title"
        ),
        pytest.param({"type": "object", "properties": {LONG: {}}}, id="a name"),
    ],
)
def test_long_texts_that_are_named_a_thousand_times_are_refused(declared: Declared, schema: Any) -> None:
    """2.7 MB of text named by 1,500 properties would be 4 GB."""
    properties = {f"p{i}": refers("d") for i in range(1500)}
    with pytest.raises(BodyError, match="5000000 characters"):
        declared([referring({"d": schema}, **properties)])


def test_gpt_4_0613_has_the_same_bounds(declared: Declared) -> None:
    properties = {f"p{i}": refers("d") for i in range(1500)}
    with pytest.raises(BodyError, match="5000000 characters"):
        declared([referring({"d": {"enum": [LONG]}}, **properties)], "typescript-0613")


def test_a_large_schema_of_many_types_is_refused(declared: Declared) -> None:
    """Each type of the list is shown with the schema's other members: 3,000 times 3,000."""
    many = {"type": ["string"] * 3000, **{f"x-{i}": 1 for i in range(3000)}}
    with pytest.raises(BodyError, match="unfold"):
        declared([referring({}, x=many)])


def test_a_large_schema_that_is_named_a_thousand_times_is_refused(declared: Declared) -> None:
    """Its members are looked at each time, though nothing of them is shown."""
    large = {f"x-{i}": 1 for i in range(20_000)}
    properties = {f"p{i}": refers("d") for i in range(1500)}
    with pytest.raises(BodyError, match="unfold"):
        declared([referring({"d": large}, **properties)])


@pytest.mark.parametrize("style", STYLES)
def test_many_required_names_beside_many_properties(declared: Declared, style: str) -> None:
    """20,000 times 200,000 comparisons would be minutes; the last name is the one that is there."""
    properties = {f"p{i}": {"type": "string"} for i in range(20_000)}
    required = [f"q{i}" for i in range(200_000)] + ["p7"]
    text = declared([tool(parameters={"properties": properties, "required": required})], style)
    assert text.count("?:") == 19_999
    assert "p7: string" in text
