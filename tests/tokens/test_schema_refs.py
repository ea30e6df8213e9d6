"""Where a `$ref` leads: JSON pointers in fragments (RFC 6901, section 6), alike for every rendering."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.tokens import read_tools
from tokenquote.tokens.tools.tool_blocks import tool_block
from tokenquote.tokens.tools.tool_renderings import RENDERINGS

PLACE = {"type": "object", "properties": {"city": {"type": "string"}}}

# Members of the schema beside `properties`, a reference, and whether it leads to PLACE or to nothing.
POINTERS = [
    pytest.param({"$defs": {"a": PLACE}}, "#/$defs/a", True, id="plain"),
    pytest.param({"$defs": {"a b": PLACE}}, "#/$defs/a b", True, id="a blank"),
    pytest.param({"$defs": {"a b": PLACE}}, "#/$defs/a%20b", True, id="an encoded blank"),
    pytest.param({"$defs": {"a+b": PLACE}}, "#/$defs/a+b", True, id="a plus sign is no blank"),
    pytest.param({"$defs": {"a b": PLACE}}, "#/$defs/a+b", False, id="nor does it lead to one"),
    pytest.param({"$defs": {"a/b": PLACE}}, "#/$defs/a~1b", True, id="~1 is a slash"),
    pytest.param({"$defs": {"a~b": PLACE}}, "#/$defs/a~0b", True, id="~0 is a tilde"),
    pytest.param({"$defs": {"a~1b": PLACE}}, "#/$defs/a~01b", True, id="~01 is a tilde and a one"),
    pytest.param({"$defs": {"a/b": PLACE}}, "#/$defs/a%7E1b", True, id="an encoded ~1"),
    pytest.param({"$defs": {"a/b": PLACE}}, "#/$defs/a%2Fb", False, id="an encoded slash divides too"),
    pytest.param({"$defs": {"a": {"b": PLACE}}}, "#/$defs/a%2Fb", True, id="and so leads further down"),
    pytest.param({"$defs": {"50%": PLACE}}, "#/$defs/50%25", True, id="an encoded percent sign"),
    pytest.param({"$defs": {"a%20b": PLACE}}, "#/$defs/a%2520b", True, id="decoded once only"),
    pytest.param({"$defs": {"a%20b": PLACE}}, "#/$defs/a%20b", False, id="and always"),
    pytest.param({"$defs": {"50%": PLACE}}, "#/$defs/50%", True, id="a lone percent sign is itself"),
    pytest.param({"$defs": {"a%2": PLACE}}, "#/$defs/a%2", True, id="a broken escape is itself"),
    pytest.param({"$defs": {"a%zz": PLACE}}, "#/$defs/a%zz", True, id="so are other letters"),
    pytest.param({"$defs": {"été": PLACE}}, "#/$defs/été", True, id="not ASCII"),
    pytest.param({"$defs": {"été": PLACE}}, "#/$defs/%C3%A9t%C3%A9", True, id="UTF-8, encoded"),
    pytest.param({"$defs": {"東京": PLACE}}, "#/$defs/%E6%9D%B1%E4%BA%AC", True, id="three bytes each"),
    pytest.param({"$defs": {"é": PLACE}}, "#/$defs/%E9", False, id="Latin-1"),
    pytest.param({"$defs": {"": PLACE}}, "#/$defs/", True, id="an empty name"),
    pytest.param({"$defs": {"a": PLACE}}, "#/$defs/a/", False, id="a slash at the end asks for one"),
    pytest.param({"$defs": {"a": PLACE}}, "#//$defs/a", False, id="and so do two"),
    pytest.param({"x": [PLACE]}, "#/x/0", True, id="first of a list"),
    pytest.param({"x": [1, {"y": PLACE}]}, "#/x/1/y", True, id="on from a list"),
    pytest.param({"x": [PLACE]}, "#/x/1", False, id="past the end"),
    pytest.param({"x": [PLACE]}, "#/x/-1", False, id="no index from the end"),
    pytest.param({"x": [PLACE]}, "#/x/-", False, id="what would follow the last"),
    pytest.param({"x": [PLACE, PLACE]}, "#/x/01", False, id="a leading zero"),
    pytest.param({"x": [PLACE, PLACE]}, "#/x/\u0661", False, id="another script's one"),
    pytest.param({"x": [PLACE]}, f"#/x/{'9' * 5000}", False, id="a number without end"),
    pytest.param({"x": {"0": PLACE}}, "#/x/0", True, id="a number as a name"),
    pytest.param({"x": "text"}, "#/x/0", False, id="no letters of a text"),
    pytest.param({"x": [PLACE]}, "#/x", False, id="a list is no schema"),
    pytest.param({"$defs": {"a": True}}, "#/$defs/a", False, id="nor is true"),
    pytest.param({"$defs": {"a": PLACE}}, "#/$defs/gone", False, id="nothing there"),
    pytest.param({"$defs": {"a": PLACE}}, "#/gone/a/b", False, id="nor on the way"),
    pytest.param({"$defs": {"a": {"$anchor": "place", **PLACE}}}, "#place", False, id="an anchor"),
    pytest.param({"place": PLACE}, "#place", False, id="an anchor is no member"),
    pytest.param({"$defs": {"a": {"$id": "place", **PLACE}}}, "place", False, id="an id"),
    pytest.param({"$defs": {"a": PLACE}}, "$defs/a", False, id="no fragment"),
    pytest.param({"$defs": {"a": PLACE}}, "%23/$defs/a", False, id="an encoded # begins none"),
    pytest.param({"$defs": {"a": PLACE}}, "other.json#/$defs/a", False, id="another document"),
    pytest.param({"$defs": {"a": PLACE}}, "https://example.com/s#/$defs/a", False, id="one that is far"),
    pytest.param({"$defs": {"a": PLACE}}, "", False, id="empty"),
]


def tools_with(schema: Mapping[str, Any]) -> Any:
    return read_tools(
        [{"name": "f", "description": "", "parameters": {"type": "object", **schema}}]
    ).functions


def leaves(schema: Mapping[str, Any]) -> list[str]:
    return RENDERINGS["leaves"](tools_with(schema)[0], CalibratedUse(family="f", definitions="leaves"))[0]


def declaration(schema: Mapping[str, Any]) -> str:
    use = CalibratedUse(family="f", definitions="declarations")
    return "'".join(RENDERINGS["declarations"](tools_with(schema)[0], use)[0])


@pytest.mark.parametrize(("members", "reference", "found"), POINTERS)
def test_in_openais_namespace(members: Any, reference: str, found: bool) -> None:
    schema = {**members, "properties": {"n": {"$ref": reference}}}
    [declared] = tool_block(tools_with(schema), "typescript").definitions
    shown = "{ city?: string }" if found else "any"
    assert declared == f"type f = (_: {{ n?: {shown} }}) => any;"


@pytest.mark.parametrize(("members", "reference", "found"), POINTERS)
def test_in_the_earlier_namespace(members: Any, reference: str, found: bool) -> None:
    schema = {**members, "properties": {"n": {"$ref": reference}}}
    [declared] = tool_block(tools_with(schema), "typescript-0613").definitions
    shown = "{\n  city?: string,\n}" if found else "any"
    assert declared == f"type f = (_: {{\nn?: {shown},\n}}) => any;"


@pytest.mark.parametrize(("members", "reference", "found"), POINTERS)
def test_in_leaves(members: Any, reference: str, found: bool) -> None:
    schema = {**members, "properties": {"n": {"$ref": reference}}}
    assert leaves(schema) == (["f", "n", "city"] if found else ["f", "n"])


@pytest.mark.parametrize(("members", "reference", "found"), POINTERS)
def test_in_declarations(members: Any, reference: str, found: bool) -> None:
    schema = {**members, "properties": {"n": {"$ref": reference}}}
    shown = "properties:{city:{type:'STRING'}},type:'OBJECT'" if found else ""
    written = f"declaration:f{{parameters:{{properties:{{n:{{{shown}}}}},type:'OBJECT'}}}}"
    assert declaration(schema) == written


def test_the_whole_document() -> None:
    """OpenAI's namespace shows it once, leaves write it out four times more."""
    schema = {"properties": {"n": {"$ref": "#"}}}
    [declared] = tool_block(tools_with(schema), "typescript").definitions
    assert declared == "type f = (_: { n?: { n?: any } }) => any;"
    assert leaves(schema) == ["f", "n", "n", "n", "n", "n"]


def test_references_on_the_way() -> None:
    """Within what a reference leads to, others lead on. One that leads to nothing but another is followed by
    OpenAI's namespace alone.
    """
    definitions = {"a b": {"properties": {"m": {"$ref": "#/$defs/c%2Fd/%65"}}}, "c": {"d": {"e": PLACE}}}
    inside = {"$defs": definitions, "properties": {"n": {"$ref": "#/$defs/a%20b"}}}
    chain = {"$defs": {"a b": {"$ref": "#/$defs/c%7E0"}, "c~": PLACE}, "properties": inside["properties"]}
    assert tool_block(tools_with(inside), "typescript").definitions == (
        "type f = (_: { n?: { m?: { city?: string } } }) => any;",
    )
    assert tool_block(tools_with(chain), "typescript").definitions == (
        "type f = (_: { n?: { city?: string } }) => any;",
    )
    assert leaves(inside) == ["f", "n", "m", "city"]
    assert leaves(chain) == ["f", "n"]


def test_a_circle_ends_however_its_place_is_spelled() -> None:
    spellings = ["#/$defs/a", "#/$defs/%61", "#/%24defs/a", "#%2F$defs%2Fa", "#/%24defs%2F%61"]
    node = {"properties": {f"p{i}": {"$ref": spelling} for i, spelling in enumerate(spellings)}}
    schema = {"$defs": {"a": node}, "properties": {"n": {"$ref": "#/$defs/a"}}}
    [declared] = tool_block(tools_with(schema), "typescript").definitions
    once = "{ p0?: any, p1?: any, p2?: any, p3?: any, p4?: any }"
    assert declared == f"type f = (_: {{ n?: {once} }}) => any;"
    assert len(leaves(schema)) == 2 + 4 * 5


LONG = ("#/" + "$defs/" * 100_000, "#/$defs/" + "a/" * 300_000, "#" + "/" * 600_000, "#/" + "%61" * 200_000)


@pytest.mark.parametrize("reference", LONG, ids=["names", "gone", "slashes", "escapes"])
def test_a_long_pointer_that_is_followed_often_is_read_once(reference: str) -> None:
    """Read each time, 800,000 characters that 300 properties lead to took 45 seconds."""
    named = {f"p{i}": {"$ref": "#/$defs/d"} for i in range(300)}
    schema = {"$defs": {"d": {"$ref": reference}}, "properties": named}
    begun = time.process_time()
    [declared] = tool_block(tools_with(schema), "typescript").definitions
    assert declared.count("?: any") == 300
    assert leaves(schema)[1:3] == ["p0", "p1"]
    assert time.process_time() - begun < 5
