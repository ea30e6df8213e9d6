"""Render a list of tool definitions as the one text that a model reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tokenquote.tokens.request import ToolDefinition
from tokenquote.tokens.tools.schema_refs import UnfoldedSize
from tokenquote.tokens.tools.typescript import function_declaration, namespace
from tokenquote.tokens.tools.typescript_0613 import function_declaration_0613

__all__ = ["ToolBlock", "tool_block"]


@dataclass(frozen=True, slots=True)
class ToolBlock:
    """The block that the definitions of a list make, and each definition by itself."""

    names: tuple[str, ...]
    """The names of the tools, in the order of the definitions."""
    definitions: tuple[str, ...]
    text: str
    """The whole block."""
    before: str
    """The end of the text before a definition: tokens reach over that border (`;`, blank line, `//`)."""

    def by_tool(self, encode: Callable[[str], int]) -> Mapping[str, int]:
        """Return the tokens that each definition adds to the block, by its tool's name."""
        border = encode(self.before)
        tokens: dict[str, int] = {}
        for name, definition in zip(self.names, self.definitions, strict=True):
            tokens[name] = tokens.get(name, 0) + encode(self.before + definition) - border
        return tokens


def tool_block(tools: Sequence[ToolDefinition], style: str) -> ToolBlock:
    """Render definitions in the style that a family of models is shown; an unknown style means JSON.

    Raises:
        BodyError: the schemas unfold to more than the bounds.
    """
    size = UnfoldedSize()
    renderings: Mapping[str, Callable[[ToolDefinition], str]] = {
        "typescript": partial(function_declaration, size=size),
        "typescript-0613": partial(function_declaration_0613, size=size),
        "json-as-sent": partial(_as_sent, separators=(",", ":")),
        "json-listed": _as_listed,
        "json-spaced": partial(_as_sent, separators=(", ", ": ")),
    }
    definitions = tuple(renderings.get(style, _as_json)(tool) for tool in tools)
    names = tuple(tool.name for tool in tools)
    if style.startswith("json"):
        return ToolBlock(names, definitions, "\n".join(definitions), "}\n")
    return ToolBlock(names, definitions, namespace(definitions), ";\n\n")


def _as_sent(tool: ToolDefinition, separators: tuple[str, str]) -> str:
    billed: dict[str, object] = {"name": tool.name, "description": tool.description}
    billed |= {"parameters": tool.parameters, "inputSchema": tool.parameters}
    definition = {key: billed[key] for key in tool.as_sent if key in billed} or {"name": tool.name}
    return json.dumps(definition, separators=separators, ensure_ascii=False)


def _as_listed(tool: ToolDefinition) -> str:
    definition = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return json.dumps({**definition, "responses": None}, ensure_ascii=False) + "\n"


def _as_json(tool: ToolDefinition) -> str:
    definition = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return json.dumps(definition, separators=(",", ":"), ensure_ascii=False)
