"""Clearing of tool results (law 21): all but the latest are replaced by a placeholder."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import SentPieces

__all__ = ["ClearedResults"]


@dataclass(frozen=True)
class ClearedResults(WholeHistory):
    """Sends everything again, but older results as placeholders once the input is long enough."""

    keep: int
    """The number of latest single results that stay as they are."""
    above: int = 0
    """The input before clearing, in tokens, that a request must exceed."""

    def sends(self, story: Story) -> SentPieces:
        everything = story.sends_all()
        results = story.transcript(story.model).results_at
        if len(results) <= self.keep or story.input(everything) <= self.above:
            return everything
        first_kept = results[-self.keep] if self.keep else story.end
        return everything._replace(cleared_before=first_kept)
