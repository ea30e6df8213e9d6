"""What a request's input comes to, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tokenquote.counts import Count, least_certain

__all__ = ["Framed", "RequestCount", "total"]


@dataclass(frozen=True, slots=True)
class Framed:
    """A count of content, and the tokens that the provider adds around it (they may be negative: a merge)."""

    content: Count
    framing: int = 0

    @property
    def tokens(self) -> int:
        return self.content.tokens + self.framing

    def __add__(self, other: Framed) -> Framed:
        return Framed(self.content + other.content, self.framing + other.framing)


@dataclass(frozen=True, slots=True)
class RequestCount:
    """A request's input by part, pictures and clips left out; the constant per request is in none of them."""

    system: Framed
    tools: Framed
    schema: Framed
    messages: Framed
    unknown: Framed
    """What the body holds that no rule counts: estimated by its text, with a wide band."""
    per_request: int
    by_tool: Mapping[str, int] = field(default_factory=dict)
    """What each tool's definition adds, by its name; the rest of `tools` comes with having any."""
    slack: int = 0
    """Tokens by which the band is wider on either side, once for a request."""

    @property
    def tokens(self) -> int:
        return self.count.tokens

    @property
    def framing(self) -> int:
        """Everything that is around texts and in none of them; it may be negative, but never the whole."""
        around = self.per_request + sum(part.framing for part in self._parts)
        return max(around, -sum(part.content.tokens for part in self._parts))

    @property
    def count(self) -> Count:
        """The whole with its band."""
        contents = [part.content for part in self._parts]
        return Count(
            sum(content.tokens for content in contents) + self.framing,
            max(0, sum(content.low for content in contents) + self.framing - self.slack),
            sum(content.high for content in contents) + self.framing + self.slack,
            least_certain(*(content.method for content in contents)),
            next((content.vocabulary for content in contents if content.vocabulary), None),
        )

    @property
    def _parts(self) -> tuple[Framed, ...]:
        return (self.system, self.tools, self.schema, self.messages, self.unknown)


def total(parts: Iterable[Framed], nothing: Count) -> Framed:
    """The sum; of no parts, nothing."""
    summed = Framed(nothing)
    for part in parts:
        summed = summed + part
    return summed
