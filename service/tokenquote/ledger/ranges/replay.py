"""The rows of a conversation in all samples at once; repetitions are unrolled to the longest sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tokenquote.ledger.conversation import MAX_ROWS, Conversation, CountedTurn, PlanTooLong
from tokenquote.ledger.ranges.distributions import WholeNumbers
from tokenquote.ledger.ranges.histories import SampledHistory
from tokenquote.ledger.ranges.rows import SampledOutput, SampledRow
from tokenquote.ledger.ranges.sizes import FRAMED, TOKENS, DrawnCounts, Mask, masked
from tokenquote.ledger.ranges.story import SampledStory
from tokenquote.ledger.ranges.told import planned_rounds

__all__ = ["sample_rows", "sample_single_rows"]


def sample_rows(
    story: SampledStory, history: SampledHistory, answered_by: Sequence[str]
) -> Iterator[SampledRow]:
    """Make every request in order, repetitions unrolled."""
    for i, model in enumerate(answered_by):
        turn = story.conversation(model).turns[i]
        for repetition, mask in _repetitions(story.counts.repeats(turn.repeat, ()), None):
            story.begin_turn(i, repetition, model, mask)
            yield from history.before_turn(story, i)
            story.ask(i)
            yield from _turn_rows(turn, i, story, history)


def sample_single_rows(model: str, conversation: Conversation, counts: DrawnCounts) -> Iterator[SampledRow]:
    """Make one request to a model that holds no conversation for each repetition of each turn."""
    for i, turn in enumerate(conversation.turns):
        for repetition, mask in _repetitions(counts.repeats(turn.repeat, ()), None):
            at = (repetition,)
            size = counts.nothing() + counts.size(turn.user, 1, at)
            yield SampledRow(
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
            )


def _turn_rows(
    turn: CountedTurn, i: int, story: SampledStory, history: SampledHistory
) -> Iterator[SampledRow]:
    """Make one repetition's requests: one for each round of calls, and the one that answers."""
    counts, mask, at = story.counts, story.mask, story.repetition
    for place, rounds in enumerate(planned_rounds(turn)):
        for repetition, making in _repetitions(counts.repeats(rounds[1].repeat, at), mask):
            story.begin_round(place, repetition, making)
            made = rounds[repetition > 0]
            reasoning = counts.tokens(made.reasoning, story.repetition)
            written = SampledOutput(counts.tokens(made.call_output, story.repetition), reasoning)
            yield from history.before_request(story)
            yield story.request(history.leaves_out(story), written)
            story.call(i, place, reasoning)
    story.end_rounds(mask)
    yield from history.before_request(story)
    written = _answer(turn, counts, at)
    yield story.request(history.leaves_out(story), written)
    story.answer(i, written.reasoning)


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
