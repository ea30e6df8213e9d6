"""How definitions are shown to models from gpt-3.5-turbo on: the text, property by property."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.tokens.openai.pieces import tool

STRING = {"type": "string"}


def shown(declared: Callable[..., str], properties: Any, **schema: Any) -> str:
    """What stands between `type f = (_: ` and `) => any;`."""
    text = declared([tool(parameters={"type": "object", "properties": properties, **schema})])
    assert text.startswith("type f = (_: ")
    assert text.endswith(") => any;")
    return text[len("type f = (_: ") : -len(") => any;")]


@pytest.mark.parametrize(
    ("definition", "declaration"),
    [
        pytest.param({}, "type f = (_: any) => any;", id="no parameters at all: any"),
        pytest.param({"parameters": {}}, "type f = () => any;", id="an empty schema"),
        pytest.param({"parameters": None}, "type f = () => any;", id="a null for a schema"),
        pytest.param({"parameters": {"type": "object"}}, "type f = () => any;", id="an object of anything"),
        pytest.param(
            {"parameters": {"type": "object", "properties": {}}}, "type f = () => any;", id="no properties"
        ),
        pytest.param(
            {"description": "Do it", "parameters": {}}, "// Do it\ntype f = () => any;", id="a description"
        ),
        pytest.param({"description": "", "parameters": {}}, "type f = () => any;", id="an empty description"),
        pytest.param({"description": None, "parameters": {}}, "type f = () => any;", id="a null description"),
        pytest.param(
            {"description": "\n  Do it\n\n   now  \n", "parameters": {}},
            "// Do it\n//\n// now\ntype f = () => any;",
            id="each line is stripped, an empty one has no blank, those at the ends go",
        ),
        pytest.param(
            {"parameters": {"title": "Query", "description": "Ask", "properties": {}}},
            "type f = () => any;",
            id="nothing is said of an object without properties",
        ),
        pytest.param({"strict": True, "parameters": {}}, "type f = () => any;", id="strict costs nothing"),
    ],
)
def test_functions(declared: Callable[..., str], definition: Any, declaration: str) -> None:
    assert declared([tool(**definition)]) == declaration


def test_functions_stand_a_blank_line_apart(declared: Callable[..., str]) -> None:
    tools = [tool("f", description="Do it"), tool("g", parameters={})]
    assert declared(tools) == "// Do it\ntype f = (_: any) => any;\n\ntype g = () => any;"


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        pytest.param({"type": "string"}, "string", id="string"),
        pytest.param({"type": "integer"}, "number", id="an integer is a number"),
        pytest.param({"type": "number"}, "number", id="number"),
        pytest.param({"type": "boolean"}, "boolean", id="boolean"),
        pytest.param({"type": "null"}, "null", id="null"),
        pytest.param({}, "any", id="no type"),
        pytest.param({"type": "date"}, "any", id="a type that does not exist"),
        pytest.param(True, "any", id="a schema that is true"),
        pytest.param({"type": "string", "format": "date", "pattern": "^a"}, "string", id="format, pattern"),
        pytest.param({"enum": ["c", 1, None]}, '"c" | 1 | null', id="enum"),
        pytest.param({"type": "string", "enum": ["é"]}, '"é"', id="an enum's type is left out"),
        pytest.param({"const": "c"}, '"c"', id="const"),
        pytest.param({"type": "object"}, "object", id="an object of anything"),
        pytest.param({"type": "object", "properties": {}}, "object", id="an object of nothing"),
        pytest.param({"type": "object", "additionalProperties": STRING}, "object", id="a map"),
        pytest.param({"properties": {"b": STRING}}, "{ b?: string }", id="an object without its type"),
        pytest.param({"type": "array"}, "any[]", id="a list of anything"),
        pytest.param({"type": "array", "items": {}}, "any[]", id="a list of any items"),
        pytest.param({"type": "array", "items": STRING}, "string[]", id="a list"),
        pytest.param(
            {"type": "array", "items": {"type": "array", "items": STRING}}, "string[][]", id="lists"
        ),
        pytest.param({"type": "array", "items": {"enum": ["c", "f"]}}, 'Array<"c" | "f">', id="Array<a | b>"),
        pytest.param({"type": "array", "items": {"enum": ["c"]}}, '"c"[]', id="a list of one word"),
        pytest.param(
            {"type": "array", "items": {"properties": {"b": STRING}}}, "{ b?: string }[]", id="of objects"
        ),
        pytest.param({"anyOf": [STRING, {"type": "null"}]}, "string | null", id="anyOf"),
        pytest.param({"oneOf": [STRING, {"type": "integer"}]}, "string | number", id="oneOf"),
        pytest.param({"allOf": [STRING]}, "string", id="allOf"),
        pytest.param({"anyOf": [STRING, STRING]}, "string", id="the same twice is once"),
        pytest.param({"anyOf": [{"type": "integer"}, {"type": "number"}]}, "number", id="both are numbers"),
        pytest.param({"type": ["string", "null"]}, "string | null", id="a list of types"),
        pytest.param({"type": ["array", "null"], "items": STRING}, "string[] | null", id="one with items"),
    ],
)
def test_types(declared: Callable[..., str], schema: Any, written: str) -> None:
    """Nothing is to be commented: properties stand on one line."""
    assert shown(declared, {"a": schema}) == f"{{ a?: {written} }}"


@pytest.mark.parametrize(
    ("required", "written"),
    [
        (["a"], "{ a: string, b?: string }"),
        (["b", "a"], "{ a: string, b: string }"),
        ([], "{ a?: string, b?: string }"),
        (["c"], "{ a?: string, b?: string }"),
        ([{}], "{ a?: string, b?: string }"),
        ({"a": 1}, "{ a?: string, b?: string }"),
        ("a", "{ a?: string, b?: string }"),
        (None, "{ a?: string, b?: string }"),
    ],
)
def test_what_is_required_has_no_question_mark(
    declared: Callable[..., str], required: Any, written: str
) -> None:
    assert shown(declared, {"a": STRING, "b": STRING}, required=required) == written


@pytest.mark.parametrize(
    ("schema", "lines"),
    [
        pytest.param({"description": "Where"}, ["// Where", "a?: string,"], id="a description"),
        pytest.param({"title": "City"}, ["// City", "a?: string,"], id="a title is billed"),
        pytest.param(
            {"title": "City", "description": "Where\n to"},
            ["// City", "// Where", "// to", "a?: string,"],
            id="title, then description, line by line",
        ),
        pytest.param({"default": "x"}, ['a?: string, // default: "x"'], id="a default"),
        pytest.param({"default": None}, ["a?: string, // default: null"], id="a default of null"),
        pytest.param(
            {"default": {"b": [1, "é"]}}, ['a?: string, // default: {"b": [1, "é"]}'], id="any default"
        ),
        pytest.param(
            {"minLength": 1, "maxLength": 5}, ["a?: string, // minLength: 1, maxLength: 5"], id="lengths"
        ),
        pytest.param(
            {"maximum": 9, "minimum": 1, "default": 3},
            ["a?: string, // default: 3, minimum: 1, maximum: 9"],
            id="default, minimum, maximum, in this order",
        ),
        pytest.param({"description": "", "title": ""}, None, id="empty words are none"),
        pytest.param({"examples": ["x"], "deprecated": True}, None, id="examples cost nothing"),
        pytest.param({"exclusiveMinimum": 0, "multipleOf": 2}, None, id="other limits cost nothing"),
    ],
)
def test_one_comment_puts_every_property_on_a_line_of_its_own(
    declared: Callable[..., str], schema: Any, lines: list[str] | None
) -> None:
    written = shown(declared, {"a": {**STRING, **schema}, "b": STRING})
    if lines is None:
        assert written == "{ a?: string, b?: string }"
    else:
        assert written == "\n".join(["{", *lines, "b?: string,", "}"])


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        pytest.param(
            {"title": "Query", "description": "Ask"},
            "// Query\n// Ask\n{ a?: string }",
            id="an object's title and description stand before its brace",
        ),
        pytest.param(
            {"title": "Query", "properties": {"a": {**STRING, "description": "What"}}},
            "// Query\n{\n// What\na?: string,\n}",
            id="and before lines as well",
        ),
        pytest.param(
            {"properties": {"a": {"title": "Inner", "properties": {"b": STRING}}}},
            "{\n// Inner\na?: { b?: string },\n}",
            id="a property's stand above the property, once",
        ),
        pytest.param(
            {"properties": {"a": {"type": "array", "items": {"title": "Stop", "properties": {"b": STRING}}}}},
            "{ a?: Array<\n// Stop\n{ b?: string }\n> }",
            id="an item's stand in the brackets; what has several lines is in Array<>",
        ),
        pytest.param(
            {"properties": {"a": {"properties": {"b": {**STRING, "title": "B"}}}}},
            "{ a?: {\n// B\nb?: string,\n} }",
            id="a comment within opens that object only",
        ),
    ],
)
def test_objects(declared: Callable[..., str], schema: Any, written: str) -> None:
    assert shown(declared, **{"properties": {"a": STRING}, **schema}) == written


@pytest.mark.parametrize(
    ("schema", "written"),
    [
        pytest.param(
            {"anyOf": [{**STRING, "description": "Where"}, {"type": "null"}]},
            "\n | string // Where\n | null\n",
            id="what is said of one type stands behind it, and each has its line",
        ),
        pytest.param(
            {"anyOf": [{**STRING, "title": "Where"}, {"type": "null"}]}, "string | null", id="a title is not"
        ),
        pytest.param(
            {"anyOf": [{**STRING, "format": "date", "minLength": 1}, {"type": "null"}]},
            "\n | string // minLength: 1, format: date\n | null\n",
            id="limits, and here the format of a string",
        ),
        pytest.param(
            {"anyOf": [{"type": "integer", "format": "int32"}, {"type": "null", "minimum": 1}]},
            "number | null",
            id="no format of a number, no limits of null",
        ),
        pytest.param(
            {"anyOf": [{"title": "Stop", "properties": {"b": STRING}}, {"type": "null"}]},
            "\n | // Stop\n{ b?: string }\n | null\n",
            id="an object's title stands before its brace",
        ),
        pytest.param(
            {"anyOf": [{**STRING, "description": "Where"}]}, "string // Where", id="a lone type has no bar"
        ),
        pytest.param(
            {"type": "array", "items": {"anyOf": [{**STRING, "description": "Where"}, {"type": "null"}]}},
            "Array<\n\n | string // Where\n | null\n\n>",
            id="several lines in Array<>",
        ),
    ],
)
def test_unions(declared: Callable[..., str], schema: Any, written: str) -> None:
    assert shown(declared, {"a": schema}) == f"{{ a?: {written} }}"


def test_a_list_of_types_repeats_the_description_behind_each(declared: Callable[..., str]) -> None:
    """Its limits are said of each type as well, but not of null; a default stands behind all of it."""
    schema = {"type": ["string", "null"], "description": "Where", "minLength": 1, "default": None}
    assert shown(declared, {"a": schema}) == (
        "{\n// Where\na?: \n | string // Where, minLength: 1\n | null // Where\n, // default: null\n}"
    )


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param(
            {
                "type": "custom",
                "custom": {
                    "name": "f",
                    "format": {"type": "grammar", "grammar": {"definition": "a: B\nB: /c/"}},
                },
            },
            id="of chats",
        ),
        pytest.param(
            {"type": "custom", "name": "f", "format": {"type": "grammar", "definition": "a: B\nB: /c/"}},
            id="of Responses",
        ),
    ],
)
def test_the_grammar_of_a_custom_tool_is_commented(declared: Callable[..., str], definition: Any) -> None:
    assert declared([definition]) == "// a: B\n// B: /c/\ntype f = (_: any) => any;"


def test_a_custom_tool_of_any_text(declared: Callable[..., str]) -> None:
    assert declared([{"type": "custom", "custom": {"name": "f", "format": {"type": "text"}}}]) == (
        "type f = (_: any) => any;"
    )


def test_the_example_of_the_docstring(declared: Callable[..., str]) -> None:
    parameters = {
        "type": "object",
        "title": "WeatherQuery",
        "properties": {
            "city": {"type": "string", "description": "Name of the city"},
            "days": {"type": "integer", "default": 3, "minimum": 1},
            "zone": {"type": ["string", "null"], "description": "Where the clock stands"},
            "stops": {
                "type": "array",
                "items": {
                    "properties": {"name": {**STRING, "description": "Name of the stop"}},
                    "required": ["name"],
                },
            },
        },
        "required": ["city"],
    }
    assert declared([tool("get_weather", description="Get the weather", parameters=parameters)]) == (
        "// Get the weather\n"
        "type get_weather = (_: // WeatherQuery\n"
        "{\n"
        "// Name of the city\n"
        "city: string,\n"
        "days?: number, // default: 3, minimum: 1\n"
        "// Where the clock stands\n"
        "zone?: \n"
        " | string // Where the clock stands\n"
        " | null // Where the clock stands\n"
        ",\n"
        "stops?: Array<\n"
        "{\n"
        "// Name of the stop\n"
        "name: string,\n"
        "}\n"
        ">,\n"
        "}) => any;"
    )
