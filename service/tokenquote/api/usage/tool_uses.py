"""Which server tools a usage object says were used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.api.usage.members import Members
from tokenquote.ledger.fees import Use, use_tool

__all__ = ["read_anthropic_tools", "read_xai_tools"]

_XAI: Mapping[str, str | None] = {
    "web_search_calls": "web_search",
    "x_search_calls": "x_search",
    "code_interpreter_calls": "code_execution",
    "file_search_calls": "file_search",
    "document_search_calls": "file_search",
    "mcp_calls": None,
}
"""xAI's members and the names of their fees; remote MCP calls cost their tokens alone. Source:
https://docs.x.ai/docs/models, "tools pricing"."""

_ANTHROPIC: Mapping[str, str | None] = {
    "web_search_requests": "web_search",
    "code_execution_requests": "code_execution",
    "web_fetch_requests": None,
    "tool_search_requests": None,
}
"""Anthropic's members and the names of their fees; fetches and searches for tools cost their tokens alone.
Source: https://platform.claude.com/docs/en/about-claude/pricing."""


def read_xai_tools(usage: Members) -> Iterator[Use]:
    """Yield the uses of xAI's tools, and of the sources of its live search."""
    if sources := usage.counted("num_sources_used"):
        yield use_tool("live_search_source", sources)
    in_all = usage.counted("num_server_side_tools_used")
    if "server_side_tool_usage_details" in usage:
        yield from _read(usage.part("server_side_tool_usage_details"), _XAI)
    elif in_all:
        yield use_tool("server_side_tool", in_all)


def read_anthropic_tools(usage: Members) -> Iterator[Use]:
    """Yield the uses of Anthropic's tools."""
    yield from _read(usage.part("server_tool_use"), _ANTHROPIC)


def _read(tools: Members, fees: Mapping[str, str | None]) -> Iterator[Use]:
    for member, fee in fees.items():
        times = tools.counted(member)
        if fee is not None and times:
            yield use_tool(fee, times)
