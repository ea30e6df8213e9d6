"""Tool definitions as OpenAI shows them to its models: a TypeScript namespace in the system message.

    # Tools

    ## functions

    namespace functions {

    // Get the weather
    type get_weather = (_: {
    // Name of the city
    city: string,
    unit?: "c" | "f", // default: "c"
    }) => any;

    } // namespace functions

The format is not documented. It was found on recorded bills: an earlier rendering of it matched 266 of 280
distinct tool lists of gpt-4o and gpt-4.1 to the token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tokenquote.tokens.native.errors import BodyError
from tokenquote.tokens.request import OutputSchema, ToolDefinition

__all__ = ["schema_block", "tools_block"]

_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
# A reference that leads back to itself is shown as `any` from this depth on.
_MAX_DEPTH = 24
# References can multiply: each level naming the next one twice doubles the text.
_MAX_TYPES = 20_000
# Keywords of an output schema that are not billed (exact on 1,065 of 1,174 recorded calls).
_UNBILLED_KEYWORDS = frozenset({"required", "additionalProperties", "$schema"})

Schema = Mapping[str, Any]


def tools_block(tools: Sequence[ToolDefinition]) -> str:
    """The block that stands for a list of tools."""
    functions = "\n\n".join(_function(tool) for tool in tools)
    return f"# Tools\n\n## functions\n\nnamespace functions {{\n\n{functions}\n\n}} // namespace functions"


def schema_block(schema: OutputSchema) -> str:
    """The block that stands for a structured-output schema."""
    lines = [f"// {schema.description}"] if schema.description else []
    lines.append(json.dumps(_billed_part(schema.schema), separators=(",", ":"), ensure_ascii=False))
    body = "\n".join(lines)
    return f"# Response Formats\n\n## {schema.name}\n\n{body}"


def _function(tool: ToolDefinition) -> str:
    lines = [*_comments(tool.description)]
    if tool.parameters.get("properties"):
        shape = _Renderer(tool.parameters).object(tool.parameters, depth=0)
        lines.append(f"type {tool.name} = (_: {shape}) => any;")
    else:
        lines.append(f"type {tool.name} = () => any;")
    return "\n".join(lines)


def _comments(text: Any) -> Iterator[str]:
    if isinstance(text, str) and text:
        for line in text.split("\n"):
            stripped = line.strip()
            yield f"// {stripped}" if stripped else "//"


class _Renderer:
    """Renders one function's parameters; `$ref` points into their root."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._types = 0

    def object(self, schema: Schema, depth: int) -> str:
        """`{ a: string, b?: number }`, or one property a line as soon as one has something to comment."""
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return "object"
        required = schema.get("required")
        needed = set(required) if isinstance(required, list) else set()
        rows = [self._property(name, prop, name in needed, depth) for name, prop in properties.items()]
        if not any(comments for comments, _, _ in rows):
            return "{ " + ", ".join(declaration for _, declaration, _ in rows) + " }"
        lines = ["{"]
        for comments, declaration, default in rows:
            lines += [*comments, f"{declaration},{default}"]
        return "\n".join([*lines, "}"])

    def _property(self, name: str, prop: Any, required: bool, depth: int) -> tuple[list[str], str, str]:
        prop = self._resolved(prop)
        comments = [*_comments(prop.get("title")), *_comments(prop.get("description"))]
        default = f" // default: {_json(prop['default'])}" if "default" in prop else ""
        return comments, f"{name}{'' if required else '?'}: {self._type(prop, depth + 1)}", default

    def _type(self, schema: Any, depth: int) -> str:
        self._types += 1
        if self._types > _MAX_TYPES:
            raise BodyError(("tools",), f"a tool's schema unfolds to more than {_MAX_TYPES} types")
        schema = self._resolved(schema)
        if depth > _MAX_DEPTH:
            return "any"
        if isinstance(schema.get("enum"), list):
            return " | ".join(_json(value) for value in schema["enum"])
        if "const" in schema:
            return _json(schema["const"])
        for union in ("anyOf", "oneOf", "allOf"):
            if isinstance(schema.get(union), list):
                return self._union(self._type(branch, depth + 1) for branch in schema[union])
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._union(self._type({**schema, "type": one}, depth + 1) for one in kind)
        return self._plain(schema, kind, depth)

    def _plain(self, schema: Schema, kind: Any, depth: int) -> str:
        if kind == "array":
            items = schema.get("items")
            inner = self._type(items, depth + 1) if isinstance(items, dict) and items else "any"
            return f"Array<{inner}>" if " | " in inner and "\n" not in inner else f"{inner}[]"
        if kind == "object" or "properties" in schema:
            return self.object(schema, depth)
        return _PRIMITIVES.get(kind, "any") if isinstance(kind, str) else "any"

    @staticmethod
    def _union(types: Iterable[str]) -> str:
        return " | ".join(dict.fromkeys(types))

    def _resolved(self, schema: Any) -> Schema:
        """Follow `$ref` within the document; one that leads nowhere or in circles is nothing."""
        seen: set[str] = set()
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            if schema["$ref"] in seen:
                return {}
            seen.add(schema["$ref"])
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            target = self._lookup(schema["$ref"])
            schema = {**target, **beside}
        return schema if isinstance(schema, dict) else {}

    def _lookup(self, pointer: str) -> Schema:
        target: Any = self._root
        for step in pointer.removeprefix("#").strip("/").split("/"):
            target = target.get(step) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else {}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _billed_part(schema: Any) -> Any:
    """The schema without its unbilled keywords; a property may bear the name of one and stays."""
    if isinstance(schema, list):
        return [_billed_part(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: value for key, value in schema.items() if key not in _UNBILLED_KEYWORDS}
    return {
        key: {name: _billed_part(prop) for name, prop in value.items()}
        if key in ("properties", "$defs", "definitions") and isinstance(value, dict)
        else _billed_part(value)
        for key, value in kept.items()
    }
