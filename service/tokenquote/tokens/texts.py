"""Counts texts as one model does: its vocabulary, its factor, its band; each text is encoded once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tokenquote.catalog.schema.counting import CountingRule
from tokenquote.counts import Count, Method, least_certain
from tokenquote.tokens.vocabularies import Vocabularies

__all__ = ["MessageCounter", "TextCounter", "TextMemo", "frame_text"]

# Text that stands for something whose rule nobody knows: half of it or twice as much.
_UNKNOWN_LOW, _UNKNOWN_HIGH = Decimal("0.5"), Decimal(2)


@dataclass(frozen=True)
class TextMemo:
    """Remembers the tokens of texts, by (vocabulary, text). Share it among the models of one quote, and each
    text is encoded once for each vocabulary.
    """

    tokens: dict[tuple[str, str], int] = field(default_factory=dict)
    classes: dict[tuple[str, str], npt.NDArray[np.int64]] = field(default_factory=dict)
    """Tokens by class of content, in the order of content_classes.CLASSES."""


MessageCounter: TypeAlias = Callable[[str], tuple[Count, Count]]
"""Counts a message that is a text and nothing else: what it adds to a request, and the text by itself."""


class TextCounter:
    """Counts texts as one model does."""

    def __init__(
        self,
        counting: CountingRule,
        vocabularies: Vocabularies,
        memo: TextMemo | None = None,
    ) -> None:
        self._counting = counting
        self._vocabularies = vocabularies
        self._memo = (memo or TextMemo()).tokens
        self._count: Callable[[str], int] | None = None
        self._unchanged = counting.factor == counting.low == counting.high == 1
        self._nothing = self.scaled(0)

    @property
    def slack(self) -> int:
        """Tokens by which the band of a request is wider on either side."""
        return self._counting.slack

    @property
    def add_up(self) -> bool:
        """Whether texts have as many tokens together as each by itself: where no factor is rounded."""
        return self._unchanged

    def encode(self, text: str) -> int:
        """Count the text's tokens in the vocabulary, before any factor."""
        key = (self._counting.vocabulary, text)
        tokens = self._memo.get(key)
        if tokens is None:
            if self._count is None:
                self._count = self._vocabularies.encoder(self._counting.vocabulary).count
            tokens = self._memo[key] = self._count(text)
        return tokens

    def nothing(self) -> Count:
        """Count no text at all: what sums start from."""
        return self._nothing

    def around(self, framing: int) -> Count:
        """Count tokens that the provider adds by itself, without any text."""
        return self._nothing.with_framing(framing)

    def texts(self, texts: Iterable[str], framing: int = 0) -> Count:
        """Count texts that are encoded each by itself, with tokens around them that are known for certain."""
        return self.scaled(sum(map(self.encode, texts)), framing=framing)

    def messages(self, framing: int) -> MessageCounter:
        """Return what counts messages that are each a text with as many tokens around it."""
        encode, counting = self.encode, self._counting
        if not self._unchanged:
            return lambda text: (
                self.scaled(tokens := encode(text), framing=framing),
                self.scaled(tokens),
            )
        method, vocabulary = counting.method, counting.vocabulary
        return lambda text: frame_text(encode(text), method, vocabulary, framing)

    def scaled(self, tokens: int, factor: Decimal | None = None, framing: int = 0) -> Count:
        """Turn tokens of the vocabulary into tokens of the model, with its band and what is around them."""
        counting = self._counting
        if self._unchanged and factor is None:
            whole = tokens + framing
            return Count(whole, whole, whole, counting.method, counting.vocabulary, framing, framed=True)
        scaled = tokens * (counting.factor if factor is None else factor)
        return Count(
            int(scaled.to_integral_value(ROUND_HALF_EVEN)) + framing,
            math.floor(scaled * counting.low) + framing,
            math.ceil(scaled * counting.high) + framing,
            counting.method,
            counting.vocabulary,
            framing,
            framed=True,
        )

    def banded(self, tokens: int) -> Count:
        """Give tokens of the model the band that the model's texts have."""
        counting = self._counting
        return self._banded(
            Count(tokens, tokens, tokens, counting.method, counting.vocabulary),
            counting.low,
            counting.high,
            counting.method,
        )

    def as_structure(self, count: Count, method: Method, slack: int = 0) -> Count:
        """Give definitions, schemas and calls the band of the framing's tools, unless they are exact.

        `slack` is by how many tokens it is wider on either side besides.
        """
        if method == "exact":
            return count
        rule = self._counting.framing.tools
        banded = self._banded(
            count,
            min(rule.low, self._counting.low),
            max(rule.high, self._counting.high),
            least_certain(method, count.method),
        )
        return replace(banded, low=banded.low - slack, high=banded.high + slack)

    def as_unknown(self, texts: Iterable[str]) -> Count:
        """Count what has no rule: assumed to cost as its text does, within a wide band."""
        return self._banded(self.texts(texts), _UNKNOWN_LOW, _UNKNOWN_HIGH, "assumed")

    @staticmethod
    def _banded(count: Count, low: Decimal, high: Decimal, method: Method) -> Count:
        return Count(
            count.tokens,
            math.floor(count.tokens * low),
            math.ceil(count.tokens * high),
            method,
            count.vocabulary,
            framed=True,
        )


@lru_cache(maxsize=16384)  # most messages have a few hundred tokens, and there are few frames
def frame_text(tokens: int, method: Method, vocabulary: str, framing: int) -> tuple[Count, Count]:
    """Return the count of a message with the frame around its text, and that of the text by itself."""
    written = Count(tokens, tokens, tokens, method, vocabulary, framed=True)
    return written.with_framing(framing), written
