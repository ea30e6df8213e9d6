"""Read tool definitions and output schemas in the shapes that providers use, told apart by their members.

OpenAI chat        {type: function, function: {name, description, parameters}}
OpenAI responses   {type: function, name, description, parameters}
Anthropic          {name, description, input_schema}
Gemini             {functionDeclarations: [{name, description, parameters | parametersJsonSchema}]}
Bedrock            {toolSpec: {name, description, inputSchema: {json: {...}}}}
Cohere v1          {name, description, parameter_definitions: {city: {type, description, required}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tokenquote.tokens.bodies.content_parts import build_unknown
from tokenquote.tokens.bodies.json_members import MAX_SCHEMA_DEPTH, find_member, refuse_deeper
from tokenquote.tokens.request import (
    BodyError,
    JsonObject,
    Location,
    OutputSchema,
    ToolDefinition,
    Unknown,
)

__all__ = ["Tools", "read_json_schema", "read_tools", "read_tools_member"]

MAX_TOOLS = 10_000
"""The number of tool definitions that one body may have."""
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
    """The tools of a body: the caller's own functions, and those that the provider itself runs."""

    functions: tuple[ToolDefinition, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    """The tools that the provider runs, of which no rule knows the tokens."""


def read_tools_member(body: JsonObject, key: str = "tools") -> Tools:
    """Read the definitions under a member of the body; a member that is absent, null or empty has none.

    Raises:
        BodyError: the member is no list, or an item is no definition.
    """
    tools = body.get(key) or []
    if not isinstance(tools, list):
        raise BodyError((key,), f"{key} is a list of definitions")
    try:
        read = read_tools(tools)
    except BodyError as error:
        raise BodyError((key, *error.location), error.detail) from None
    return Tools(
        read.functions, tuple(replace(tool, location=(key, *tool.location)) for tool in read.unknown)
    )


def read_tools(definitions: Sequence[object]) -> Tools:
    """Read a list of definitions of any of the shapes that the module lists.

    Raises:
        BodyError: an item is of none of them, nests too deep, or there are too many.
    """
    read = [tool for i, definition in enumerate(definitions) for tool in _read_definition(definition, i)]
    if len(read) > MAX_TOOLS:
        raise BodyError((), f"more than {MAX_TOOLS} tools")
    return Tools(
        functions=tuple(tool for tool in read if isinstance(tool, ToolDefinition)),
        unknown=tuple(tool for tool in read if isinstance(tool, Unknown)),
    )


def _read_definition(definition: object, index: int) -> Iterator[ToolDefinition | Unknown]:
    at: Location = (index,)
    if not isinstance(definition, dict):
        raise BodyError(at, "a tool definition is an object")
    declarations = find_member(definition, "functionDeclarations", "function_declarations")
    if isinstance(declarations, list):
        for i, declaration in enumerate(declarations):
            yield _read_function(declaration, (*at, "functionDeclarations", i))
    elif "cachePoint" in definition:
        return
    elif (wrapper := _find_wrapper(definition)) is not None:
        yield _read_function(definition[wrapper], (*at, wrapper))
    elif _is_function(definition):
        yield _read_function(definition, at)
    else:
        yield _read_hosted(definition, at)


def _find_wrapper(definition: JsonObject) -> str | None:
    keys = ("function", "custom", "toolSpec")
    return next((key for key in keys if isinstance(definition.get(key), dict)), None)


def _is_function(definition: JsonObject) -> bool:
    """Return whether it is the caller's own function, and not a tool that the provider runs or defines."""
    described = any(key in definition for key in (*_SCHEMAS, "parameter_definitions", "description"))
    kind = definition.get("type", "function")
    return "name" in definition and (described or kind in ("function", "custom"))


def _read_hosted(definition: JsonObject, at: Location) -> Unknown:
    """Read `{type: web_search}` or `{googleSearch: {}}`, for which the provider adds a prompt of its own."""
    refuse_deeper(definition, _MAX_DEFINITION_DEPTH, at)
    kind = definition.get("type")
    if kind is None and len(definition) == 1 and isinstance(next(iter(definition.values())), dict):
        return build_unknown({"type": next(iter(definition)), **definition}, "tools", at)
    if not isinstance(kind, str) or kind == "function":
        raise BodyError(at, "a tool definition has a `name`; the tools of every known format are read")
    return build_unknown(definition, "tools", at)


def _read_function(function: object, at: Location) -> ToolDefinition:
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise BodyError(at, "a tool definition has a `name` that is a string")
    parameters = _find_parameters(function)
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


def _find_parameters(function: JsonObject) -> object:
    """Return the schema under any of its names; Cohere's list of parameters is made one."""
    flat = function.get("parameter_definitions")
    if isinstance(flat, dict):
        required = [name for name, value in flat.items() if isinstance(value, dict) and value.get("required")]
        return {"type": "object", "properties": flat, "required": required}
    schema = next((function[key] for key in _SCHEMAS if function.get(key) is not None), {})
    return schema["json"] if isinstance(schema, dict) and isinstance(schema.get("json"), dict) else schema


def read_json_schema(wrapper: object, at: Location) -> OutputSchema:
    """Read `{name, description, schema}`, where the schema may be text; or the schema itself.

    Raises:
        BodyError: there is no schema, or it nests too deep.
    """
    if not isinstance(wrapper, dict):
        raise BodyError(at, "an output schema is {name, schema: {...}}")
    schema: object = wrapper.get("schema", wrapper.get("schema_definition"))
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
