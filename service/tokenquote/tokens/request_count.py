"""The input of one request, counted part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tokenquote.counts import Count, total

__all__ = ["RequestCount"]


@dataclass(frozen=True, slots=True)
class RequestCount:
    """A request's input by part, without media; the constant per request is in none of the parts."""

    system: Count
    tools: Count
    schema: Count
    messages: Count
    unknown: Count
    """What the body holds that no rule counts: estimated by its text, with a wide band."""
    per_request: int
    """Tokens that every request has, whatever is in it."""
    by_tool: Mapping[str, int] = field(default_factory=dict)
    """What each tool's definition adds, by its name; the rest of `tools` comes with having any."""
    slack: int = 0
    """Tokens by which the band is wider on either side, once for a request."""
    notes: tuple[str, ...] = ()
    """What was taken for granted of this request, in sentences."""

    @property
    def tokens(self) -> int:
        """Tokens of the whole request."""
        return self.count.tokens

    @property
    def framing(self) -> int:
        """Tokens around texts and in none of them; it may be negative, but never outweighs the texts."""
        return self._frame(self._parts)

    @property
    def count(self) -> Count:
        """The whole request with its band."""
        parts = self._parts
        whole = parts.with_framing(self._frame(parts) - parts.framing)
        if not self.slack and whole.low >= 0:
            return whole
        return replace(whole, low=max(0, whole.low - self.slack), high=whole.high + self.slack)

    def _frame(self, parts: Count) -> int:
        return max(self.per_request + parts.framing, parts.framing - parts.tokens)

    @property
    def _parts(self) -> Count:
        return total((self.tools, self.schema, self.messages, self.unknown), self.system)
