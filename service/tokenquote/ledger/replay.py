"""The ledger: every plan becomes a table with one row per request to a model.

    turn 1, question A          A
    turn 1, after its tool      A + B + C                  B the call, C its result
    turn 2, question A          A + B + C + answer + A
    ...

A model keeps no state, so each request sends again what the history strategy keeps. The replay adds what is
new to a transcript; nothing is counted twice and the work grows with the rows, not with their square.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tokenquote.ledger.conversation import MAX_ROWS, Conversation, CountedTurn, PlanTooLong
from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.rows import Output, Row
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import Transcript

__all__ = ["Replayed", "replay"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The rows of a conversation, and the transcripts that say what they send."""

    rows: list[Row]
    transcripts: Mapping[str, Transcript]
    """The transcript as each model counts it, by the model's id."""

    @property
    def opened_by(self) -> str | None:
        """The model that the first request of the conversation goes to. None: there is no conversation."""
        return next((row.model for row in self.rows if row.sent is not None), None)


def replay(
    conversations: Mapping[str, Conversation],
    history: WholeHistory | None = None,
    answered_by: Sequence[str] | None = None,
) -> Replayed:
    """Send the conversation request by request.

    Args:
        conversations: the conversation as each model counts it, by id; the first is the plan's own.
        history: what is sent again, and what a strategy asks by itself; by default everything is.
        answered_by: the model of each turn of the plan; by default the first.

    Raises:
        PlanTooLong: more than MAX_ROWS requests, or more than MAX_CONTEXT_TOKENS in one.
    """
    own, conversation = next(iter(conversations.items()))
    requests = sum(turn.requests for turn in conversation.turns)
    if requests > MAX_ROWS:
        raise PlanTooLong(f"the plan makes {requests} requests; a quote holds {MAX_ROWS}")
    story = Story(conversations)
    models = answered_by or [own] * len(conversation.turns)
    rows: list[Row] = []
    for row in _rows(story, history or WholeHistory(), models):
        rows.append(row)
        if len(rows) > MAX_ROWS:
            raise PlanTooLong(f"with those of its history, the plan makes more than {MAX_ROWS} requests")
    return Replayed(rows, {model: story.transcript(model) for model in conversations})


def _rows(story: Story, history: WholeHistory, models: Sequence[str]) -> Iterator[Row]:
    """Make every request in order, repetitions unrolled."""
    for i, model in enumerate(models):
        turn = story.conversation(model).turns[i]
        for _ in range(turn.repeat.times):
            story.begin_turn(model, turn.gap_seconds)
            yield from history.before_turn(story, i)
            story.ask(i)
            yield from _turn_rows(turn, i, story, history)


def _turn_rows(turn: CountedTurn, i: int, story: Story, history: WholeHistory) -> Iterator[Row]:
    """Make one repetition's requests: one for each round of calls, and the one that answers."""
    for place, made in enumerate(turn.unrolled_rounds):
        yield from history.before_request(story)
        written = Output(made.call_output.tokens, made.reasoning.tokens)
        yield story.request(history.sends(story), written)
        story.call(i, place, made.reasoning.tokens)
    yield from history.before_request(story)
    answer, reasoning = turn.answer_output.tokens, turn.reasoning.tokens
    written = Output(answer, reasoning, turn.answer_spoken, turn.answer_drawn)
    yield story.request(history.sends(story), written)
    story.answer(i, reasoning)
