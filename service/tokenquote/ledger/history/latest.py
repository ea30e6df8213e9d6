"""Sliding windows (law 17): the opening, the latest whole turns, and the current turn so far."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import SentPieces, joined

__all__ = ["LatestTokens", "LatestTurns", "send_latest"]


@dataclass(frozen=True)
class LatestTurns(WholeHistory):
    """Sends the latest turns, up to a number of them."""

    turns: int

    def sends(self, story: Story) -> SentPieces:
        return send_latest(story, self.turns)


@dataclass(frozen=True)
class LatestTokens(WholeHistory):
    """Sends the longest run of latest turns whose sizes add up to a number of tokens at most."""

    tokens: int

    def sends(self, story: Story) -> SentPieces:
        """Find the run by halves: the longer it is, the more tokens it has."""
        transcript, finished = story.transcript(story.model), story.finished
        without = SentPieces((), story.turn_begin)

        def fits(first: int) -> bool:
            begin = finished[first][0][0]
            return transcript.tokens((begin, story.turn_begin), without) <= self.tokens

        first = bisect_left(range(len(finished)), True, key=fits)
        return send_latest(story, len(finished) - first)


def send_latest(story: Story, turns: int) -> SentPieces:
    """Send the opening, this number of latest whole turns, or as many as there are, and the current turn."""
    kept = min(turns, len(story.finished))
    begin = story.finished[-kept][0][0] if kept else story.turn_begin
    return SentPieces(joined(story.opening, (begin, story.end)), story.turn_begin)
