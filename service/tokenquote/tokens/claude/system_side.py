"""Count what stands before a conversation with Claude: tools, system text, thinking and an output schema.

Each of the four is there or not; there is one token between each two of them, and in later generations one
more where there is any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from tokenquote.catalog.schema.claude_frame import ClaudeFrame, ToolUse
from tokenquote.tokens.claude.definitions import output_schema_text, tool_text
from tokenquote.tokens.claude.tally import Tally
from tokenquote.tokens.claude.texts import ClaudeTexts
from tokenquote.tokens.request import Message, OutputSchema, ToolChoice, ToolDefinition

__all__ = ["SystemSide", "join_system_texts"]

_UNBILLED_BLOCK = "x-anthropic-billing-header"
"""The beginning of a block of the system text that Anthropic takes away before all else (18 of 18 calls)."""
_ANY_NAME = "f"
"""A name of one token, which the constants of a named tool hold already."""
_UNSEEN = 5
"""The tokens by which a constant that follows from neighbouring generations may be off."""
_SCHEMA_BESIDE_TOOLS = 3
"""The tokens by which an output schema may be off beside tools (16 of 20 calls come out); alone it comes out
(67 of 67 calls of 13 repositories)."""
_PASSAGE_ON_PARALLEL_CALLS = 210
"""The tokens that one tool at a time may save where no recorded call shows it; 4.5 saves 208."""


class SystemSide:
    """Counts what stands before the conversation, in the frame of one generation."""

    def __init__(self, frame: ClaudeFrame, texts: ClaudeTexts) -> None:
        self._frame = frame
        self._texts = texts

    def joined(self, present: int) -> Tally:
        """Count the tokens between the components that are there, and around them."""
        return Tally(around=present - 1 + self._frame.system.any if present else 0)

    def text(self, text: str, *, beside_tools: bool) -> Tally:
        """Count the system text; trailing newlines are free, as a blank line follows."""
        if not text:
            return Tally()
        if self._frame.system.strips_text:
            text = text.strip() if beside_tools else text.rstrip()
        merged = 1 if self._frame.system.joins_leading_newline and text.startswith("\n") else 0
        return Tally(self._texts.inside(f"{text}\n\n") - 1, -merged)

    def tools(
        self,
        tools: Sequence[ToolDefinition],
        choice: ToolChoice | None = None,
        *,
        one_at_a_time: bool = False,
    ) -> Tally:
        """Count tool definitions with the prompt that comes with them under this choice."""
        if not tools:
            return Tally()
        written = self._texts.inside("".join(map(self._tool_text, tools)))
        use = chosen(choice)
        tally = Tally(written) + self._tool_prompt(use, one_at_a_time=one_at_a_time)
        if choice is not None and use == "named":
            tally += Tally(around=self._prefill(choice.names[0]) - self._prefill(_ANY_NAME) + 1)
        return tally

    def forced(self, choice: ToolChoice | None, messages: Sequence[Message]) -> Tally:
        """Count what a forced call adds (or saves) where a request ends with results of tools."""
        ends = bool(messages) and messages[-1].role == "tool" and chosen(choice) != "auto"
        return Tally(around=self._frame.tools.forced_after_results if ends else 0)

    def _tool_prompt(self, use: ToolUse, *, one_at_a_time: bool) -> Tally:
        rule = self._frame.tools
        tokens = {"auto": rule.auto, "any": rule.any, "named": rule.named}[use]
        tally = Tally(around=tokens, doubt=_UNSEEN if use in rule.unseen else 0)
        if one_at_a_time and use in rule.one_at_a_time:
            return tally + Tally(around=rule.one_at_a_time[use])
        return tally + Tally(fewer=_PASSAGE_ON_PARALLEL_CALLS if one_at_a_time else 0)

    def by_tool(self, tools: Sequence[ToolDefinition]) -> Mapping[str, int]:
        """Count each rendering by its tool's name; two tools of one name are added up."""
        added: dict[str, int] = {}
        for tool in tools:
            added[tool.name] = added.get(tool.name, 0) + self._texts.inside(self._tool_text(tool))
        return added

    def _tool_text(self, tool: ToolDefinition) -> str:
        return tool_text(tool, escaped=self._frame.tools.escapes_unicode)

    def _prefill(self, name: str) -> int:
        return self._texts.inside(f'<invoke name="{name}">\n')

    def thinking(self, day: dt.date | None, *, interleaved_with_tools: bool) -> Tally:
        """Count what thinking adds on a day. None: nobody knows the day; the generation's own is taken."""
        rule = self._frame.system.thinking
        later = rule.changed is not None and (day or self._frame.own_day) >= rule.changed
        tokens = rule.tokens_since if later else rule.tokens
        doubt = abs(rule.tokens_since - rule.tokens) if rule.changed is not None and day is None else 0
        return Tally(
            around=tokens + (rule.interleaved_with_tools if interleaved_with_tools else 0), doubt=doubt
        )

    def schema(self, schema: OutputSchema | None, *, beside_tools: bool) -> Tally:
        """Count an output schema; None: there is none."""
        if schema is None:
            return Tally()
        rule, written = self._frame.system, self._texts.inside(output_schema_text(schema))
        return Tally(
            written,
            rule.output_schema,
            doubt=_SCHEMA_BESIDE_TOOLS if beside_tools else 0,
            fewer=0 if rule.output_schema_seen else written + rule.output_schema,
        )


def chosen(choice: ToolChoice | None) -> ToolUse:
    """Return by which of the constants a choice is billed."""
    if choice is None or choice.mode in ("auto", "none"):
        return "auto"
    return "named" if choice.mode == "named" and len(choice.names) == 1 else "any"


def join_system_texts(system: Sequence[Message]) -> str:
    """Return the system text: its blocks joined without a gap, and the block that is not billed left out."""
    texts = (text for message in system for text in message.texts)
    return "".join(text for text in texts if not text.startswith(_UNBILLED_BLOCK))
