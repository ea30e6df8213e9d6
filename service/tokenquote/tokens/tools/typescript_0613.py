"""Render tool definitions as gpt-4-0613 sees them: an earlier form of the namespace of typescript.py.

It has no titles, no comments below the second level, no object on one line, and two blanks for each level.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import FollowedRefs, Path, Schema, UnfoldedSize
from tokenquote.tokens.tools.typescript import comments

__all__ = ["function_declaration_0613"]

_PRIMITIVES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
_COMMENTED_LEVELS = 1


def function_declaration_0613(tool: ToolDefinition, size: UnfoldedSize) -> str:
    """Return a function as a type of the namespace.

    Raises:
        BodyError: the schemas unfold to more than the bounds of `size`.
    """
    size.add_texts(tool.description)
    lines = [*comments(tool.description)]
    if tool.parameters.get("properties"):
        shape = _Renderer0613(tool.parameters, size).render_object(tool.parameters, 0, frozenset())
        lines.append(f"type {tool.name} = (_: {shape}) => any;")
    else:
        lines.append(f"type {tool.name} = () => any;")
    return "\n".join(lines)


class _Renderer0613:
    def __init__(self, root: Schema, size: UnfoldedSize) -> None:
        self._references = FollowedRefs(root, size)
        self._size = size

    def render_object(self, schema: Schema, level: int, path: Path) -> str:
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return "object"
        required = schema.get("required")
        needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
        lines = [
            line
            for name, prop in properties.items()
            for line in self._property(name, prop, name in needed, level, path)
        ]
        return "\n".join(["{", *(" " * (2 * level) + line for line in lines), "}"])

    def _property(
        self, name: str, unresolved: object, required: bool, level: int, path: Path
    ) -> Iterator[str]:
        prop, path = self._references.resolve(unresolved, path)
        self._size.add_texts(name, prop.get("description"))
        if level < _COMMENTED_LEVELS:
            yield from comments(prop.get("description"))
        yield f"{name}{'' if required else '?'}: {self._type(prop, level, path)},"

    def _type(self, schema: object, level: int, path: Path) -> str:
        with self._size.level():
            return self._resolved(*self._references.resolve(schema, path), level)

    def _resolved(self, schema: Schema, path: Path, level: int) -> str:
        if isinstance(values := schema.get("enum"), list):
            written = " | ".join(json.dumps(value, ensure_ascii=False) for value in values)
            self._size.add_texts(written)
            return written
        if isinstance(branches := schema.get("anyOf"), list):
            return " | ".join(self._type(branch, level, path) for branch in branches)
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(_primitive(name) for name in kind)
        if kind == "array":
            items = schema.get("items")
            return f"{self._type(items, level, path)}[]" if isinstance(items, dict) and items else "any[]"
        if kind == "object":
            return self.render_object(schema, level + 1, path)
        return _primitive(kind)


def _primitive(kind: object) -> str:
    return _PRIMITIVES.get(kind, "any") if isinstance(kind, str) else "any"
