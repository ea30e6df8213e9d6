"""Workflows of independent requests: turns under a window of 0, each of which sends only its own message."""

from __future__ import annotations

from dataclasses import dataclass

from tokenquote.api.quotes.workflows.messages import Composer, Piece
from tokenquote.api.quotes.workflows.written import Recipe, Written
from tokenquote.errors import LocatedError
from tokenquote.ledger import MAX_ROWS
from tokenquote_client import plan as wire
from tokenquote_client.amounts import Amount, AmountOrParts

__all__ = ["INDEPENDENT", "SelfConsistencyRecipe", "TreeOfThoughtsRecipe"]

INDEPENDENT = wire.WindowHistory(strategy="window", turns=0)
"""Nothing of one request is sent again by the next."""


@dataclass(frozen=True, slots=True)
class SelfConsistencyRecipe(Recipe):
    """A turn for each sample.

    question  -> answer         (samples times)
    """

    question: AmountOrParts
    samples: wire.PlannedRepeats
    answer: Amount

    def write(self) -> Written:
        sample = wire.Turn(user=self.question, assistant=self.answer, repeat=self.samples)
        return Written([sample], INDEPENDENT)


@dataclass(frozen=True, slots=True)
class TreeOfThoughtsRecipe(Recipe):
    """Two turns for each level, the thoughts and their ratings, and one for the answer.

    question, thought x (level - 1)   -> thought        (breadth times for each state that is continued)
    question, thought x level         -> evaluation     (once for each of these thoughts)
    question, thought x depth         -> answer
    """

    composer: Composer
    question: AmountOrParts
    breadth: int
    depth: int
    keep: int | None
    thought: Amount
    evaluation: Amount
    answer: Amount

    def write(self) -> Written:
        turns: list[wire.Turn] = []
        for level, thoughts in enumerate(self._levels()):
            before, with_it = self._path(level), self._path(level + 1)
            turns.append(wire.Turn(user=before, assistant=self.thought, repeat=thoughts))
            turns.append(wire.Turn(user=with_it, assistant=self.evaluation, repeat=thoughts))
        turns.append(wire.Turn(user=self._path(self.depth), assistant=self.answer))
        notes = []
        if self.keep is None and self.depth > 1:
            notes = ["workflow: no `keep` is stated, so that every thought is continued"]
        return Written(turns, INDEPENDENT, notes=notes)

    def _levels(self) -> list[int]:
        """Return the number of thoughts of each level.

        Raises:
            LocatedError: all of them, with their ratings, are more requests than a quote holds.
        """
        levels: list[int] = []
        states = 1
        for _ in range(self.depth):
            levels.append(states * self.breadth)
            states = levels[-1] if self.keep is None else min(self.keep, levels[-1])
        requests = 2 * sum(levels) + 1
        if requests > MAX_ROWS:
            raise LocatedError(
                ("breadth",),
                f"with a depth of {self.depth} the tree makes {_short(requests)} requests; a quote holds "
                f"{MAX_ROWS}: state a smaller `breadth` or `depth`, or `keep`",
            )
        return levels

    def _path(self, thoughts: int) -> AmountOrParts:
        return self.composer.join(
            Piece(self.question, "question", "user"), Piece(self.thought, "thought", "assistant", thoughts)
        )


def _short(number: int) -> str:
    """Write a number that may have hundreds of digits."""
    return str(number) if number < 10**15 else f"more than 10^{len(str(number)) - 1}"
