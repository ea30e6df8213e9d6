"""Turns a wire plan into a conversation whose every amount is counted, with the source of each count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenquote.api.media.counter import MediaCounter
from tokenquote.api.media.items import ItemReader
from tokenquote.api.quotes.amounts import AmountCounter, find_plain
from tokenquote.api.quotes.cleared_results import ClearedAs, set_apart
from tokenquote.api.quotes.generated import GeneratedPartCounter
from tokenquote.api.quotes.history_texts import count_search_texts, read_clearing, read_instruction
from tokenquote.api.quotes.openings import OpeningReader, count_marks
from tokenquote.api.quotes.planned_messages import LastAnswer, MessageReader, is_framed
from tokenquote.api.quotes.resolved_plan import ResolvedPlan
from tokenquote.api.quotes.single_messages import SingleMessages
from tokenquote.api.quotes.unstated import count_unstated
from tokenquote.api.quotes.uses import UseMeter
from tokenquote.catalog import Catalog, Model
from tokenquote.counts import Count, total
from tokenquote.errors import LocatedError, Location
from tokenquote.ledger import (
    NOTHING,
    ONCE,
    Conversation,
    CountedRound,
    CountedTurn,
    EarlierPiece,
    Opening,
    Repeats,
)
from tokenquote.ledger.fees import Use
from tokenquote.ledger.prices import Tariff
from tokenquote.tokens import BodyError, Message, TokenRules, ToolCall
from tokenquote.tokens.request import Role, ToolChoice
from tokenquote_client import plan as wire

__all__ = ["resolve"]


def resolve(
    plan: wire.Plan,
    model: Model,
    rules: TokenRules,
    catalog: Catalog,
    item_reader: ItemReader | None = None,
    tariff: Tariff | None = None,
    root: Location = (),
) -> ResolvedPlan:
    """Count every amount of the plan as the model does; `item_reader` keeps headers for the next model.

    `tariff` says what is billed by fees; None: nothing is. `root` is the place of an agent whose conversation
    it is.

    Raises:
        LocatedError: something that is not offered, or that cannot be counted.
    """
    counter = AmountCounter(rules, catalog.profiles, root=root)
    reader = item_reader or ItemReader()
    media = MediaCounter(model.media, catalog.profiles, reader, rules.text, counter.assumptions)
    meter = UseMeter(tariff, ranks=model.entry.kind == "rerank")
    generated = GeneratedPartCounter(media, counter, meter, model.entry.generated_images)
    answers = {
        agent.name: LastAnswer(
            agent.turns[-1].assistant, ("agents", i, "turns", len(agent.turns) - 1, "assistant")
        )
        for i, agent in enumerate(plan.agents)
    }
    spoken = MessageReader(rules, media, counter, generated, meter, answers)
    alone = None if model.converses else SingleMessages(model.entry.kind, rules)
    resolver = _Resolver(rules, media, counter, spoken, meter, alone)
    resolver.clears = read_clearing(plan.history, counter)
    opening = resolver.opening(plan)
    instruction = resolver._sent(read_instruction(plan.history, counter))
    queries, hypothesis = count_search_texts(plan.history, counter)
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
        queries=queries,
        hypothesis=hypothesis,
        reasoning_kept=model.entry.reasoning_kept,
    )
    if model.converses and conversation.is_framed:  # else no vocabulary is needed, and none is loaded
        conversation = replace(conversation, per_request=rules.per_request)
    unstated = count_unstated(plan.turns)
    assumptions = tuple(dict.fromkeys(counter.assumptions))
    return ResolvedPlan(
        conversation, tuple(counter.counts), unstated, assumptions, marks, tuple(uses), counter.ranges
    )


@dataclass
class _Resolver:
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
        return Opening(tools=tools, system=self._sent(system))

    def turn(self, turn: wire.Turn, at: Location) -> CountedTurn:
        user, assistant = find_plain(turn.user), find_plain(turn.assistant)
        states_all = user is not None and (assistant is not None or turn.assistant is None)
        try:
            if user is not None and states_all and self.alone is None and not turn.tool_rounds:
                return self._plain_turn(turn, user, assistant, at)
            return self._turn(turn, at)
        except BodyError as error:  # a model's chat template has no place for it
            raise LocatedError(at, error.detail) from None

    def _plain_turn(
        self, turn: wire.Turn, user: int | str, assistant: int | str | None, at: Location
    ) -> CountedTurn:
        """Count a turn of a question and an answer, each a text or a number of tokens, as most turns are."""
        opened_with, self.opened_with = self.opened_with, ()
        self.meter.add_message(user)
        place = "/".join(map(str, at))
        question, _ = self._said("user", user, f"{place}/user", opened_with)
        answer, written = NOTHING, NOTHING
        if assistant is not None:
            answer, written = self._said("assistant", assistant, f"{place}/assistant")
        return CountedTurn(
            user=question,
            answer_output=written,
            answer=answer,
            reasoning=self.amounts.count_optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            gap_seconds=turn.gap_seconds,
            repeat=self.amounts.count_repeats(turn.repeat, (*at, "repeat")),
        )

    def _said(
        self, role: Role, said: int | str, place: str, before: Sequence[Message] = ()
    ) -> tuple[Count, Count]:
        """Count a message as requests send it, and as it is written; nothing stands around stated tokens."""
        written = Count.stated(said) if isinstance(said, int) else self.amounts.rules.text(said)
        self.amounts.note(place, written)
        if isinstance(said, int):
            return written, written
        return self._appended([Message(role, (said,))], before), written

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
            user=self.alone.count_prompt(user) if self.alone else self._sent(user, opened_with),
            rounds=tuple(rounds),
            reasoning=self.amounts.count_optional(turn.reasoning, (*at, "reasoning"), "reasoning"),
            answer_output=written,
            answer=NOTHING if self.alone else self._sent(answer, before),
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

    def _sent(self, message: Message, before: Sequence[Message] = ()) -> Count:
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
        answer = [replace(said, calls=tuple(calls))] if calls or said.texts else []
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
