"""The frame of Gemini up to 2.0 and of Vertex: names and texts, each counted by itself, without any syntax.

A type is one token, a number or boolean of a call one, whatever its digits. What is sent as a JSON schema
(`parametersJsonSchema`) is free. Bills of AI Studio: 54 of 55 requests with tools, 53 of 54 with calls; of
Vertex 22 of 24 and 19 of 19.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.tokens.gemini.rendered import (
    JSON_SCHEMA_KEYS,
    MAX_DEPTH,
    Rendered,
    list_members,
    read_response_schema,
)
from tokenquote.tokens.request import JsonObject, OutputSchema, ToolDefinition
from tokenquote.tokens.tools.schema_refs import WrittenOutRefs

__all__ = ["FieldsFrame"]

# What an output schema pays a token for, besides what parameters pay (17 of 17 bills).
_BOUNDS = (
    "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties",
    "min_items", "max_items", "min_length", "max_length",
)  # fmt: skip


class FieldsFrame:
    """Renders requests as the texts of their fields; a mark (None) is a token by itself.

    `types_billed` says whether a type is one: until May 2025 it was free.
    """

    def __init__(self, *, types_billed: bool = True) -> None:
        self._types_billed = types_billed

    def definition(self, tool: ToolDefinition) -> Rendered:
        return _rendered(self._definition(tool))

    def output_schema(self, schema: OutputSchema) -> Rendered:
        return _rendered(self._fields(schema.schema, in_full=True).schema(schema.schema))

    def call(self, name: str, arguments: JsonObject) -> Rendered:
        return _rendered([name, *_values(arguments, 0)])

    def result(self, name: str, response: JsonObject) -> Rendered:
        return _rendered([name, *_values(response, 0)])

    def _definition(self, tool: ToolDefinition) -> Iterator[str | None]:
        yield tool.name
        yield tool.description
        if tool.has_schema and not any(key in tool.as_sent for key in JSON_SCHEMA_KEYS):
            yield from self._fields(tool.parameters).schema(tool.parameters)
        returned = read_response_schema(tool)
        if returned is not None and returned[0] == "response":
            yield from self._fields(returned[1]).schema(returned[1])

    def _fields(self, root: JsonObject, *, in_full: bool = False) -> _Fields:
        return _Fields(root, types_billed=self._types_billed, in_full=in_full)


class _Fields:
    """Lists the texts of one schema."""

    def __init__(self, root: JsonObject, *, types_billed: bool, in_full: bool) -> None:
        self._references = WrittenOutRefs(root)
        self._types_billed = types_billed
        self._in_full = in_full

    def schema(self, unresolved: object, depth: int = 0) -> Iterator[str | None]:
        """Yield the texts of a schema, and None for each token beside them."""
        if not isinstance(unresolved, Mapping) or depth > MAX_DEPTH:
            return
        schema = self._references.resolve(unresolved)
        if schema.get("type") and self._types_billed:
            yield None
        yield from _own_fields(schema)
        if self._in_full:
            yield from _further_fields(schema)
        properties = schema.get("properties")
        for name, nested in properties.items() if isinstance(properties, Mapping) else ():
            yield str(name)
            yield from self.schema(nested, depth + 1)
        options = [option for key in ("anyOf", "any_of", "oneOf") for option in list_members(schema.get(key))]
        for nested in (schema.get("items"), *options):
            yield from self.schema(nested, depth + 1)


def _own_fields(schema: JsonObject) -> Iterator[str | None]:
    for key in ("description", "default"):
        if isinstance(text := schema.get(key), str):
            yield text
    for key in ("required", "enum"):
        yield from (str(item) for item in list_members(schema.get(key)))
    if schema.get("nullable") is True:
        yield None


def _further_fields(schema: JsonObject) -> Iterator[str | None]:
    if isinstance(title := schema.get("title"), str):
        yield title
    for key in ("propertyOrdering", "property_ordering"):
        yield from (str(name) for name in list_members(schema.get(key)))
    yield from (None for bound in _BOUNDS if schema.get(bound) not in (None, 0, "0"))


def _values(value: object, depth: int) -> Iterator[str | None]:
    if isinstance(value, Mapping) and depth <= MAX_DEPTH:
        for name, member in value.items():
            yield str(name)
            yield from _values(member, depth + 1)
    elif isinstance(value, list) and depth <= MAX_DEPTH:
        for item in value:
            yield from _values(item, depth + 1)
    elif isinstance(value, str):
        yield value
    else:
        yield None


def _rendered(fields: Iterator[str | None] | list[str | None]) -> Rendered:
    listed = [*fields]
    texts = tuple(field for field in listed if field)
    return Rendered(texts, listed.count(None))
