"""How one model counts a request: its vocabulary, its band, and what its provider adds around texts."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import groupby

from tokenquote.catalog.schema import Counting, Framing
from tokenquote.counts import Count, least_certain
from tokenquote.tokens.request import Message, OutputSchema, Request, ToolCall, ToolDefinition
from tokenquote.tokens.typescript import schema_block, tools_block
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["Framed", "RequestCount", "TokenRules"]


@dataclass(frozen=True, slots=True)
class Framed:
    """A count of content, and the tokens that the provider adds around it (they may be negative: a merge)."""

    content: Count
    framing: int = 0

    @property
    def tokens(self) -> int:
        return self.content.tokens + self.framing

    def __add__(self, other: Framed) -> Framed:
        return Framed(self.content + other.content, self.framing + other.framing)


@dataclass(frozen=True, slots=True)
class RequestCount:
    """A request's input by part; the provider's constant per request is not in any of them."""

    system: Framed
    tools: Framed
    schema: Framed
    messages: Framed
    per_request: int

    @property
    def tokens(self) -> int:
        parts = (self.system, self.tools, self.schema, self.messages)
        return sum(part.tokens for part in parts) + self.per_request


class TokenRules:
    """The counting rules of one model.

    `memo` keeps token counts by (vocabulary, text): share it among the models of one quote, and each text is
    encoded once for each vocabulary.
    """

    def __init__(
        self,
        counting: Counting,
        vocabularies: Vocabularies,
        memo: MutableMapping[tuple[str, str], int] | None = None,
    ) -> None:
        self._counting = counting
        self._vocabularies = vocabularies
        self._memo: MutableMapping[tuple[str, str], int] = {} if memo is None else memo

    @property
    def framing(self) -> Framing:
        return self._counting.framing

    def text(self, text: str) -> Count:
        """A text by itself."""
        return self._scaled(self._encode(text), self._counting.factor)

    def nothing(self) -> Count:
        """No text: what sums start from."""
        return self._scaled(0, self._counting.factor)

    def request(self, request: Request) -> RequestCount:
        """A request, part by part."""
        system = [message for message in request.messages if message.role == "system"]
        others = [message for message in request.messages if message.role != "system"]
        names = {call.id: call.name for message in others for call in message.calls if call.id}
        return RequestCount(
            system=self._sum(self._plain_message(message) for message in system),
            tools=self.tools(request.tools, system),
            schema=self._schema(request.schema, request.tools, system),
            messages=self._sum(self._exchange(group, names) for group in _exchanges(others)),
            per_request=self.framing.request,
        )

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Framed:
        """Tool definitions, given the system messages that may hold their block."""
        rule = self.framing.tools
        if not tools:
            return Framed(self.nothing())
        framing = rule.per_request + rule.per_tool * len(tools)
        framing += 0 if system else rule.without_system
        framing += 0 if tools[0].description else rule.without_first_description
        if rule.style == "typescript":
            return Framed(self._as_structure(self._appended(system, tools_block(tools))), framing)
        tokens = sum(self._encode(_as_json(tool)) for tool in tools)
        return Framed(self._as_structure(self._scaled(tokens, rule.factor)), framing)

    def _schema(
        self, schema: OutputSchema | None, tools: Sequence[ToolDefinition], system: Sequence[Message]
    ) -> Framed:
        if schema is None:
            return Framed(self.nothing())
        framing = self._encode(schema.name) + 2 if self.framing.schema_with_name else 0
        framing += 0 if system or tools else self.framing.message
        framing += self.framing.schema_beside_tools if tools else 0
        return Framed(self._as_structure(self._appended(system, schema_block(schema))), framing)

    def _appended(self, system: Sequence[Message], block: str) -> Count:
        """A block at the end of the system message: a full stop there and the blank line are one token."""
        if not system or not system[-1].texts:
            return self.text(block)
        before = system[-1].texts[-1]
        tokens = self._encode(f"{before}\n\n{block}") - self._encode(before)
        return self._scaled(tokens, self._counting.factor)

    def _exchange(self, messages: Sequence[Message], names: Mapping[str, str]) -> Framed:
        """One message, or an assistant message with its calls and the results that answer them."""
        first, *results = messages
        if len(first.calls) > 1 and self.framing.parallel_calls:
            return self._parallel(first, results)
        # Empty text beside calls costs nothing (about 40 of 40 recorded bills).
        parts = [self._plain_message(first)] if any(first.texts) or not first.calls else []
        parts += [self._call(call) for call in first.calls]
        parts += [self._result(result, names) for result in results]
        return self._sum(parts)

    def _plain_message(self, message: Message) -> Framed:
        framing = self.framing.message + (self.framing.assistant if message.role == "assistant" else 0)
        if message.name is not None:
            same = message.name == message.role
            framing += self._encode(message.name) + (0 if same else self.framing.name)
        return Framed(self._texts(message.texts), framing)

    def _call(self, call: ToolCall) -> Framed:
        tokens = self._encode(f"functions.{call.name}") + self._encode(_compact(call.arguments))
        count = self._scaled(tokens, self._counting.factor)
        return Framed(self._as_structure(count), self.framing.call)

    def _result(self, message: Message, names: Mapping[str, str]) -> Framed:
        name = names.get(message.call_id or "") or message.name or ""
        tokens = self._encode(f"functions.{name}") + sum(self._encode(text) for text in message.texts)
        return Framed(self._scaled(tokens, self._counting.factor), self.framing.result)

    def _parallel(self, calls: Message, results: Sequence[Message]) -> Framed:
        """Several calls at once are sent as one call of a tool that makes them all."""
        uses = (
            f'{{"recipient_name":"functions.{call.name}","parameters":{_compact(call.arguments) or "{}"}}}'
            for call in calls.calls
        )
        outputs = ", ".join(json.dumps("".join(m.texts), ensure_ascii=False) for m in results)
        tokens = self._encode(f'{{"tool_uses":[{",".join(uses)}]}}')
        tokens += self._encode(f"[{outputs}]") if results else 0
        count = self._as_structure(self._scaled(tokens, self._counting.factor))
        together = Framed(count, self.framing.parallel_calls)
        return together + self._plain_message(calls) if any(calls.texts) else together

    def _texts(self, texts: Iterable[str]) -> Count:
        return self._scaled(sum(self._encode(text) for text in texts), self._counting.factor)

    def _sum(self, parts: Iterable[Framed]) -> Framed:
        total = Framed(self.nothing())
        for part in parts:
            total = total + part
        return total

    def _encode(self, text: str) -> int:
        key = (self._counting.vocabulary, text)
        if key not in self._memo:
            self._memo[key] = self._vocabularies.count(*key)
        return self._memo[key]

    def _as_structure(self, count: Count) -> Count:
        """Definitions, schemas and calls: how providers render them is known less well than texts."""
        rule = self.framing.tools
        return Count(
            count.tokens,
            math.floor(count.tokens * min(rule.low, self._counting.low)),
            math.ceil(count.tokens * max(rule.high, self._counting.high)),
            least_certain(rule.method, count.method),
            count.vocabulary,
        )

    def _scaled(self, tokens: int, factor: Decimal) -> Count:
        counting = self._counting
        scaled = tokens * factor
        return Count(
            int(scaled.to_integral_value(ROUND_HALF_EVEN)),
            math.floor(scaled * counting.low),
            math.ceil(scaled * counting.high),
            counting.method,
            counting.vocabulary,
        )


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
    """Arguments as compact JSON; text that is not JSON stays as it is."""
    try:
        return json.dumps(json.loads(arguments), separators=(",", ":"), ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def _as_json(tool: ToolDefinition) -> str:
    definition = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    return json.dumps(definition, separators=(",", ":"), ensure_ascii=False)
