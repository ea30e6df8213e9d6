"""Tool definitions in the shapes that providers use, told apart by their members.

OpenAI chat        {type: function, function: {name, description, parameters}}
OpenAI responses   {type: function, name, description, parameters}
Anthropic          {name, description, input_schema}
Gemini             {functionDeclarations: [{name, description, parameters}]}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tokenquote.tokens.native.errors import BodyError, Location
from tokenquote.tokens.request import ToolDefinition

__all__ = ["read_tools"]

MAX_TOOLS = 10_000
MAX_SCHEMA_DEPTH = 64


def read_tools(definitions: Sequence[Any]) -> tuple[ToolDefinition, ...]:
    """Read a list of definitions of any of the shapes above.

    Raises:
        BodyError: an item is of none of them, nests too deep, or there are too many.
    """
    if len(definitions) > MAX_TOOLS:
        raise BodyError((), f"more than {MAX_TOOLS} tools")
    return tuple(tool for i, definition in enumerate(definitions) for tool in _read(definition, i))


def _read(definition: Any, index: int) -> Iterator[ToolDefinition]:
    if not isinstance(definition, dict):
        raise BodyError((index,), "a tool definition is an object")
    declarations = definition.get("functionDeclarations", definition.get("function_declarations"))
    if isinstance(declarations, list):
        for i, declaration in enumerate(declarations):
            yield _tool(declaration, (index, "functionDeclarations", i))
    elif isinstance(definition.get("function"), dict):
        yield _tool(definition["function"], (index, "function"))
    else:
        yield _tool(definition, (index,))


def _tool(function: Any, at: Location) -> ToolDefinition:
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise BodyError(
            at, "a tool definition has a `name`; the tools of OpenAI, Anthropic and Gemini are read"
        )
    parameters = function.get("parameters", function.get("input_schema"))
    if parameters is None:
        parameters = {}
    if not isinstance(parameters, dict):
        raise BodyError((*at, "parameters"), "parameters is a JSON schema object")
    if _deeper_than(parameters, MAX_SCHEMA_DEPTH):
        raise BodyError((*at, "parameters"), f"nested deeper than {MAX_SCHEMA_DEPTH} levels")
    description = function.get("description")
    return ToolDefinition(function["name"], description if isinstance(description, str) else "", parameters)


def _deeper_than(value: Any, levels: int) -> bool:
    if levels < 0:
        return True
    children: Sequence[Any] = ()
    if isinstance(value, Mapping):
        children = tuple(value.values())
    elif isinstance(value, list):
        children = value
    return any(_deeper_than(child, levels - 1) for child in children)
