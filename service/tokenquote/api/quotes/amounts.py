"""Amounts of a wire plan to counts, and the list of where each came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from tokenquote.api.quotes.planned_ranges import count_range, find_middle, read_range
from tokenquote.api.quotes.quoted_counts import NotedCount
from tokenquote.catalog.schema.caching import AmountProfiles
from tokenquote.counts import Count
from tokenquote.errors import Location
from tokenquote.ledger import NOTHING, ONCE, Repeats
from tokenquote.ledger.ranges.distributions import Distribution
from tokenquote.tokens import TokenRules
from tokenquote_client import amounts
from tokenquote_client import plan as wire

__all__ = ["AmountCounter", "PlannedAmount", "find_plain", "find_text"]

PlannedAmount: TypeAlias = amounts.Amount | amounts.TextPart | amounts.TokensPart
"""An amount of any form, by itself or among the parts of a message."""


def find_text(value: PlannedAmount) -> str | None:
    """Return the text of an amount that is one; None for tokens, profiles and ranges."""
    if isinstance(value, str):
        return value
    return value.text if isinstance(value, (amounts.Text, amounts.TextPart)) else None


def find_plain(said: object) -> int | str | None:
    """Return a text, or a number of tokens that is written as one; None: it is anything else."""
    return said.text if isinstance(said, amounts.Text) else said if isinstance(said, (int, str)) else None


@dataclass
class AmountCounter:
    """Counts amounts as one model does and remembers each."""

    rules: TokenRules
    profiles: Mapping[str, AmountProfiles]
    counts: list[NotedCount] = field(default_factory=list)
    """Every count so far, by its place in the plan."""
    assumptions: list[str] = field(default_factory=list)
    """What was taken for granted, in sentences for users."""
    ranges: dict[str, Distribution] = field(default_factory=dict)
    """Every range so far, by its place in the plan as a JSON pointer."""
    root: Location = ()
    """The place in the plan of the conversation that the amounts stand in: an agent, or the plan itself."""

    def count(self, value: PlannedAmount, at: Location, kind: str, drawn_at: Location | None = None) -> Count:
        """Count an amount of any form.

        Args:
            value: the amount.
            at: its place in the conversation.
            kind: what it stands for, for profiles.
            drawn_at: the place in the plan where it is drawn, if it is a range. None: its own.
        """
        if isinstance(value, (str, amounts.Text, amounts.TextPart)):
            return self.note_at(at, self.rules.text(value if isinstance(value, str) else value.text))
        if isinstance(value, int):
            return self.note_at(at, Count.stated(value))
        if isinstance(value, (amounts.Tokens, amounts.TokensPart)):
            return self.note_at(at, Count.stated(value.tokens))
        if isinstance(value, amounts.Profile):
            return self.note_at(at, self._profile(value.profile, kind))
        what = self._add_range(drawn_at or (*self.root, *at), value)
        return self.note_at(at, count_range(what, self.ranges[what]))

    def count_optional(self, value: PlannedAmount | None, at: Location, kind: str) -> Count:
        """Count an amount that may be left out; left out, it is 0."""
        return NOTHING if value is None else self.count(value, at, kind)

    def count_repeats(self, value: wire.PlannedRepeats, at: Location) -> Repeats:
        """Count how many times a turn or a round happens."""
        if isinstance(value, int):
            return ONCE if value == 1 else Repeats(value)
        return Repeats(find_middle(value), self._add_range((*self.root, *at), value, at_least=1))

    def note_at(self, at: Location, count: Count) -> Count:
        """Remember the count under its place in the plan, and return it."""
        self.note("/".join(map(str, at)), count)
        return count

    def note(self, what: str, count: Count) -> None:
        """Remember the count under its place in the plan as it is written."""
        self.counts.append((what, count))

    def _add_range(self, at: Location, value: amounts.Range, at_least: int = 0) -> str:
        """Remember a range, and return its place in the plan."""
        what = f"/{'/'.join(map(str, at))}"
        self.ranges[what] = read_range(value, at_least)
        return what

    def _profile(self, size: str, kind: str) -> Count:
        tokens = int(getattr(self.profiles[kind], size))
        self.assumptions.append(f"{kind}: profile `{size}` stands for {tokens} tokens")
        # A named size says no more than the order of magnitude.
        return Count(tokens, tokens // 2, tokens * 2, "assumed")
