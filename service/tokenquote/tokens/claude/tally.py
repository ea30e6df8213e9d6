"""Tokens of a part of Claude's prompt, and by how much they may be off."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Tally"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Tokens of texts and blocks, and those that stand around them.

    Tallies add up; a tally that begins with another may be reduced by it.
    """

    content: int = 0
    """The tokens of texts, definitions, calls and results."""
    around: int = 0
    """The tokens that stand around them; negative where they merge."""
    doubt: int = 0
    """By how many tokens all of it may be off on either side. 0: recorded calls show it to the token."""
    fewer: int = 0
    """By how many tokens more than `doubt` it may be below, where something may be left out of the prompt."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.content + other.content,
            self.around + other.around,
            self.doubt + other.doubt,
            self.fewer + other.fewer,
        )

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            self.content - other.content,
            self.around - other.around,
            self.doubt - other.doubt,
            self.fewer - other.fewer,
        )
