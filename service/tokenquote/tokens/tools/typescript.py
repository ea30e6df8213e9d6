"""Render tool definitions as OpenAI shows them to its models: a TypeScript namespace in the system message.

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

from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import FollowedRefs, Path, Schema, UnfoldedSize

__all__ = ["comments", "find_grammar", "function_declaration", "namespace", "takes_stated_text"]

_LIMITS = ("minimum", "maximum", "minLength", "maxLength")
_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def namespace(declarations: Sequence[str]) -> str:
    """Return the block that stands for a list of tools."""
    functions = "\n\n".join(declarations)
    return f"# Tools\n\n## functions\n\nnamespace functions {{\n\n{functions}\n\n}} // namespace functions"


def function_declaration(tool: ToolDefinition, size: UnfoldedSize) -> str:
    """Return a function as a type of the namespace.

    Raises:
        BodyError: the schemas unfold to more than the bounds of `size`.
    """
    size.add_texts(tool.description)
    lines = [*comments(tool.description.strip())]
    if tool.parameters.get("properties"):
        shape = _Renderer(tool.parameters, size).render_object(tool.parameters, frozenset(), documented=True)
        lines.append(f"type {tool.name} = (_: {shape}) => any;")
    elif (grammar := find_grammar(tool)) is not None:
        size.add_texts(grammar)
        lines += [*comments(grammar), f"type {tool.name} = (_: any) => any;"]
    elif not tool.has_schema:
        # A definition without any schema costs three tokens more than one with an empty schema.
        lines.append(f"type {tool.name} = (_: any) => any;")
    else:
        lines.append(f"type {tool.name} = () => any;")
    return "\n".join(lines)


def find_grammar(tool: ToolDefinition) -> str | None:
    """Return the grammar that the free text of a custom tool has to follow; None: it has none.

    In Responses it stands one level higher than in chat.
    """
    written = tool.as_sent.get("format")
    for key in ("grammar", "definition"):
        written = written.get(key, written) if isinstance(written, dict) else written
    return written if isinstance(written, str) else None


def takes_stated_text(tool: ToolDefinition) -> bool:
    """Return whether the tool is a custom one whose format is stated, and is text."""
    written = tool.as_sent.get("format")
    return isinstance(written, dict) and written.get("type") == "text"


def comments(*texts: object) -> Iterator[str]:
    """Yield each line of the texts as a comment, without the blanks around it; what is no text has none."""
    for text in texts:
        if isinstance(text, str) and text:
            for line in text.split("\n"):
                stripped = line.strip()
                yield f"// {stripped}" if stripped else "//"


class _Renderer:
    """Renders one function's parameters; `$ref` points into their root.

    A reference that leads back to itself is shown as `any`.
    """

    def __init__(self, root: Schema, size: UnfoldedSize) -> None:
        self._references = FollowedRefs(root, size)
        self._size = size

    def render_object(self, schema: Schema, path: Path, *, documented: bool) -> str:
        """Render `{ a: string, b?: number }`, or one property on each line if any of them has a comment.

        With `documented`, the object's own title and description stand before the brace. Those of a property
        stand above the property instead.
        """
        properties = schema.get("properties")
        if not isinstance(properties, dict) or not properties:
            return "object"
        with self._size.level():
            return self._members(schema, properties, path, documented)

    def _members(self, schema: Schema, properties: Mapping[str, object], path: Path, documented: bool) -> str:
        required = schema.get("required")
        needed = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
        rows = [self._property(name, prop, name in needed, path) for name, prop in properties.items()]
        said = (schema.get("title"), schema.get("description")) if documented else ()
        self._size.add_texts(*said)
        head = [*comments(*said)]
        if not any(above or behind for above, _, behind in rows):
            return "\n".join([*head, "{ " + ", ".join(declared for _, declared, _ in rows) + " }"])
        lines = [line for above, declared, behind in rows for line in (*above, f"{declared},{behind}")]
        return "\n".join([*head, "{", *lines, "}"])

    def _property(
        self, name: str, unresolved: object, required: bool, path: Path
    ) -> tuple[list[str], str, str]:
        """Return the comments above a property, its declaration, and the notes behind it."""
        prop, path = self._references.resolve(unresolved, path)
        self._size.add_texts(name, prop.get("title"), prop.get("description"))
        above = [*comments(prop.get("title"), prop.get("description"))]
        notes = [f"default: {_json(prop['default'])}"] if "default" in prop else []
        notes += [] if isinstance(prop.get("type"), list) else _limits(prop)
        behind = f" // {', '.join(notes)}" if notes else ""
        self._size.add_texts(behind)
        return above, f"{name}{'' if required else '?'}: {self._type(prop, path)}", behind

    def _type(self, schema: object, path: Path) -> str:
        with self._size.level():
            return self._resolved(*self._references.resolve(schema, path))

    def _resolved(self, schema: Schema, path: Path) -> str:
        if isinstance(values := schema.get("enum"), list):
            return self._counted(" | ".join(_json(value) for value in values))
        if "const" in schema:
            return self._counted(_json(schema["const"]))
        for union in ("anyOf", "oneOf", "allOf"):
            if isinstance(branches := schema.get(union), list):
                return _union(self._variant(branch, path) for branch in branches)
        kind = schema.get("type")
        if isinstance(kind, list):
            shared = {key: value for key, value in schema.items() if key not in ("default", "title")}
            return _union(self._variant(self._with_type(shared, name), path) for name in kind)
        return self._plain(schema, kind, path)

    def _with_type(self, schema: Schema, kind: object) -> Schema:
        self._size.add_members(len(schema))
        return {**schema, "type": kind}

    def _counted(self, text: str) -> str:
        self._size.add_texts(text)
        return text

    def _variant(self, unresolved: object, path: Path) -> str:
        """Render a type of a union, with what its schema says of this type alone behind it."""
        branch, path = self._references.resolve(unresolved, path)
        if branch.get("properties"):
            return self.render_object(branch, path, documented=True)
        description = branch.get("description")
        notes = [description] if isinstance(description, str) else []
        notes += _limits(branch) if branch.get("type") != "null" else []
        if branch.get("type") == "string" and isinstance(branch.get("format"), str):
            notes.append(f"format: {branch['format']}")
        rendered = self._type(branch, path)
        said = ", ".join(note for note in notes if note)
        return self._counted(f"{rendered} // {said}") if said else rendered

    def _plain(self, schema: Schema, kind: object, path: Path) -> str:
        if kind == "array":
            return self._array(schema.get("items"), path)
        if kind == "object" or "properties" in schema:
            return self.render_object(schema, path, documented=False)
        return _PRIMITIVES.get(kind, "any") if isinstance(kind, str) else "any"

    def _array(self, unresolved: object, path: Path) -> str:
        if not isinstance(unresolved, dict) or not unresolved:
            return "any[]"
        items, path = self._references.resolve(unresolved, path)
        if items.get("properties"):
            inner = self.render_object(items, path, documented=True)
        else:
            inner = self._type(items, path)
        if "\n" in inner:
            return f"Array<\n{inner}\n>"
        return f"Array<{inner}>" if " | " in inner else f"{inner}[]"


def _union(variants: Iterator[str]) -> str:
    """Join the distinct variants on one line, unless a variant has a comment or several lines."""
    distinct = [*dict.fromkeys(variants)]
    if len(distinct) > 1 and any("//" in variant or "\n" in variant for variant in distinct):
        return "".join(f"\n | {variant}" for variant in distinct) + "\n"
    return " | ".join(distinct)


def _limits(schema: Schema) -> list[str]:
    return [f"{key}: {_json(schema[key])}" for key in _LIMITS if key in schema]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
