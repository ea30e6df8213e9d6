"""Retrieval (law 20): each turn's requests carry passages that are found for its question, and not kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tokenquote.counts import Count
from tokenquote.ledger.history.latest import send_latest
from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.rows import Output, Purpose, Row
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import SentPieces

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
            yield story.ask_aside(turn, "queries", Output(conversation.queries))
        if conversation.hypothesis is not None:
            yield story.ask_aside(turn, "hypothesis", Output(conversation.hypothesis))
        for search in self.searches:
            yield story.outside(search.model, search.purpose, search.sent[turn])
        story.say(lambda _: Count.stated(self.tokens), for_one_turn=True)

    def sends(self, story: Story) -> SentPieces:
        return send_latest(story, self.turns)
