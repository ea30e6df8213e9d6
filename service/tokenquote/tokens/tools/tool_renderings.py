"""Render tool definitions as models of private vocabularies see them, each as texts and terms of a fit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from tokenquote.catalog.schema.calibration import CalibratedUse
from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import Schema, WrittenOutRefs

__all__ = ["RENDERINGS", "json_leaves", "schema_leaves"]

RenderedLeaves = tuple[list[str], Mapping[str, float]]
"""The texts, each encoded by itself, and how often each term of a fit occurs."""

_MAX_DEPTH = 64
_JSON_SCHEMA = ("parametersJsonSchema", "parameters_json_schema")


def _as_json(tool: ToolDefinition, use: CalibratedUse) -> RenderedLeaves:
    """Render as a JSON object, which Claude's tool prompt announces ("functions in JSONSchema format")."""
    definition = {"description": tool.description, "name": tool.name, "parameters": tool.parameters}
    return [json.dumps(definition, ensure_ascii=False)], {}


def _as_leaves(tool: ToolDefinition, use: CalibratedUse) -> RenderedLeaves:
    """Render as Gemini's declaration without its syntax: names, descriptions, `required`, enum values.

    Every type is one token. This reproduces 36 of 38 recorded lists of tools on Gemini 2.0.
    """
    billed = use.schema_parameters or not any(key in tool.as_sent for key in _JSON_SCHEMA)
    leaves, terms = schema_leaves(tool.parameters if billed else {})
    return [text for text in (tool.name, tool.description, *leaves) if text], terms


def schema_leaves(schema: Schema) -> RenderedLeaves:
    """Return the names and texts of a schema, and how many types of each kind it has.

    Raises:
        BodyError: the schema unfolds to more than the bounds.
    """
    terms = Counter(object=int(bool(schema.get("properties"))))
    leaves = [*_schema_leaves(schema, WrittenOutRefs(schema), terms, 0)]
    return [leaf for leaf in leaves if leaf], +terms


def _schema_leaves(
    schema: Schema, references: WrittenOutRefs, terms: Counter[str], depth: int
) -> Iterator[str]:
    schema = references.resolve(schema)
    if depth > _MAX_DEPTH:
        return
    yield from (str(name) for name in _as_list(schema.get("required")))
    properties = schema.get("properties")
    for name, nested in properties.items() if isinstance(properties, Mapping) else ():
        terms["parameter"] += 1
        yield str(name)
        yield from _nested_leaves(nested, references, terms, depth)
    variants = [variant for key in ("anyOf", "oneOf", "allOf") for variant in _as_list(schema.get(key))]
    terms["variant"] += len(variants)
    items = [schema["items"]] if isinstance(schema.get("items"), Mapping) else []
    terms["items"] += len(items)
    for nested in (*items, *variants):
        yield from _nested_leaves(nested, references, terms, depth)


def _nested_leaves(
    schema: object, references: WrittenOutRefs, terms: Counter[str], depth: int
) -> Iterator[str]:
    if isinstance(schema, Mapping):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        values = [str(value) for value in _as_list(schema.get("enum"))]
        terms["enum"] += len(values)
        terms["nested"] += int(isinstance(schema.get("properties"), Mapping))
        yield from values
        yield from _schema_leaves(schema, references, terms, depth + 1)


def _as_declaration(tool: ToolDefinition, use: CalibratedUse) -> RenderedLeaves:
    """Render as the declaration of Gemma's chat template, which Gemini 3 has token for token.

    The quotation mark around texts, `<|"|>`, is one token: the term `quote`.
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


def _quoted(value: object) -> str:
    return f"{_QUOTE}{str(value).replace(_QUOTE, ' ')}{_QUOTE}"


def _declared(unresolved: object, references: WrittenOutRefs, depth: int) -> str:
    if not isinstance(unresolved, Mapping) or depth > _MAX_DEPTH:
        return ""
    schema = references.resolve(unresolved)
    members = []
    if schema.get("description"):
        members.append(f"description:{_quoted(schema['description'])}")
    if enum := _as_list(schema.get("enum")):
        members.append(f"enum:[{','.join(map(_quoted, enum))}]")
    if isinstance(schema.get("items"), Mapping):
        members.append(f"items:{{{_declared(schema['items'], references, depth + 1)}}}")
    properties = schema.get("properties")
    if isinstance(properties, Mapping) and properties:
        inner = (
            f"{name}:{{{_declared(nested, references, depth + 1)}}}"
            for name, nested in sorted(properties.items())
        )
        members.append(f"properties:{{{','.join(inner)}}}")
    if required := _as_list(schema.get("required")):
        members.append(f"required:[{','.join(map(_quoted, required))}]")
    if schema.get("type"):
        members.append(f"type:{_quoted(str(schema['type']).upper())}")
    return ",".join(members)


def json_leaves(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the names and values of a JSON value without its syntax; what nests too deep stays JSON."""
    if depth > _MAX_DEPTH:
        yield json.dumps(value, ensure_ascii=False)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield str(name)
            yield from json_leaves(member, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from json_leaves(item, depth + 1)
    else:
        yield value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _as_list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


RENDERINGS: Mapping[str, Callable[[ToolDefinition, CalibratedUse], RenderedLeaves]] = {
    "json": _as_json,
    "leaves": _as_leaves,
    "declarations": _as_declaration,
}
"""The renderings by the word that a calibrated use of the catalog has for each."""
