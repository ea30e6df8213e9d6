"""The frame of Gemini 2.5 on AI Studio: tools are stubs of Python functions, calls are Python statements.

    def get_weather(
        city: str,
        unit: Literal['c', 'f'] | None = None,
    ) -> dict:
      \"\"\"Says the weather.

Args:
        city: Where.
        unit:
      \"\"\"

An object with properties is a dataclass before its function. Bills: 154 of 158 requests with tools, 32 of 33
with calls.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from tokenquote.tokens.gemini.rendered import MAX_DEPTH, Rendered, list_members, read_response_schema
from tokenquote.tokens.request import JsonObject, OutputSchema, ToolDefinition
from tokenquote.tokens.tools.schema_refs import WrittenOutRefs

__all__ = ["StubsFrame"]

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_WORDS = re.compile(r"[^A-Za-z0-9]+")
_IN_CIRCLES = 5
"""How often a definition that refers to itself is written out (2 of 2 bills)."""


class StubsFrame:
    """Renders requests as Python source."""

    def definition(self, tool: ToolDefinition) -> Rendered:
        return Rendered((_Stub(tool).source(),))

    def output_schema(self, schema: OutputSchema) -> Rendered:
        return Rendered((json.dumps(schema.schema, ensure_ascii=False),))

    def call(self, name: str, arguments: JsonObject) -> Rendered:
        stated = ", ".join(f"{key} = {value!r}" for key, value in arguments.items())
        return Rendered((f"print(default_api.{name}({stated}))",))

    def result(self, name: str, response: JsonObject) -> Rendered:
        wrapped = {f"{name}_response": response}
        return Rendered((json.dumps(wrapped, ensure_ascii=False, sort_keys=True),))


class _Stub:
    """Writes one function, after the classes of the objects that it takes and returns."""

    def __init__(self, tool: ToolDefinition) -> None:
        self._tool = tool
        self._classes: list[str] = []
        self._references = WrittenOutRefs(tool.parameters, _IN_CIRCLES)

    def source(self) -> str:
        tool = self._tool
        schema = self._references.resolve(tool.parameters)
        properties = [*self._properties(schema, _camel_case(tool.name), 0)]
        returns = self._returned()
        signature = "".join(f"    {name}: {typed},\n" for name, typed, _ in properties)
        described = "".join(f"    {name}: {_indented(text)}\n" for name, _, text in properties)
        return (
            f"{''.join(self._classes)}def {tool.name}(\n{signature}) -> {returns}:\n"
            f'  """{_indented(tool.description)}\n\n  Args:\n{described}  """\n'
        )

    def _returned(self) -> str:
        returned = read_response_schema(self._tool)
        if returned is None:
            return "dict"
        self._references = WrittenOutRefs(returned[1], _IN_CIRCLES)
        return self._type(returned[1], f"{_camel_case(self._tool.name)}Response", 0)

    def _properties(self, schema: JsonObject, path: str, depth: int) -> Iterator[tuple[str, str, str]]:
        """Yield name, annotation and description of each property."""
        required = list_members(schema.get("required"))
        properties = schema.get("properties")
        for name, unresolved in properties.items() if isinstance(properties, Mapping) else ():
            nested = self._references.resolve(unresolved) if isinstance(unresolved, Mapping) else {}
            typed = self._type(nested, path + _camel_case(str(name)), depth + 1)
            text = nested.get("description")
            yield str(name), typed + _default(nested, typed, name in required), str(text or "")

    def _type(self, unresolved: object, path: str, depth: int) -> str:
        schema = self._references.resolve(unresolved) if isinstance(unresolved, Mapping) else {}
        if depth > MAX_DEPTH:
            return "dict"
        values = list_members(schema.get("enum")) or ([schema["const"]] if "const" in schema else [])
        # A single value is shown as its type alone (2 of 2 bills; Gemini 3 names it).
        if len(values) > 1:
            return f"Literal[{', '.join(map(repr, values))}]"
        if options := [*_options(schema)]:
            return " | ".join(dict.fromkeys(self._type(option, path, depth + 1) for option in options))
        kind = str(schema.get("type") or "object").lower()
        if kind == "array":
            items = schema.get("items")
            return f"list[{self._type(items, path, depth + 1)}]" if isinstance(items, Mapping) else "list"
        return _SCALARS.get(kind) or self._object(schema, path, depth)

    def _object(self, schema: JsonObject, path: str, depth: int) -> str:
        if isinstance(schema.get("properties"), Mapping) and schema["properties"]:
            self._write_class(schema, path, depth)
            return path
        values = schema.get("additionalProperties", schema.get("additional_properties"))
        kind = _SCALARS.get(str(values.get("type")).lower()) if isinstance(values, Mapping) else None
        return f"dict[str, {kind}]" if kind else "dict"

    def _write_class(self, schema: JsonObject, path: str, depth: int) -> None:
        properties = [*self._properties(schema, path, depth)]
        described = "".join(f"    {name}: {_indented(text)}\n" for name, _, text in properties)
        fields = "".join(f"  {name}: {typed}\n" for name, typed, _ in properties)
        self._classes.append(
            f"@dataclasses.dataclass(kw_only=True)\nclass {path}:\n"
            f'  """{_indented(str(schema.get("description") or ""))}\n\n  Attributes:\n{described}  """\n'
            f"{fields}\n"
        )


def _options(schema: JsonObject) -> Iterator[object]:
    for key in ("anyOf", "any_of", "oneOf", "allOf"):
        yield from list_members(schema.get(key))
    types = schema.get("type")
    yield from ({**schema, "type": kind} for kind in list_members(types))


def _default(schema: JsonObject, typed: str, required: bool) -> str:
    """Return what follows a type: the default of a property, and that it may be None."""
    has_default = "default" in schema
    if required and not has_default:
        return ""
    value = schema.get("default")
    may_be_none = (not required or value is None) and not typed.endswith("None")
    return f"{' | None' if may_be_none else ''} = {value!r}"


def _indented(text: str) -> str:
    """Return a text whose further lines are indented, those with nothing but white space aside."""
    first, *lines = text.split("\n")
    return "\n".join([first, *(f"  {line}" if line.strip() else line for line in lines)])


def _camel_case(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in _WORDS.split(name))
