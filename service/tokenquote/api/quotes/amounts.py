"""Amounts of a wire plan to counts, and the list of where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tokenquote.api.media.counter import CountedMedia
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.errors import Location, NotYetOffered
from tokenquote.tokens import Count, TokenRules
from tokenquote_client import amounts
from tokenquote_client.quote import CountedAmount

__all__ = ["AmountCounter", "CountedText"]


@dataclass(frozen=True, slots=True)
class CountedText:
    """One amount: text, around which the provider adds framing, or tokens, around which it does not."""

    count: Count
    text: str | None = None


@dataclass
class AmountCounter:
    """Counts amounts as one model does and remembers each."""

    rules: TokenRules
    profiles: Mapping[str, AmountProfiles]
    counts: list[CountedAmount] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)

    def amount(self, value: Any, at: Location, kind: str) -> CountedText:
        """An amount of any form; `kind` says what it stands for, for profiles.

        Raises:
            LocatedError: a range.
        """
        if isinstance(value, (int, amounts.Tokens, amounts.TokensPart)):
            tokens = value if isinstance(value, int) else value.tokens
            return CountedText(self.noted(at, Count.stated(tokens)))
        if isinstance(value, (str, amounts.Text, amounts.TextPart)):
            text = value if isinstance(value, str) else value.text
            return CountedText(self.noted(at, self.rules.text(text)), text)
        if isinstance(value, amounts.Profile):
            return CountedText(self.noted(at, self._profile(value.profile, kind)))
        raise NotYetOffered(at, "ranges: not yet offered")

    def optional(self, value: Any, at: Location, kind: str) -> int:
        """Tokens of an amount that may be left out."""
        return 0 if value is None else self.amount(value, at, kind).count.tokens

    def noted(self, at: Location, count: Count) -> Count:
        """The count, remembered under its place in the plan."""
        self.note("/".join(map(str, at)), count)
        return count

    def note(self, what: str, count: Count, *, there: bool = True) -> None:
        """Remember a count by what it is of."""
        if there:
            self.counts.append(
                CountedAmount(
                    what=what,
                    tokens=count.tokens,
                    method=count.method,
                    # A fitted band is as wide for short texts as for long ones; nothing is below zero tokens.
                    low=min(count.tokens, max(0, count.low)),
                    high=count.high,
                    vocabulary=count.vocabulary,
                )
            )

    def note_media(self, at: Location, counted: CountedMedia) -> None:
        """Remember an image, audio, video or document, and what was taken for granted of it."""
        self.noted(at, counted.counted.total)
        self.assumptions += counted.notes

    def _profile(self, size: str, kind: str) -> Count:
        tokens = int(getattr(self.profiles[kind], size))
        self.assumptions.append(f"{kind}: profile `{size}` stands for {tokens} tokens")
        # A named size says no more than the order of magnitude.
        return Count(tokens, tokens // 2, tokens * 2, "assumed")
