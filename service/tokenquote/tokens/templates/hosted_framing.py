"""What hosts add around rendered prompts: for having tools, for a forced call, for output in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tokenquote.catalog.schema.framing import Framing
from tokenquote.counts import Count, least_certain
from tokenquote.tokens.request import Message, Request, ToolDefinition
from tokenquote.tokens.texts import TextCounter
from tokenquote.tokens.tools.response_formats import schema_as_json

__all__ = ["HostedFraming"]

_SCHEMA_DOUBT = 3
"""The tokens that a host's own rendering of a schema was seen to be off."""


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
            content = self._texts.as_structure(content, rule.method, rule.slack)
        framing = rule.per_request + rule.per_tool * tools
        return content.with_framing(framing + (0 if has_system else rule.without_system))

    def choice(self, request: Request) -> int:
        """Return the tokens that the choice of a tool adds."""
        rule, choice = self._framing.tools, request.tool_choice
        if choice is None or not request.tools:
            return 0
        if choice.mode == "none":
            return rule.choice_none
        if choice.mode == "named" and self._values.get("named_tool_alone"):
            return 0
        tokens = rule.choice_forced if choice.mode in ("required", "named") else 0
        if choice.mode == "named" and choice.names and rule.choice_named is not None:
            tokens += rule.choice_named + self._texts.encode(choice.names[0])
        return tokens

    def schema(self, request: Request, rendered: int) -> Count:
        """Count an output schema as rendered, or as the host is known to write it."""
        rule = self._framing.output_schema
        if request.schema is None or "output_schema" not in self._framing.model_fields_set:
            return self._texts.banded(rendered)
        tokens = (
            0 if rule.style == "unbilled" else self._texts.encode(schema_as_json(request.schema, rule.style))
        )
        counted = self._texts.banded(rendered + tokens).with_framing(rule.per_request)
        return _widened(counted, _SCHEMA_DOUBT)

    def messages(self, counted: Count, request: Request, *, thinks: bool) -> Count:
        """Count messages with the text that asks for JSON, and with room for one about the effort."""
        hidden = self._framing.json_mode
        if request.json_mode and request.schema is None and hidden:
            counted = _widened(counted.with_framing(hidden), hidden)
        if thinks and (effort := self._framing.effort_text):
            stated = bool(self._values.get("effort_texts"))
            counted = _widened(counted, effort if stated else 0, 0 if stated else effort)
        return self.calls(counted, request.messages)

    def calls(self, counted: Count, messages: Sequence[Message]) -> Count:
        """Widen the band of messages for calls of tools, where the host's own form of them is not exact."""
        rule, calls = self._framing.tools, sum(len(message.calls) for message in messages)
        if not calls or "tools" not in self._framing.model_fields_set:
            return counted
        return _widened(counted, rule.call_slack * calls)


def _widened(count: Count, below: int, above: int | None = None) -> Count:
    """Return the count as a calibrated one, with a band that is wider below and above."""
    above = below if above is None else above
    method = least_certain("calibrated", count.method)
    return replace(count, low=count.low - below, high=count.high + above, method=method)
