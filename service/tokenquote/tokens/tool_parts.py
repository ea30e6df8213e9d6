"""What each definition of a list of tools adds to a request, and what comes with having any tools at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenquote.counts import Count, total
from tokenquote.tokens.request import Message, ToolDefinition
from tokenquote.tokens.rules import TokenRules

__all__ = ["ToolParts", "count_tool_parts"]

# Stands before and after each definition that is counted, so that what the first tool of a list brings along
# (a preamble, the block around all definitions) is in none of them, and tokens that reach from one definition
# into the next are. It is of a form that bills settle.
_ANOTHER = ToolDefinition("f", "f", {"type": "object", "properties": {}})


@dataclass(frozen=True, slots=True)
class ToolParts:
    """The tokens of a list of tools in parts, which add up to what the whole list adds to a request."""

    definitions: tuple[Count, ...]
    """What each definition adds between two other tools, in the order of the tools."""
    frame: Count
    """The rest: what comes with having any tools. Where counts are rounded, the rounding is in it."""

    @property
    def tokens(self) -> int:
        """Tokens of the whole list."""
        return self.frame.tokens + sum(count.tokens for count in self.definitions)


def count_tool_parts(
    rules: TokenRules, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()
) -> ToolParts:
    """Count a list of tools definition by definition, in time that grows with their number and size.

    Args:
        rules: the rules of the model that reads them.
        tools: the definitions in their order; none of them has no parts, and a frame of 0 tokens.
        system: the system messages that may hold the block of tools.

    Raises:
        BodyError: a definition that cannot be rendered.
    """
    whole = rules.tools(tools, system)
    others = rules.tools([_ANOTHER, _ANOTHER]) if tools else whole
    definitions = tuple(rules.tools([_ANOTHER, tool, _ANOTHER]).beyond(others).in_order() for tool in tools)
    return ToolParts(definitions, whole.beyond(total(definitions, Count.certain(0, whole.method))).in_order())
