"""Read the tools of an MCP server from its answer to `tools/list`, as a client passes them on to a model.

    {"tools": [{"name": "get_weather", "description": "…", "inputSchema": {"type": "object", …}}]}

A client sends a model the name, the description and the input schema (MCP 2025-06-18, "Tools"); titles,
annotations, output schemas and icons are for the client itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenquote.tokens.bodies.json_members import (
    MAX_SCHEMA_DEPTH,
    read_object,
    read_optional_text,
    read_text,
    refuse_deeper,
)
from tokenquote.tokens.request import BodyError, JsonObject, Location, ToolDefinition

__all__ = ["McpTools", "read_mcp_tools"]


@dataclass(frozen=True, slots=True)
class McpTools:
    """The tools of one page of an MCP server's list."""

    functions: tuple[ToolDefinition, ...]
    location: Location
    """The place of the list in the answer."""
    goes_on: bool
    """Whether the answer names a next page, whose tools are not in it."""


def read_mcp_tools(answer: object) -> McpTools:
    """Read an answer to `tools/list`: its result, the JSON-RPC message around that, or the list alone.

    Raises:
        BodyError: it is none of them, or an item is no tool of MCP's.
    """
    if isinstance(answer, list):
        return McpTools(_read_tools(answer, ()), (), goes_on=False)
    result, at = _find_result(read_object(answer, (), "an answer to tools/list is an object, or its list"))
    tools = result.get("tools")
    if not isinstance(tools, list):
        raise BodyError((*at, "tools"), "an answer to tools/list has `tools`, a list of definitions")
    here = (*at, "tools")
    return McpTools(_read_tools(tools, here), here, goes_on=result.get("nextCursor") is not None)


def _find_result(answer: JsonObject) -> tuple[JsonObject, Location]:
    if "error" in answer:
        raise BodyError(("error",), "the server answered with an error, and not with its tools")
    if "result" in answer:
        return read_object(answer["result"], ("result",), "the result of tools/list is an object"), (
            "result",
        )
    return answer, ()


def _read_tools(tools: Sequence[object], at: Location) -> tuple[ToolDefinition, ...]:
    return tuple(_read_tool(tool, (*at, i)) for i, tool in enumerate(tools))


def _read_tool(tool: object, at: Location) -> ToolDefinition:
    members = read_object(tool, at, "a tool of MCP's is an object")
    name, description = read_text(members, "name", at), read_optional_text(members, "description", at)
    detail = "inputSchema is a JSON schema object; MCP asks for it even of a tool without parameters"
    schema = read_object(members.get("inputSchema"), (*at, "inputSchema"), detail)
    refuse_deeper(schema, MAX_SCHEMA_DEPTH, (*at, "inputSchema"))
    described = {} if description is None else {"description": description}
    sent = {"name": name, **described, "parameters": schema}
    return ToolDefinition(name, description or "", schema, as_sent=sent)
