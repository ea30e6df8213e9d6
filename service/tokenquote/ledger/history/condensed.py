"""Summaries at intervals (law 18), and compaction of a context that has grown too long (law 19).

Both make a request of their own that sends the context with an instruction. Its answer takes the place of
what it condenses; the last finished turns may stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tokenquote.ledger.history.whole import WholeHistory
from tokenquote.ledger.rows import Row
from tokenquote.ledger.story import Story

__all__ = ["CompactedContext", "SummarizedTurns"]


class SummarizedTurns(WholeHistory):
    """Condenses the history once a number of turns have followed the last summary, before the next one."""

    def __init__(self, every: int, tokens: int, keep: int = 0, model: str | None = None) -> None:
        """Make the strategy of a plan.

        Args:
            every: the number of turns after which the history is condensed.
            tokens: the length of a summary.
            keep: the number of last turns that stay as they are.
            model: the model that writes the summaries. None: the one of the coming turn.
        """
        self.every = every
        self.tokens = tokens
        self.keep = keep
        self.model = model

    def before_turn(self, story: Story, turn: int) -> Iterator[Row]:
        if len(story.finished) - story.condensed >= self.every:
            yield story.condense("summary", self.tokens, self.keep, self.model)


class CompactedContext(WholeHistory):
    """Condenses all but what is new before a request whose input would exceed a number of tokens."""

    def __init__(self, most: Mapping[str, int], tokens: int, keep: int = 0, model: str | None = None) -> None:
        """Make the strategy of a plan.

        Args:
            most: by model, the input tokens that its requests may have without a compaction.
            tokens: the length of what is condensed.
            keep: the number of last finished turns that stay as they are.
            model: the model that condenses. None: the one of the turn.
        """
        self.most = most
        self.tokens = tokens
        self.keep = keep
        self.model = model
        self.in_vain = 0
        """The number of requests that exceed all the same after a compaction."""

    def before_request(self, story: Story) -> Iterator[Row]:
        most = self.most[story.model]
        if story.input(story.sends_all()) > most:
            yield story.condense("compaction", self.tokens, self.keep, self.model)
            self.in_vain += story.input(story.sends_all()) > most
