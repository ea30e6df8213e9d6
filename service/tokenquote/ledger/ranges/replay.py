"""The rows of a plan in all samples at once; repetitions are unrolled to the longest sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from tokenquote.ledger.conversation import MAX_ROWS, Conversation, CountedTurn, PlanTooLong
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.histories import SampledHistory, sample_history
from tokenquote.ledger.ranges.position import SampledClock
from tokenquote.ledger.ranges.rows import SampledOutput, SampledRow
from tokenquote.ledger.ranges.sizes import FRAMED, TOKENS, DrawnCounts, Mask, masked
from tokenquote.ledger.ranges.story import SampledStory
from tokenquote.ledger.ranges.told import planned_rounds
from tokenquote.ledger.script import Script

__all__ = ["SampledStage", "sample_single_rows"]


class SampledStage:
    """The plan's own conversation and those of its agents while they are replayed."""

    def __init__(self, scripts: Mapping[str | None, Script], counts: DrawnCounts) -> None:
        """Make the conversations, by the agent's name; None stands for the plan's own."""
        clock = SampledClock(counts.number)
        self._counts = counts
        self._scripts = scripts
        self._under_way = {name: script.unroll_on() for name, script in scripts.items()}
        """The turns that are left of each, where calls go through them one after the other."""
        self._histories = {name: sample_history(script.history) for name, script in scripts.items()}
        self._stories = {
            name: SampledStory(
                name,
                script.conversations,
                counts,
                clock,
                keeps_turns=self._histories[name].keeps_turns,
                clears=self._histories[name].clears,
            )
            for name, script in scripts.items()
        }

    def play(self, name: str | None, scope: tuple[int, ...], mask: Mask) -> Iterator[SampledRow]:
        """Make every request of a conversation in order, repetitions unrolled.

        Args:
            name: the agent whose conversation it is. None: it is the plan's own.
            scope: what tells the call that starts it from all others.
            mask: the samples that make the call.
        """
        script, story, history = self._scripts[name], self._stories[name], self._histories[name]
        story.start(scope, mask, anew=not script.keeps)
        turns = script.turns
        for i, repetition, making in self._next_turns(name, scope, mask):
            story.begin_turn(i, repetition, script.answered_by[i], making)
            yield from history.before_turn(story, i)
            story.ask(i)
            yield from self._turn_rows(turns[i], i, story, history)

    def _next_turns(
        self, name: str | None, scope: tuple[int, ...], mask: Mask
    ) -> Iterator[tuple[int, int, Mask]]:
        """Yield the turns that a call goes through, each repetition with the samples that come to it.

        Where a call goes on after the one before, nothing of the plan repeats by a range, so that all samples
        are at the same turn.
        """
        script = self._scripts[name]
        if script.turns_per_call is not None:
            for place, i in enumerate(islice(self._under_way[name], script.turns_per_call)):
                yield i, place, mask
            return
        for i, turn in enumerate(script.turns):
            for repetition, making in _repetitions(self._counts.repeats(turn.repeat, scope), mask):
                yield i, repetition, making

    def _turn_rows(
        self, turn: CountedTurn, i: int, story: SampledStory, history: SampledHistory
    ) -> Iterator[SampledRow]:
        """Make one repetition's requests: one for each round of calls, and the one that answers.

        What agents do in a round follows the request that calls them, and precedes the next.
        """
        counts, mask, at = self._counts, story.at.mask, story.at.repetition
        for place, rounds in enumerate(planned_rounds(turn)):
            for repetition, making in _repetitions(counts.repeats(rounds[1].repeat, at), mask):
                counts.forget_repetition()
                story.at.begin_round(place, repetition, making)
                made = rounds[repetition > 0]
                reasoning = counts.tokens(made.reasoning, story.at.repetition)
                written = SampledOutput(counts.tokens(made.call_output, story.at.repetition), reasoning)
                yield from history.before_request(story)
                yield story.request(history.leaves_out(story), written)
                said: dict[str, list[WholeNumbers]] = {}
                for call, agent in enumerate(made.agents):
                    yield from self.play(agent.name, (*story.at.number, call), making)
                    if agent.range is not None:
                        said.setdefault(agent.range, []).append(self._stories[agent.name].said[agent.range])
                story.call(i, place, reasoning, said)
        story.at.end_rounds(mask)
        yield from history.before_request(story)
        written = _answer(turn, counts, at)
        yield story.request(history.leaves_out(story), written, answers=i)
        story.answer(i, written.reasoning)


def sample_single_rows(model: str, conversation: Conversation, counts: DrawnCounts) -> Iterator[SampledRow]:
    """Make one request to a model that holds no conversation for each repetition of each turn."""
    for i, turn in enumerate(conversation.turns):
        for repetition, mask in _repetitions(counts.repeats(turn.repeat, ()), None):
            counts.forget_repetition()
            at = (repetition,)
            size = counts.nothing() + counts.size(turn.user, 1, at)
            yield SampledRow(
                agent=None,
                model=model,
                number=(i, repetition),
                purpose=None,
                mask=mask,
                input=size[TOKENS] + conversation.per_request * (size[FRAMED] > 0),
                sent=size,
                output=_answer(turn, counts, at),
                shared=None,
                first_stretch=size[TOKENS],
                clock=np.zeros(counts.number),
                answers=i,
            )


def _answer(turn: CountedTurn, counts: DrawnCounts, at: tuple[int, ...]) -> SampledOutput:
    return SampledOutput(
        counts.tokens(turn.answer_output, at),
        counts.tokens(turn.reasoning, at),
        turn.answer_spoken,
        turn.answer_drawn,
    )


def _repetitions(times: WholeNumbers, mask: Mask) -> Iterator[tuple[int, Mask]]:
    """Yield each repetition with the samples, of those in the mask, that come to it.

    Raises:
        PlanTooLong: there are more than a ledger has rows.
    """
    most = int(masked(mask, times).max())
    if most > MAX_ROWS:
        raise PlanTooLong(f"a sample draws {most} repetitions; a quote holds {MAX_ROWS} requests")
    for repetition in range(most):
        coming = times > repetition
        if mask is not None:
            coming &= mask
        yield repetition, None if coming.all() else coming
