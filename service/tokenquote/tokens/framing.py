"""Requests counted by constants: the tokens around a message, a call, a result and a block of tools."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from tokenquote.catalog.schema.framing import Framing
from tokenquote.counts import Count, total
from tokenquote.tokens.request import (
    Message,
    OutputSchema,
    Request,
    ToolCall,
    ToolChoice,
    ToolDefinition,
)
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.texts import TextCounter
from tokenquote.tokens.tools.response_formats import response_format_block
from tokenquote.tokens.tools.tool_blocks import ToolBlock, tool_block
from tokenquote.tokens.tools.typescript import find_grammar

__all__ = ["FramedRequests"]


class FramedRequests:
    """Counts requests by the constants of one family of models."""

    def __init__(self, framing: Framing, texts: TextCounter) -> None:
        self._framing = framing
        self._texts = texts

    @property
    def per_request(self) -> int:
        """Tokens that every request has, whatever is in it."""
        return self._framing.request

    @property
    def reaches_back(self) -> bool:
        """Whether what any message adds depends on what goes before it."""
        return False

    def request(self, request: Request) -> RequestCount:
        """Count a whole request, part by part."""
        system = [message for message in request.messages if message.role == "system"]
        others = [message for message in request.messages if message.role != "system"]
        unknown = [piece.text for piece in request.everything_unknown()]
        nothing = self._texts.nothing()
        tools = self.tools(request.tools, system) + self._choice(request.tool_choice, request.tools)
        return RequestCount(
            system=total((self._plain_message(message) for message in system), nothing),
            tools=tools,
            schema=self._schema(request.schema, request.tools, system),
            messages=self._prompts(request) if request.shape == "prompts" else self.appended(others),
            unknown=self._texts.as_unknown(unknown) if unknown else nothing,
            per_request=0 if request.shape == "prompts" else self.per_request,
            by_tool=self._by_tool(request.tools),
        )

    def _prompts(self, request: Request) -> Count:
        # An empty prompt costs a token (n 1).
        empty = sum(not prompt for prompt in request.prompts)
        around = self._framing.prompt * len(request.prompts)
        return self._texts.texts(request.prompts).with_framing(request.prompt_tokens + empty + around)

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request; it does not matter what goes before them."""
        names = {call.id: call.name for message in messages for call in message.calls if call.id}
        parts = (self._exchange(group, names) for group in _exchanges(messages))
        return total(parts, self._texts.nothing())

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        rule = self._framing.tools
        if not tools:
            return self._texts.nothing()
        framing = rule.per_request + rule.per_tool * len(tools)
        framing += 0 if system else rule.without_system
        framing += 0 if tools[0].description else rule.without_first_description
        framing += rule.per_grammar * sum(find_grammar(tool) is not None for tool in tools)
        block = self._block(tools)
        if rule.style == "json":
            tokens = sum(self._texts.encode(text) for text in block.definitions)
            return self._texts.as_structure(self._texts.scaled(tokens, rule.factor)).with_framing(framing)
        return self._structure(self._joined(system, block.text), framing)

    def _by_tool(self, tools: Sequence[ToolDefinition]) -> Mapping[str, int]:
        rule = self._framing.tools
        factor = rule.factor if rule.style == "json" else None
        by_tool = self._block(tools).by_tool(self._texts.encode) if tools else {}
        return {name: self._texts.scaled(tokens, factor).tokens for name, tokens in by_tool.items()}

    def _block(self, tools: Sequence[ToolDefinition]) -> ToolBlock:
        return tool_block(tools, self._framing.tools.style)

    def _choice(self, choice: ToolChoice | None, tools: Sequence[ToolDefinition]) -> Count:
        rule = self._framing.tools
        tokens = 0
        if choice is not None and tools:
            lone = rule.lone_required_is_named and choice.mode == "required" and len(tools) == 1
            names = (tools[0].name,) if lone else choice.names if choice.mode == "named" else ()
            if names and rule.choice_named is not None:
                tokens = rule.choice_named + self._texts.encode(names[0])
            tokens += rule.choice_none if choice.mode == "none" else 0
        return self._texts.around(tokens)

    def _schema(
        self, schema: OutputSchema | None, tools: Sequence[ToolDefinition], system: Sequence[Message]
    ) -> Count:
        rule = self._framing.output_schema
        if schema is None:
            return self._texts.nothing()
        framing = rule.per_request + (self._texts.encode(schema.name) if rule.with_name else 0)
        framing += rule.with_system if system else 0 if tools else rule.without_system
        framing += rule.beside_tools if tools else 0
        # After a block of tools it does not touch the system message's text.
        return self._structure(self._joined(() if tools else system, response_format_block(schema)), framing)

    def _joined(self, system: Sequence[Message], block: str) -> int:
        """Count a block that ends the system message: a full stop before it and the blank line are one."""
        if not self._framing.tools.joins_system or not system or not system[-1].texts:
            return self._texts.encode(block)
        before = system[-1].texts[-1]
        return self._texts.encode(f"{before}\n\n{block}") - self._texts.encode(before)

    def _exchange(self, messages: Sequence[Message], names: Mapping[str, str]) -> Count:
        """Count one message, or an assistant message with its calls and the results that answer them."""
        first, *results = messages
        if len(first.calls) > 1 and self._framing.parallel_calls:
            return self._parallel(first, results)
        # Empty text beside calls costs nothing (about 40 of 40 recorded bills).
        parts = [self._plain_message(first)] if any(first.texts) or not first.calls else []
        parts += [self._call(call) for call in first.calls]
        if len(first.calls) == 1 and first.calls[0].stored:
            parts.append(self._texts.around(self._framing.stored_call))
        parts += [self._result(result, names) for result in results]
        return total(parts, self._texts.nothing())

    def _plain_message(self, message: Message) -> Count:
        framing = self._framing.message + (self._framing.assistant if message.role == "assistant" else 0)
        if message.name is not None:
            same = message.name == message.role
            framing += self._texts.encode(message.name) + (0 if same else self._framing.name)
        return self._texts.texts(message.texts).with_framing(framing)

    def _call(self, call: ToolCall) -> Count:
        tokens = self._texts.encode(f"functions.{call.name}") + self._texts.encode(_compact(call.arguments))
        return self._structure(tokens, self._framing.call)

    def _result(self, message: Message, names: Mapping[str, str]) -> Count:
        name = names.get(message.call_id or "") or message.name or ""
        name = f"functions.{name}" if self._framing.result_in_namespace else name
        return self._texts.texts([name, *message.texts]).with_framing(self._framing.result)

    def _parallel(self, calls: Message, results: Sequence[Message]) -> Count:
        """Count several calls at once, which are sent as one call of a tool that makes them all."""
        uses = (
            f'{{"recipient_name":"functions.{call.name}","parameters":{_compact(call.arguments) or "{}"}}}'
            for call in calls.calls
        )
        outputs = ", ".join(json.dumps("".join(m.texts), ensure_ascii=False) for m in results)
        tokens = self._texts.encode(f'{{"tool_uses":[{",".join(uses)}]}}')
        tokens += self._texts.encode(f"[{outputs}]") if results else 0
        together = self._structure(tokens, self._framing.parallel_calls)
        return together + self._plain_message(calls) if any(calls.texts) else together

    def _structure(self, tokens: int, framing: int) -> Count:
        return self._texts.as_structure(self._texts.scaled(tokens)).with_framing(framing)


def _exchanges(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Group each message that makes calls with the tool messages that follow it."""
    current: list[Message] = []
    for is_result, group in groupby(messages, key=lambda message: message.role == "tool"):
        for message in group:
            if is_result and current:
                current.append(message)
            else:
                if current:
                    yield current
                current = [message]
    if current:
        yield current


def _compact(arguments: str) -> str:
    """Write arguments as compact JSON; text that is not JSON stays as it is."""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments
