"""The ledger: every plan becomes a table with one row per request to a model.

    turn 1, question A          A
    turn 1, after its tool      A + B + C                  B the call, C its result
    turn 2, question A          A + B + C + answer + A
    ...

A model keeps no state, so each request sends again what the history strategy keeps. The replay adds what is
new to a transcript; nothing is counted twice and the work grows with the rows, not with their square. A call
of an agent makes the agent's own requests, which follow the one that calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from tokenquote.ledger.conversation import MAX_ROWS, CountedTurn, PlanTooLong
from tokenquote.ledger.growing import only_grows, replay_growing
from tokenquote.ledger.rows import Output, ReadBy, Row, Rows
from tokenquote.ledger.script import Script
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import Transcript

__all__ = ["Replayed", "replay", "replay_pieces"]


@dataclass(frozen=True)
class Replayed:
    """The rows of a plan, and the transcripts that say what they send."""

    rows: Rows
    transcribe: Callable[[], Mapping[ReadBy, Transcript]]
    """Makes the transcripts; most plans are quoted without any."""
    only_grows: bool = False
    """Whether each request sends all that the one before sent, which one model answers, and no media."""

    @cached_property
    def transcripts(self) -> Mapping[ReadBy, Transcript]:
        """Each conversation's transcript as each of its models counts it."""
        return self.transcribe()

    @property
    def opened_by(self) -> str | None:
        """The model that the first request of the conversation goes to. None: there is no conversation."""
        rows = self.rows
        return next((rows.model[i] for i, sent in enumerate(rows.sent) if sent is not None), None)


def replay(own: Script, agents: Mapping[str, Script] | None = None) -> Replayed:
    """Send the conversation request by request, and those of the agents that it calls.

    Args:
        own: the plan's own conversation.
        agents: the conversations that calls start, by the name of the agent; none calls itself, directly or
            through others.

    Raises:
        PlanTooLong: more than MAX_ROWS requests, or more than MAX_CONTEXT_TOKENS in one.
    """
    requests = sum(turn.requests for turn in own.turns)
    if requests > MAX_ROWS:
        raise PlanTooLong(f"the plan makes {requests} requests; a quote holds {MAX_ROWS}")
    if not agents and only_grows(own):
        return Replayed(replay_growing(own), lambda: replay_pieces(own).transcripts, only_grows=True)
    return replay_pieces(own, agents)


def replay_pieces(own: Script, agents: Mapping[str, Script] | None = None) -> Replayed:
    """Send the conversation request by request in pieces of a transcript, whatever its history strategy.

    Arguments and errors are those of `replay`.
    """
    stage = _Stage(own, agents or {})
    rows = Rows.collect(_bounded(stage.play(None)))
    return Replayed(rows, stage.transcripts)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    for number, row in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise PlanTooLong(f"with those of its history, the plan makes more than {MAX_ROWS} requests")
        yield row


class _Stage:
    """The plan's own conversation and those of its agents while they are replayed."""

    def __init__(self, own: Script, agents: Mapping[str, Script]) -> None:
        self._scripts = dict[str | None, Script]([(None, own), *agents.items()])
        """By the agent's name; None stands for the plan's own conversation."""
        self._stories = {name: Story(script.conversations, name) for name, script in self._scripts.items()}
        """Each has one story, whatever calls it and however often."""
        self._under_way = {name: script.unroll_on() for name, script in self._scripts.items()}
        """The turns that are left of each, where calls go through them one after the other."""

    def play(self, name: str | None) -> Iterator[Row]:
        """Make every request of a conversation in order, repetitions unrolled."""
        script, story = self._scripts[name], self._stories[name]
        if not script.keeps:
            story.start_anew()
        for i in self._next_turns(name):
            model = script.answered_by[i]
            turn = story.conversation(model).turns[i]
            story.begin_turn(model, turn.gap_seconds)
            yield from script.history.before_turn(story, i)
            story.ask(i)
            yield from self._turn_rows(turn, i, story, script)

    def _next_turns(self, name: str | None) -> Iterator[int]:
        """Yield the turns that a call goes through: all, or those after the ones of the call before."""
        script = self._scripts[name]
        if script.turns_per_call is None:
            return script.unroll()
        return islice(self._under_way[name], script.turns_per_call)

    def _turn_rows(self, turn: CountedTurn, i: int, story: Story, script: Script) -> Iterator[Row]:
        """Make one repetition's requests: one for each round of calls, and the one that answers.

        What agents do in a round follows the request that calls them, and precedes the next.
        """
        for place, made in enumerate(story.unroll_rounds(story.model, i)):
            yield from script.history.before_request(story)
            written = Output(made.call_output.tokens, made.reasoning.tokens)
            yield story.request(script.history.sends(story), written)
            for called in made.agents:
                yield from self.play(called.name)
            story.call(i, place, made.reasoning.tokens)
        yield from script.history.before_request(story)
        answer, reasoning = turn.answer_output.tokens, turn.reasoning.tokens
        written = Output(answer, reasoning, turn.answer_spoken, turn.answer_drawn)
        yield story.request(script.history.sends(story), written, answers=i)
        story.answer(i, reasoning)

    def transcripts(self) -> Mapping[ReadBy, Transcript]:
        """Return each conversation's transcript as each of its models counts it."""
        return {
            (name, model): self._stories[name].transcript(model)
            for name, script in self._scripts.items()
            for model in script.conversations
        }
