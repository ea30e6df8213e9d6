"""The three frames of Gemini: what bills say that a definition, a call, a result and a schema cost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.tokens.gemini.slow_pieces import ENCODER

from tokenquote.tokens import read_tools
from tokenquote.tokens.gemini.declarations import DeclarationsFrame
from tokenquote.tokens.gemini.fields import FieldsFrame
from tokenquote.tokens.gemini.rendered import Frame, Rendered
from tokenquote.tokens.gemini.stubs import StubsFrame
from tokenquote.tokens.request import OutputSchema, ToolDefinition

F, P, D = FieldsFrame(), StubsFrame(), DeclarationsFrame()
NAME, TEXT, KEY = "get_weather", "Says how the weather is.", "city"
tokens = ENCODER.count


def declaration(**members: Any) -> ToolDefinition:
    return read_tools([{"functionDeclarations": [{"name": NAME, **members}]}]).functions[0]


def counted(rendered: Rendered) -> int:
    return sum(map(tokens, rendered.texts)) + rendered.tokens


def an_object(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*required]}


PLAIN = {"type": "string"}
SAID = {"type": "string", "description": TEXT}
EMPTY = {"type": "object"}


@pytest.mark.parametrize(
    ("frame", "constant", "described"),
    [
        pytest.param(F, 1, tokens(TEXT), id="fields"),
        pytest.param(P, 18, tokens(TEXT), id="stubs"),
        pytest.param(D, 13, 5 + tokens(TEXT), id="declarations"),
    ],
)
def test_a_function_without_properties(frame: Frame, constant: int, described: int) -> None:
    bare = counted(frame.definition(declaration(parameters=EMPTY)))
    assert bare == constant + tokens(NAME)
    assert counted(frame.definition(declaration(parameters=EMPTY, description=TEXT))) == bare + described


@pytest.mark.parametrize(
    ("frame", "first", "further", "described"),
    [
        pytest.param(F, 1, 1, 0, id="fields"),
        pytest.param(P, 9, 9, -1, id="stubs"),
        pytest.param(D, 14, 10, 5, id="declarations"),
    ],
)
def test_a_required_property(frame: Frame, first: int, further: int, described: int) -> None:
    def cost(properties: dict[str, Any]) -> int:
        return counted(frame.definition(declaration(parameters=an_object(properties, (*properties,)))))

    none = counted(frame.definition(declaration(parameters=EMPTY)))
    one = cost({KEY: PLAIN})
    assert one - none == first + 2 * tokens(KEY)
    assert cost({KEY: SAID}) - one == described + tokens(TEXT)
    assert cost({KEY: PLAIN, "unit": PLAIN}) - one == further + 2 * tokens("unit")


def test_an_enum_of_a_declaration() -> None:
    def cost(schema: dict[str, Any]) -> int:
        return counted(D.definition(declaration(parameters=an_object({KEY: schema}))))

    values = ("north", "south", "west")
    assert cost({**PLAIN, "enum": [*values]}) - cost(PLAIN) == 5 + 2 * 3 + sum(map(tokens, values))


def test_a_stub_is_python() -> None:
    parameters = an_object(
        {
            "city": SAID,
            "unit": {"type": "string", "enum": ["c", "f"]},
            "days": {"type": "integer", "default": 3},
            "tags": {"type": "array", "items": PLAIN},
            "names": {"type": "object", "additionalProperties": {"type": "number"}},
            "when": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
            "place": an_object({"lat": {"type": "number", "description": "Two\nlines\n\nend"}}, ("lat",)),
        },
        ("city",),
    )
    (source,) = P.definition(declaration(description="One.\n\nTwo.", parameters=parameters)).texts
    assert source == (
        "@dataclasses.dataclass(kw_only=True)\nclass GetWeatherPlace:\n"
        '  """\n\n  Attributes:\n    lat: Two\n  lines\n\n  end\n  """\n  lat: float\n\n'
        "def get_weather(\n"
        "    city: str,\n"
        "    unit: Literal['c', 'f'] | None = None,\n"
        "    days: int | None = 3,\n"
        "    tags: list[str] | None = None,\n"
        "    names: dict[str, float] | None = None,\n"
        "    when: int | None = None,\n"
        "    place: GetWeatherPlace | None = None,\n"
        ") -> dict:\n"
        '  """One.\n\n  Two.\n\n  Args:\n'
        f"    city: {TEXT}\n    unit: \n    days: \n    tags: \n    names: \n    when: \n    place: \n"
        '  """\n'
    )


def test_a_single_value_is_shown_as_its_type_in_a_stub() -> None:
    def signature(schema: dict[str, Any]) -> str:
        return P.definition(declaration(parameters=an_object({KEY: schema}, (KEY,)))).texts[0].split(")")[0]

    assert signature({**PLAIN, "enum": ["c", "f"]}).endswith("city: Literal['c', 'f'],\n")
    assert signature({**PLAIN, "enum": ["c"]}) == signature({**PLAIN, "const": "c"}) == signature(PLAIN)


def test_a_stub_writes_a_circle_out_five_times_and_other_definitions_each_time() -> None:
    node = an_object({"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}})
    circle = an_object({"tree": {"$ref": "#/$defs/node"}}) | {"$defs": {"node": node}}
    (source,) = P.definition(declaration(parameters=circle)).texts
    assert source.count("class GetWeatherTree") == 5
    point = an_object({"lat": {"type": "number"}})
    nine = an_object({f"p{i}": {"$ref": "#/$defs/point"} for i in range(9)}) | {"$defs": {"point": point}}
    (source,) = P.definition(declaration(parameters=nine)).texts
    assert source.count("class GetWeatherP") == 9


def test_a_response_schema_makes_a_class() -> None:
    response = an_object({"degrees": {"type": "number"}}, ("degrees",))
    (source,) = P.definition(declaration(parameters=EMPTY, response=response)).texts
    assert "class GetWeatherResponse:" in source
    assert ") -> GetWeatherResponse:" in source
    assert ") -> str:" in P.definition(declaration(response=PLAIN)).texts[0]


@pytest.mark.parametrize("key", ["parametersJsonSchema", "parameters_json_schema"])
def test_a_json_schema_is_free_in_fields_alone(key: str) -> None:
    schema = an_object({KEY: SAID}, (KEY,))
    assert counted(F.definition(declaration(**{key: schema}))) == tokens(NAME)
    for frame in (P, D):
        same = declaration(parameters=schema)
        assert counted(frame.definition(declaration(**{key: schema}))) == counted(frame.definition(same))


def test_what_fields_cost() -> None:
    schema = {
        "type": "object",
        "title": "Weather",
        "nullable": True,
        "properties": {KEY: {**SAID, "enum": ["a", "b"], "default": "a", "minLength": 1}},
        "required": [KEY],
        "propertyOrdering": [KEY],
    }
    inside = 3 + 2 * tokens(KEY) + tokens(TEXT) + 3
    assert counted(F.definition(declaration(parameters=schema))) == tokens(NAME) + inside
    full = inside + tokens("Weather") + tokens(KEY) + 1
    assert counted(F.output_schema(OutputSchema("", "", schema))) == full


def test_calls_and_results() -> None:
    given = {"place": {"city": "Paris"}, "days": 12345, "now": True, "tags": ["a", "b"]}
    names = ("place", KEY, "Paris", "days", "now", "tags", "a", "b")
    assert counted(F.call(NAME, given)) == tokens(NAME) + sum(map(tokens, names)) + 2
    assert P.call(NAME, {KEY: "Zoë", "n": 1}).texts == (
        "print(default_api.get_weather(city = 'Zoë', n = 1))",
    )
    result = P.result(NAME, {"b": 1, "a": "é"})
    assert result.texts == ('{"get_weather_response": {"a": "é", "b": 1}}',)
    called = D.call(NAME, {"b": 1, "a": "x"})
    assert (called.texts, called.tokens) == (("call:get_weather{a:", "x", ",b:1}"), 4)


def test_a_declaration_is_that_of_gemmas_template() -> None:
    schema = an_object({"b": {**SAID, "title": "B"}, "a": {"anyOf": [PLAIN, {"type": "null"}]}}, ("b",))
    rendered = D.definition(declaration(description="It.", parameters=schema))
    assert '<|"|>'.join(rendered.texts) == (
        'declaration:get_weather{description:<|"|>It.<|"|>,parameters:{properties:{a:{nullable:true,type:<|"|>STRING'
        f'<|"|>}},b:{{description:<|"|>{TEXT}<|"|>,type:<|"|>STRING<|"|>}}}},required:[<|"|>b<|"|>],type:<|"|>OBJECT'
        '<|"|>}}'
    )
    assert rendered.tokens == 2 + 2 * 6


@pytest.mark.parametrize("frame", [F, P, D])
def test_references_are_followed_and_circles_end(frame: Frame) -> None:
    inlined = an_object({KEY: PLAIN}, (KEY,))
    referred = {**an_object({KEY: {"$ref": "#/$defs/k"}}, (KEY,)), "$defs": {"k": PLAIN}}
    same = counted(frame.definition(declaration(parameters=inlined)))
    assert counted(frame.definition(declaration(parameters=referred))) == same
    circle = {**an_object({KEY: {"$ref": "#"}}), "type": "object"}
    assert counted(frame.definition(declaration(parameters=circle))) > 0
