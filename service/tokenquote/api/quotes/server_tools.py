"""The server tools that have a fee of their own: which there are, and which a native body offers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tokenquote.catalog import Catalog
from tokenquote.catalog.schema.fees import MEASURED
from tokenquote.errors import LocatedError
from tokenquote.errors.field_faults import did_you_mean
from tokenquote_client import plan as wire

__all__ = ["check_server_tools", "find_offered"]

_BY_TYPE = (
    ("web_search_preview", "web_search_preview"),
    ("web_search", "web_search"),
    ("google_search", "web_search"),
    ("browser_search", "web_search"),
    ("x_search", "x_search"),
    ("file_search", "file_search"),
    ("collections_search", "file_search"),
    ("code_interpreter", "code_execution"),
    ("code_execution", "code_execution"),
    ("image_generation", "image_generation"),
)
"""How the `type` of a tool begins, as Anthropic, OpenAI, xAI, Groq and Mistral write it, and what its fee is
called. Tools that cost their tokens alone, such as Anthropic's web_fetch and remote MCP servers, have no fee.
"""

_BY_MEMBER = {
    "google_search": "web_search",
    "google_search_retrieval": "web_search",
    "enterprise_web_search": "web_search",
    "google_maps": "maps_grounding",
}
"""The one member of a tool as Gemini writes it. Its url_context and code_execution have no fee."""


_WITHOUT_FEE = frozenset({"web_fetch", "url_context", "mcp"})
"""Tools that cost their tokens alone."""


def check_server_tools(plan: wire.Plan, catalog: Catalog) -> None:
    """Refuse a misspelt server tool; one that is like no known one has no known fee and stays.

    Raises:
        LocatedError: a turn states uses of a tool that is not known, and whose name is like a known one.
    """
    stated = [(i, name) for i, turn in enumerate(plan.turns) for name in turn.server_tools]
    offered = {fee for _, fee in _BY_TYPE} | {*_BY_MEMBER.values()} | _WITHOUT_FEE
    if all(name in offered for _, name in stated):
        return
    known = offered | {
        fee.what for model in catalog.models.values() for block in model.entry.prices for fee in block.fees
    }
    tools = sorted(known - MEASURED.keys())
    for i, name in stated:
        near = "" if name in tools else did_you_mean(name, tools, cutoff=0.75)
        if near:
            raise LocatedError(("turns", i, "server_tools", name), f"no known server tool{near}")


def find_offered(body: Mapping[str, Any]) -> list[str]:
    """Return the names of the fees that the body's tools may cause, each once, in the order of the body."""
    return list(dict.fromkeys(_find_all(body)))


def _find_all(body: Mapping[str, Any]) -> Iterator[str]:
    tools = body.get("tools")
    for tool in tools if isinstance(tools, list) else []:
        if not isinstance(tool, dict):
            continue
        kind = tool.get("type")
        if isinstance(kind, str):
            yield from [fee for begin, fee in _BY_TYPE if kind.startswith(begin)][:1]
            continue
        members = (re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower() for name in tool)
        yield from (_BY_MEMBER[name] for name in members if name in _BY_MEMBER)
    if isinstance(body.get("web_search_options"), dict):  # OpenAI's search models in Chat Completions
        yield "web_search"
