"""Retrieval (law 20): each turn's requests carry passages that are found for its question, and not kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.counts import Count
from tokenquote.ledger.history.latest import send_latest
from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.rows import Output, Purpose, Row
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import SentPieces, joined

__all__ = ["RetrievedPassages", "SearchRequest"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A request that finds passages before a turn: to embed the question, or to rank what was found."""

    purpose: Purpose
    model: str
    sent: Sequence[Count]
    """What it sends, for each turn of the plan."""


@dataclass(frozen=True)
class RetrievedPassages(WholeHistory):
    """Sends passages before the question, and the latest turns before them."""

    tokens: int
    turns: int
    searches: tuple[SearchRequest, ...] = ()

    def before_turn(self, story: Story, turn: int) -> Iterator[Row]:
        conversation = story.conversation(story.model)
        if conversation.queries is not None:
            yield _ask_aside(story, turn, "queries", conversation.queries)
        if conversation.hypothesis is not None:
            yield _ask_aside(story, turn, "hypothesis", conversation.hypothesis)
        for search in self.searches:
            yield story.outside(search.model, search.purpose, search.sent[turn])
        story.say(lambda _: Count.stated(self.tokens), for_one_turn=True)

    def sends(self, story: Story) -> SentPieces:
        return send_latest(story, self.turns)


def _ask_aside(story: Story, turn: int, purpose: Purpose, tokens: int) -> Row:
    """Make a request that sends the opening and a turn's user message before the turn asks it.

    Neither the message nor what is written enters the history.
    """
    asked = story.say(lambda conversation: conversation.turns[turn].user, for_one_turn=True)
    sent = SentPieces(joined(story.opening, asked), story.turn_begin)
    row = story.request(sent, Output(tokens), purpose=purpose)
    story.turn_begin = story.new = story.end
    return row
