"""Reads the tools of a question, in the form of an api or as an MCP server lists them."""

from __future__ import annotations

from collections.abc import Sequence

from tokenquote.errors import LocatedError, NotYetOffered, under
from tokenquote.tokens import ToolDefinition, read_mcp_tools, read_tools
from tokenquote_client.context_tax import MAX_CONTEXT_PARTS, ContextTaxQuestion

__all__ = ["find_repeated", "read_tool_list"]

_MCP_SENDS = (
    "mcp_tools: a client sends each tool's name, description and input schema, under the server's own name "
    "for it"
)
_MCP_GOES_ON = "mcp_tools: the answer has a nextCursor, and the tools of the next pages are not counted"


def read_tool_list(asked: ContextTaxQuestion, assumptions: list[str]) -> Sequence[ToolDefinition]:
    """Read the tools; what that takes for granted is added to `assumptions`.

    Raises:
        LocatedError: definitions that are malformed, of one name, too many, or run by the provider.
    """
    if asked.mcp_tools is not None:
        with under("mcp_tools"):
            return _read_mcp(asked.mcp_tools, assumptions)
    with under("tools"):
        return _read_native(asked.tools) if asked.tools is not None else ()


def find_repeated(names: Sequence[str]) -> int | None:
    """Return the index of the first name that stands earlier in the list too; None: all differ."""
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            return i
        seen.add(name)
    return None


def _read_mcp(answer: object, assumptions: list[str]) -> Sequence[ToolDefinition]:
    read = read_mcp_tools(answer)
    with under(*read.location):
        _refuse_wrong_number(read.functions)
        again = find_repeated([tool.name for tool in read.functions])
        if again is not None:
            raise LocatedError((again, "name"), "an earlier tool has this name")
    assumptions += [_MCP_SENDS, *([_MCP_GOES_ON] if read.goes_on else [])]
    return read.functions


def _read_native(definitions: Sequence[object]) -> Sequence[ToolDefinition]:
    read = read_tools(definitions)
    if read.unknown:
        raise NotYetOffered(read.unknown[0].location, f"{read.unknown[0].what}: not yet offered")
    _refuse_wrong_number(read.functions)
    again = find_repeated([tool.name for tool in read.functions])
    if again is not None:
        raise LocatedError((), f"function {again + 1} of the list has the name of an earlier one")
    return read.functions


def _refuse_wrong_number(tools: Sequence[ToolDefinition]) -> None:
    if not tools:
        raise LocatedError((), "the list has no tools: leave it out, or list some")
    if len(tools) > MAX_CONTEXT_PARTS:
        raise LocatedError((), f"at most {MAX_CONTEXT_PARTS:,} tools: ask for each server by itself")
