"""A wire plan and a model to a conversation whose every amount is known, and where each came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tokenquote.catalog import Catalog, Model
from tokenquote.catalog.schema import AmountProfiles
from tokenquote.conversation import Content, Conversation, Opening, ToolRound, Turn
from tokenquote.media_parts import CountedMedia, Items, MediaCounter
from tokenquote.plan_errors import Location, PlanError
from tokenquote.tokens import BodyError, Count, Message, TokenRules, read_body, read_tools
from tokenquote.tokens.request import Request
from tokenquote.tokens.request_count import Framed
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
    plan: wire.Plan, model: Model, rules: TokenRules, catalog: Catalog, looked_at: Items | None = None
) -> ResolvedPlan:
    """Count every amount of the plan as the model does; `looked_at` keeps headers for the next model.

    Raises:
        PlanError: something that is not offered, or that cannot be counted.
    """
    media = MediaCounter(model, catalog.profiles, {} if looked_at is None else looked_at, rules.text)
    resolver = _Resolver(model, rules, catalog.profiles, media)
    opening = resolver.opening(plan)
    conversation = Conversation(
        turns=tuple(resolver.turn(turn, ("turns", i)) for i, turn in enumerate(plan.turns)),
        opening=opening,
        per_request=rules.per_request,
        reasoning_kept=model.entry.reasoning_kept,
    )
    unstated = _unstated(plan.turns)
    return ResolvedPlan(
        conversation, tuple(resolver.counts), unstated, tuple(dict.fromkeys(resolver.assumptions))
    )


def _unstated(turns: Sequence[wire.Turn]) -> Unstated:
    rounds = [(turn.repeat * one.repeat, one) for turn in turns for one in turn.tool_rounds]
    return Unstated(
        assistant=sum(turn.repeat for turn in turns if turn.assistant is None),
        reasoning=sum(turn.repeat for turn in turns if turn.reasoning is None),
        round_reasoning=sum(times for times, one in rounds if one.reasoning is None),
    )


@dataclass(frozen=True, slots=True)
class _Amount:
    count: Count
    framed: bool
    """Whether the provider adds framing around it: not around tokens that the user states."""


@dataclass
class _Resolver:
    model: Model
    rules: TokenRules
    profiles: Mapping[str, AmountProfiles]
    media: MediaCounter
    counts: list[CountedAmount] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    def opening(self, plan: wire.Plan) -> Opening:
        if plan.start is not None:
            return self._start(plan.start, plan.turns[0])
        system_messages: list[Message] = []
        system = Content()
        if plan.system is not None:
            amount = self._amount(plan.system, ("system",), "system")
            system = self._content(amount, self.rules.framing.message)
            # Tokens without their text hold the tools' block all the same: a system message is there.
            texts = (_text_of(plan.system),) if isinstance(plan.system, (str, amounts.Text)) else ()
            system_messages = [Message("system", texts)]
        return Opening(tools=self._tools(plan.tools, system_messages), system=system)

    def turn(self, turn: wire.Turn, at: Location) -> Turn:
        framing = self.rules.framing
        rounds = [self._round(one, (*at, "tool_rounds", i)) for i, one in enumerate(turn.tool_rounds)]
        user = Content()
        if turn.user is not None:
            user = self._parts(turn.user, (*at, "user"), "user", framing.message)
        answer, spoken = self._answer(turn.assistant, (*at, "assistant"))
        return Turn(
            user=user,
            rounds=tuple(rounds),
            reasoning=self._optional(turn.reasoning, (*at, "reasoning"), "reasoning").count.tokens,
            answer_output=answer.tokens - answer.framing,
            answer=answer,
            answer_spoken=spoken,
            gap_seconds=turn.gap_seconds,
            repeat=turn.repeat,
        )

    def _answer(self, value: Any, at: Location) -> tuple[Content, int]:
        """The answer as it is sent back, and the tokens of it that are sound."""
        framing = self.rules.framing.message + self.rules.framing.assistant
        if not isinstance(value, list):
            return self._content(self._optional(value, at, "assistant"), framing), 0
        answer = self._framed(
            [self._said(part, (*at, i)) for i, part in enumerate(value)],
            framing,
        )
        return answer, answer.media.audio

    def _said(self, part: Any, at: Location) -> Content:
        if not isinstance(part, amounts.AudioPart):
            if isinstance(part, (amounts.TokensPart, amounts.TextPart)):
                return self._part(part, at)
            raise PlanError((*at, "type"), "an answer has parts of type text, tokens or audio")
        counted = self.media.count_speech(part, at)
        self._note_media(at, counted)
        self.assumptions.append("a spoken answer is sent back as sound, at the tokens it was spoken with")
        return counted.content()

    def _round(self, tool_round: wire.ToolRound, at: Location) -> ToolRound:
        framing = self.rules.framing
        output, calls, results = 0, Content(), Content()
        for i, call in enumerate(tool_round.calls):
            where = (*at, "calls", i)
            amount = self._amount(call.call, (*where, "call"), "call")
            output += amount.count.tokens
            calls = calls + self._content(amount, framing.call)
            results = results + self._parts(call.result, (*where, "result"), "result", framing.result)
        reasoning = self._optional(tool_round.reasoning, (*at, "reasoning"), "reasoning")
        return ToolRound(output, calls, results, reasoning.count.tokens, tool_round.repeat)

    def _start(self, start: wire.Start, first: wire.Turn) -> Opening:
        try:
            request = read_body(start.format, start.body)
        except BodyError as error:
            raise PlanError(("start", *error.location), error.detail) from None
        self.assumptions += [
            f"start: {one.what} at {'/'.join(map(str, one.location))} counted by their text"
            for one in request.everything_unknown()
        ]
        if first.user is None and request.messages[-1].role not in ("user", "tool"):
            detail = "missing, and the last message of `start` is not one that waits for an answer"
            raise PlanError(("turns", 0, "user"), detail)
        try:
            counted = self.rules.request(request)
        except BodyError as error:
            raise PlanError(("start", "body", *error.location), error.detail) from None
        self._note("start/tools", counted.tools.content, there=bool(request.tools))
        self._note("start/schema", counted.schema.content, there=request.schema is not None)
        self._note("start/system", counted.system.content, there=bool(counted.system.tokens))
        self._note("start/unknown", counted.unknown.content, there=bool(counted.unknown.tokens))
        self._note("start/messages", counted.messages.content, there=bool(counted.messages.tokens))
        return Opening(
            tools=_framed_content(counted.tools),
            system=_framed_content(counted.system + counted.schema),
            messages=_framed_content(counted.messages + counted.unknown) + self._media(start.format, request),
        )

    def _media(self, body_format: str, request: Request) -> Content:
        """The media of a native body; a picture may cost more in one format than in another."""
        total = Content()
        for media in (media for message in request.messages for media in message.media):
            counted = self.media.count_in_body(media, ("start", "body"))
            self._note_media(("start", "body", *media.location), counted)
            total = total + counted.content(in_chat=body_format == "openai.chat")
        return total

    def _note_media(self, at: Location, counted: CountedMedia) -> None:
        self._noted(at, counted.counted.total)
        self.assumptions += counted.notes

    def _tools(self, tools: Any, system: Sequence[Message]) -> Content:
        if tools is None:
            return Content()
        if not isinstance(tools, list):
            return self._content(self._amount(tools, ("tools",), "tools"), 0)
        try:
            read = read_tools(tools)
            counted = self.rules.tools(read.functions, system)
        except BodyError as error:
            raise PlanError(("tools", *(s for s in error.location if s != "tools")), error.detail) from None
        self._note("tools", counted.content)
        if read.unknown:
            raise _not_offered(("tools", *read.unknown[0].location), read.unknown[0].what)
        return _framed_content(counted)

    def _optional(self, value: Any, at: Location, kind: str) -> _Amount:
        return _Amount(Count.stated(0), framed=False) if value is None else self._amount(value, at, kind)

    def _parts(self, value: Any, at: Location, kind: str, framing: int) -> Content:
        """Content that may be a list of parts: one message, framed once if any part is not stated tokens."""
        if not isinstance(value, list):
            return self._content(self._amount(value, at, kind), framing)
        return self._framed([self._part(part, (*at, i)) for i, part in enumerate(value)], framing)

    @staticmethod
    def _framed(parts: Sequence[Content], framing: int) -> Content:
        total = sum(parts, Content())
        return total + Content(framing, framing, framed=True) if total.framed else total

    def _part(self, part: Any, at: Location) -> Content:
        if isinstance(part, amounts.TokensPart):
            return Content(self._noted(at, Count.stated(part.tokens)).tokens)
        if isinstance(part, amounts.TextPart):
            return Content(self._noted(at, self.rules.text(part.text)).tokens, framed=True)
        counted = self.media.count_part(part, at)
        self._note_media(at, counted)
        return counted.content()

    def _amount(self, value: Any, at: Location, kind: str) -> _Amount:
        if isinstance(value, (int, amounts.Tokens)):
            tokens = value if isinstance(value, int) else value.tokens
            return _Amount(self._noted(at, Count.stated(tokens)), framed=False)
        if isinstance(value, (str, amounts.Text)):
            return _Amount(self._noted(at, self.rules.text(_text_of(value))), framed=True)
        if isinstance(value, amounts.Profile):
            return _Amount(self._noted(at, self._profile(value.profile, kind)), framed=False)
        raise _not_offered(at, "ranges")

    def _profile(self, size: str, kind: str) -> Count:
        tokens = int(getattr(self.profiles[kind], size))
        self.assumptions.append(f"{kind}: profile `{size}` stands for {tokens} tokens")
        # A named size says no more than the order of magnitude.
        return Count(tokens, tokens // 2, tokens * 2, "assumed")

    def _content(self, amount: _Amount, framing: int) -> Content:
        added = framing if amount.framed else 0
        return Content(amount.count.tokens + added, added, framed=amount.framed)

    def _noted(self, at: Location, count: Count) -> Count:
        self._note("/".join(map(str, at)), count)
        return count

    def _note(self, what: str, count: Count, *, there: bool = True) -> None:
        if there:
            self.counts.append(
                CountedAmount(
                    what=what,
                    tokens=count.tokens,
                    method=count.method,
                    low=count.low,
                    high=count.high,
                    vocabulary=count.vocabulary,
                )
            )


def _framed_content(counted: Framed) -> Content:
    return Content(counted.tokens, counted.framing, framed=True)


def _text_of(value: str | amounts.Text) -> str:
    return value if isinstance(value, str) else value.text


def _not_offered(at: Location, what: str) -> PlanError:
    return PlanError(at, f"{what}: not yet offered", offered=False)
