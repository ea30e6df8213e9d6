"""How each amount of a plan is counted: as models, and as the JSON of these models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tokenquote.api.quotes.json_text import write_text
from tokenquote.counts import Count, Method
from tokenquote_client.quote import CountedAmount

__all__ = ["NotedCount", "QuotedCount", "build_counts", "write_counts"]


class NotedCount(NamedTuple):
    """Is a count with its place in a conversation, such as `turns/0/user`."""

    what: str
    counted: Count


class QuotedCount(NamedTuple):
    """Is a count as a quote tells it."""

    what: str
    """The place in the plan."""
    counted: Count
    model: str | None
    """The model that counts it. None: it is the quote's."""

    @property
    def method(self) -> Method:
        """How the number is known."""
        return self.counted.method


def build_counts(counts: Iterable[QuotedCount]) -> list[CountedAmount]:
    """Make the part of the answer; the framing around each amount is shown as a sum of its own."""
    return [
        CountedAmount(
            what=what,
            tokens=count.content.tokens,
            method=count.method,
            low=_find_low(count.content),
            high=count.content.high,
            vocabulary=count.vocabulary,
            model=model,
        )
        for what, count, model in counts
    ]


def write_counts(counts: Iterable[QuotedCount]) -> Iterator[str]:
    """Yield the JSON of each item of the part of the answer."""
    for what, noted, model in counts:
        count = noted.content if noted.framing else noted
        vocabulary = "null" if count.vocabulary is None else write_text(count.vocabulary)
        named = "" if model is None else f',"model":{write_text(model)}'
        yield (
            f'{{"what":{write_text(what)},"tokens":{count.tokens},"method":"{count.method}",'
            f'"low":{_find_low(count)},"high":{count.high},"vocabulary":{vocabulary}{named}}}'
        )


def _find_low(content: Count) -> int:
    """Return the lower end of the band: a fitted one is as wide for short texts, and nothing is below 0."""
    return content.low if 0 <= content.low <= content.tokens else min(content.tokens, max(0, content.low))
