"""A wire plan and a model to a conversation whose every amount is known, and where each came from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tokenquote.api.media.counter import LookedAt, MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.openings import OpeningReader, framed_content
from tokenquote.catalog import Catalog, Model
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import Content, Conversation, Opening, ToolRound, Turn
from tokenquote.tokens import (
    BodyError,
    Message,
    TokenRules,
    ToolCall,
)
from tokenquote.tokens.request import Role
from tokenquote_client import amounts
from tokenquote_client import plan as wire
from tokenquote_client.quote import CountedAmount

__all__ = ["ResolvedPlan", "Unstated", "resolve"]


@dataclass(frozen=True, slots=True)
class Unstated:
    """Output that the plan leaves out and that counts as 0 tokens."""

    assistant: int
    """Turns without `assistant`."""
    reasoning: int
    """Turns without `reasoning`."""
    round_reasoning: int
    """Tool rounds without `reasoning`."""


@dataclass(frozen=True, slots=True)
class ResolvedPlan:
    """The conversation, and what to say about its numbers."""

    conversation: Conversation
    counts: tuple[CountedAmount, ...]
    unstated: Unstated
    assumptions: tuple[str, ...]


def resolve(
    plan: wire.Plan, model: Model, rules: TokenRules, catalog: Catalog, looked_at: LookedAt | None = None
) -> ResolvedPlan:
    """Count every amount of the plan as the model does; `looked_at` keeps headers for the next model.

    Raises:
        LocatedError: something that is not offered, or that cannot be counted.
    """
    media = MediaCounter(model.media, catalog.profiles, looked_at or LookedAt(), rules.text)
    counter = AmountCounter(rules, catalog.profiles)
    resolver = _Resolver(rules, media, counter)
    opening = resolver.opening(plan)
    conversation = Conversation(
        turns=tuple(resolver.turn(turn, ("turns", i)) for i, turn in enumerate(plan.turns)),
        opening=opening,
        per_request=rules.per_request,
        reasoning_kept=model.entry.reasoning_kept,
    )
    unstated = _unstated(plan.turns)
    return ResolvedPlan(
        conversation, tuple(counter.counts), unstated, tuple(dict.fromkeys(counter.assumptions))
    )


def _unstated(turns: Sequence[wire.Turn]) -> Unstated:
    rounds = [(turn.repeat * one.repeat, one) for turn in turns for one in turn.tool_rounds]
    return Unstated(
        assistant=sum(turn.repeat for turn in turns if turn.assistant is None),
        reasoning=sum(turn.repeat for turn in turns if turn.reasoning is None),
        round_reasoning=sum(times for times, one in rounds if one.reasoning is None),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What a message holds: tokens that the user states, texts, and media."""

    stated: int = 0
    texts: tuple[str, ...] = ()
    written: int = 0
    """Tokens of all of it without framing: what a model writes to say it."""
    media: Content = field(default_factory=Content)

    @property
    def framed(self) -> bool:
        """Whether the provider adds framing around it: not around tokens that the user states."""
        return bool(self.texts) or self.media.framed


@dataclass
class _Resolver:
    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter
    unanswered: Sequence[Message] = ()
    """Calls with results that a start ends with: the first answer follows them."""

    def opening(self, plan: wire.Plan) -> Opening:
        reader = OpeningReader(self.rules, self.media, self.amounts)
        if plan.start is not None:
            started = reader.start(plan.start, plan.turns[0])
            self.unanswered = started.unanswered
            return started.opening
        if plan.system is None:
            return Opening(tools=reader.tools(plan.tools, ()))
        said = self._said(plan.system, ("system",), "system")
        # Tokens without their text hold the tools' block all the same: a system message is there.
        tools = reader.tools(plan.tools, [Message("system", said.texts)])
        return Opening(tools=tools, system=self._message("system", said))

    def turn(self, turn: wire.Turn, at: Location) -> Turn:
        try:
            return self._turn(turn, at)
        except BodyError as error:  # a model's chat template has no place for it
            raise LocatedError(at, error.detail) from None

    def _turn(self, turn: wire.Turn, at: Location) -> Turn:
        rounds: list[ToolRound] = []
        before = self.unanswered if turn.user is None else ()
        for i, one in enumerate(turn.tool_rounds):
            tool_round, before = self._round(one, (*at, "tool_rounds", i))
            rounds.append(tool_round)
        user = _Said() if turn.user is None else self._said(turn.user, (*at, "user"), "user")
        answer = _Said()
        if turn.assistant is not None:
            answer = self._said(turn.assistant, (*at, "assistant"), "assistant")
        return Turn(
            user=self._message("user", user),
            rounds=tuple(rounds),
            reasoning=self.amounts.optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            answer_output=answer.written,
            answer=self._message("assistant", answer, before),
            answer_spoken=answer.media.media.audio,
            gap_seconds=turn.gap_seconds,
            repeat=turn.repeat,
        )

    def _said(self, value: Any, at: Location, kind: str) -> _Said:
        """An amount, or a list of parts that are said together."""
        if not isinstance(value, list):
            return self._one(value, at, kind)
        parts = [self._part(part, (*at, i), kind) for i, part in enumerate(value)]
        return _Said(
            stated=sum(part.stated for part in parts),
            texts=tuple(text for part in parts for text in part.texts),
            written=sum(part.written for part in parts),
            media=sum((part.media for part in parts), Content()),
        )

    def _one(self, value: Any, at: Location, kind: str) -> _Said:
        counted = self.amounts.amount(value, at, kind)
        tokens = counted.count.tokens
        if counted.text is None:
            return _Said(stated=tokens, written=tokens)
        return _Said(texts=(counted.text,), written=tokens)

    def _part(self, part: Any, at: Location, kind: str) -> _Said:
        if isinstance(part, (amounts.TokensPart, amounts.TextPart)):
            return self._one(part, at, kind)
        if kind != "assistant":
            counted = self.media.count_part(part, at)
        elif isinstance(part, amounts.AudioPart):
            counted = self.media.count_speech(part, at)
            self.amounts.assumptions.append(
                "a spoken answer is sent back as sound, at the tokens it was spoken with"
            )
        else:
            raise LocatedError((*at, "type"), "an answer has parts of type text, tokens or audio")
        self.amounts.note_media(at, counted)
        content = counted.content()
        return _Said(written=content.tokens - content.framing, media=content)

    def _message(self, role: Role, said: _Said, before: Sequence[Message] = ()) -> Content:
        """One message as requests send it; templates may open an answer otherwise after results."""
        total = Content(said.stated) + said.media
        if said.framed:
            added = self._appended([*before, Message(role, said.texts)])
            total = total + _difference(added, self._appended(before))
        return total

    def _round(self, tool_round: wire.ToolRound, at: Location) -> tuple[ToolRound, Sequence[Message]]:
        """Calls that are made together, and with the results that are framed the messages that they are;
        those stated in tokens go beside those that are framed.
        """
        said = _Said()
        if tool_round.text is not None:
            said = self._said(tool_round.text, (*at, "text"), "assistant")
        output, stated, beside = said.written, Content(said.stated), Content()
        calls: list[ToolCall] = []
        results: list[Message] = []
        for i, one in enumerate(tool_round.calls):
            where = (*at, "calls", i)
            call, written = self._call(one.call, (*where, "call"), f"call_{i}")
            result = self._said(one.result, (*where, "result"), "result")
            output += written
            calls += [call] if call is not None else []
            stated = stated if call is not None else stated + Content(written)
            beside = beside + Content(result.stated) + result.media
            if result.framed:
                name = call.name if call is not None else None
                results.append(Message("tool", result.texts, name=name, call_id=f"call_{i}"))
        answer = [Message("assistant", said.texts, calls=tuple(calls))] if calls or said.texts else []
        made = self._appended(answer)
        answered = self._appended([*answer, *results])
        read = ToolRound(
            output,
            stated + made,
            beside + _difference(answered, made),
            self.amounts.optional(tool_round.reasoning, (*at, "reasoning"), "reasoning"),
            tool_round.repeat,
        )
        return read, [*answer, *results] if results else ()

    def _call(self, value: Any, at: Location, call_id: str) -> tuple[ToolCall | None, int]:
        """A call that the provider frames, and the tokens that the model writes to make it."""
        if isinstance(value, amounts.FunctionCall):
            arguments = value.arguments
            text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            call = ToolCall(value.name, text, call_id, value.stored)
            made = self.rules.appended([Message("assistant", calls=(call,))])
            self.amounts.noted(at, made.content)
            return call, made.tokens
        counted = self.amounts.amount(value, at, "call")
        if counted.text is None:
            return None, counted.count.tokens
        return ToolCall("", counted.text, call_id), counted.count.tokens

    def _appended(self, messages: Sequence[Message]) -> Content:
        return framed_content(self.rules.appended(messages)) if messages else Content()


def _difference(more: Content, less: Content) -> Content:
    """What is in the one and not in the other; neither holds media."""
    return Content(more.tokens - less.tokens, more.framing - less.framing, framed=more.framed)
