"""Reads the messages, calls and results of a plan, each amount of them counted or kept as its text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter, PlannedAmount, find_text
from tokenquote.api.quotes.generated import GeneratedPartCounter
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import NOTHING, CalledAgent
from tokenquote.media import MissingRule
from tokenquote.tokens import Message, TokenRules, ToolCall
from tokenquote.tokens.request import Role
from tokenquote.tokens.templates.chat_messages import read_stated_call
from tokenquote_client import plan as wire
from tokenquote_client.amounts import (
    AmountOrParts,
    AudioPart,
    FunctionCall,
    MediaPart,
    Part,
    Percentiles,
    TextPart,
    TokensPart,
    Triangular,
)
from tokenquote_client.answer_parts import AnswerOrParts, AnswerPart, GeneratedImage, GeneratedVideo

__all__ = ["LastAnswer", "MessageReader", "is_framed"]


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """The last answer of an agent."""

    said: AnswerOrParts | None
    at: Location
    """Its place in the plan."""

    @property
    def is_drawn(self) -> bool:
        """Whether it is a range."""
        return isinstance(self.said, Percentiles | Triangular)


@dataclass
class MessageReader:
    """Reads what a plan says into messages, as one model counts it."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter
    generated: GeneratedPartCounter
    meter: UseMeter
    answers: Mapping[str, LastAnswer] = field(default_factory=dict)
    """The last answer of each agent, by its name: the result of a call that states none."""
    in_chat: bool = False
    """Whether a start is a Chat Completions body, in which media may cost a little more."""

    def message(
        self, role: Role, content: AmountOrParts | AnswerOrParts | None, at: Location, kind: str
    ) -> tuple[Message, Count]:
        """Read one message, and count what a model would write to say it, framing left out.

        `kind` is what its amounts stand for, for profiles. Without content the message is empty.
        """
        if content is None:
            return Message(role), NOTHING
        if not isinstance(content, list):
            part, written = self._amount(content, at, kind)
            return Message(role, (part,)), written
        read = [self._part(part, (*at, i), kind) for i, part in enumerate(content)]
        return Message(role, tuple(part for part, _ in read)), total(
            (written for _, written in read), NOTHING
        )

    def call_id(self, call: wire.Call, index: int) -> str:
        """Return the id of a call: the one that the plan states, or one such as the provider gives."""
        named = call.call
        if isinstance(named, FunctionCall) and named.id is not None:
            return named.id
        if self.rules.doubt_of_ids.high:
            self.amounts.assumptions.append(
                "ids of calls that are not stated: of the length that the provider's have, within "
                f"{self.rules.doubt_of_ids.high} tokens in nine of ten, for a call with its result"
            )
        if isinstance(named, FunctionCall):
            return self.rules.planned_call_id(index, named.name)
        return self.rules.planned_call_id(index, read_stated_call(find_text(named) or "", "")[1].name)

    def call(self, call: wire.Call, at: Location, call_id: str) -> tuple[ToolCall | None, Count]:
        """Read a call that the provider frames, and count what the model writes to make it."""
        value, where = call.call, (*at, "call")
        if isinstance(value, FunctionCall):
            arguments = value.arguments
            written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            function_call = ToolCall(value.name, written, call_id, value.stored)
            made = self.rules.appended([Message("assistant", calls=(function_call,))])
            self.amounts.note_at(where, made + self.rules.doubt_of_ids if value.id is None else made)
            return function_call, made
        count = self.amounts.count(value, where, "call")
        text = find_text(value)
        return (None if text is None else ToolCall("", text, call_id)), count

    def result(self, call: wire.Call, at: Location, call_id: str) -> Message:
        """Read the result of a call, under the name that the client gives it.

        Raises:
            LocatedError: it has a name, but is stated in tokens, which hold all that stands around them.
        """
        result, _ = self.result_content(call, at)
        if call.result_name is not None and not is_framed(result):
            raise LocatedError(
                (*at, "result_name"),
                "tokens that are stated hold the name of the result already: leave the name out, or state "
                "the result as a text",
            )
        return result._replace(name=call.result_name, call_id=call_id)

    def result_content(self, call: wire.Call, at: Location) -> tuple[Message, Count]:
        """Read what answers a call, and count its tokens without framing: the result, or an agent's answer.

        Raises:
            LocatedError: the answer of the agent holds what no tool result has a place for.
        """
        if call.result is not None or call.agent is None:
            return self.message("tool", call.result, (*at, "result"), "result")
        last = self.answers[call.agent]
        answer = last.said
        if isinstance(answer, Percentiles | Triangular):
            drawn = self.amounts.count(answer, (*at, "result"), "assistant", last.at)
            return Message("tool", (drawn,)), drawn
        if isinstance(answer, list) and not all(isinstance(part, TextPart | TokensPart) for part in answer):
            detail = f"the last answer of {call.agent} is not text alone: state the `result` of the call too"
            raise LocatedError((*at, "agent"), detail)
        return self.message("tool", answer, (*at, "result"), "assistant")

    def called_agent(self, call: wire.Call) -> CalledAgent | None:
        """Return the agent that a call starts. None: it starts none."""
        if call.agent is None:
            return None
        last = self.answers[call.agent]
        drawn = call.result is None and last.is_drawn
        return CalledAgent(call.agent, f"/{'/'.join(map(str, last.at))}" if drawn else None)

    def _amount(self, value: PlannedAmount, at: Location, kind: str) -> tuple[str | Count, Count]:
        """Read a text as itself, for the provider frames it, and anything else as its count."""
        count = self.amounts.count(value, at, kind)
        text = find_text(value)
        return (count if text is None else text), count

    def _part(self, part: Part | AnswerPart, at: Location, kind: str) -> tuple[str | Count, Count]:
        if isinstance(part, TokensPart | TextPart):
            return self._amount(part, at, kind)
        if kind == "assistant" or isinstance(part, GeneratedImage | GeneratedVideo):
            count = self._generated(part, at)
        else:
            count = self._media(part, at)
        return self.amounts.note_at(at, count), count.content

    def _generated(self, part: Part | AnswerPart, at: Location) -> Count:
        if isinstance(part, AudioPart | GeneratedImage | GeneratedVideo):
            return self.generated.count(part, at)
        raise LocatedError((*at, "type"), "an answer has parts of type text, tokens, audio, image or video")

    def _media(self, part: MediaPart, at: Location) -> Count:
        """Count media of a message; those that a fee bills need no rule."""
        billed = self.meter.add_item(self.media.read_part(part, at))
        try:
            return self.media.count_part(part, at, in_chat=self.in_chat)
        except MissingRule:
            if not billed:
                raise
            return NOTHING


def is_framed(message: Message) -> bool:
    """Tell whether a provider frames the message: it has a text, or parts counted as one would be."""
    return bool(message.texts) or any(count.framed for count in message.counts)
