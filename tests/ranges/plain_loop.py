"""Samples done the slow, obvious way: one after the other, each a plan of literal numbers that is quoted.

Every repetition becomes a turn or a round of its own, and every range the number that is drawn for it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from tokenquote.ledger.ranges import Draws

__all__ = ["literal_plan"]


def literal_plan(plan: dict[str, Any], draws: Draws, sample: int) -> dict[str, Any]:
    """Return the plan of one sample."""
    literal = _Sample(draws, sample)
    turns = []
    for i, turn in enumerate(plan["turns"]):
        at = f"/turns/{i}"
        for k in range(literal.number(turn.get("repeat", 1), f"{at}/repeat", ())):
            once = {name: value for name, value in turn.items() if name not in ("repeat", "tool_rounds")}
            once = literal.fill(once, at, (k,))
            once["tool_rounds"] = literal.rounds(turn.get("tool_rounds", []), f"{at}/tool_rounds", k)
            turns.append(once)
    others = {name: value for name, value in plan.items() if name not in ("turns", "samples", "seed")}
    return {**literal.fill(others, "", ()), "turns": turns}


@dataclass
class _Sample:
    draws: Draws
    sample: int

    def number(self, value: Any, at: str, repetition: tuple[int, ...]) -> int:
        """Return a number, or what is drawn for a range."""
        if at not in self.draws.ranges:
            return int(value)
        return int(self.draws.take(at, repetition, self.sample, self.sample + 1)[0])

    def fill(self, value: Any, at: str, repetition: tuple[int, ...]) -> Any:
        """Return the same with numbers in the place of all ranges within."""
        if at in self.draws.ranges:
            return self.number(value, at, repetition)
        if isinstance(value, dict):
            return {name: self.fill(part, f"{at}/{name}", repetition) for name, part in value.items()}
        if isinstance(value, list):
            return [self.fill(part, f"{at}/{i}", repetition) for i, part in enumerate(value)]
        return copy.deepcopy(value)

    def rounds(self, rounds: list[Any], at: str, k: int) -> list[Any]:
        """Return the rounds of one repetition of a turn, each by itself."""
        found = []
        for p, planned in enumerate(rounds):
            once = {name: value for name, value in planned.items() if name != "repeat"}
            for j in range(self.number(planned.get("repeat", 1), f"{at}/{p}/repeat", (k,))):
                found.append(self.fill(once, f"{at}/{p}", (k, j)))
        return found
