"""How each amount of a plan is counted: as models, and as the JSON of these models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from tokenquote.api.quotes.json_text import write_text
from tokenquote.api.quotes.trusted import trusted
from tokenquote.counts import Count
from tokenquote_client.quote import CountedAmount

__all__ = ["NotedCount", "QuotedCount", "build_counts", "write_counts"]


_counted_amount = trusted(CountedAmount)

NotedCount: TypeAlias = tuple[str, Count]
"""The place of an amount in a conversation, such as `turns/0/user`, and its count."""

QuotedCount: TypeAlias = tuple[str, Count, str | None]
"""The place of an amount in a plan, its count, and the model that counts it. None: it is the quote's."""


def build_counts(counts: Iterable[QuotedCount]) -> list[CountedAmount]:
    """Make the part of the answer; the framing around each amount is shown as a sum of its own."""
    return [
        _counted_amount(
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
    latest, vocabulary = None, "null"  # most counts of an answer have the same vocabulary
    for what, noted, model in counts:
        count = noted.content if noted.framing else noted
        tokens, low = count.tokens, count.low
        if not 0 <= low <= tokens:
            low = _find_low(count)
        if count.vocabulary is not latest:
            latest = count.vocabulary
            vocabulary = "null" if latest is None else write_text(latest)
        named = "" if model is None else f',"model":{write_text(model)}'
        yield (
            f'{{"what":{write_text(what)},"tokens":{tokens},"method":"{count.method}","low":{low},'
            f'"high":{count.high},"vocabulary":{vocabulary}{named}}}'
        )


def _find_low(content: Count) -> int:
    """Return the lower end of the band: a fitted one is as wide for short texts, and nothing is below 0."""
    return min(content.tokens, max(0, content.low))
