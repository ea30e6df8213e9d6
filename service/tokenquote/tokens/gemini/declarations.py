"""The frame of Gemini 3 on AI Studio, which is that of Gemma 4's chat template.

    <|tool>declaration:get_weather{description:<|"|>Says the weather.<|"|>,parameters:{…}}<tool|>
    <|tool_call>call:get_weather{city:<|"|>Paris<|"|>}<tool_call|>

Each mark is one token. Members are in the order of their names. Bills: 64 of 65 requests with tools.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from tokenquote.tokens.gemini.rendered import MAX_DEPTH, Rendered, list_members, read_response_schema
from tokenquote.tokens.request import JsonObject, OutputSchema, ToolDefinition
from tokenquote.tokens.tools.schema_refs import WrittenOutRefs

__all__ = ["DeclarationsFrame"]

_Pieces = Iterator[str | None]
"""Pieces of text, and None for each mark of one token."""

# What is never shown; `$ref` is followed instead.
_HIDDEN = frozenset(
    {"title", "additionalProperties", "additional_properties", "propertyOrdering", "property_ordering"}
)  # fmt: skip


class DeclarationsFrame:
    """Renders requests as Gemma 4's chat template does."""

    def definition(self, tool: ToolDefinition) -> Rendered:
        members: dict[str, object] = {"description": tool.description} if tool.description else {}
        if tool.has_schema:
            members["parameters"] = _shown(tool.parameters)
        returned = read_response_schema(tool)
        if returned is not None:
            members["response"] = _shown(returned[1])
        return Rendered.from_pieces([None, f"declaration:{tool.name}", *_object(members), None])

    def output_schema(self, schema: OutputSchema) -> Rendered:
        return Rendered.from_pieces(_object(_shown(schema.schema)))

    def call(self, name: str, arguments: JsonObject) -> Rendered:
        return Rendered.from_pieces([None, f"call:{name}", *_object(arguments), None])

    def result(self, name: str, response: JsonObject) -> Rendered:
        return Rendered.from_pieces([None, f"response:{name}", *_object(response), None])


def _object(members: Mapping[str, object], depth: int = 0) -> _Pieces:
    yield "{"
    for i, (name, value) in enumerate(sorted(members.items())):
        yield f",{name}:" if i else f"{name}:"
        yield from _value(value, depth + 1)
    yield "}"


def _value(value: object, depth: int) -> _Pieces:
    if isinstance(value, str):
        yield from (None, value, None)
    elif isinstance(value, Mapping) and depth <= MAX_DEPTH:
        yield from _object(value, depth)
    elif isinstance(value, list) and depth <= MAX_DEPTH:
        yield "["
        for i, item in enumerate(value):
            yield from ("," if i else "", *_value(item, depth + 1))
        yield "]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def _shown(root: JsonObject) -> Mapping[str, object]:
    return _Schema(root).shown(root, 0)


class _Schema:
    """Reads one schema as it is shown, with what it refers to in place."""

    def __init__(self, root: JsonObject) -> None:
        self._references = WrittenOutRefs(root)

    def shown(self, unresolved: object, depth: int) -> Mapping[str, object]:
        """Return the members that are shown of a schema."""
        if not isinstance(unresolved, Mapping) or depth > MAX_DEPTH:
            return {}
        schema = _without_null(self._references.resolve(unresolved))
        if "$ref" in schema:
            return self.shown(schema, depth + 1)
        return {
            name: value for name, value in self._members(schema, depth) if value not in ({}, [], "", None)
        }

    def _members(self, schema: JsonObject, depth: int) -> Iterator[tuple[str, object]]:
        for name, value in schema.items():
            if name == "type":
                yield name, str(value).upper()
            elif name == "properties" and isinstance(value, Mapping):
                yield name, {str(key): self.shown(nested, depth + 1) for key, nested in value.items()}
            elif name == "items":
                yield name, self.shown(value, depth + 1)
            elif name in ("anyOf", "any_of", "oneOf"):
                yield "anyOf", [self.shown(option, depth + 1) for option in list_members(value)]
            elif name not in _HIDDEN and not name.startswith("$"):
                yield name, value


def _without_null(schema: JsonObject) -> JsonObject:
    """Return a schema of one type or null as that type, with `nullable`."""
    options: Iterable[object] = list_members(schema.get("anyOf"))
    types = list_members(schema.get("type"))
    if types:
        options = [{"type": kind} for kind in types]
    some = [option for option in options if isinstance(option, Mapping)]
    others = [option for option in some if str(option.get("type")).lower() != "null"]
    if len(others) != 1 or (len(others) == len(some) and not types):
        return schema
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "type")}
    nullable = {"nullable": True} if len(others) < len(some) else {}
    return {**rest, **others[0], **nullable}
