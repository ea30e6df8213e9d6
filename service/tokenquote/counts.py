"""A token count with its method and its band."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.catalog.schema.providers import Method

__all__ = ["Count", "least_certain"]

_CERTAINTY: tuple[Method, ...] = ("stated", "exact", "rule", "calibrated", "assumed")


@dataclass(frozen=True, slots=True)
class Count:
    """Tokens with the band that nine bills in ten are expected to lie in."""

    tokens: int
    low: int
    high: int
    method: Method
    vocabulary: str | None = None

    @classmethod
    def stated(cls, tokens: int) -> Count:
        """The user's own figure."""
        return cls(tokens, tokens, tokens, "stated")

    def __add__(self, other: Count) -> Count:
        return Count(
            self.tokens + other.tokens,
            self.low + other.low,
            self.high + other.high,
            least_certain(self.method, other.method),
            self.vocabulary or other.vocabulary,
        )


def least_certain(*methods: Method) -> Method:
    """What a sum of counts may claim: the weakest of its terms."""
    return max(methods, key=_CERTAINTY.index)
