"""Tool definitions, output schemas and the choice of a tool, counted by the constants of one family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tokenquote.catalog.schema.framing import Framing, ToolFraming
from tokenquote.counts import Count, Method, least_certain
from tokenquote.tokens.request import Message, OutputSchema, Request, ToolDefinition
from tokenquote.tokens.texts import TextCounter
from tokenquote.tokens.tools.response_formats import response_format_block, schema_as_json
from tokenquote.tokens.tools.settled_forms import is_settled_schema, is_settled_tool
from tokenquote.tokens.tools.tool_blocks import ToolBlock, tool_block
from tokenquote.tokens.tools.typescript import find_grammar, takes_stated_text

__all__ = ["FramedBlocks"]


class FramedBlocks:
    """Counts the blocks that end the system message, and what a request says of calling tools."""

    def __init__(self, framing: Framing, texts: TextCounter) -> None:
        self._framing = framing
        self._texts = texts

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message]) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        rule = self._framing.tools
        if not tools:
            return self._texts.nothing()
        framing = _around_tools(rule, tools) + (0 if system else rule.without_system)
        block = self._block(tools)
        if rule.style.startswith("json"):
            tokens = sum(self._texts.encode(text) for text in block.definitions)
            counted = self._texts.as_structure(
                self._texts.scaled(tokens, rule.factor), rule.method, rule.slack
            )
            return counted.with_framing(framing)
        method = rule.method if all(map(is_settled_tool, tools)) else _at_best_calibrated(rule.method)
        return self._structure(self._joined(system, block.text), method).with_framing(framing)

    def by_tool(self, tools: Sequence[ToolDefinition]) -> Mapping[str, int]:
        """Return what each definition adds, by the tool's name."""
        rule = self._framing.tools
        factor = rule.factor if rule.style.startswith("json") else None
        by_tool = self._block(tools).by_tool(self._texts.encode) if tools else {}
        return {name: self._texts.scaled(tokens, factor).tokens for name, tokens in by_tool.items()}

    def choice(self, request: Request) -> Count:
        """Count what the request says of calling its tools: one by name, none, or one at a time."""
        rule, choice, tools = self._framing.tools, request.tool_choice, request.tools
        if not tools:
            return self._texts.nothing()
        tokens = rule.single_calls if request.settings.get("parallel_tool_calls") is False else 0
        if choice is not None:
            lone = rule.lone_required_is_named and choice.mode == "required" and len(tools) == 1
            names = (tools[0].name,) if lone else choice.names if choice.mode == "named" else ()
            if names and rule.choice_named is not None:
                tokens += rule.choice_named + self._texts.encode(f"functions.{names[0]}")
            tokens += rule.choice_none if choice.mode == "none" else 0
            tokens += rule.choice_forced if choice.mode in ("required", "named") else 0
        return self._texts.around(tokens)

    def schema(
        self, schema: OutputSchema | None, tools: Sequence[ToolDefinition], system: Sequence[Message]
    ) -> Count:
        """Count an output schema, whose block follows that of the tools."""
        rule = self._framing.output_schema
        if schema is None:
            return self._texts.nothing()
        framing = rule.per_request + (self._texts.encode(schema.name) if rule.with_name else 0)
        framing += rule.with_system if system else 0 if tools else rule.without_system
        framing += rule.beside_tools if tools else 0
        if rule.style == "unbilled":
            return self._texts.around(framing)
        settled = is_settled_schema(schema) and not tools
        method = rule.method if settled else _at_best_calibrated(rule.method)
        if rule.style in ("json", "json-line"):
            return self._structure(
                self._texts.encode(schema_as_json(schema, rule.style)), method
            ).with_framing(framing)
        # After a block of tools it does not touch the system message's text.
        block = self._joined(() if tools else system, response_format_block(schema))
        return self._structure(block, method).with_framing(framing)

    def _block(self, tools: Sequence[ToolDefinition]) -> ToolBlock:
        return tool_block(tools, self._framing.tools.style)

    def _joined(self, system: Sequence[Message], block: str) -> int:
        """Count a block that ends the system message: a full stop before it and the blank line are one."""
        if not self._framing.tools.joins_system or not system or not system[-1].texts:
            return self._texts.encode(block)
        before = system[-1].runs[-1]
        return self._texts.encode(f"{before}\n\n{block}") - self._texts.encode(before)

    def _structure(self, tokens: int, method: Method) -> Count:
        return self._texts.as_structure(self._texts.scaled(tokens), method, self._framing.tools.slack)


def _around_tools(rule: ToolFraming, tools: Sequence[ToolDefinition]) -> int:
    """Return the constants around definitions, wherever their block stands."""
    framing = rule.per_request + rule.per_tool * len(tools)
    framing += 0 if tools[0].description else rule.without_first_description
    framing += rule.per_grammar * sum(find_grammar(tool) is not None for tool in tools)
    return framing + rule.per_text_format * sum(takes_stated_text(tool) for tool in tools)


def _at_best_calibrated(method: Method) -> Method:
    return least_certain("calibrated", method)
