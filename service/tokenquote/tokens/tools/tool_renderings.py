"""Tool definitions as private models see them, each as texts and terms."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import WrittenOutRefs

__all__ = ["RENDERINGS", "leaves_of", "schema_leaves"]

Rendered = tuple[list[str], Mapping[str, float]]

_MAX_DEPTH = 64
_JSON_SCHEMA = ("parametersJsonSchema", "parameters_json_schema")


def _as_json(tool: ToolDefinition, use: CalibratedUse) -> Rendered:
    """One JSON object: the form that Claude's tool prompt announces ("functions in JSONSchema format")."""
    definition = {"description": tool.description, "name": tool.name, "parameters": tool.parameters}
    return [json.dumps(definition, ensure_ascii=False)], {}


def _as_leaves(tool: ToolDefinition, use: CalibratedUse) -> Rendered:
    """Gemini's function declaration without its syntax: names, descriptions, `required`, enum values as
    texts; every type is one token. Reproduces 36 of 38 recorded lists of tools on Gemini 2.0.
    """
    billed = use.schema_parameters or not any(key in tool.as_sent for key in _JSON_SCHEMA)
    leaves, terms = schema_leaves(tool.parameters if billed else {})
    return [text for text in (tool.name, tool.description, *leaves) if text], terms


def schema_leaves(schema: Mapping[str, Any]) -> Rendered:
    """Names and texts of a schema, and how many types of each kind it has."""
    terms = Counter(object=int(bool(schema.get("properties"))))
    leaves = [*_schema_leaves(schema, WrittenOutRefs(schema), terms, 0)]
    return [leaf for leaf in leaves if leaf], +terms


def _schema_leaves(
    schema: Mapping[str, Any], references: WrittenOutRefs, terms: Counter[str], depth: int
) -> Iterator[str]:
    schema = references.resolve(schema)
    if depth > _MAX_DEPTH:
        return
    yield from (str(name) for name in _list(schema.get("required")))
    properties = schema.get("properties")
    for name, one in properties.items() if isinstance(properties, Mapping) else ():
        terms["parameter"] += 1
        yield str(name)
        yield from _value_leaves(one, references, terms, depth)
    variants = [one for key in ("anyOf", "oneOf", "allOf") for one in _list(schema.get(key))]
    terms["variant"] += len(variants)
    items = [schema["items"]] if isinstance(schema.get("items"), Mapping) else []
    terms["items"] += len(items)
    for one in (*items, *variants):
        yield from _value_leaves(one, references, terms, depth)


def _value_leaves(value: Any, references: WrittenOutRefs, terms: Counter[str], depth: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("description"), str):
            yield value["description"]
        values = [str(one) for one in _list(value.get("enum"))]
        terms["enum"] += len(values)
        terms["nested"] += int(isinstance(value.get("properties"), Mapping))
        yield from values
        yield from _schema_leaves(value, references, terms, depth + 1)


def _as_declaration(tool: ToolDefinition, use: CalibratedUse) -> Rendered:
    """The declaration of Gemma's chat template, which Gemini 3 has token for token; `<|"|>`, the quotation
    mark around texts, is one token: a `quote`.
    """
    written = f"declaration:{tool.name}{{"
    members = []
    if tool.description:
        members.append(f"description:{_quoted(tool.description)}")
    if tool.parameters:
        members.append(f"parameters:{{{_declared(tool.parameters, WrittenOutRefs(tool.parameters), 0)}}}")
    pieces = f"{written}{','.join(members)}}}".split(_QUOTE)
    return [piece for piece in pieces if piece], {"quote": len(pieces) - 1}


_QUOTE = "\0"


def _quoted(value: Any) -> str:
    return f"{_QUOTE}{str(value).replace(_QUOTE, ' ')}{_QUOTE}"


def _declared(schema: Any, references: WrittenOutRefs, depth: int) -> str:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return ""
    schema = references.resolve(schema)
    members = []
    if schema.get("description"):
        members.append(f"description:{_quoted(schema['description'])}")
    if enum := _list(schema.get("enum")):
        members.append(f"enum:[{','.join(map(_quoted, enum))}]")
    if isinstance(schema.get("items"), Mapping):
        members.append(f"items:{{{_declared(schema['items'], references, depth + 1)}}}")
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and properties:
        inner = (
            f"{name}:{{{_declared(one, references, depth + 1)}}}" for name, one in sorted(properties.items())
        )
        members.append(f"properties:{{{','.join(inner)}}}")
    if required := _list(schema.get("required")):
        members.append(f"required:[{','.join(map(_quoted, required))}]")
    if schema.get("type"):
        members.append(f"type:{_quoted(str(schema['type']).upper())}")
    return ",".join(members)


def leaves_of(value: Any, depth: int = 0) -> Iterator[str]:
    """Names and values of a JSON value, without syntax."""
    if depth > _MAX_DEPTH:
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        for name, one in value.items():
            yield str(name)
            yield from leaves_of(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            yield from leaves_of(one, depth + 1)
    else:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


RENDERINGS: Mapping[str, Callable[[ToolDefinition, CalibratedUse], Rendered]] = {
    "json": _as_json,
    "leaves": _as_leaves,
    "declarations": _as_declaration,
}
