"""A token count with its band, its method, its framing and the media in it: the one type of every count.

Sums of counts stand here: tokens add up, and so do the ends of their bands, and a sum claims no more than its
least certain term. How wide a band is in the first place, the rule that counts says.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from tokenquote.counts.media_use import NO_MEDIA, MediaUse

__all__ = ["NO_TOKENS", "Count", "Method", "least_certain", "total"]

Method = Literal["stated", "exact", "rule", "calibrated", "assumed"]
"""Where a figure comes from, from the most certain to the least: the user's own figure, the provider's
vocabulary, a published rule, a fit on recorded bills, or a named default."""

_CERTAINTY: tuple[Method, ...] = ("stated", "exact", "rule", "calibrated", "assumed")


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens with the band that nine bills in ten are expected to lie in."""

    tokens: int
    """The expected number, framing and media included."""
    low: int
    high: int
    method: Method
    vocabulary: str | None = None
    """The vocabulary that encoded the texts; None: no text was encoded."""
    framing: int = 0
    """Tokens that the provider adds around the content; negative where messages are merged."""
    media: MediaUse = NO_MEDIA
    framed: bool = False
    """Whether any of it is text, parts or definitions, which makes the constant per request apply."""
    ranges: tuple[str, ...] = ()
    """The places in the plan, as JSON pointers, of the ranges among it. `tokens` holds the middle of each,
    its median or mode, and holds it twice where it is named twice."""

    @staticmethod
    def stated(tokens: int) -> Count:
        """Return a count of the user's own figure, which has no band and no framing."""
        return _stated(tokens)

    @classmethod
    def certain(cls, tokens: int, method: Method) -> Count:
        """Make a count whose band is the figure itself."""
        return cls(tokens, tokens, tokens, method)

    def __add__(self, other: Count) -> Count:
        # Whatever is added to no tokens stays as it is: nothing is more certain than what is stated.
        if other is NO_TOKENS:
            return self
        if self is NO_TOKENS:
            return other
        method = self.method
        return Count(
            self.tokens + other.tokens,
            self.low + other.low,
            self.high + other.high,
            method if method == other.method else least_certain(method, other.method),
            self.vocabulary or other.vocabulary,
            self.framing + other.framing,
            self.media + other.media,
            self.framed or other.framed,
            self.ranges + other.ranges,
        )

    @property
    def content(self) -> Count:
        """The count of the content itself, without the framing around it."""
        return self.with_framing(-self.framing) if self.framing else self

    def beyond(self, prefix: Count) -> Count:
        """Return what this count adds to that of a prefix that it begins with; neither may hold media."""
        return Count(
            self.tokens - prefix.tokens,
            self.low - prefix.low,
            self.high - prefix.high,
            self.method,
            self.vocabulary,
            self.framing - prefix.framing,
            framed=self.framed,
            ranges=self.without_ranges(prefix),
        )

    def in_order(self) -> Count:
        """Return the count with ends of its band on their sides of it: those of a difference may be rounded
        across.
        """
        return replace(self, low=min(self.low, self.tokens), high=max(self.high, self.tokens))

    def without_ranges(self, part: Count) -> tuple[str, ...]:
        """Return the ranges that are not those of a part of this count."""
        if not self.ranges:
            return ()
        return tuple((Counter(self.ranges) - Counter(part.ranges)).elements())

    def times(self, number: int) -> Count:
        """Return the count of a number of such things."""
        return replace(
            self,
            tokens=self.tokens * number,
            low=self.low * number,
            high=self.high * number,
            ranges=self.ranges * number,
        )

    def widen(self, low: Decimal, high: Decimal, method: Method) -> Count:
        """Return the count in a band wider by these factors, as certain as the less certain method."""
        return replace(
            self,
            low=math.floor(self.low * low),
            high=math.ceil(self.high * high),
            method=least_certain(self.method, method),
        )

    def with_media(self, media: MediaUse) -> Count:
        """Return the count with what the media in it use, which replaces what it said of them."""
        return replace(self, media=media)

    def with_framing(self, framing: int) -> Count:
        """Return the count with tokens around it that are known for certain, and may be negative."""
        return Count(
            self.tokens + framing,
            self.low + framing,
            self.high + framing,
            self.method,
            self.vocabulary,
            self.framing + framing,
            self.media,
            True,
            self.ranges,
        )


@lru_cache(maxsize=8192)  # plans state the same few hundred numbers again and again
def _stated(tokens: int) -> Count:
    return Count(tokens, tokens, tokens, "stated")


NO_TOKENS = Count.stated(0)
"""No tokens at all, which a sum begins with."""


def least_certain(*methods: Method) -> Method:
    """Return what a sum of counts may claim: the weakest of its terms."""
    return max(methods, key=_CERTAINTY.index)


def total(counts: Iterable[Count], nothing: Count) -> Count:
    """Add up the counts; of no counts, `nothing`."""
    tokens, low, high, framing = nothing.tokens, nothing.low, nothing.high, nothing.framing
    method, vocabulary, media = nothing.method, nothing.vocabulary, nothing.media
    framed, ranges = nothing.framed, nothing.ranges
    added = False
    for count in counts:  # as `+` does, but with one count in the end
        added = True
        tokens += count.tokens
        low += count.low
        high += count.high
        framing += count.framing
        method = method if method == count.method else least_certain(method, count.method)
        vocabulary = vocabulary or count.vocabulary
        media += count.media
        framed = framed or count.framed
        ranges += count.ranges
    if not added:
        return nothing
    return Count(tokens, low, high, method, vocabulary, framing, media, framed, ranges)
