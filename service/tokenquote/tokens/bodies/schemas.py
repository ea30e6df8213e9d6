"""Tool definitions and output schemas in the shapes that providers use, told apart by their members.

OpenAI chat        {type: function, function: {name, description, parameters}}
OpenAI responses   {type: function, name, description, parameters}
Anthropic          {name, description, input_schema}
Gemini             {functionDeclarations: [{name, description, parameters | parametersJsonSchema}]}
Bedrock            {toolSpec: {name, description, inputSchema: {json: {...}}}}
Cohere v1          {name, description, parameter_definitions: {city: {type, description, required}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tokenquote.tokens.bodies.content_parts import unknown
from tokenquote.tokens.bodies.json_members import MAX_SCHEMA_DEPTH, either, refuse_deeper
from tokenquote.tokens.request import BodyError, Location, OutputSchema, ToolDefinition, Unknown

__all__ = ["Tools", "read_json_schema", "read_tools", "tools_of"]

MAX_TOOLS = 10_000
_MAX_DEFINITION_DEPTH = MAX_SCHEMA_DEPTH + 5

_SCHEMAS = (
    "parameters",
    "input_schema",
    "parametersJsonSchema",
    "parameters_json_schema",
    "inputSchema",
)


@dataclass(frozen=True, slots=True)
class Tools:
    """Functions, and tools of other kinds that the provider itself runs."""

    functions: tuple[ToolDefinition, ...] = ()
    unknown: tuple[Unknown, ...] = ()


def tools_of(body: Mapping[str, Any], key: str = "tools") -> Tools:
    """The definitions under one of the body's members."""
    tools = body.get(key) or []
    if not isinstance(tools, list):
        raise BodyError((key,), f"{key} is a list of definitions")
    try:
        read = read_tools(tools)
    except BodyError as error:
        raise BodyError((key, *error.location), error.detail) from None
    return Tools(read.functions, tuple(replace(one, location=(key, *one.location)) for one in read.unknown))


def read_tools(definitions: Sequence[Any]) -> Tools:
    """Read a list of definitions of any of the shapes above.

    Raises:
        BodyError: an item is of none of them, nests too deep, or there are too many.
    """
    read = [tool for i, definition in enumerate(definitions) for tool in _read(definition, i)]
    if len(read) > MAX_TOOLS:
        raise BodyError((), f"more than {MAX_TOOLS} tools")
    return Tools(
        functions=tuple(tool for tool in read if isinstance(tool, ToolDefinition)),
        unknown=tuple(tool for tool in read if isinstance(tool, Unknown)),
    )


def _read(definition: Any, index: int) -> Iterator[ToolDefinition | Unknown]:
    at: Location = (index,)
    if not isinstance(definition, dict):
        raise BodyError(at, "a tool definition is an object")
    declarations = either(definition, "functionDeclarations", "function_declarations")
    if isinstance(declarations, list):
        for i, declaration in enumerate(declarations):
            yield _tool(declaration, (*at, "functionDeclarations", i))
    elif "cachePoint" in definition:
        return
    elif (inner := _wrapped(definition)) is not None:
        yield _tool(definition[inner], (*at, inner))
    elif _is_function(definition):
        yield _tool(definition, at)
    else:
        yield _hosted(definition, at)


def _wrapped(definition: Mapping[str, Any]) -> str | None:
    keys = ("function", "custom", "toolSpec")
    return next((key for key in keys if isinstance(definition.get(key), dict)), None)


def _is_function(definition: Mapping[str, Any]) -> bool:
    """Whether it is the caller's own function, and not a tool that the provider runs or defines."""
    described = any(key in definition for key in (*_SCHEMAS, "parameter_definitions", "description"))
    kind = definition.get("type", "function")
    return "name" in definition and (described or kind in ("function", "custom"))


def _hosted(definition: Mapping[str, Any], at: Location) -> Unknown:
    """`{type: web_search}`, `{googleSearch: {}}`: the provider adds a prompt of its own for it."""
    refuse_deeper(definition, _MAX_DEFINITION_DEPTH, at)
    kind = definition.get("type")
    if kind is None and len(definition) == 1 and isinstance(next(iter(definition.values())), dict):
        return unknown({"type": next(iter(definition)), **definition}, "tools", at)
    if not isinstance(kind, str) or kind == "function":
        raise BodyError(at, "a tool definition has a `name`; the tools of every known format are read")
    return unknown(definition, "tools", at)


def _tool(function: Any, at: Location) -> ToolDefinition:
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise BodyError(at, "a tool definition has a `name` that is a string")
    parameters = _parameters(function)
    if not isinstance(parameters, dict):
        raise BodyError((*at, "parameters"), "parameters is a JSON schema object")
    refuse_deeper(parameters, MAX_SCHEMA_DEPTH, (*at, "parameters"))
    refuse_deeper(function, _MAX_DEFINITION_DEPTH, at)
    description = function.get("description")
    return ToolDefinition(
        function["name"],
        description if isinstance(description, str) else "",
        parameters,
        has_schema=any(key in function for key in (*_SCHEMAS, "parameter_definitions")),
        as_sent=function,
    )


def _parameters(function: Mapping[str, Any]) -> Any:
    flat = function.get("parameter_definitions")
    if isinstance(flat, dict):
        required = [name for name, one in flat.items() if isinstance(one, dict) and one.get("required")]
        return {"type": "object", "properties": flat, "required": required}
    schema: Any = next((function[key] for key in _SCHEMAS if function.get(key) is not None), {})
    return schema["json"] if isinstance(schema, dict) and isinstance(schema.get("json"), dict) else schema


def read_json_schema(wrapper: Any, at: Location) -> OutputSchema:
    """`{name, description, schema}`, where the schema may be text; or the schema itself.

    Raises:
        BodyError: no schema, or one that nests too deep.
    """
    if not isinstance(wrapper, dict):
        raise BodyError(at, "an output schema is {name, schema: {...}}")
    schema = wrapper.get("schema", wrapper.get("schema_definition"))
    if schema is None and any(key in wrapper for key in ("properties", "type", "$ref", "anyOf", "$defs")):
        refuse_deeper(wrapper, MAX_SCHEMA_DEPTH, at)
        return OutputSchema("", "", wrapper)
    if isinstance(schema, str):
        try:
            schema = json.loads(schema)
        except (ValueError, RecursionError):
            raise BodyError((*at, "schema"), "schema is a JSON schema") from None
    if not isinstance(schema, dict):
        raise BodyError((*at, "schema"), "schema is a JSON schema object")
    refuse_deeper(schema, MAX_SCHEMA_DEPTH, (*at, "schema"))
    return OutputSchema(str(wrapper.get("name") or ""), str(wrapper.get("description") or ""), schema)
