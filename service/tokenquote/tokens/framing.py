"""Requests counted by constants: the tokens around a message, a call, a result and a block of tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from tokenquote.catalog.schema.framing import Framing
from tokenquote.counts import Count, total
from tokenquote.tokens.request import (
    Message,
    OutputSchema,
    Request,
    Role,
    Speaker,
    ToolCall,
    ToolChoice,
    ToolDefinition,
)
from tokenquote.tokens.request_count import RequestCount
from tokenquote.tokens.texts import MessageCounter, TextCounter
from tokenquote.tokens.tools.framed_blocks import FramedBlocks
from tokenquote.tokens.tools.sent_calls import (
    calls_together,
    compact_arguments,
    json_call,
    listed_calls,
    listed_results,
    results_together,
    tagged_call,
)

__all__ = ["FramedRequests"]


class FramedRequests:
    """Counts requests by the constants of one family of models.

    `schema` is the output schema of the request that messages are appended to; None: it has none.
    """

    def __init__(self, framing: Framing, texts: TextCounter, schema: OutputSchema | None = None) -> None:
        self._framing = framing
        self._texts = texts
        self._schema = schema
        self._blocks = FramedBlocks(framing, texts)

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
        tools = self._blocks.tools(request.tools, system) + self._blocks.choice(request)
        return RequestCount(
            system=total((self._plain_message(message) for message in system), nothing),
            tools=tools,
            schema=self._blocks.schema(request.schema, request.tools, system),
            messages=self._messages(request, others),
            unknown=self._texts.as_unknown(unknown) if unknown else nothing,
            per_request=0 if request.shape == "prompts" else self.per_request,
            by_tool=self._blocks.by_tool(request.tools),
            slack=self._texts.slack,
        )

    def _messages(self, request: Request, spoken: Sequence[Message]) -> Count:
        if request.shape == "prompts":
            # An empty prompt costs a token (n 1).
            empty = sum(not prompt for prompt in request.prompts)
            around = self._framing.prompt * len(request.prompts)
            return self._texts.texts(request.prompts, request.prompt_tokens + empty + around)
        counted = FramedRequests(self._framing, self._texts, request.schema).appended(spoken)
        around = self._framing.json_mode if request.json_mode and request.schema is None else 0
        if request.documents:
            counted += self._texts.texts(request.documents)
            around += self._framing.documents
        counted = counted.with_framing(around)
        answers = sum(message.role == "assistant" for message in spoken)
        return replace(counted, high=counted.high + answers * self._framing.hidden_reasoning)

    def appended(
        self,
        messages: Sequence[Message],
        before: Sequence[Message] = (),
        choice: ToolChoice | None = None,
    ) -> Count:
        """Count what messages add to a request; it does not matter what goes before them."""
        nothing = self._texts.nothing()
        if not any(message.calls or message.role == "tool" for message in messages):
            if self._texts.add_up:
                return self._plain_messages(messages)
            counted = map(self._plain_message, messages)
            return next(counted) if len(messages) == 1 else total(counted, nothing)
        names = {call.id: call.name for message in messages for call in message.calls if call.id}
        return total((self._exchange(group, names) for group in _exchanges(messages)), nothing)

    def said_by(self, speaker: Speaker) -> MessageCounter:
        """Return what counts messages of a speaker that are a text and nothing else."""
        return self._texts.messages(self._around(speaker))

    def tools(self, tools: Sequence[ToolDefinition], system: Sequence[Message] = ()) -> Count:
        """Count tool definitions, given the system messages that may hold their block."""
        return self._blocks.tools(tools, system)

    def _exchange(self, messages: Sequence[Message], names: Mapping[str, str]) -> Count:
        """Count one message, or an assistant message with its calls and the results that answer them."""
        first, *results = messages
        if len(first.calls) > 1 and self._framing.parallel_calls:
            return self._parallel(first, results)
        if first.calls and self._framing.call_style == "lists":
            return self._listed(first, results)
        further = self._framing.call if self._framing.further_call is None else self._framing.further_call
        around = (self._framing.call, *[further] * len(first.calls))
        parts = [self._spoken(first), *map(self._call, first.calls, around)]
        if len(first.calls) == 1 and first.calls[0].stored:
            parts.append(self._texts.around(self._framing.stored_call))
        parts += [self._result(result, names) for result in results]
        return total(parts, self._texts.nothing())

    def _spoken(self, message: Message) -> Count:
        """Count what a message says, beside any calls."""
        if not message.calls:
            return self._plain_message(message)
        if any(message.texts):
            return self._plain_message(message) + self._texts.around(self._framing.text_beside_calls)
        # Empty text beside calls costs nothing (about 40 of 40 recorded bills), a name does.
        return self._texts.around(self._name(message))

    def _plain_message(self, message: Message) -> Count:
        return self._texts.texts(message.runs, self._around(message.role) + self._name(message))

    def _plain_messages(self, messages: Sequence[Message]) -> Count:
        """Count messages whose tokens may be added up before they are counted, without a count for each."""
        around = {role: self._around(role) for role in {message.role for message in messages}}
        framing = sum(around[message.role] + self._name(message) for message in messages)
        return self._texts.texts((run for message in messages for run in message.runs), framing)

    def _around(self, role: Role) -> int:
        """Return the tokens around the text of a message, without those of a name."""
        if role == "system" and self._framing.system is not None:
            return self._framing.system
        if role != "assistant":
            return self._framing.message
        around = self._framing.message + self._framing.assistant
        if self._schema is not None and self._framing.output_schema.per_answer is not None:
            around += self._framing.output_schema.per_answer + self._texts.encode(self._schema.name)
        return around

    def _name(self, message: Message) -> int:
        if message.name is None:
            return 0
        return self._texts.encode(message.name) + (0 if message.name == message.role else self._framing.name)

    def _call(self, call: ToolCall, framing: int) -> Count:
        if self._framing.call_style in ("tags", "json"):
            written = tagged_call(call) if self._framing.call_style == "tags" else json_call(call)
            return self._structure(self._texts.encode(written), framing)
        tokens = self._texts.encode(f"functions.{call.name}")
        return self._structure(tokens + self._texts.encode(compact_arguments(call)), framing)

    def _result(self, message: Message, names: Mapping[str, str]) -> Count:
        if self._framing.call_style != "functions":
            return self._texts.texts(message.runs, self._framing.result)
        name = names.get(message.call_id or "") or message.name or ""
        name = f"functions.{name}" if self._framing.result_in_namespace else name
        return self._texts.texts([name, *message.runs], self._framing.result)

    def _parallel(self, calls: Message, results: Sequence[Message]) -> Count:
        """Count several calls at once, which are sent as one call of a tool that makes them all."""
        tokens = self._texts.encode(calls_together(calls.calls))
        if results:
            tokens += self._texts.encode(results_together(results, escaped=self._framing.escaped_outputs))
        return self._structure(tokens, self._framing.parallel_calls) + self._spoken(calls)

    def _listed(self, calls: Message, results: Sequence[Message]) -> Count:
        """Count calls and results as two lists of JSON."""
        tokens = self._texts.encode(listed_calls(calls.calls))
        tokens += self._texts.encode(listed_results(results)) if results else 0
        framing = self._framing.call + (self._framing.further_call or 0) * (len(calls.calls) - 1)
        said = self._texts.texts(run for run in calls.runs if run)
        return self._structure(tokens, framing) + said

    def _structure(self, tokens: int, framing: int) -> Count:
        rule = self._framing.tools
        counted = self._texts.as_structure(self._texts.scaled(tokens), rule.call_method, rule.call_slack)
        return counted.with_framing(framing)


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
