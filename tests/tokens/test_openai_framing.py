"""What OpenAI adds around texts: our own bodies, each with its arithmetic.

Counts of single texts are o200k_base's and stand in the comments, so that every sum can be followed.
"""

from __future__ import annotations

from typing import Any

import pytest

from tokenquote.catalog import Catalog
from tokenquote.tokens import BodyError, TokenRules, Vocabularies, read_body, read_tools
from tokenquote.tokens.tool_blocks import tool_block

SYSTEM = {"role": "system", "content": "You are helpful"}  # 3 tokens
USER = {"role": "user", "content": "Hello world"}  # 2 tokens
ANSWER = {"role": "assistant", "content": "Hello world"}  # 2 tokens
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the weather",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of the city"},
                "days": {"type": "integer", "default": 3},
                "unit": {"enum": ["c", "f"]},
            },
            "required": ["city"],
        },
    },
}


@pytest.fixture
def count(catalog: Catalog, vocabularies: Vocabularies) -> Any:
    def of(model: str, **body: Any) -> int:
        rules = TokenRules(catalog.resolve(model).counting, vocabularies)
        return rules.request(read_body("openai.chat", body)).tokens

    return of


@pytest.mark.parametrize(
    ("model", "messages", "tokens"),
    [
        pytest.param("gpt-4o", [USER], 3 + 4 + 2, id="gpt-4o: 3 a request, 4 a message"),
        pytest.param("gpt-4o", [SYSTEM, USER], 3 + 4 + 3 + 4 + 2, id="gpt-4o: a system message costs as any"),
        pytest.param("gpt-4o", [USER, ANSWER, USER], 3 + 3 * (4 + 2), id="gpt-4o: an answer costs as any"),
        pytest.param("gpt-5.4-mini", [USER], 2 + 4 + 2, id="gpt-5: 2 a request"),
        pytest.param("gpt-5.4-mini", [USER, ANSWER, USER], 2 + 3 * (4 + 2) + 2, id="gpt-5: 2 more an answer"),
        pytest.param("gpt-4o", [{**USER, "name": "bob"}], 3 + 4 + 2 + 1 + 1, id="a name and 1 more"),
        pytest.param("gpt-4o", [{**USER, "name": "user"}], 3 + 4 + 2 + 1, id="a name that is the role"),
        pytest.param("gpt-4o", [{"role": "user", "content": None}], 3 + 4, id="null content"),
        pytest.param("gpt-4o", [{"role": "developer", "content": "Hello world"}], 3 + 4 + 2, id="developer"),
        pytest.param(
            "gpt-4o",
            [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": " world"}],
                }
            ],
            3 + 4 + 1 + 1,
            id="parts are encoded one by one",
        ),
    ],
)
def test_messages(count: Any, model: str, messages: list[Any], tokens: int) -> None:
    assert count(model, messages=messages) == tokens


def test_one_call_and_its_result(count: Any, vocabularies: Vocabularies) -> None:
    """gpt-4o: 3 + (4 + 2) + [functions.f, {"x":1}, 6] + [functions.f, 42, 5]."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    messages = [
        USER,
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    name, arguments, output = (vocabularies.count("o200k_base", t) for t in ("functions.f", '{"x":1}', "42"))
    assert (name, arguments, output) == (2, 5, 1)
    assert count("gpt-4o", messages=messages) == 3 + 6 + (2 + 5 + 6) + (2 + 1 + 5)
    assert count("gpt-5.4-mini", messages=messages) == 2 + 6 + (2 + 5 + 9) + (2 + 1 + 8)


def shown_tools(tools: list[Any]) -> str:
    return tool_block(read_tools(tools).functions, "typescript").text


def test_the_block_that_stands_for_tools() -> None:
    assert shown_tools([WEATHER]) == (
        "# Tools\n\n## functions\n\nnamespace functions {\n\n"
        "// Get the weather\n"
        "type get_weather = (_: {\n"
        "// Name of the city\n"
        "city: string,\n"
        "days?: number, // default: 3\n"
        'unit?: "c" | "f",\n'
        "}) => any;\n\n"
        "} // namespace functions"
    )


def test_properties_without_comments_stand_in_one_line() -> None:
    tool = {
        "name": "f",
        "input_schema": {
            "properties": {"a": {"type": "string"}, "b": {"type": "array", "items": {"type": "integer"}}}
        },
    }
    assert "type f = (_: { a?: string, b?: number[] }) => any;" in shown_tools([tool])


def test_a_tool_without_parameters() -> None:
    assert "type now = () => any;" in shown_tools(
        [{"name": "now", "parameters": {"type": "object", "properties": {}}}]
    )


def test_a_type_that_names_itself_is_shown_once() -> None:
    """A tree, as filters and expressions are: its children are `any`."""
    node = {
        "properties": {
            "value": {"type": "string"},
            "left": {"$ref": "#/$defs/node"},
            "right": {"$ref": "#/$defs/node"},
        }
    }
    tool = {
        "name": "f",
        "parameters": {"properties": {"n": {"$ref": "#/$defs/node"}}, "$defs": {"node": node}},
    }
    assert "(_: { n?: { value?: string, left?: any, right?: any } })" in shown_tools([tool])


@pytest.mark.parametrize(
    ("definitions", "reference", "shown"),
    [
        ({"a": {"$ref": "#/$defs/a"}}, "#/$defs/a", "n?: any"),
        ({"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "#/$defs/a", "n?: any"),
        ({"a/b": {"type": "string"}}, "#/$defs/a~1b", "n?: string"),
        ({"a": {"type": "string"}}, "https://example.com/schema#/$defs/a", "n?: any"),
        ({}, "#/$defs/gone", "n?: any"),
    ],
)
def test_references_are_followed_within_the_document_only(
    definitions: Any, reference: str, shown: str
) -> None:
    tool = {"name": "f", "parameters": {"properties": {"n": {"$ref": reference}}, "$defs": definitions}}
    assert shown in shown_tools([tool])


def test_a_description_that_is_referenced_a_thousand_times_is_refused() -> None:
    """2.7 MB of text named by 1,500 properties would be 4 GB."""
    definitions = {"d": {"type": "string", "description": "x" * 2_700_000}}
    properties = {f"p{i}": {"$ref": "#/$defs/d"} for i in range(1500)}
    tool = {"name": "f", "parameters": {"properties": properties, "$defs": definitions}}
    with pytest.raises(BodyError, match="5000000 characters"):
        shown_tools([tool])


@pytest.mark.parametrize("required", [[{}], {"a": 1}, "a", None, [["a"]]])
def test_a_required_list_of_any_shape_is_survived(required: Any) -> None:
    tool = {"name": "f", "parameters": {"properties": {"a": {"type": "string"}}, "required": required}}
    assert "a?: string" in shown_tools([tool])


def test_references_that_multiply_are_refused() -> None:
    """Each of 30 definitions names the next one twice: 2^30 types."""
    definitions = {
        f"d{i}": {"properties": {"a": {"$ref": f"#/$defs/d{i + 1}"}, "b": {"$ref": f"#/$defs/d{i + 1}"}}}
        for i in range(30)
    }
    tool = {"name": "f", "parameters": {"properties": {"x": {"$ref": "#/$defs/d0"}}, "$defs": definitions}}
    with pytest.raises(BodyError, match="unfold to more than 200000 types"):
        shown_tools([tool])


@pytest.mark.parametrize(
    ("body", "place", "detail"),
    [
        ({}, ("body", "messages"), "non-empty list"),
        ({"messages": []}, ("body", "messages"), "non-empty list"),
        ({"contents": []}, ("body", "messages"), "looks like gemini.generateContent"),
        ({"input": "x"}, ("body", "messages"), "looks like openai.responses"),
        ({"messages": [USER], "system": "x"}, ("body", "system"), "looks like anthropic.messages"),
        ({"messages": ["x"]}, ("body", "messages", 0), "a message is an object"),
        ({"messages": [{"role": "robot"}]}, ("body", "messages", 0, "role"), "one of system"),
        ({"messages": [{"role": "user", "content": 5}]}, ("body", "messages", 0, "content"), "a string"),
        (
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            ("body", "messages", 0, "content", 0, "input_audio"),
            "an audio is base64 data",
        ),
        ({"messages": [USER], "tools": [{}]}, ("body", "tools", 0), "has a `name`"),
        ({"messages": [USER], "tools": "x"}, ("body", "tools"), "list"),
        (
            {"messages": [{"role": "assistant", "tool_calls": [{}]}]},
            ("body", "messages", 0, "tool_calls", 0),
            "a call is",
        ),
    ],
)
def test_a_body_that_cannot_be_read_says_where_and_why(
    body: Any, place: tuple[Any, ...], detail: str
) -> None:
    with pytest.raises(BodyError, match=detail) as caught:
        read_body("openai.chat", body)
    assert caught.value.location == place


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BodyError, match=r"known: anthropic\.count_tokens, anthropic\.messages"):
        read_body("cohere.talk", {})


def test_definitions_of_four_providers_are_one() -> None:
    function = WEATHER["function"]
    assert isinstance(function, dict)
    flat = {"type": "function", **function}
    anthropic = {
        "name": function["name"],
        "description": function["description"],
        "input_schema": function["parameters"],
    }
    gemini = {"functionDeclarations": [function]}
    shapes = [read_tools([shape]) for shape in (WEATHER, flat, anthropic, gemini)]
    assert shapes[0] == shapes[1] == shapes[2] == shapes[3]


def test_definitions_that_nest_without_end_are_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(100):
        schema = {"properties": {"a": schema}}
    with pytest.raises(BodyError, match="nested deeper than 64"):
        read_tools([{"name": "f", "parameters": schema}])
