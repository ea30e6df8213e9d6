"""Turns a wire plan into a conversation whose every amount is counted, with the source of each count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.media.items import ItemReader
from tokenquote.api.quotes.amounts import AmountCounter, PlannedAmount, find_text
from tokenquote.api.quotes.cache_choice import CountedMark
from tokenquote.api.quotes.cleared_results import ClearedAs, set_apart
from tokenquote.api.quotes.generated import GeneratedPartCounter
from tokenquote.api.quotes.history_texts import read_clearing, read_instruction
from tokenquote.api.quotes.openings import OpeningReader, count_marks
from tokenquote.api.quotes.unstated import Unstated, count_unstated
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.catalog import Catalog, Model
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import NOTHING, Conversation, CountedRound, CountedTurn, EarlierPiece, Opening
from tokenquote.ledger.fees import Use
from tokenquote.ledger.prices import Tariff
from tokenquote.media import MissingRule
from tokenquote.tokens import (
    BodyError,
    Message,
    Request,
    TokenRules,
    ToolCall,
)
from tokenquote.tokens.request import Role, ToolChoice
from tokenquote_client import plan as wire
from tokenquote_client.amounts import (
    AmountOrParts,
    AudioPart,
    CallAmount,
    FunctionCall,
    MediaPart,
    Part,
    TextPart,
    TokensPart,
)
from tokenquote_client.answer_parts import AnswerOrParts, AnswerPart, GeneratedImage, GeneratedVideo
from tokenquote_client.quote import CountedAmount

__all__ = ["ResolvedPlan", "resolve"]


@dataclass(frozen=True, slots=True)
class ResolvedPlan:
    """Holds the counted conversation, and what to say about its numbers."""

    conversation: Conversation
    counts: tuple[CountedAmount, ...]
    unstated: Unstated
    assumptions: tuple[str, ...]
    marks: tuple[CountedMark, ...] = ()
    """The marks for prompt caching in the body that opens the conversation, in order."""
    uses: tuple[tuple[Use, ...], ...] = ()
    """What one repetition of each turn uses that is not billed by the token."""


def resolve(
    plan: wire.Plan,
    model: Model,
    rules: TokenRules,
    catalog: Catalog,
    item_reader: ItemReader | None = None,
    tariff: Tariff | None = None,
) -> ResolvedPlan:
    """Count every amount of the plan as the model does; `item_reader` keeps headers for the next model.

    `tariff` says what is billed by fees; None: nothing is.

    Raises:
        LocatedError: something that is not offered, or that cannot be counted.
    """
    counter = AmountCounter(rules, catalog.profiles)
    reader = item_reader or ItemReader()
    media = MediaCounter(model.media, catalog.profiles, reader, rules.text, counter.assumptions)
    meter = UseMeter(tariff, ranks=model.entry.kind == "rerank")
    generated = GeneratedPartCounter(media, counter, meter, model.entry.generated_images)
    resolver = _Resolver(rules, media, counter, generated, meter, alone=not model.converses)
    resolver.clears = read_clearing(plan.history, counter)
    opening = resolver.opening(plan)
    instruction = resolver.sent_alone(read_instruction(plan.history, counter))
    marked = model.caching is not None and model.caching.breakpoints
    marks = count_marks(plan.start, rules, media) if plan.start is not None and marked else ()
    turns: list[CountedTurn] = []
    uses: list[tuple[Use, ...]] = []
    for i, turn in enumerate(plan.turns):
        turns.append(resolver.turn(turn, ("turns", i)))
        uses.append(meter.finish_turn(turn))
    conversation = Conversation(
        turns=tuple(turns),
        opening=opening,
        earlier=resolver.earlier,
        waits=plan.turns[0].user is None,
        instruction=instruction,
        per_request=rules.per_request if model.converses else 0,
        reasoning_kept=model.entry.reasoning_kept,
    )
    unstated = count_unstated(plan.turns)
    assumptions = tuple(dict.fromkeys(counter.assumptions))
    return ResolvedPlan(conversation, tuple(counter.counts), unstated, assumptions, marks, tuple(uses))


@dataclass
class _Resolver:
    """Turns what a plan says into messages, and messages into what requests send."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter
    generated: GeneratedPartCounter
    meter: UseMeter
    alone: bool = False
    """Whether a user message is sent by itself, as a bare prompt: for embeddings, images and the like."""
    unanswered: Sequence[Message] = ()
    """Calls with results that a start ends with: the first answer follows them."""
    in_chat: bool = False
    """Whether a start is a Chat Completions body, in which media may cost a little more."""
    opened_with: Sequence[Message] = ()
    """What a start says, where the model's messages depend on what goes before them; else nothing."""
    choice: ToolChoice | None = None
    """The choice of tools that a start states. None: it states none, or there is no start."""
    earlier: tuple[EarlierPiece, ...] = ()
    """What a start says piece by piece, where a history strategy condenses it; else nothing."""
    clears: ClearedAs | None = None
    """What becomes of tool results where a history strategy condenses the conversation. None: none does."""

    def opening(self, plan: wire.Plan) -> Opening:
        reader = OpeningReader(self.rules, self.media, self.amounts)
        if plan.start is not None:
            started = reader.start(plan.start, plan.turns[0], self.clears)
            self.earlier = started.earlier
            self.unanswered, self.in_chat = started.unanswered, started.in_chat
            self.rules = started.rules
            if self.rules.reaches_back:
                self.unanswered = started.spoken
                self.opened_with = started.spoken if self.clears is None else ()
            self.choice = started.choice
            return started.opening
        if plan.system is None:
            return Opening(tools=reader.tools(plan.tools, ()))
        system, _ = self._message("system", plan.system, ("system",), "system")
        # Tokens without their text hold the tools' block all the same: a system message is there.
        tools = reader.tools(plan.tools, [system])
        return Opening(tools=tools, system=self._sent(system))

    def sent_alone(self, message: Message) -> Count:
        """Count a message that a request sends by itself."""
        return self._sent(message)

    def turn(self, turn: wire.Turn, at: Location) -> CountedTurn:
        try:
            return self._turn(turn, at)
        except BodyError as error:  # a model's chat template has no place for it
            raise LocatedError(at, error.detail) from None

    def _turn(self, turn: wire.Turn, at: Location) -> CountedTurn:
        rounds: list[CountedRound] = []
        before = self.unanswered if turn.user is None else ()
        opened_with, self.opened_with = self.opened_with, ()
        for i, planned in enumerate(turn.tool_rounds):
            place = (*at, "tool_rounds", i)
            counted, before = self._rounds(planned, place, before)
            if self.clears is not None and self.clears.placeholder is not None:
                counted = self._apart(planned, place, counted, self.clears.placeholder)
            rounds += counted
        if turn.user is not None:
            self.meter.add_message(turn.user)
        user, _ = self._message("user", turn.user, (*at, "user"), "user")
        answer, written = self._message("assistant", turn.assistant, (*at, "assistant"), "assistant")
        return CountedTurn(
            user=self._prompt(user) if self.alone else self._sent(user, opened_with),
            rounds=tuple(rounds),
            reasoning=self.amounts.count_optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            answer_output=written,
            answer=NOTHING if self.alone else self._sent(answer, before),
            answer_spoken=sum(count.media.audio for count in answer.counts),
            answer_drawn=sum(count.media.image for count in answer.counts),
            gap_seconds=turn.gap_seconds,
            repeat=turn.repeat,
            blocks=max(1, len(user.parts)),
        )

    def _apart(
        self, planned: wire.ToolRound, at: Location, rounds: Sequence[CountedRound], placeholder: str | Count
    ) -> list[CountedRound]:
        """Set the results of a round apart, each with the placeholder that may take its place."""
        quiet = self._without_notes()

        def exchange(result: int | str | None, user: AmountOrParts | None = None) -> Count:
            """Count the round with another result in place of each, or with its own."""
            calls = planned.calls
            if result is not None:
                calls = [call.model_copy(update={"result": result}) for call in calls]
            changed = planned.model_copy(update={"calls": calls, "user": user, "repeat": 1})
            return quiet._rounds(changed, at, ())[0][0].exchange

        read = [quiet._message("tool", call.result, at, "result") for call in planned.calls]
        return set_apart(
            rounds,
            without=exchange(0),
            sent=exchange(None),
            cleared=exchange(placeholder if isinstance(placeholder, str) else placeholder.tokens),
            with_user=exchange(None, planned.user),
            contents=[
                Count.stated(written).with_media(total(message.counts, NOTHING).media)
                for message, written in read
            ],
        )

    def _without_notes(self) -> _Resolver:
        """Return a resolver that counts the same once more, and keeps none of it for the quote."""
        amounts = replace(self.amounts, counts=[], assumptions=[])
        return replace(self, amounts=amounts, meter=UseMeter(self.meter.tariff))

    def _message(
        self, role: Role, content: AmountOrParts | AnswerOrParts | None, at: Location, kind: str
    ) -> tuple[Message, int]:
        """Read one message, and count the tokens that a model would write to say it, framing left out.

        `kind` is what its amounts stand for, for profiles. Without content the message is empty.
        """
        if content is None:
            return Message(role), 0
        if not isinstance(content, list):
            part, written = self._amount(content, at, kind)
            return Message(role, (part,)), written
        read = [self._part(part, (*at, i), kind) for i, part in enumerate(content)]
        return Message(role, tuple(part for part, _ in read)), sum(written for _, written in read)

    def _amount(self, value: PlannedAmount, at: Location, kind: str) -> tuple[str | Count, int]:
        """Read a text as itself, for the provider frames it, and anything else as its count."""
        count = self.amounts.count(value, at, kind)
        text = find_text(value)
        return (count if text is None else text), count.tokens

    def _part(self, part: Part | AnswerPart, at: Location, kind: str) -> tuple[str | Count, int]:
        if isinstance(part, TokensPart | TextPart):
            return self._amount(part, at, kind)
        if kind == "assistant" or isinstance(part, GeneratedImage | GeneratedVideo):
            count = self._generated(part, at)
        else:
            count = self._media(part, at)
        return self.amounts.note_at(at, count), count.tokens - count.framing

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

    def _sent(self, message: Message, before: Sequence[Message] = ()) -> Count:
        """Count a message as requests send it; templates may open an answer otherwise after results."""
        counted = total(message.counts, NOTHING)
        if not message.texts and not counted.framed:  # nothing stands around tokens that the user states
            return counted
        return counted + self._appended([message], before)

    def _prompt(self, message: Message) -> Count:
        """Count a message that is sent as bare prompts, with what its counting rule puts around them."""
        counted = total(message.counts, NOTHING)
        if not message.texts:
            return counted
        return counted + self.rules.request(Request(prompts=message.texts, shape="prompts")).count

    def _rounds(
        self, planned: wire.ToolRound, at: Location, before: Sequence[Message]
    ) -> tuple[list[CountedRound], Sequence[Message]]:
        """Count a tool round; return with it the messages that it adds, where its results are framed.

        Where what goes before matters, a round that repeats costs otherwise when it follows itself.
        """
        made, beside, exchange = self._exchange(planned, at)
        before = before if self.rules.reaches_back else ()
        first = replace(made, exchange=total(beside, self._appended(exchange, before)))
        results = any(message.role == "tool" for message in exchange)
        if not (self.rules.reaches_back and results and planned.repeat > 1):
            return [first], exchange if results else ()
        again = total(beside, self._appended(exchange, exchange))
        repeated = replace(made, exchange=again, repeat=planned.repeat - 1)
        return [replace(first, repeat=1), repeated], exchange

    def _exchange(
        self, planned: wire.ToolRound, at: Location
    ) -> tuple[CountedRound, Sequence[Count], Sequence[Message]]:
        """Read one tool round: the round without its exchange, counts that go beside, and messages.

        Calls and results that are stated in tokens go beside those that the provider frames.
        """
        said, output = self._message("assistant", planned.text, (*at, "text"), "assistant")
        beside = [*said.counts]
        calls: list[ToolCall] = []
        results: list[Message] = []
        for i, call in enumerate(planned.calls):
            where = (*at, "calls", i)
            call_id = self.rules.planned_call_id(i)
            made, written = self._call(call.call, (*where, "call"), call_id)
            result, _ = self._message("tool", call.result, (*where, "result"), "result")
            output += written
            if made is None:
                beside.append(Count.stated(written))
            else:
                calls.append(made)
            beside += result.counts
            if result.texts or any(count.framed for count in result.counts):
                name = made.name if made is not None else None
                results.append(replace(result, name=name, call_id=call_id))
        asked, _ = self._message("user", planned.user, (*at, "user"), "user")
        beside += asked.counts
        framed = bool(asked.texts) or any(count.framed for count in asked.counts)
        answer = [replace(said, calls=tuple(calls))] if calls or said.texts else []
        exchange = [*answer, *results, *([asked] if framed else [])]
        thought = self.amounts.count_optional(planned.reasoning, (*at, "reasoning"), "reasoning")
        blocks = bool(said.parts) + 2 * len(planned.calls) + len(asked.parts)
        return CountedRound(output, NOTHING, thought, planned.repeat, blocks), beside, exchange

    def _call(self, value: CallAmount, at: Location, call_id: str) -> tuple[ToolCall | None, int]:
        """Read a call that the provider frames, and count the tokens that the model writes to make it."""
        if isinstance(value, FunctionCall):
            arguments = value.arguments
            written = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
            call = ToolCall(value.name, written, call_id, value.stored)
            made = self.rules.appended([Message("assistant", calls=(call,))])
            self.amounts.note_at(at, made)
            return call, made.tokens
        count = self.amounts.count(value, at, "call")
        text = find_text(value)
        return (None if text is None else ToolCall("", text, call_id)), count.tokens

    def _appended(self, messages: Sequence[Message], before: Sequence[Message] = ()) -> Count:
        return self.rules.appended(messages, before, self.choice) if messages else NOTHING
