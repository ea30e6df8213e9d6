"""The whole history, sent again in every request; the other strategies say how they differ from it."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.ledger.rows import Row
from tokenquote.ledger.story import Story
from tokenquote.ledger.transcript import SentPieces

__all__ = ["WholeHistory"]


class WholeHistory:
    """Sends everything again."""

    def before_turn(self, story: Story, turn: int) -> Iterator[Row]:
        """Make the strategy's own requests before a turn, and add what it puts before the question."""
        yield from ()

    def before_request(self, story: Story) -> Iterator[Row]:
        """Make the strategy's own requests before a request whose new pieces stand in the transcript."""
        yield from ()

    def sends(self, story: Story) -> SentPieces:
        """Say which pieces the coming request sends."""
        return story.sends_all()
