"""Counts the messages of models that hold no conversation: a bare prompt, and what comes of it.

What such a model takes or gives besides text is audio or images, however many tokens of it are stated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tokenquote.catalog.schema.providers import ModelKind
from tokenquote.counts import Count, total
from tokenquote.ledger import NOTHING
from tokenquote.tokens import Message, Request, TokenRules

__all__ = ["SingleMessages"]


@dataclass(frozen=True, slots=True)
class SingleMessages:
    """Counts the one message of each request, and its answer, as one model does."""

    kind: ModelKind
    rules: TokenRules

    def count_prompt(self, message: Message) -> Count:
        """Count a message that is sent as bare prompts, with what its counting rule puts around them."""
        counted = total(message.counts, NOTHING)
        if self.kind == "transcription":
            counted = counted.with_media(replace(counted.media, audio=counted.tokens))
        if not message.texts:
            return counted
        return counted + self.rules.request(Request(prompts=message.texts, shape="prompts")).count

    def count_spoken(self, answer: Message) -> int:
        """Count the tokens of an answer that are audio though nobody says so, for it is read aloud."""
        return _count_stated(answer) if self.kind == "speech" else 0

    def count_drawn(self, answer: Message) -> int:
        """Count the tokens of an answer that are images though nobody says so."""
        return _count_stated(answer) if self.kind == "image" else 0


def _count_stated(answer: Message) -> int:
    return sum(count.tokens - count.media.tokens for count in answer.counts)
