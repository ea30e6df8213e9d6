"""The whole history, sent again in every request; the other strategies say how they differ from it."""

from __future__ import annotations

from collections.abc import Iterator

from tokenquote.ledger.story import Row, Story
from tokenquote.ledger.transcript import Sent

__all__ = ["WholeHistory"]


class WholeHistory:
    """Sends everything again."""

    def before_turn(self, story: Story, turn: int) -> Iterator[Row]:
        """Make the strategy's own requests before a turn of the plan, and add what it puts before its question."""
        yield from ()

    def before_request(self, story: Story) -> Iterator[Row]:
        """Make the strategy's own requests before a request whose new pieces stand in the transcript."""
        yield from ()

    def sends(self, story: Story) -> Sent:
        """Say which pieces the coming request sends."""
        return story.sends_all()
