"""One sample of a plan with agents, done the slow, obvious way: by the ledger of single conversations.

Each call starts a conversation whose numbers are drawn for it. So before every step the story is given its
turn anew, with literal numbers in the place of all ranges and each round by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tokenquote.api.quotes.bill import Bill
from tokenquote.api.quotes.cache_choice import cache_terms
from tokenquote.api.quotes.company import Company
from tokenquote.counts import Count
from tokenquote.ledger import (
    ONCE,
    Conversation,
    CountedRound,
    CountedTurn,
    Replayed,
    Row,
    Rows,
    replay_caches,
)
from tokenquote.ledger.conversation import Repeats
from tokenquote.ledger.ranges import Draws
from tokenquote.ledger.rows import Output
from tokenquote.ledger.script import Script
from tokenquote.ledger.story import Story

__all__ = ["bill_sample"]

Said = dict[str, list[int]]


def bill_sample(company: Company, draws: Draws, sample: int) -> tuple[Rows, Bill]:
    """Return the requests of one sample, and what they cost."""
    stage = _Sample(company, draws, sample)
    rows = Rows.collect(stage.play(None, ()))
    transcripts = {
        (name, model): story.transcript(model)
        for name, story in stage.stories.items()
        for model in stage.scripts[name].conversations
    }
    terms = {
        reader: cache_terms(part.cache, stage.opened(part.resolved.conversation).opening)
        for reader, part in company.readers.items()
    }
    used = {reader: found for reader, found in terms.items() if found is not None}
    return rows, company.bill(rows, replay_caches(Replayed(rows, lambda: transcripts), used))


class _Sample:
    def __init__(self, company: Company, draws: Draws, sample: int) -> None:
        self.draws, self.sample = draws, sample
        self.scripts: dict[str | None, Script] = {
            name: parts.script(parts.history) for name, parts in company.conversations.items()
        }
        self.stories = {
            name: Story({model: self.opened(told) for model, told in script.conversations.items()}, name)
            for name, script in self.scripts.items()
        }
        self.said: dict[str | None, dict[str, int]] = {name: {} for name in self.scripts}

    def drawn(self, what: str, repetition: tuple[int, ...]) -> int:
        return int(self.draws.take(what, repetition, self.sample, self.sample + 1)[0])

    def times(self, repeats: Repeats, repetition: tuple[int, ...]) -> int:
        if repeats.range is None:
            return repeats.times
        return self.drawn(repeats.range, repetition) - repeats.after_first

    def count(self, count: Count, repetition: tuple[int, ...], said: Said) -> Count:
        tokens = count.tokens
        for what in count.ranges:
            number = said[what].pop(0) if said.get(what) else self.drawn(what, repetition)
            tokens += number - self.draws.ranges[what].middle
        return replace(count, tokens=tokens, ranges=())

    def opened(self, told: Conversation) -> Conversation:
        opening = told.opening
        tools, system = self.count(opening.tools, (), {}), self.count(opening.system, (), {})
        return replace(told, opening=replace(opening, tools=tools, system=system))

    def play(self, name: str | None, scope: tuple[int, ...]) -> Iterator[Row]:
        script, story = self.scripts[name], self.stories[name]
        if not script.keeps:
            story.start_anew()
        for i, model in enumerate(script.answered_by):
            for k in range(self.times(script.turns[i].repeat, scope)):
                yield from self.repetition(name, i, model, scope, k)

    def repetition(
        self, name: str | None, i: int, model: str, scope: tuple[int, ...], k: int
    ) -> Iterator[Row]:
        script, story, at = self.scripts[name], self.stories[name], (*scope, k)
        told = script.conversations
        self.tell(story, told, i, at, {})
        story.begin_turn(model, script.turns[i].gap_seconds)
        yield from script.history.before_turn(story, i)
        story.ask(i)
        for flat, (place, j, _) in enumerate(self.rounds(script.turns[i], at)):
            yield from script.history.before_request(story)
            made = story.conversation(model).turns[i].rounds[flat]
            thought = made.reasoning.tokens
            yield story.request(script.history.sends(story), Output(made.call_output.tokens, thought))
            said: Said = {}
            for call, agent in enumerate(made.agents):
                yield from self.play(agent.name, (*scope, i, k, place, j, call))
                if agent.range is not None:
                    said.setdefault(agent.range, []).append(self.said[agent.name][agent.range])
            self.tell(story, told, i, at, {flat: said})
            story.call(i, flat, thought)
        yield from script.history.before_request(story)
        turn = story.conversation(model).turns[i]
        written = Output(turn.answer_output.tokens, turn.reasoning.tokens)
        yield story.request(script.history.sends(story), written, answers=i)
        story.answer(i, turn.reasoning.tokens)
        for what in script.turns[i].answer.ranges:
            self.said[name][what] = self.drawn(what, at)

    def tell(
        self,
        story: Story,
        told: Mapping[str, Conversation],
        i: int,
        at: tuple[int, ...],
        said: Mapping[int, Said],
    ) -> None:
        """Give the story its turn anew, with what agents have answered in one of its rounds."""
        for model, conversation in told.items():
            turns = list(conversation.turns)
            turns[i] = self.turn(turns[i], at, said)
            story._told[model].conversation = replace(self.opened(conversation), turns=tuple(turns))

    def turn(self, turn: CountedTurn, at: tuple[int, ...], said: Mapping[int, Said]) -> CountedTurn:
        """Return the turn with literal numbers, each round by itself."""
        rounds = []
        for flat, (_, j, made) in enumerate(self.rounds(turn, at)):
            here = {what: list(values) for what, values in said.get(flat, {}).items()}
            rounds.append(self.round(made, (*at, j), here))
        return turn._replace(
            user=self.count(turn.user, at, {}),
            answer=self.count(turn.answer, at, {}),
            answer_output=self.count(turn.answer_output, at, {}),
            reasoning=self.count(turn.reasoning, at, {}),
            rounds=tuple(rounds),
            repeat=ONCE,
        )

    def rounds(self, turn: CountedTurn, at: tuple[int, ...]) -> list[tuple[int, int, CountedRound]]:
        """Return each round, with its place in the plan and which repetition of it this is."""
        found: list[tuple[int, int, CountedRound]] = []
        place = -1
        for made in turn.rounds:
            place += not made.repeat.after_first
            first = int(made.repeat.after_first)
            found += [(place, first + j, made) for j in range(self.times(made.repeat, at))]
        return found

    def round(self, made: CountedRound, at: tuple[int, ...], said: Said) -> CountedRound:
        return replace(
            made,
            call_output=self.count(made.call_output, at, {}),
            exchange=self.count(made.exchange, at, said),
            reasoning=self.count(made.reasoning, at, {}),
            results=tuple(replace(result, sent=self.count(result.sent, at, said)) for result in made.results),
            beside=self.count(made.beside, at, {}),
            repeat=ONCE,
        )
