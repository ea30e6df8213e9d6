"""Tool definitions as OpenAI shows them to its models: a TypeScript namespace in the system message.

    # Tools

    ## functions

    namespace functions {

    // Get the weather
    type get_weather = (_: // WeatherQuery
    {
    // Name of the city
    city: string,
    days?: number, // default: 3, minimum: 1
    zone:
     | string // Where the clock stands
     | null // Where the clock stands
    ,
    stops?: Array<
    {
    // Name of the stop
    name: string,
    }
    >,
    }) => any;

    } // namespace functions

The format is not documented. It was found on recorded bills: 397 of 451 distinct tool lists come out to the
token, and most of the others were billed more than once with different figures.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import FollowedRefs, Path, Schema, Size

__all__ = ["comments", "function_declaration", "grammar_of", "namespace"]

_LIMITS = ("minimum", "maximum", "minLength", "maxLength")
_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def namespace(declarations: Sequence[str]) -> str:
    """The block that stands for a list of tools."""
    functions = "\n\n".join(declarations)
    return f"# Tools\n\n## functions\n\nnamespace functions {{\n\n{functions}\n\n}} // namespace functions"


def function_declaration(tool: ToolDefinition, size: Size) -> str:
    """One function as a type.

    Raises:
        BodyError: the schemas unfold to more than the bounds of `size`.
    """
    size.add(tool.description)
    lines = [*comments(tool.description.strip())]
    if tool.parameters.get("properties"):
        shape = _Renderer(tool.parameters, size).object(tool.parameters, frozenset(), documented=True)
        lines.append(f"type {tool.name} = (_: {shape}) => any;")
    elif (grammar := grammar_of(tool)) is not None:
        size.add(grammar)
        lines += [*comments(grammar), f"type {tool.name} = (_: any) => any;"]
    elif not tool.has_schema:
        # A definition without any schema costs three tokens more than one with an empty schema.
        lines.append(f"type {tool.name} = (_: any) => any;")
    else:
        lines.append(f"type {tool.name} = () => any;")
    return "\n".join(lines)


def grammar_of(tool: ToolDefinition) -> str | None:
    """What the free text of a custom tool has to follow; in Responses one level higher than in chat."""
    written: Any = tool.as_sent.get("format")
    for key in ("grammar", "definition"):
        written = written.get(key, written) if isinstance(written, dict) else written
    return written if isinstance(written, str) else None


def comments(*texts: Any) -> Iterator[str]:
    """Each line of the texts as a comment, without the blanks around it."""
    for text in texts:
        if isinstance(text, str) and text:
            for line in text.split("\n"):
                stripped = line.strip()
                yield f"// {stripped}" if stripped else "//"


class _Renderer:
    """Renders one function's parameters; `$ref` points into their root.

    What leads back to itself is shown as `any`.
    """

    def __init__(self, root: Schema, size: Size) -> None:
        self._references = FollowedRefs(root, size)
        self._size = size

    def object(self, schema: Schema, path: Path, *, documented: bool) -> str:
        """`{ a: string, b?: number }`, or one property a line as soon as one has something to comment.

        `documented`: the object's own title and description stand before the brace. A property's do not:
        they are above the property.
        """
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return "object"
        with self._size.level():
            return self._members(schema, properties, path, documented)

    def _members(self, schema: Schema, properties: Mapping[str, Any], path: Path, documented: bool) -> str:
        required = schema.get("required")
        needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
        rows = [self._property(name, prop, name in needed, path) for name, prop in properties.items()]
        said = (schema.get("title"), schema.get("description")) if documented else ()
        self._size.add(*said)
        head = [*comments(*said)]
        if not any(above or behind for above, _, behind in rows):
            return "\n".join([*head, "{ " + ", ".join(declared for _, declared, _ in rows) + " }"])
        lines = [line for above, declared, behind in rows for line in (*above, f"{declared},{behind}")]
        return "\n".join([*head, "{", *lines, "}"])

    def _property(self, name: str, prop: Any, required: bool, path: Path) -> tuple[list[str], str, str]:
        """The comments above a property, its declaration, and the notes behind it."""
        prop, path = self._references.resolve(prop, path)
        self._size.add(name, prop.get("title"), prop.get("description"))
        above = [*comments(prop.get("title"), prop.get("description"))]
        notes = [f"default: {_json(prop['default'])}"] if "default" in prop else []
        notes += [] if isinstance(prop.get("type"), list) else _limits(prop)
        behind = f" // {', '.join(notes)}" if notes else ""
        self._size.add(behind)
        return above, f"{name}{'' if required else '?'}: {self._type(prop, path)}", behind

    def _type(self, schema: Any, path: Path) -> str:
        with self._size.level():
            return self._resolved(*self._references.resolve(schema, path))

    def _resolved(self, schema: Schema, path: Path) -> str:
        if isinstance(schema.get("enum"), list):
            return self._counted(" | ".join(_json(value) for value in schema["enum"]))
        if "const" in schema:
            return self._counted(_json(schema["const"]))
        for union in ("anyOf", "oneOf", "allOf"):
            if isinstance(schema.get(union), list):
                return _union(self._variant(branch, path) for branch in schema[union])
        kind = schema.get("type")
        if isinstance(kind, list):
            shared = {key: value for key, value in schema.items() if key not in ("default", "title")}
            return _union(self._variant(self._of_kind(shared, one), path) for one in kind)
        return self._plain(schema, kind, path)

    def _of_kind(self, schema: Schema, kind: Any) -> Schema:
        self._size.copied(len(schema))
        return {**schema, "type": kind}

    def _counted(self, text: str) -> str:
        self._size.add(text)
        return text

    def _variant(self, branch: Any, path: Path) -> str:
        """One type of a union, with what is said of it alone behind it."""
        branch, path = self._references.resolve(branch, path)
        if branch.get("properties"):
            return self.object(branch, path, documented=True)
        notes = [branch["description"]] if isinstance(branch.get("description"), str) else []
        notes += _limits(branch) if branch.get("type") != "null" else []
        if branch.get("type") == "string" and isinstance(branch.get("format"), str):
            notes.append(f"format: {branch['format']}")
        rendered = self._type(branch, path)
        said = ", ".join(note for note in notes if note)
        return self._counted(f"{rendered} // {said}") if said else rendered

    def _plain(self, schema: Schema, kind: Any, path: Path) -> str:
        if kind == "array":
            return self._array(schema.get("items"), path)
        if kind == "object" or "properties" in schema:
            return self.object(schema, path, documented=False)
        return _PRIMITIVES.get(kind, "any") if isinstance(kind, str) else "any"

    def _array(self, items: Any, path: Path) -> str:
        if not isinstance(items, dict) or not items:
            return "any[]"
        items, path = self._references.resolve(items, path)
        if items.get("properties"):
            inner = self.object(items, path, documented=True)
        else:
            inner = self._type(items, path)
        if "\n" in inner:
            return f"Array<\n{inner}\n>"
        return f"Array<{inner}>" if " | " in inner else f"{inner}[]"


def _union(variants: Iterator[str]) -> str:
    """On one line, unless a variant has a comment or several lines."""
    distinct = [*dict.fromkeys(variants)]
    if len(distinct) > 1 and any("//" in variant or "\n" in variant for variant in distinct):
        return "".join(f"\n | {variant}" for variant in distinct) + "\n"
    return " | ".join(distinct)


def _limits(schema: Schema) -> list[str]:
    return [f"{key}: {_json(schema[key])}" for key in _LIMITS if key in schema]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
