"""Turns of a plan to what requests send of them: messages, calls and results, counted as one model does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.quotes.amounts import AmountCounter
from tokenquote.api.quotes.cleared_results import ClearedAs, set_apart
from tokenquote.api.quotes.openings import OpeningReader
from tokenquote.api.quotes.plain_turns import PlainTurns, find_said
from tokenquote.api.quotes.planned_messages import MessageReader, is_framed
from tokenquote.api.quotes.single_messages import SingleMessages
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import NOTHING, ONCE, CountedRound, CountedTurn, EarlierPiece, Opening, Repeats
from tokenquote.ledger.fees import Use
from tokenquote.tokens import BodyError, Message, TokenRules, ToolCall
from tokenquote.tokens.request import ToolChoice
from tokenquote_client import plan as wire

__all__ = ["TurnCounter"]

TurnUses: TypeAlias = tuple[Use, ...]
"""What one repetition of a turn uses that is not billed by the token."""


@dataclass
class TurnCounter:
    """Turns what a plan says into messages, and messages into what requests send."""

    rules: TokenRules
    media: MediaCounter
    amounts: AmountCounter
    reader: MessageReader
    meter: UseMeter
    alone: SingleMessages | None = None
    """Counts the messages of a model that holds no conversation. None: it holds one."""
    unanswered: Sequence[Message] = ()
    """Calls with results that a start ends with: the first answer follows them."""
    opened_with: Sequence[Message] = ()
    """What a start says, where the model's messages depend on what goes before them; else nothing."""
    choice: ToolChoice | None = None
    """The choice of tools that a start states. None: it states none, or there is no start."""
    earlier: tuple[EarlierPiece, ...] = ()
    """What a start says piece by piece, where a history strategy condenses it; else nothing."""
    clears: ClearedAs | None = None
    """What becomes of tool results where a history strategy condenses the conversation. None: none does."""

    def opening(self, plan: wire.Plan) -> Opening:
        """Count how the conversation opens; later turns follow it.

        Raises:
            LocatedError: what is not offered, or opens no conversation.
        """
        reader = OpeningReader(self.rules, self.media, self.amounts)
        if plan.start is not None:
            started = reader.start(plan.start, plan.turns[0], self.clears)
            self.earlier = started.earlier
            self.unanswered = started.unanswered
            self.rules = self.reader.rules = started.rules
            self.reader.in_chat = started.in_chat
            if self.rules.reaches_back:
                self.unanswered = started.spoken
                self.opened_with = started.spoken if self.clears is None else ()
            self.choice = started.choice
            return started.opening
        if plan.system is None:
            return Opening(tools=reader.tools(plan.tools, ()))
        if type(plan.system) is int and not isinstance(plan.tools, list):  # nothing stands around tokens
            stated = self.amounts.count(plan.system, ("system",), "system")
            return Opening(tools=reader.tools(plan.tools, ()), system=stated)
        system, _ = self.reader.message("system", plan.system, ("system",), "system")
        # Tokens without their text hold the tools' block all the same: a system message is there.
        tools = reader.tools(plan.tools, [system])
        return Opening(tools=tools, system=self.sent(system))

    def turns(self, turns: Sequence[wire.Turn]) -> tuple[tuple[CountedTurn, ...], tuple[TurnUses, ...]]:
        """Count the turns; return with them what each uses that is not billed by the token.

        Raises:
            LocatedError: what one says cannot be counted, or the model has no place for it.
        """
        plain = PlainTurns(self.rules, self.amounts, self.meter, self.choice) if self.alone is None else None
        counted: list[CountedTurn] = []
        uses: list[TurnUses] = []
        for i, turn in enumerate(turns):
            try:
                said = find_said(turn) if plain is not None else None
                if plain is None or said is None:
                    counted.append(self._turn(turn, ("turns", i)))
                else:
                    opened_with, self.opened_with = self.opened_with, ()
                    counted.append(plain.count(turn, said, ("turns", i), opened_with))
            except BodyError as error:  # a model's chat template has no place for it
                raise LocatedError(("turns", i), error.detail) from None
            uses.append(self.meter.finish_turn(turn))
        return tuple(counted), tuple(uses)

    def _turn(self, turn: wire.Turn, at: Location) -> CountedTurn:
        rounds: list[CountedRound] = []
        before = self.unanswered if turn.user is None else ()
        opened_with, self.opened_with = self.opened_with, ()
        for i, planned in enumerate(turn.tool_rounds):
            place = (*at, "tool_rounds", i)
            counted, before = self._rounds(planned, place, before)
            rounds += self._apart(planned, place, counted)
        if turn.user is not None:
            self.meter.add_message(turn.user)
        user, _ = self.reader.message("user", turn.user, (*at, "user"), "user")
        answer, written = self.reader.message("assistant", turn.assistant, (*at, "assistant"), "assistant")
        return CountedTurn(
            user=self.alone.count_prompt(user) if self.alone else self.sent(user, opened_with),
            rounds=tuple(rounds),
            reasoning=self.amounts.count_optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            answer_output=written,
            answer=NOTHING if self.alone else self.sent(answer, before),
            answer_spoken=sum(count.media.audio for count in answer.counts)
            + (self.alone.count_spoken(answer) if self.alone else 0),
            answer_drawn=sum(count.media.image for count in answer.counts)
            + (self.alone.count_drawn(answer) if self.alone else 0),
            gap_seconds=turn.gap_seconds,
            repeat=self.amounts.count_repeats(turn.repeat, (*at, "repeat")),
            blocks=max(1, len(user.parts)),
        )

    def _apart(
        self, planned: wire.ToolRound, at: Location, rounds: Sequence[CountedRound]
    ) -> Sequence[CountedRound]:
        """Set the results of a round apart where a strategy may put a placeholder in the place of each."""
        placeholder = self.clears.placeholder if self.clears is not None else None
        if placeholder is None:
            return rounds
        amounts = replace(self.amounts, counts=[], assumptions=[])
        meter = UseMeter(self.meter.tariff)
        reader = replace(self.reader, amounts=amounts, meter=meter)
        quiet = replace(self, amounts=amounts, reader=reader, meter=meter)

        def exchange(changed: wire.ToolRound) -> Count:
            return quiet._rounds(changed, at, ())[0][0].exchange

        read = [reader.result_content(call, (*at, "calls", i)) for i, call in enumerate(planned.calls)]
        contents = [
            replace(Count.stated(n.tokens), media=total(message.counts, NOTHING).media, ranges=n.ranges)
            for message, n in read
        ]
        return set_apart(rounds, planned, exchange, contents, placeholder)

    def sent(self, message: Message, before: Sequence[Message] = ()) -> Count:
        """Count a message as requests send it; templates may open an answer otherwise after results."""
        if not message.counts and message.texts:
            return self._appended([message], before)
        counted = total(message.counts, NOTHING)
        if not message.texts and not counted.framed:  # nothing stands around tokens that the user states
            return counted
        return counted + self._appended([message], before)

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
        repeats = made.repeat
        if not (self.rules.reaches_back and results and (repeats.times > 1 or repeats.range)):
            return [first], exchange if results else ()
        again = total(beside, self._appended(exchange, exchange))
        later = Repeats(repeats.times - 1, repeats.range, after_first=True)
        return [replace(first, repeat=ONCE), replace(made, exchange=again, repeat=later)], exchange

    def _exchange(
        self, planned: wire.ToolRound, at: Location
    ) -> tuple[CountedRound, Sequence[Count], Sequence[Message]]:
        """Read one tool round: the round without its exchange, counts that go beside, and messages.

        Calls and results that are stated in tokens go beside those that the provider frames.
        """
        said, output = self.reader.message("assistant", planned.text, (*at, "text"), "assistant")
        beside = [*said.counts]
        calls: list[ToolCall] = []
        results: list[Message] = []
        for i, call in enumerate(planned.calls):
            where = (*at, "calls", i)
            call_id = self.reader.call_id(call, i)
            made, written = self.reader.call(call, where, call_id)
            result = self.reader.result(call, where, call_id)
            output = output + written
            if made is None:
                beside.append(written)
            else:
                calls.append(made)
            beside += result.counts
            if is_framed(result):
                results.append(result)
        asked, _ = self.reader.message("user", planned.user, (*at, "user"), "user")
        beside += asked.counts
        answer = [said._replace(calls=tuple(calls))] if calls or said.texts else []
        exchange = [*answer, *results, *([asked] if is_framed(asked) else [])]
        thought = self.amounts.count_optional(planned.reasoning, (*at, "reasoning"), "reasoning")
        blocks = bool(said.parts) + 2 * len(planned.calls) + len(asked.parts)
        repeats = self.amounts.count_repeats(planned.repeat, (*at, "repeat"))
        called = map(self.reader.called_agent, planned.calls)
        agents = tuple(agent for agent in called if agent is not None)
        made_round = CountedRound(output, NOTHING, thought, repeats, blocks, agents=agents)
        return made_round, beside, exchange

    def _appended(self, messages: Sequence[Message], before: Sequence[Message] = ()) -> Count:
        return self.rules.appended(messages, before, self.choice) if messages else NOTHING
