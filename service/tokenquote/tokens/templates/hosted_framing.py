"""What hosts add around rendered prompts: for having tools, for a forced call, for output in JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tokenquote.catalog.schema.framing import Framing
from tokenquote.counts import Count
from tokenquote.tokens.request import Message, Request, ToolDefinition
from tokenquote.tokens.texts import TextCounter

__all__ = ["HostedFraming"]


class HostedFraming:
    """Adds the constants of one host to counts of rendered parts."""

    def __init__(self, framing: Framing, values: Mapping[str, object], texts: TextCounter) -> None:
        self._framing = framing
        self._values = values
        self._texts = texts

    def default_system(self, messages: Sequence[Message]) -> int:
        """Return the tokens of the system message that the host puts before messages without one."""
        if not self._framing.default_system or any(message.role == "system" for message in messages):
            return 0
        return self._framing.default_system

    def sent_tools(self, request: Request) -> tuple[ToolDefinition, ...]:
        """Return the tools that the model sees: none where it may call none, or the one that it has to call.

        Templates' values `tools_under_none` and `named_tool_alone` say whether a host does so.
        """
        choice = request.tool_choice
        if choice is not None and choice.mode == "none" and not self._values.get("tools_under_none"):
            return ()
        if choice is not None and choice.mode == "named" and self._values.get("named_tool_alone"):
            return tuple(tool for tool in request.tools if tool.name in choice.names) or request.tools
        return request.tools

    def tools(self, tokens: int, tools: int, *, has_system: bool) -> Count:
        """Count definitions as rendered, with what the host is known to add for having any."""
        if not tools:
            return self._texts.nothing()
        rule = self._framing.tools
        content = self._texts.banded(tokens)
        if "tools" in self._framing.model_fields_set:
            content = self._texts.as_structure(content, rule.slack)
        framing = rule.per_request + rule.per_tool * tools
        return content.with_framing(framing + (0 if has_system else rule.without_system))

    def choice(self, request: Request) -> int:
        """Return the tokens that the choice of a tool adds."""
        rule, choice = self._framing.tools, request.tool_choice
        if choice is None or not request.tools:
            return 0
        if choice.mode == "none":
            return rule.choice_none
        tokens = rule.choice_forced if choice.mode in ("required", "named") else 0
        if choice.mode == "named" and choice.names and rule.choice_named is not None:
            tokens += rule.choice_named + self._texts.encode(choice.names[0])
        return tokens

    def schema(self, request: Request, rendered: int) -> Count:
        """Count an output schema as rendered, or as the host is known to write it."""
        rule = self._framing.output_schema
        if request.schema is None or "output_schema" not in self._framing.model_fields_set:
            return self._texts.banded(rendered)
        blanks = (", ", ": ") if rule.style == "json-spaced" else (",", ":")
        written = json.dumps(request.schema.schema, separators=blanks, ensure_ascii=False)
        tokens = 0 if rule.style == "unbilled" else self._texts.encode(written)
        return self._texts.banded(rendered + tokens).with_framing(rule.per_request)

    def messages(self, counted: Count, request: Request, *, thinks: bool) -> Count:
        """Count messages with the text that asks for JSON, and with room for one about the effort."""
        if request.json_mode and request.schema is None:
            counted = counted.with_framing(self._framing.json_mode)
        if thinks and self._framing.effort_text:
            counted = replace(counted, high=counted.high + self._framing.effort_text, method="calibrated")
        return counted
