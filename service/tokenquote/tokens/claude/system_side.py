"""Count what stands before a conversation with Claude: tools, system text, thinking and an output schema.

Each of the four is there or not; there is one token between each two of them, and in later generations one
more where there is any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from tokenquote.catalog.schema.claude_frame import ClaudeFrame
from tokenquote.tokens.claude.conversation import Tally
from tokenquote.tokens.claude.definitions import output_schema_text, tool_text
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.request import OutputSchema, ToolChoice, ToolDefinition

__all__ = ["INTERLEAVED_THINKING", "UNBILLED_BLOCK", "SystemSide"]

UNBILLED_BLOCK = "x-anthropic-billing-header"
"""The beginning of a block of the system text that Anthropic takes away before all else (18 of 18 calls)."""
INTERLEAVED_THINKING = "interleaved-thinking-2025-05-14"
"""The beta that adds an instruction where a request has both thinking and tools."""
_ANY_NAME = "f"
"""A name of one token, which the constants of a named tool hold already."""


class SystemSide:
    """Counts what stands before the conversation, in the frame of one generation."""

    def __init__(self, frame: ClaudeFrame, texts: ClaudeTexts) -> None:
        self._frame = frame
        self._texts = texts

    def joined(self, present: int) -> int:
        """Return the tokens between so many of the components, and around them."""
        return present - 1 + self._frame.system.any if present else 0

    def text(self, text: str, *, beside_tools: bool) -> Tally:
        """Count the system text; trailing newlines are free, as a blank line follows."""
        if self._frame.system.strips_text:
            text = text.strip() if beside_tools else text.rstrip()
        merged = 1 if self._frame.system.joins_leading_newline and text.startswith("\n") else 0
        return Tally(self._texts.inside(f"{text}\n\n") - 1, -merged)

    def definitions(self, tools: Sequence[ToolDefinition]) -> int:
        """Count the renderings of all tools."""
        return self._texts.inside("".join(map(self._tool_text, tools)))

    def by_tool(self, tools: Sequence[ToolDefinition]) -> Mapping[str, int]:
        """Count each rendering by its tool's name; two tools of one name are added up."""
        added: dict[str, int] = {}
        for tool in tools:
            added[tool.name] = added.get(tool.name, 0) + self._texts.inside(self._tool_text(tool))
        return added

    def _tool_text(self, tool: ToolDefinition) -> str:
        return tool_text(tool, escaped=self._frame.tools.escapes_unicode)

    def tool_prompt(self, choice: ToolChoice | None, *, one_at_a_time: bool, after_results: bool) -> int:
        """Return the tokens of the prompt that comes with tools under this choice."""
        rule = self._frame.tools
        mode = chosen(choice)
        tokens = {"auto": rule.auto, "any": rule.any, "named": rule.named}[mode]
        if one_at_a_time:
            tokens += rule.one_at_a_time.get(mode, 0)
        if mode == "auto":
            return tokens
        if choice is not None and mode == "named":
            tokens += self._prefill(choice.names[0]) - self._prefill(_ANY_NAME) + 1
        return tokens + (rule.forced_after_results if after_results else 0)

    def _prefill(self, name: str) -> int:
        return self._texts.inside(f'<invoke name="{name}">\n')

    def thinking(self, day: dt.date, *, interleaved_with_tools: bool) -> int:
        """Return the tokens that thinking adds on a day."""
        rule = self._frame.system.thinking
        tokens = rule.tokens if rule.changed is None or day < rule.changed else rule.tokens_since
        return tokens + (rule.interleaved_with_tools if interleaved_with_tools else 0)

    def schema(self, schema: OutputSchema) -> Tally:
        """Count an output schema."""
        return Tally(self._texts.inside(output_schema_text(schema)), self._frame.system.output_schema)


def chosen(choice: ToolChoice | None) -> str:
    """Return by which of the constants a choice is billed."""
    if choice is None or choice.mode in ("auto", "none"):
        return "auto"
    return "named" if choice.mode == "named" and len(choice.names) == 1 else "any"
